/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits on large packets and documents: just reached, then exceeded. Other limits of a session
 * are in cases/limits.txt, those of descriptions in tests/unit/util/limits_test.c. */
#include "harness.h"
#include "suite.h"

#include "session/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Connect with these options, and read register b. Returns the size of its value or the error. */
static int session(enum script_kind kind, const struct script_process *processes, size_t count,
		   const struct script_rule *rules, const struct gdbregs_options *o,
		   struct gdbregs_error *err)
{
	struct gdbregs_buffer buf = {0};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, kind, processes, count);
	stub.rules = rules;
	int result = drive_open(&d, &stub, o);
	if (result == 0)
		result = drive_read_one(&d, 0, drive_register(&d, 0, "b"), &buf);
	*err = *drive_error(&d);
	drive_end(&d);
	drive_check_stub(&stub);
	script_end(&stub);
	gdbregs_buffer_fini(&buf);
	return result;
}

static void require_limit(int result, const struct gdbregs_error *err, const char *name)
{
	ck_assert_msg(result == GDBREGS_ERR_LIMIT, "%s: %s", gdbregs_error_name(result), err->text);
	ck_assert_msg(strstr(err->text, name), "\"%s\" does not name %s", err->text, name);
}

/* ----------------------------------------------------------------------- packets --- */

#define PACKET_BYTES 600

/* Returns a reply of that size. It is the name of a thread in hex digits. */
static const char *reply_of(size_t size)
{
	static char text[2 * PACKET_BYTES];

	memset(text, '4', size);
	text[size] = '\0';
	return text;
}

static int session_of_packet(enum script_kind kind, size_t size, struct gdbregs_error *err)
{
	struct script_rule rules[] = {{"qThreadExtraInfo*", 1, reply_of(size)}, {0}};
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.max_packet_bytes = PACKET_BYTES;
	return session(kind, script_small, 1, rules, &o, err);
}

TEST(packet_bytes)
{
	struct gdbregs_error err;

	ck_assert_int_eq(session_of_packet(SCRIPT_QEMU10, PACKET_BYTES, &err), 8);
	require_limit(session_of_packet(SCRIPT_QEMU10, PACKET_BYTES + 1, &err), &err,
		      "max_packet_bytes");
	ck_assert_int_eq(session_of_packet(SCRIPT_USER, PACKET_BYTES, &err), 8);
	require_limit(session_of_packet(SCRIPT_USER, PACKET_BYTES + 1, &err), &err,
		      "max_packet_bytes");
}

/* Returns a reply that has `size` characters when its run lengths are expanded. */
static const char *short_wire_of(size_t size)
{
	static char wire[200];
	size_t length = (size_t)sprintf(wire, SCRIPT_RAW "$4");
	unsigned sum = 0;

	for (size--; size >= 97; size -= 97)
		length += (size_t)sprintf(wire + length, "*~");
	for (; size; size--)
		wire[length++] = '4';
	for (size_t i = 2; i < length; i++)
		sum += (unsigned char)wire[i];
	sprintf(wire + length, "#%02x", sum & 0xff);
	return wire;
}

TEST(packet_bytes_expanded)
{
	struct gdbregs_options o;
	struct gdbregs_error err;

	gdbregs_options_init(&o);
	o.max_packet_bytes = PACKET_BYTES;
	for (size_t past = 0; past < 2; past++) {
		struct script_rule rules[] = {
			{"qThreadExtraInfo*", 1, short_wire_of(PACKET_BYTES + past)}, {0}};
		int result = session(SCRIPT_QEMU10, script_small, 1, rules, &o, &err);
		if (past)
			require_limit(result, &err, "max_packet_bytes");
		else
			ck_assert_msg(result == 8, "%s", err.text);
	}
}

/* ------------------------------------------------------------------- descriptions --- */

static size_t small_bytes(void)
{
	size_t bytes = 0;

	for (const struct script_document *doc = script_small->documents; doc->name; doc++)
		bytes += strlen(doc->text);
	return bytes;
}

