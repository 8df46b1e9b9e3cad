/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each allocation fails once, and then together with all later ones. A session ends with NOMEM or
 * does what was requested. Nothing leaks, and the stub sees no violation. */
#include "harness.h"

#include "session/requests.h"
#include "session/watch.h"
#include "util/alloc.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

/* The results of the calls. */
struct outcome {
	int made, connected, read, read_again, one;
};

static int read_all(struct drive *d, struct gdbregs_buffer *storage, unsigned vcpu)
{
	struct gdbregs_reg_descriptor *list;
	struct gdbregs_read reads[32];
	size_t count;
	int result = gdbregs_get_registers(d->s, vcpu, &list, &count);

	if (result < 0)
		return result;
	for (size_t i = 0; i < count; i++)
		reads[i] = (struct gdbregs_read){vcpu, list[i].handle, -99, NULL};
	gdbregs_free(list);
	result = drive_read(d, reads, count, storage);
	for (size_t i = 0; i < count; i++) {
		if (result < 0)
			ck_assert_int_eq(reads[i].status, -99);
		else if (reads[i].status > 0)
			drive_check_value(vcpu + 1, reads[i].reg->regnum, reads[i].data,
					  (size_t)reads[i].status);
	}
	return result;
}

static void use(struct drive *d, struct outcome *outcome)
{
	struct gdbregs_buffer storage = {0}, buf = {0};
	const struct gdbregs_register *first = NULL;

	outcome->connected = drive_connect(d);
	if (outcome->connected == 0) {
		for (unsigned i = 0; i < 3 && outcome->read == 0; i++)
			outcome->read = read_all(d, &storage, 0);
		outcome->read_again = read_all(d, &storage, 1);
		outcome->one = gdbregs_find_register(
			d->s, 0, NULL, d->stub->processes == script_wide ? "rb0" : "b", &first);
		if (outcome->one == 0)
			outcome->one = drive_read_one(d, 0, first, &buf);
	}
	gdbregs_buffer_fini(&storage);
	gdbregs_buffer_fini(&buf);
}

static bool nomem_or(int result, int otherwise)
{
	return result == GDBREGS_ERR_NOMEM || result == otherwise;
}

/* Close as a transport does. Stopping the session may fail for lack of memory, too. */
static void end(struct drive *d)
{
	struct drive_call call = {0};

	if (gdbregs__session_stop(d->s, d->now_ms, drive_done, &call) == 0)
		drive_wait(d, &call);
	else
		inside_fail(d->s, GDBREGS_ERR_NOMEM, "out of memory");
	gdbregs__alloc_fail(0, 0);
	drive_finish(d);
}

static void check(const struct outcome *o)
{
	ck_assert(nomem_or(o->made, 0));
	ck_assert_msg(nomem_or(o->connected, 0), "connect: %d", o->connected);
	ck_assert_msg(nomem_or(o->read, 0), "read: %d", o->read);
	ck_assert_msg(nomem_or(o->read_again, 0), "read again: %d", o->read_again);
	ck_assert_msg(o->one >= 0 || o->one == GDBREGS_ERR_NOMEM, "one: %d", o->one);
}

/* Returns how many allocations there were. */
static unsigned long session(int kind, const struct script_process *processes, size_t count,
			     unsigned long fail, int all_after)
{
	struct outcome outcome = {0};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, (enum script_kind)kind, processes, count);
	/* How QEMU is left depends on the reply to `info status`. */
	stub.was_running = all_after;
	drive_prepare(&d, &stub);
	unsigned long before = gdbregs__alloc_count();
	gdbregs__alloc_fail(fail, all_after);
	outcome.made = gdbregs__session_new(NULL, NULL, &d.s);
	if (outcome.made == 0) {
		use(&d, &outcome);
		end(&d);
	}
	gdbregs__alloc_fail(0, 0);
	check(&outcome);
	drive_check_stub(&stub);
	/* After a single failure there is memory for the detach. */
	if (outcome.made == 0 && !all_after)
		ck_assert_msg(stub.running != (strstr(stub.log, "qRcmd") != NULL),
			      "allocation %lu; sent: %s", fail, stub.log);
	script_end(&stub);
	return gdbregs__alloc_count() - before;
}

LOOP_TEST(each_allocation, SCRIPT_KINDS * 4)
{
	const struct script_process *processes = _i & 1 ? script_wide : script_clusters;
	int kind = _i / 4;
	size_t count = _i & 1 || kind > SCRIPT_QEMU72 ? 1 : 2;
	unsigned long total = session(kind, processes, count, 0, 0);

	ck_assert_uint_gt(total, 20);
	for (unsigned long fail = 1; fail <= total; fail += script_slow() ? 3 : 1)
		session(kind, processes, count, fail, _i >> 1 & 1);
}

