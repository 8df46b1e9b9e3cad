/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions closed at any moment, and how the target is left. */
#include "../session/harness.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

struct ending {
	enum gdbregs_on_close on_close;
	bool was_running;
	const char *status; /* what QEMU's `info status` prints */
	bool runs; /* whether the target runs afterwards, on QEMU */
	bool runs_elsewhere;
};

static const struct ending endings[] = {
	// clang-format off
	{GDBREGS_ON_CLOSE_RESTORE, true, NULL, true, true},
	{GDBREGS_ON_CLOSE_RESTORE, false, NULL, false, true},
	{GDBREGS_ON_CLOSE_RESTORE, false, "VM status: paused (debug)\r\n", false, true},
	{GDBREGS_ON_CLOSE_RESTORE, false, "VM status: paused (inmigrate)\r\n", false, true},
	{GDBREGS_ON_CLOSE_RESTORE, false, "VM status: paused (single step mode) (prelaunch)\r\n",
	 false, true},
	{GDBREGS_ON_CLOSE_RESTORE, false, "VM status: paused (single step mode)\r\n", true, true},
	{GDBREGS_ON_CLOSE_RESTORE, false, "VM status: paused\r\n", true, true},
	{GDBREGS_ON_CLOSE_RESTORE, false, "VM status: paus", true, true},
	{GDBREGS_ON_CLOSE_RESTORE, false, "", true, true},
	{GDBREGS_ON_CLOSE_RESUME, false, NULL, true, true},
	{GDBREGS_ON_CLOSE_RESUME, true, NULL, true, true},
	{GDBREGS_ON_CLOSE_HALT, true, NULL, false, false},
	{GDBREGS_ON_CLOSE_HALT, false, NULL, false, false},
	// clang-format on
};

static void set_up(struct script_stub *stub, struct drive *d, int kind, const struct ending *ending)
{
	bool system = kind == SCRIPT_QEMU10 || kind == SCRIPT_QEMU72;
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.on_close = ending->on_close;
	script_begin(stub, (enum script_kind)kind, system ? script_clusters : script_small,
		     system ? 2 : 1);
	stub->was_running = ending->was_running;
	stub->status = ending->status;
	drive_begin(d, stub, NULL, &o);
}

static void check_ending(const struct script_stub *stub, const struct ending *ending)
{
	bool runs = stub->phymem ? ending->runs : ending->runs_elsewhere;

	drive_check_stub(stub);
	ck_assert_msg(stub->running == runs, "it %s\nsent: %s",
		      stub->running ? "runs" : "is halted", stub->log);
}

/* Close after `at` bytes have arrived. Returns whether more followed. */
static bool close_at(int kind, const struct ending *ending, size_t at, size_t piece)
{
	struct drive_call call = {0};
	struct script_stub stub;
	struct drive d;

	set_up(&stub, &d, kind, ending);
	d.cut_at = at;
	d.piece = piece;
	ck_assert_int_eq(gdbregs__session_start(d.s, d.now_ms, drive_done, &call), 0);
	drive_run(&d);
	bool early = stub.out.size > at;
	ck_assert(early || (call.calls == 1 && call.status == 0));
	d.cut_at = SIZE_MAX;
	drive_end(&d);
	ck_assert_uint_eq(call.calls, 1);
	ck_assert(call.status == 0 || call.status == GDBREGS_ERR_CANCELED);
	check_ending(&stub, ending);
	script_end(&stub);
	return early;
}

/* Try every byte with the default options, and some bytes with the others. */
LOOP_TEST(close_anywhere, COUNT(endings))
{
	size_t step = script_slow() ? 97 : _i ? 11 : 1;

	for (int kind = 0; kind < SCRIPT_KINDS; kind++) {
		for (size_t at = 0; close_at(kind, &endings[_i], at, SIZE_MAX); at += step)
			;
		close_at(kind, &endings[_i], 100, 1);
	}
}

/* The stub stops answering, and the session is closed. It sends nothing harmful, ends in time, and
 * detaches nothing twice. */
LOOP_TEST(stub_is_silent, SCRIPT_KINDS)
{
	bool early = true;

	for (size_t at = 0; early; at += script_slow() ? 17 : 1) {
		struct drive_call call = {0};
		struct script_stub stub;
		struct drive d;

		set_up(&stub, &d, _i, &endings[0]);
		d.cut_at = at;
		ck_assert_int_eq(gdbregs__session_start(d.s, d.now_ms, drive_done, &call), 0);
		drive_run(&d);
		early = stub.out.size > at;
		uint64_t begun_ms = d.now_ms;
		drive_end(&d);
		/* qSupported is sent again for two seconds. */
		ck_assert_uint_le(d.now_ms - begun_ms, 8000);
		ck_assert_uint_eq(call.calls, 1);
		drive_check_stub(&stub);
		script_end(&stub);
	}
}

/* The connection ends during the detach, or the OK does not arrive. */
LOOP_TEST(detach_unanswered, 6)
{
	static const char *const answers[] = {SCRIPT_CLOSE, SCRIPT_SILENT, SCRIPT_LOST, "E01",
					      "",	    "nonsense"};
	const struct script_rule rules[] = {{"D*", 0, answers[_i]}, {0}};

	for (int kind = 0; kind < SCRIPT_KINDS; kind++) {
		struct script_stub stub;
		struct drive d;

		set_up(&stub, &d, kind, &endings[0]);
		stub.rules = rules;
		ck_assert_int_eq(drive_connect(&d), 0);
		drive_end(&d);
		drive_check_stub(&stub);
		const char *first = strstr(stub.log, " D");
		ck_assert(first && !strstr(first + 2, stub.multiprocess ? " D;1" : " D"));
		script_end(&stub);
	}
}

/* QEMU is frozen between its first two replies. In multiprocess mode it refuses a D without a pid,
 * which would leave the guest halted. */
TEST(silent_before_identified)
{
	const struct script_rule rules[] = {{"qqemu.Supported", 0, SCRIPT_SILENT}, {0}};
	struct script_stub stub;
	struct drive d;

	set_up(&stub, &d, SCRIPT_QEMU72, &endings[0]);
	stub.rules = rules;
	ck_assert_int_eq(drive_connect(&d), GDBREGS_ERR_TIMEOUT);
	struct drive_call call = {0};
	ck_assert_int_eq(gdbregs__session_stop(d.s, d.now_ms, drive_done, &call), 0);
	size_t size;
	const uint8_t *bytes = inside_output(d.s, &size);
	ck_assert_uint_eq(size, strlen("$D;1#b0"));
	ck_assert_mem_eq(bytes, "$D;1#b0", size);
	drive_finish(&d);
	script_end(&stub);
}
