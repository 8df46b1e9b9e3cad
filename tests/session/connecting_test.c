/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting: when no-ack mode begins, stubs that do not answer optional queries, clusters that are
 * found late, and sessions that are closed at any moment. */
#include "harness.h"
#include "suite.h"

#include <string.h>

/* A stub of no known kind that announces no-ack mode. */
#define OTHER_NO_ACK  SCRIPT_KINDS
#define CLUSTERS      (SCRIPT_KINDS + 1)
#define HALTED	      (SCRIPT_KINDS + 2) /* a machine that was not started */
#define HALTED_SERIAL (SCRIPT_KINDS + 3) /* the same, without pipelining */
#define KINDS	      (SCRIPT_KINDS + 4)

static void begin(struct drive *d, struct script_stub *stub, int kind)
{
	struct gdbregs_options options;

	gdbregs_options_init(&options);
	if (kind == HALTED_SERIAL)
		options.pipeline = GDBREGS_PIPELINE_OFF;
	if (kind == CLUSTERS) {
		script_begin(stub, SCRIPT_QEMU10, script_clusters, 2);
	} else if (kind == HALTED || kind == HALTED_SERIAL) {
		script_begin(stub, SCRIPT_QEMU10, script_small, 1);
		stub->was_running = false;
	} else if (kind == OTHER_NO_ACK) {
		script_begin(stub, SCRIPT_PLAIN, script_small, 1);
		stub->no_ack_mode = true;
		stub->supported = "PacketSize=1000;qXfer:features:read+;QStartNoAckMode+";
	} else {
		script_begin(stub, (enum script_kind)kind, script_small, 1);
	}
	drive_begin(d, stub, NULL, &options);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), of_end = strlen(end);

	return length >= of_end && strcmp(text + length - of_end, end) == 0;
}

/* It is the last request of connecting: until then, a late reply can be told from the next one. */
TEST(no_ack_mode_begins_last)
{
	struct script_stub stub;
	struct drive d;

	begin(&d, &stub, OTHER_NO_ACK);
	ck_assert_int_eq(drive_connect(&d), 0);
	ck_assert_msg(ends_with(stub.log, " QStartNoAckMode "), "it sent: %s", stub.log);
	ck_assert(stub.no_ack);
	/* The stub need not wait for the next request to have its OK acknowledged. */
	drive_run(&d);
	ck_assert(!stub.last_ack_due);
	drive_check_values(&d, 2);
	drive_end(&d);
	drive_check_stub(&stub);
	script_end(&stub);
}

/* The stub refuses it after all. */
TEST(no_ack_mode_refused)
{
	static const struct script_rule rules[] = {{"QStartNoAckMode", 0, "E01"}, {0}};
	struct script_stub stub;
	struct drive d;

	begin(&d, &stub, OTHER_NO_ACK);
	stub.rules = rules;
	ck_assert_int_eq(drive_connect(&d), 0);
	drive_check_values(&d, 2);
	drive_end(&d);
	drive_check_stub(&stub);
	script_end(&stub);
}

/* Stubs that acknowledge these queries and never reply to them. */
static const struct silence {
	const char *query, *supported;
	bool qxfer;
} silences[] = {
	{"qfThreadInfo", NULL, true},
	{"qThreadExtraInfo,*", NULL, true},
	{"qRegisterInfo0", "PacketSize=1000;vContSupported+", false},
	{"qXfer:auxv:*", "PacketSize=1000;qXfer:features:read+;qXfer:auxv:read+", true},
};

LOOP_TEST(optional_query_unanswered, COUNT(silences))
{
	const struct silence *c = &silences[_i];
	const struct script_rule rules[] = {{c->query, 0, SCRIPT_SILENT}, {0}};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, SCRIPT_PLAIN, script_wide, 1);
	stub.rules = rules;
	stub.supported = c->supported;
	stub.qxfer = c->qxfer;
	stub.names = true;
	int result = drive_open(&d, &stub, NULL);
	ck_assert_msg(result == (c->qxfer ? 0 : GDBREGS_ERR_NO_DESCRIPTION), "%s: %d; sent: %s",
		      c->query, result, stub.log);
	ck_assert_uint_gt(stub.seen[0], 0);
	if (c->qxfer)
		drive_check_values(&d, 1);
	drive_end(&d);
	drive_check_stub(&stub);
	script_end(&stub);
}

