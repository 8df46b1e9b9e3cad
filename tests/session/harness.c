/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The harness of the session tests: a session and the scripted stub. */
#include "harness.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define TICKS_MAX 20

void drive_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error, void *arg)
{
	struct drive_call *call = arg;

	(void)s;
	ck_assert(status >= 0 ? !error : error->code == status && error->text[0]);
	if (error)
		call->error = *error;
	call->calls++;
	call->status = status;
	ck_assert_msg(call->calls == 1, "called back %u times", call->calls);
}

void drive_prepare(struct drive *d, struct script_stub *stub)
{
	*d = (struct drive){.stub = stub,
			    .break_at = SIZE_MAX,
			    .piece = SIZE_MAX,
			    .cut_at = SIZE_MAX,
			    .now_ms = 1000};
	script_accept(stub);
}

void drive_begin(struct drive *d, struct script_stub *stub, struct gdbregs_context *ctx,
		 const struct gdbregs_options *o)
{
	drive_prepare(d, stub);
	ck_assert_int_eq(gdbregs__session_new(ctx, o, &d->s), 0);
}

/* ----------------------------------------------------------------- bytes and calls --- */

void drive_input(struct drive *d, const void *data, size_t size)
{
	inside_input(d->s, data, size, d->now_ms);
}

void drive_take_output(struct drive *d, struct script_bytes *out)
{
	size_t size;
	const uint8_t *bytes = inside_output(d->s, &size);

	script_put(out, bytes, size);
	inside_written(d->s);
}

size_t drive_unsent(const struct drive *d)
{
	size_t size;

	inside_output(d->s, &size);
	return size;
}

void drive_tick(struct drive *d)
{
	inside_tick(d->s, d->now_ms);
}

bool drive_deliver(struct drive *d)
{
	return inside_deliver(d->s);
}

void drive_break(struct drive *d, const char *why)
{
	inside_eof(d->s, why);
}

void drive_cancel(struct drive *d, struct gdbregs__op *op)
{
	inside_cancel(d->s, op);
}

int drive_failure(const struct drive *d)
{
	return inside_of(d->s).fatal;
}

const struct gdbregs_error *drive_error(const struct drive *d)
{
	return inside_of(d->s).error;
}

