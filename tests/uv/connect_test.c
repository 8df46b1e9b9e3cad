/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting, reading all registers and closing, with each kind of stub, and with the input split
 * in all kinds of ways. */
#include "../session/harness.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

struct machine {
	const struct script_process *processes;
	size_t count;
	unsigned vcpus;
};

static const struct machine machines[] = {{script_small, 1, 2}, {script_clusters, 2, 3}};

/* Only QEMU lists other processes. */
static const struct machine *machine_of(int kind)
{
	return &machines[kind == SCRIPT_QEMU10 || kind == SCRIPT_QEMU72];
}

static void check_vcpus(struct drive *d, int kind)
{
	static const char *const threads[] = {"p01.01", "p01.02", "p02.03"};
	unsigned count = gdbregs_vcpu_count(d->s);

	ck_assert_uint_eq(count, machine_of(kind)->vcpus);
	for (unsigned i = 0; i < count; i++)
		ck_assert_str_eq(gdbregs_vcpu_thread(d->s, i),
				 kind == SCRIPT_PLAIN ? threads[i] + 4 : threads[i]);
	ck_assert_str_eq(gdbregs_vcpu_architecture(d->s, 0), "i386:x86-64");
	if (count == 3)
		ck_assert_str_eq(gdbregs_vcpu_architecture(d->s, 2), "arm");
	if (d->stub->names)
		ck_assert_str_eq(gdbregs_vcpu_name(d->s, 1), "CPU#1");
	else
		ck_assert_ptr_null(gdbregs_vcpu_name(d->s, 1));
}

/* gdbserver has no p, so two registers of the small machine cannot be read. */
static void set_up(struct script_stub *stub, int kind)
{
	const struct machine *m = machine_of(kind);

	script_begin(stub, (enum script_kind)kind, m->processes, m->count);
}

static void read_some(struct drive *d)
{
	struct gdbregs_buffer buf = {0};
	unsigned last = gdbregs_vcpu_count(d->s) - 1;

	for (unsigned vcpu = 0; vcpu <= last; vcpu += last) {
		struct gdbregs_reg_descriptor *list;
		size_t count;

		ck_assert_int_eq(gdbregs_get_registers(d->s, vcpu, &list, &count), 0);
		ck_assert_int_eq(drive_read_one(d, vcpu, list[1].handle, &buf),
				 (int)gdbregs_register_bits(list[1].handle) / 8);
		drive_check_value(vcpu + 1, 1, buf.data, buf.size);
		gdbregs_free(list);
	}
	gdbregs_buffer_fini(&buf);
}

/* Run a whole session. The caller has set in `d` how the input is split. */
static void session(struct drive *d, int kind)
{
	ck_assert_msg(drive_connect(d) == 0, "%s: %s; break at %zu", script_kind_names[kind],
		      gdbregs_session_error(d->s), d->break_at);
	check_vcpus(d, kind);
	read_some(d);
	if (d->stub->has_p)
		drive_check_values(d, 1);
	drive_end(d);
	drive_check_stub(d->stub);
	ck_assert(d->stub->running);
	ck_assert_uint_eq(d->stub->naks, 0);
}

LOOP_TEST(whole, SCRIPT_KINDS)
{
	struct script_stub stub;
	struct drive d;

	set_up(&stub, _i);
	drive_begin(&d, &stub, NULL, NULL);
	session(&d, _i);
	script_end(&stub);
}

LOOP_TEST(pieces, SCRIPT_KINDS)
{
	static const size_t sizes[] = {1, 2, 3, 7, 100};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct script_stub stub;
		struct drive d;

		set_up(&stub, _i);
		drive_begin(&d, &stub, NULL, NULL);
		d.piece = sizes[i];
		session(&d, _i);
		script_end(&stub);
	}
}

LOOP_TEST(every_split, SCRIPT_KINDS)
{
	size_t total = 2;

	for (size_t at = 1; at < total; at += script_slow() ? 17 : 1) {
		struct script_stub stub;
		struct drive d;

		set_up(&stub, _i);
		drive_begin(&d, &stub, NULL, NULL);
		d.break_at = at;
		session(&d, _i);
		total = stub.out.size;
		script_end(&stub);
	}
}

/* How far a session got before its input ended. */
static int cut_session(struct drive *d)
{
	struct gdbregs_buffer buf = {0};
	int result = drive_connect(d);

	if (result == 0) {
		const struct gdbregs_register *h = drive_register(d, 0, "b");

		result = drive_read_one(d, 0, h, &buf);
	}
	gdbregs_buffer_fini(&buf);
	return result;
}

static size_t cut_at(int kind, size_t at, bool ends)
{
	struct script_stub stub;
	struct drive d;

	set_up(&stub, kind);
	drive_begin(&d, &stub, NULL, NULL);
	d.cut_at = at;
	d.cut_ends = ends;
	int result = cut_session(&d);
	if (result <= 0)
		ck_assert_msg(result == (ends ? GDBREGS_ERR_CLOSED : GDBREGS_ERR_TIMEOUT),
			      "%s at %zu: %s", gdbregs_error_name(result), at,
			      gdbregs_session_error(d.s));
	if (result <= 0)
		ck_assert(strlen(gdbregs_session_error(d.s)) > 10);
	drive_end(&d);
	drive_check_stub(&stub);
	size_t total = result > 0 ? 0 : stub.out.size;
	script_end(&stub);
	return total;
}

LOOP_TEST(closed_after_any_byte, SCRIPT_KINDS)
{
	for (size_t at = 0; cut_at(_i, at, true); at += script_slow() ? 17 : 1)
		;
}

LOOP_TEST(silent_after_any_byte, SCRIPT_KINDS)
{
	for (size_t at = 0; cut_at(_i, at, false); at += script_slow() ? 17 : 1)
		;
}

/* With pipelining, connecting takes at most six round trips. */
LOOP_TEST(round_trips, SCRIPT_QEMU72 + 1)
{
	struct script_stub stub;
	struct drive d;

	set_up(&stub, _i);
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	/* QEMU 7.2 sends a stop reply on connecting, which takes no round trip. */
	ck_assert_uint_le(d.inputs, 6 + (_i == SCRIPT_QEMU72));
	size_t before = d.inputs;
	drive_check_values(&d, 1);
	ck_assert_uint_eq(d.inputs, before + 1);
	before = d.inputs;
	drive_end(&d);
	ck_assert_uint_eq(d.inputs, before + 1);
	script_end(&stub);
}

/* In no-ack mode there is one ack. Otherwise there are at most as many acks as packets, and an ack
 * alone costs no round trip. */
LOOP_TEST(acks, SCRIPT_KINDS)
{
	struct script_stub stub;
	struct drive d;

	set_up(&stub, _i);
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	drive_end(&d);
	drive_check_stub(&stub);
	/* The first + acknowledges no packet, and QEMU is sent none for the last OK. */
	if (stub.no_ack_mode)
		ck_assert_uint_eq(stub.acks, 3);
	else
		ck_assert_uint_le(stub.acks, stub.requests + 1);
	script_end(&stub);
}