/* Numbers of clusters. Number 4 is the last one that is probed for at first, so more are probed for.
 * They are found when threads and documents of the others are known or asked for, and each has the
 * description of its own type. */
static const unsigned late_clusters[][6] = {{1, 2, 4, 5, 6, 9}, {1, 4, 6}};

LOOP_TEST(clusters_found_late, COUNT(late_clusters))
{
	struct script_process processes[6];
	struct script_stub stub;
	struct drive d;
	unsigned tid = 1, count = 0;

	for (; count < 6 && late_clusters[_i][count]; count++) {
		processes[count] = script_clusters[count % 2];
		processes[count].pid = late_clusters[_i][count];
		processes[count].threads = 1 + count % 3;
		processes[count].first_tid = tid;
		tid += processes[count].threads;
	}
	script_begin(&stub, SCRIPT_QEMU10, processes, count);
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	ck_assert_uint_eq(gdbregs_vcpu_count(d.s), tid - 1);
	drive_check_values(&d, 2);
	drive_end(&d);
	drive_check_stub(&stub);
	script_end(&stub);
}

/* A stub falls silent before it is known what it is. A QEMU in multiprocess mode needs the number of
 * a process, and another stub would refuse it. */
static const struct {
	const char *lost, *supported, *detach;
} unknown_stubs[] = {
	{"qSupported:*", NULL, " D;1 "},
	{"qqemu.Supported", "PacketSize=1000;vContSupported+;multiprocess+", " D;1 "},
	{"qqemu.Supported", "PacketSize=1000;vContSupported+", " D "},
};

LOOP_TEST(silent_before_it_is_known, COUNT(unknown_stubs))
{
	const struct script_rule rules[] = {{unknown_stubs[_i].lost, 0, SCRIPT_LOST}, {0}};
	struct script_stub stub;
	struct drive d;

	begin(&d, &stub, SCRIPT_PLAIN);
	stub.rules = rules;
	stub.supported = unknown_stubs[_i].supported;
	ck_assert_int_eq(drive_connect(&d), GDBREGS_ERR_TIMEOUT);
	drive_end(&d);
	ck_assert_msg(ends_with(stub.log, unknown_stubs[_i].detach), "it sent: %s", stub.log);
	script_end(&stub);
}

static size_t size_of_connecting(int kind)
{
	struct script_stub stub;
	struct drive d;

	begin(&d, &stub, kind);
	ck_assert_int_eq(drive_connect(&d), 0);
	size_t size = stub.out.size;
	drive_end(&d);
	script_end(&stub);
	return size;
}

/* Close when this many bytes of the stub have arrived. The others arrive afterwards. */
static void close_at(int kind, size_t bytes)
{
	struct drive_call connected = {0}, closed = {0};
	struct script_stub stub;
	struct drive d;

	begin(&d, &stub, kind);
	d.cut_at = bytes;
	ck_assert_int_eq(gdbregs__session_start(d.s, 0, drive_done, &connected), 0);
	drive_run(&d);
	ck_assert_uint_eq(connected.calls, 0);
	d.cut_at = SIZE_MAX;
	ck_assert_int_eq(gdbregs__session_stop(d.s, 0, drive_done, &closed), 0);
	ck_assert_msg(drive_wait(&d, &closed) == 0, "at %zu: %s", bytes, closed.error.text);
	ck_assert_int_eq(connected.status, GDBREGS_ERR_CANCELED);
	ck_assert_uint_eq(connected.calls, 1);
	gdbregs__session_free(d.s);
	ck_assert_msg(!stub.violation[0], "at %zu: %s\nsent: %s", bytes, stub.violation, stub.log);
	ck_assert_msg(stub.running == stub.was_running, "at %zu: sent: %s", bytes, stub.log);
	script_end(&stub);
}

LOOP_TEST(close_at_any_moment, KINDS)
{
	size_t size = size_of_connecting(_i), step = script_slow() ? 97 : 1;

	for (size_t bytes = 0; bytes < size; bytes += step)
		close_at(_i, bytes);
}
