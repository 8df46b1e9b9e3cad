/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When no-ack mode begins, and sessions that are closed at any moment of connecting. */
#include "harness.h"
#include "suite.h"

#include <string.h>

/* A stub of no known kind that announces no-ack mode. */
#define OTHER_NO_ACK SCRIPT_KINDS
#define CLUSTERS     (SCRIPT_KINDS + 1)
#define KINDS	     (SCRIPT_KINDS + 2)

static void begin(struct drive *d, struct script_stub *stub, int kind)
{
	if (kind == CLUSTERS) {
		script_begin(stub, SCRIPT_QEMU10, script_clusters, 2);
	} else if (kind == OTHER_NO_ACK) {
		script_begin(stub, SCRIPT_PLAIN, script_small, 1);
		stub->no_ack_mode = true;
		stub->supported = "PacketSize=1000;qXfer:features:read+;QStartNoAckMode+";
	} else {
		script_begin(stub, (enum script_kind)kind, script_small, 1);
	}
	drive_begin(d, stub, NULL, NULL);
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
	ck_assert_msg(!stub.violation[0] && stub.running, "at %zu: %s\nsent: %s", bytes,
		      stub.violation, stub.log);
	script_end(&stub);
}

LOOP_TEST(close_at_any_moment, KINDS)
{
	size_t size = size_of_connecting(_i), step = script_slow() ? 97 : 1;

	for (size_t bytes = 0; bytes < size; bytes += step)
		close_at(_i, bytes);
}