static size_t one_byte(unsigned request)
{
	(void)request;
	return 1;
}

/* A stub that sends a large document byte by byte would never finish. Pieces that were asked for
 * ahead come in addition to the limit. */
#define PIECES_MOST (65536 / 128 + 1024 + 4096)

TEST(description_pieces)
{
	static char text[20000];
	struct script_document documents[] = {{"target.xml", text}, {0}};
	struct script_process process = *script_small;
	struct script_stub stub;
	struct drive d;

	snprintf(text, sizeof(text), "<target>%*s</target>", (int)sizeof(text) - 30, "");
	process.documents = documents;
	script_begin(&stub, SCRIPT_QEMU10, &process, 1);
	stub.chunk = one_byte;
	struct gdbregs_options o;
	gdbregs_options_init(&o);
	o.max_description_bytes = 65536;
	int result = drive_open(&d, &stub, &o);
	require_limit(result, drive_error(&d), "max_description_bytes");
	ck_assert_uint_le(stub.xfers, PIECES_MOST);
	drive_end(&d);
	script_end(&stub);
}

/* The documents of all processes count together: each process may have another description. */
TEST(documents_of_all_processes)
{
	struct script_process processes[] = {*script_small, *script_small, *script_small};
	struct gdbregs_options o;
	struct gdbregs_error err;

	for (unsigned i = 1; i < 3; i++) {
		processes[i].pid = i + 1;
		processes[i].first_tid = 10 * i;
	}
	gdbregs_options_init(&o);
	o.max_description_bytes = 3 * small_bytes();
	ck_assert_int_eq(session(SCRIPT_QEMU10, processes, 3, NULL, &o, &err), 8);
	o.max_description_bytes--;
	require_limit(session(SCRIPT_QEMU10, processes, 3, NULL, &o, &err), &err,
		      "max_description_bytes");
}

/* -------------------------------------------------------------------- requests --- */

/* A request must fit the stub's buffer, together with `$`, `#`, two digits and QEMU's NUL. A
 * request that is too large is not sent. */
LOOP_TEST(request_bytes, 3)
{
	static const enum script_kind kinds[] = {SCRIPT_QEMU10, SCRIPT_QEMU72, SCRIPT_PLAIN};
	struct script_rule rules[] = {{"q*", 0, NULL}, {0}};
	struct gdbregs_buffer reply = {0};
	struct script_stub stub;
	struct drive d;
	static char payload[0x1000];

	memset(payload, 'q', sizeof(payload));
	script_begin(&stub, kinds[_i], script_small, 1);
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	rules[0].reply = "OK";
	stub.rules = rules;
	for (size_t past = 0; past < 2; past++) {
		struct drive_call call = {0};
		unsigned before = stub.requests;
		int result = gdbregs__raw_packet(d.s, payload, 0x1000 - 5 + past, &reply,
						 drive_done, &call, NULL);
		ck_assert_int_eq(result, past ? GDBREGS_ERR_LIMIT : 0);
		if (!past)
			ck_assert_int_eq(drive_wait(&d, &call), 0);
		ck_assert_uint_eq(stub.requests, before + 1 - past);
	}
	drive_end(&d);
	drive_check_stub(&stub);
	script_end(&stub);
	gdbregs_buffer_fini(&reply);
}

/* A stub that sends system calls without end, and does not read the replies. */
TEST(system_calls)
{
	struct script_stub stub;
	struct drive d;

	drive_open_core(&d, &stub, SCRIPT_QEMU10, NULL);
	ck_assert_int_eq(gdbregs__continue(d.s, NULL, NULL, NULL, NULL), 0);
	drive_run(&d);
	const char *call = "$Ftime,0#51";
	for (int i = 0; i < 20000 && !drive_failure(&d); i++)
		drive_input(&d, call, strlen(call));
	ck_assert_int_eq(drive_failure(&d), GDBREGS_ERR_PROTOCOL);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(d.s), "system call"));
	ck_assert_uint_lt(drive_unsent(&d), 100000);
	gdbregs__session_free(d.s);
	script_end(&stub);
}
