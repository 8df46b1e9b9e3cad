/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stubs that break the rules of the protocol, and peers that are not stubs. */
#include "harness.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define REPLY(text) "$" text

/* Connect to a stub with these rules and read register b. Returns the size of the value or the
 * error. */
static int session(enum script_kind kind, const struct script_rule *rules, struct script_stub *stub,
		   struct gdbregs_error *err, size_t piece)
{
	struct gdbregs_buffer buf = {0};
	struct gdbregs_options o;
	struct drive d;

	gdbregs_options_init(&o);
	o.max_packet_bytes = 4096;
	script_begin(stub, kind, script_small, 1);
	stub->rules = rules;
	drive_begin(&d, stub, NULL, &o);
	d.piece = piece;
	int result = drive_connect(&d);
	if (result == 0)
		result = drive_read_one(&d, 0, drive_register(&d, 0, "b"), &buf);
	if (result > 0)
		drive_check_value(1, 1, buf.data, buf.size);
	*err = *drive_error(&d);
	drive_end(&d);
	drive_check_stub(stub);
	gdbregs_buffer_fini(&buf);
	return result;
}

struct fault {
	const char *what;
	int kinds; /* bits of the enum below */
	const char *request;
	unsigned nth;
	const char *reply;
	int result; /* 8: the register was read */
	const char *says;
};

enum { SERIAL = 1, QEMU = 2, NO_ACK = 4, ALL = 7 };

#define STOP	"$T05thread:01;#07"
#define NOTIFY	"%Stop:T05thread:p1.1;#86"
#define CONSOLE "$O6869#2c"