static bool write_out(struct drive *d)
{
	struct script_bytes taken = {0};
	bool moved = false;

	while (drive_unsent(d)) {
		moved = true;
		taken.size = 0;
		drive_take_output(d, &taken);
		script_input(d->stub, taken.data, taken.size);
		inside_pump(d->s);
	}
	script_free(&taken);
	return moved;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Pass the next piece of what the stub has sent. The copy ends where its memory ends, so that
 * reading past it is detected. */
static bool read_in(struct drive *d)
{
	struct script_stub *stub = d->stub;
	size_t end = least(stub->out.size, d->cut_at);

	if (d->held || d->eof_passed)
		return false;
	if (stub->taken >= end) {
		if (!(stub->closed || (d->cut_ends && end == d->cut_at)))
			return false;
		d->eof_passed = true;
		drive_break(d, NULL);
		return true;
	}
	size_t size = least(end - stub->taken, d->piece);
	if (stub->taken < d->break_at)
		size = least(size, d->break_at - stub->taken);
	uint8_t *piece = malloc(size);
	memcpy(piece, stub->out.data + stub->taken, size);
	stub->taken += size;
	d->inputs++;
	drive_input(d, piece, size);
	free(piece);
	return true;
}

void drive_run(struct drive *d)
{
	bool moved = true;

	while (moved) {
		moved = write_out(d);
		while (drive_deliver(d))
			moved = true;
		moved |= write_out(d);
		moved |= read_in(d);
	}
}

int drive_wait(struct drive *d, struct drive_call *call)
{
	drive_run(d);
	for (unsigned i = 0; !call->calls; i++) {
		uint64_t deadline = inside_deadline(d->s);

		ck_assert_msg(deadline != GDBREGS__FOREVER, "it waits for ever; sent: %.2000s",
			      d->stub->log);
		ck_assert_msg(i < TICKS_MAX, "it never gives up");
		/* The client gives up waiting for what was cut off. */
		d->stub->blind |= d->cut_at < d->stub->out.size;
		d->now_ms = deadline;
		drive_tick(d);
		drive_run(d);
	}
	return call->status;
}

/* ------------------------------------------------------------------------- requests --- */

int drive_connect(struct drive *d)
{
	struct drive_call call = {0};
	int result = gdbregs__session_start(d->s, d->now_ms, drive_done, &call);

	if (result == 0)
		return drive_wait(d, &call);
	inside_fail(d->s, result, "out of memory");
	return result;
}

static void open_controlled(struct drive *d, struct script_stub *stub, enum script_kind kind,
			    const struct script_process *processes,
			    void (*set_values)(struct script_stub *stub),
			    const struct gdbregs_options *o)
{
	struct gdbregs_options writes;

	gdbregs_options_init(&writes);
	writes.access = GDBREGS_RW_REGS;
	writes.reply_timeout_ms = 1000;
	script_begin(stub, kind, processes, 1);
	set_values(stub);
	stub->controls = true;
	ck_assert_int_eq(drive_open(d, stub, o ? o : &writes), 0);
}

void drive_open_core(struct drive *d, struct script_stub *stub, enum script_kind kind,
		     const struct gdbregs_options *o)
{
	open_controlled(d, stub, kind, script_core, script_core_values, o);
}

void drive_open_power(struct drive *d, struct script_stub *stub, const struct gdbregs_options *o)
{
	open_controlled(d, stub, SCRIPT_QEMU10, script_power, script_power_values, o);
}

int drive_open(struct drive *d, struct script_stub *stub, const struct gdbregs_options *o)
{
	drive_begin(d, stub, NULL, o);
	return drive_connect(d);
}

int drive_read(struct drive *d, struct gdbregs_read *reads, size_t count,
	       struct gdbregs_buffer *storage)
{
	struct drive_call call = {0};
	int result = gdbregs__read_many(d->s, reads, count, storage, drive_done, &call, NULL);

	return result < 0 ? result : drive_wait(d, &call);
}

int drive_read_one(struct drive *d, unsigned vcpu, const struct gdbregs_register *h,
		   struct gdbregs_buffer *buf)
{
	struct drive_call call = {0};
	int result = gdbregs__read_one(d->s, vcpu, h, buf, drive_done, &call, NULL);

	return result < 0 ? result : drive_wait(d, &call);
}

void drive_detach_blindly(struct drive *d)
{
	struct drive_call call = {0};

	d->stub->blind = true;
	ck_assert_int_eq(gdbregs__session_stop(d->s, d->now_ms, drive_done, &call), 0);
	drive_wait(d, &call);
}

void drive_end(struct drive *d)
{
	struct drive_call call = {0};

	/* A session that has failed does not wait for the stub. */
	d->stub->blind |= drive_failure(d) != 0;
	ck_assert_int_eq(gdbregs__session_stop(d->s, d->now_ms, drive_done, &call), 0);
	drive_wait(d, &call);
	drive_finish(d);
}

void drive_finish(struct drive *d)
{
	drive_run(d);
	if (drive_failure(d) && !inside_of(d->s).blind)
		drive_detach_blindly(d);
	gdbregs__session_free(d->s);
	d->s = NULL;
}

/* --------------------------------------------------------------------------- checks --- */

void drive_check_stub(const struct script_stub *stub)
{
	ck_assert_msg(!stub->violation[0], "%s\nsent: %.2000s", stub->violation, stub->log);
}

const struct gdbregs_register *drive_register(struct drive *d, unsigned vcpu, const char *name)
{
	const struct gdbregs_register *found = NULL;

	ck_assert_int_eq(gdbregs_find_register(d->s, vcpu, NULL, name, &found), 0);
	return found;
}

void drive_check_value(unsigned tid, uint32_t regnum, const void *data, size_t size)
{
	uint8_t expected[512];

	script_value(tid, regnum, expected, size);
	ck_assert_mem_eq(data, expected, size);
}

static size_t list_all(struct drive *d, struct gdbregs_read *reads)
{
	size_t total = 0;

	for (unsigned vcpu = 0; vcpu < gdbregs_vcpu_count(d->s); vcpu++) {
		struct gdbregs_reg_descriptor *list;
		size_t count;

		ck_assert_int_eq(gdbregs_get_registers(d->s, vcpu, &list, &count), 0);
		for (size_t i = 0; i < count; i++)
			reads[total++] = (struct gdbregs_read){vcpu, list[i].handle, -99, NULL};
		gdbregs_free(list);
	}
	return total;
}

/* The stub numbers threads in the order of its list: vCPU n is thread n + 1. */
void drive_check_values(struct drive *d, unsigned times)
{
	struct gdbregs_read reads[256];
	struct gdbregs_buffer storage = {0};
	size_t count = list_all(d, reads);

	while (times--) {
		ck_assert_int_eq(drive_read(d, reads, count, &storage), 0);
		for (size_t i = 0; i < count; i++) {
			ck_assert_int_eq(reads[i].status, (int)reads[i].reg->bits / 8);
			drive_check_value(reads[i].vcpu + 1, reads[i].reg->regnum, reads[i].data,
					  (size_t)reads[i].status);
		}
	}
	gdbregs_buffer_fini(&storage);
}