/* Connect to a stub that is described by qRegisterInfo. Returns the number of allocations. */
static unsigned long connect_described(unsigned long allocation, bool all_after)
{
	static const struct script_rule rules[] = {
		{"qRegisterInfo0", 0,
		 "name:a;bitsize:64;offset:0;set:General;format:hex;generic:pc;"},
		{"qRegisterInfo1", 0, "name:b;bitsize:64;encoding:vector;format:vector-uint8;"},
		{"qRegisterInfo*", 0, "E45"},
		{0}};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, SCRIPT_PLAIN, script_small, 1);
	stub.rules = rules;
	stub.qxfer = false;
	drive_prepare(&d, &stub);
	unsigned long before = gdbregs__alloc_count();
	gdbregs__alloc_fail(allocation, all_after);
	if (gdbregs__session_new(NULL, NULL, &d.s) == 0) {
		int connected = drive_connect(&d);

		ck_assert_msg(nomem_or(connected, 0), "connect: %d", connected);
		if (!allocation)
			ck_assert_ptr_nonnull(drive_register(&d, 0, "b"));
		end(&d);
	}
	gdbregs__alloc_fail(0, 0);
	drive_check_stub(&stub);
	script_end(&stub);
	return gdbregs__alloc_count() - before;
}

LOOP_TEST(each_allocation_of_register_infos, 2)
{
	unsigned long total = connect_described(0, false);

	ck_assert_uint_gt(total, 20);
	for (unsigned long fail = 1; fail <= total; fail++)
		connect_described(fail, _i);
}

/* ------------------------------------------------- what resumes and changes it --- */

static void ignore_change(void *arg, unsigned vcpu, const struct gdbregs_register *h,
			  const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)arg, (void)vcpu, (void)h, (void)old_bytes, (void)new_bytes, (void)size;
}

static void stops(struct drive *d)
{
	drive_run(d);
	if (d->stub->resumed && !drive_failure(d))
		script_send(d->stub, "T05thread:p1.1;2:0000000000000005;");
	drive_run(d);
}

/* Make each request once, and go on if one fails for lack of memory. */
static void change(struct drive *d, const struct gdbregs_register *r1)
{
	struct gdbregs_session *s = d->s;

	(void)gdbregs__points_insert(s, GDBREGS_POINT_SOFTWARE, 0x1000, 0, NULL, NULL, NULL);
	drive_run(d);
	(void)gdbregs__points_insert(s, GDBREGS_POINT_WRITE, 0x2000, 4, NULL, NULL, NULL);
	drive_run(d);
	(void)gdbregs__points_remove(s, GDBREGS_POINT_SOFTWARE, 0x1000, 0, NULL, NULL, NULL);
	drive_run(d);
	(void)gdbregs__write_register(s, 0, r1, "\1\2\3\4", 4, NULL, NULL, NULL);
	drive_run(d);
	int watched = gdbregs_watch(s, 0, r1, ignore_change, NULL);
	ck_assert(watched == 0 || drive_failure(d) || watched == GDBREGS_ERR_NOMEM);
	(void)gdbregs__step(s, 0, NULL, NULL, NULL, NULL);
	stops(d);
	(void)gdbregs__continue(s, NULL, NULL, NULL, NULL);
	drive_run(d);
}

static void end_changed(struct drive *d)
{
	if (!drive_failure(d))
		(void)gdbregs__session_stop(d->s, d->now_ms, NULL, NULL);
	stops(d);
	drive_finish(d);
}

/* Returns how many allocations the requests make. The given one fails, and all later ones if
 * all_after is set. */
static unsigned long change_without(unsigned long allocation, bool all_after, size_t piece,
				    bool power)
{
	struct gdbregs_options o;
	struct script_stub stub;
	struct drive d;

	gdbregs_options_init(&o);
	o.access = GDBREGS_RW_REGS;
	o.step_irq = true;
	if (power)
		drive_open_power(&d, &stub, &o);
	else
		drive_open_core(&d, &stub, SCRIPT_QEMU10, &o);
	d.piece = piece;
	const struct gdbregs_register *r1 = drive_register(&d, 0, "r1");
	unsigned long before = gdbregs__alloc_count();
	gdbregs__alloc_fail(allocation, all_after);
	change(&d, r1);
	unsigned long count = gdbregs__alloc_count() - before;
	gdbregs__alloc_fail(0, false);
	end_changed(&d);
	drive_check_stub(&stub);
	script_end(&stub);
	return count;
}

LOOP_TEST(each_allocation_of_changes, 4)
{
	size_t piece = _i & 1 ? 1 : SIZE_MAX;
	bool power = _i & 2;
	unsigned long count = change_without(0, false, piece, power);

	ck_assert_uint_gt(count, 10);
	for (unsigned long i = 1; i <= count; i++) {
		change_without(i, false, piece, power);
		change_without(i, true, piece, power);
	}
}

/* A step with a watched register fails once for lack of memory, or is carried out. */
LOOP_TEST(each_allocation_of_a_watch, 4)
{
	struct script_stub stub;
	struct drive d;

	if (_i & 2)
		drive_open_power(&d, &stub, NULL);
	else
		drive_open_core(&d, &stub, SCRIPT_QEMU10, NULL);
	d.piece = _i & 1 ? 1 : SIZE_MAX;
	ck_assert_int_eq(gdbregs_watch(d.s, 0, drive_register(&d, 0, "pc"), ignore_change, NULL),
			 0);
	for (unsigned long i = 1; i < 60 && !drive_failure(&d); i++) {
		struct drive_call call = {0};

		gdbregs__alloc_fail(i, false);
		int result = gdbregs__step(d.s, 0, NULL, drive_done, &call, NULL);
		drive_run(&d);
		gdbregs__alloc_fail(0, false);
		stops(&d);
		ck_assert(result == 0 || result == GDBREGS_ERR_NOMEM);
		ck_assert_uint_eq(call.calls, result == 0);
	}
	drive_end(&d);
	drive_check_stub(&stub);
	script_end(&stub);
}