static const struct fault faults[] = {
	// clang-format off
	{"NAK once", SERIAL | QEMU, "qSupported*", 1, SCRIPT_NAK, 8, ""},
	{"NAK of a later packet", SERIAL, "p1", 1, SCRIPT_NAK, 8, ""},
	{"NAK with one in flight", QEMU, "p1", 1, SCRIPT_NAK, 8, ""},
	{"NAKs for ever", ALL, "qSupported*", 0, SCRIPT_NAK, GDBREGS_ERR_PROTOCOL, "refused a packet as damaged 4 times"},
	{"NAK with many in flight", QEMU, "qfThreadInfo", 1, SCRIPT_NAK, GDBREGS_ERR_PROTOCOL, "in flight"},
	{"damaged once", SERIAL | QEMU, "qSupported*", 1, SCRIPT_DAMAGED, 8, ""},
	{"damaged, one in flight", SERIAL | QEMU, "p1", 1, SCRIPT_DAMAGED, 8, ""},
	{"damaged without acks", NO_ACK, "?", 1, SCRIPT_DAMAGED, GDBREGS_ERR_PROTOCOL, "damaged"},
	{"damaged with many in flight", QEMU, "qfThreadInfo", 1, SCRIPT_DAMAGED, GDBREGS_ERR_PROTOCOL, "damaged"},
	{"damaged for ever", SERIAL | QEMU, "?", 0, SCRIPT_RAW "$S05#00", GDBREGS_ERR_PROTOCOL, "damaged"},
	{"junk ahead", ALL, "qSupported*", 0, SCRIPT_AHEAD "~~~hello\r\n", 8, ""},
	{"junk behind the ack", ALL, "?", 0, SCRIPT_USUAL "\x01\xff~!", 8, ""},
	{"junk everywhere", SERIAL | NO_ACK, "q*", 0, SCRIPT_USUAL "......................................................................", 8, ""},
	{"notifications", ALL, "?", 0, SCRIPT_USUAL NOTIFY NOTIFY, 8, ""},
	{"a damaged notification", ALL, "?", 0, SCRIPT_USUAL "%Stop:T05thread:p1.1;#00", 8, ""},
	{"a damaged notification among many", QEMU, "qfThreadInfo", 0, SCRIPT_USUAL "%Stop:#00", 8, ""},
	{"notification ahead of the first ack", ALL, "qSupported*", 0, SCRIPT_AHEAD NOTIFY, 8, ""},
	{"stop reply ahead of the first ack", SERIAL | QEMU, "qSupported*", 0, SCRIPT_AHEAD STOP, 8, ""},
	{"stop reply ahead of a later ack", SERIAL | QEMU, "qfThreadInfo", 0, SCRIPT_AHEAD STOP, 8, ""},
	{"console output", ALL, "?", 0, SCRIPT_USUAL CONSOLE, 8, ""},
	{"console output ahead of a value", ALL, "p1", 0, SCRIPT_USUAL CONSOLE CONSOLE, 8, ""},
	{"$ in a packet", ALL, "p1", 0, SCRIPT_USUAL "$0102", 8, ""},
	{"$ in a packet, in the middle of many", QEMU, "qfThreadInfo", 0, SCRIPT_USUAL "$T05", GDBREGS_ERR_PROTOCOL, "cut short"},
	{"a reply whose $ is damaged", QEMU, "qfThreadInfo", 0, SCRIPT_RAW "4m1,2#fd", GDBREGS_ERR_PROTOCOL, "beginning is missing"},
	{"a reply whose $ is damaged, without acks", NO_ACK, "qsThreadInfo", 0, SCRIPT_RAW "4l#6c", GDBREGS_ERR_PROTOCOL, "beginning is missing"},
	{"a reply whose $ became a %", QEMU, "qfThreadInfo", 0, SCRIPT_RAW "%m1#9e", GDBREGS_ERR_PROTOCOL, "notification without a name"},
	{"too large", ALL, "?", 0, SCRIPT_RAW "$a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~a*~", GDBREGS_ERR_LIMIT, "sent a packet of more than 4096 bytes"},
	{"run length of nothing", NO_ACK, "?", 0, SCRIPT_RAW "$*!S05#7d", GDBREGS_ERR_PROTOCOL, "damaged"},
	{"checksum of no digits", NO_ACK, "?", 0, SCRIPT_RAW "$S05#zz", GDBREGS_ERR_PROTOCOL, "damaged"},
	{"upper-case checksum", ALL, "?", 0, SCRIPT_RAW "$S0b#E5", 8, ""},
	{"acks without end", SERIAL | QEMU, "?", 0, SCRIPT_USUAL "+++++++++", 8, ""},
	{"unknown stop", ALL, "?", 0, "hello", GDBREGS_ERR_PROTOCOL, "hello"},
	{"ended program", ALL, "?", 0, "W00", GDBREGS_ERR_NO_VCPU, "ended"},
	{"killed program", ALL, "?", 0, "X09;process:1", GDBREGS_ERR_NO_VCPU, "ended"},
	{"never acked", SERIAL | QEMU, "qSupported*", 0, SCRIPT_RAW_NO_ACK "$PacketSize=400#c4", GDBREGS_ERR_TIMEOUT, "not answered"},
	{"close at once", ALL, "qSupported*", 0, SCRIPT_CLOSE, GDBREGS_ERR_CLOSED, "closed"},
	{"close later", ALL, "?", 0, SCRIPT_CLOSE, GDBREGS_ERR_CLOSED, "closed"},
	{"lost", ALL, "qfThreadInfo", 0, SCRIPT_LOST, GDBREGS_ERR_TIMEOUT, "not answered"},
	{"data for a selection", QEMU, "Hg*", 0, "0102", GDBREGS_ERR_PROTOCOL, "refused to select"},
	{"odd value", ALL, "p1", 0, "012", GDBREGS_ERR_PROTOCOL, "register b"},
	{"no value at all", ALL, "p1", 0, "zz", GDBREGS_ERR_PROTOCOL, "register b"},
	{"half an x", ALL, "p1", 0, "0x", GDBREGS_ERR_PROTOCOL, "register b"},
	// clang-format on
};

static const enum script_kind kinds[] = {SCRIPT_PLAIN, SCRIPT_QEMU10, SCRIPT_GDBSERVER};

static bool skip(const struct fault *fault, int kind)
{
	/* gdbserver has no p. */
	return !(fault->kinds & 1 << kind) ||
	       (kinds[kind] == SCRIPT_GDBSERVER && fault->request[0] == 'p');
}

static void check_fault(const struct fault *fault, int kind, size_t piece)
{
	struct script_rule rules[] = {{fault->request, fault->nth, fault->reply}, {0}};
	struct script_stub stub;
	struct gdbregs_error err;
	int result = session(kinds[kind], rules, &stub, &err, piece);

	ck_assert_msg(result == fault->result, "%s, %s: %s (%s)\nsent: %s", fault->what,
		      script_kind_names[kinds[kind]],
		      result > 0 ? "read" : gdbregs_error_name(result), err.text, stub.log);
	if (result < 0)
		ck_assert_msg(strstr(err.text, fault->says) != NULL, "%s says: %s", fault->what,
			      err.text);
	script_end(&stub);
}

LOOP_TEST(each_fault, COUNT(faults))
{
	for (int kind = 0; kind < 3; kind++) {
		if (skip(&faults[_i], kind))
			continue;
		check_fault(&faults[_i], kind, SIZE_MAX);
		check_fault(&faults[_i], kind, 1);
	}
}

/* ----------------------------------------------------------------- other peers --- */

static const struct {
	const char *bytes;
	bool closes;
	int result;
	const char *says;
} others[] = {
	// clang-format off
	{"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request", true, GDBREGS_ERR_PROTOCOL, "HTTP/1.1 400"},
	{"SSH-2.0-OpenSSH_9.2\r\n", false, GDBREGS_ERR_PROTOCOL, "SSH-2.0-OpenSSH_9.2"},
	{"220 mail.example.org ESMTP\r\n", true, GDBREGS_ERR_PROTOCOL, "ESMTP"},
	{"\x16\x03\x01\x02", true, GDBREGS_ERR_PROTOCOL, "x16"},
	{"", false, GDBREGS_ERR_TIMEOUT, "another debugger"},
	{"", true, GDBREGS_ERR_CLOSED, "before it answered"},
	// clang-format on
};

LOOP_TEST(no_stub, COUNT(others))
{
	for (size_t piece = 1; piece <= 64; piece *= 4) {
		struct script_rule rules[] = {{"*", 0, SCRIPT_LOST}, {0}};
		struct script_stub stub;
		struct drive d;

		script_begin(&stub, SCRIPT_PLAIN, script_small, 1);
		stub.rules = rules;
		drive_begin(&d, &stub, NULL, NULL);
		d.piece = piece;
		script_puts(&stub.out, others[_i].bytes);
		d.cut_at = others[_i].closes ? stub.out.size : SIZE_MAX;
		d.cut_ends = true;
		int result = drive_connect(&d);
		ck_assert_msg(result == others[_i].result, "%s: %s", gdbregs_error_name(result),
			      gdbregs_session_error(d.s));
		ck_assert_msg(strstr(gdbregs_session_error(d.s), others[_i].says) != NULL, "%s",
			      gdbregs_session_error(d.s));
		drive_end(&d);
		script_end(&stub);
	}
}

/* A peer that sends back everything it receives. */
TEST(echo)
{
	struct drive d = {0};
	struct drive_call call = {0};

	ck_assert_int_eq(gdbregs__session_new(NULL, NULL, &d.s), 0);
	ck_assert_int_eq(gdbregs__session_start(d.s, 0, drive_done, &call), 0);
	for (unsigned i = 0; i < 1000 && !drive_failure(&d) && !call.calls; i++) {
		struct script_bytes taken = {0};

		drive_take_output(&d, &taken);
		if (!taken.size)
			inside_tick(d.s, inside_deadline(d.s));
		drive_input(&d, taken.data, taken.size);
		script_free(&taken);
		while (drive_deliver(&d))
			;
	}
	ck_assert_int_eq(call.calls, 1);
	ck_assert_int_eq(call.status, GDBREGS_ERR_PROTOCOL);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(d.s), "not a gdbstub"));
	gdbregs__session_free(d.s);
}

/* A peer that keeps sending: the deadline ends the request, and the input is not kept. */
LOOP_TEST(flood, 4)
{
	static const char *const floods[] = {CONSOLE, NOTIFY, "junk", "+", STOP};
	struct script_rule rules[] = {{"?", 0, SCRIPT_SILENT}, {0}};
	struct script_stub stub;
	struct drive d;
	struct drive_call call = {0};

	script_begin(&stub, SCRIPT_PLAIN, script_small, 1);
	stub.rules = rules;
	drive_begin(&d, &stub, NULL, NULL);
	ck_assert_int_eq(gdbregs__session_start(d.s, d.now_ms, drive_done, &call), 0);
	drive_run(&d);
	for (unsigned i = 0; i < 20000 && !call.calls; i++) {
		/* A stop reply is what was asked for. */
		const char *bytes = floods[_i == 4 ? 4 : _i];

		d.now_ms++;
		drive_input(&d, bytes, strlen(bytes));
		drive_tick(&d);
		drive_deliver(&d);
		ck_assert_uint_lt(drive_unsent(&d), 65536);
		ck_assert_uint_lt(inside_of(d.s).halt_text_bytes, 65536);
	}
	ck_assert_uint_eq(call.calls, 1);
	ck_assert_int_eq(call.status, GDBREGS_ERR_TIMEOUT);
	drive_end(&d);
	script_end(&stub);
}
