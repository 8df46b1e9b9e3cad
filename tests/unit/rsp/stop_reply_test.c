/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stop replies: their kinds, reasons, threads and expedited registers. */
#include "rsp/stop-reply.h"

#include "../guarded.h"
#include "suite.h"

#include <stdio.h>

struct seen {
	char text[256]; /* `number=digits ` of each expedited register */
	int result;
};

static int note_register(void *arg, uint64_t regnum, const uint8_t *hex, size_t hexlen)
{
	struct seen *seen = arg;
	size_t length = strlen(seen->text);

	snprintf(seen->text + length, sizeof(seen->text) - length, "%llx=%.*s ",
		 (unsigned long long)regnum, (int)hexlen, (const char *)hex);
	return seen->result;
}

/* Returns a stop reply as text, or its error: "signal 5 reason 0 thread p1.1 | registers". */
static const char *describe(const char *payload, struct seen *seen)
{
	static char text[512];
	struct gdbregs__stop stop;
	char thread[GDBREGS__THREAD_ID_TEXT] = "-";
	static const char *const kinds[] = {"signal", "exited", "terminated", "thread-exit",
					    "no-resumed"};
	static const char *const reasons[] = {"",	 " swbreak", " hwbreak", " watch",
					      " rwatch", " awatch",  " other"};
	size_t size = strlen(payload);
	int result = gdbregs__stop_parse(guarded(payload, size), size, &stop, note_register, seen);

	if (result < 0)
		return result == GDBREGS_ERR_PROTOCOL ? "protocol" : "other error";
	if (stop.has_thread)
		gdbregs__thread_id_format(thread, &stop.thread);
	int length = snprintf(text, sizeof(text), "%s%s %u/%u %s", kinds[stop.kind],
			      reasons[stop.reason], stop.signal, stop.status, thread);
	if (stop.address)
		length += snprintf(text + length, sizeof(text) - (size_t)length, " @%llx",
				   (unsigned long long)stop.address);
	if (seen->text[0])
		snprintf(text + length, sizeof(text) - (size_t)length, " | %s", seen->text);
	return text;
}

static const struct {
	const char *payload, *expected;
} replies[] = {
	// clang-format off
	/* QEMU */
	{"T05thread:p01.01;",                 "signal 5/0 p1.1"},
	{"T02thread:01;",                     "signal 2/0 1"},
	{"T05thread:p02.05;",                 "signal 5/0 p2.5"},
	{"T05thread:p01.01;watch:00000000fffffff0;", "signal watch 5/0 p1.1 @fffffff0"},
	{"T05thread:p01.01;rwatch:10;",       "signal rwatch 5/0 p1.1 @10"},
	{"T05thread:p01.01;awatch:ffffffffffffffff;", "signal awatch 5/0 p1.1 @ffffffffffffffff"},
	{"W00",                               "exited 0/0 -"},
	/* gdbserver */
	{"T0506:0000000000000000;07:70e4ffffff7f0000;10:90b2fdf7ff7f0000;thread:p3a.3a;core:1;",
	 "signal 5/0 p3a.3a | 6=0000000000000000 7=70e4ffffff7f0000 10=90b2fdf7ff7f0000 "},
	{"T05swbreak:;06:00;thread:p1.1;",    "signal swbreak 5/0 p1.1 | 6=00 "},
	{"T05hwbreak:;thread:p1.1;",          "signal hwbreak 5/0 p1.1"},
	{"T05library:;thread:p1.1;core:0;",   "signal other 5/0 p1.1"},
	{"T05fork:p2.2;thread:p1.1;",         "signal other 5/0 p1.1"},
	{"T05syscall_entry:3b;thread:p1.1;",  "signal other 5/0 p1.1"},
	{"T05library:;swbreak:;",             "signal swbreak 5/0 -"},
	{"T05swbreak:;library:;",             "signal swbreak 5/0 -"},
	{"W2a;process:1f",                    "exited 0/42 p1f.-1"},
	{"X09;process:a410",                  "terminated 9/0 pa410.-1"},
	{"w00;p1.2",                          "thread-exit 0/0 p1.2"},
	{"N",                                 "no-resumed 0/0 -"},
	/* lldb-server: an empty value means unavailable, and there are many keys */
	{"T05thread:1f;name:a b;threads:1f,20;thread-pcs:10,20;00:0011;01:;reason:trace;",
	 "signal 5/0 1f | 0=0011 1= "},
	{"T02thread:1",                       "signal 2/0 1"},
	/* others */
	{"S05",                               "signal 5/0 -"},
	{"S05;",                              "signal 5/0 -"},
	{"S05thread:1;",                      "signal 5/0 -"}, /* GDB ignores it */
	{"T05thread:0000000080001234;",       "signal 5/0 80001234"}, /* OpenOCD */
	{"T05thread:ffffffffffffffff;",       "signal 5/0 ffffffffffffffff"},
	{"T05thread:0;",                      "signal 5/0 0"},
	{"Sff",                               "signal 255/0 -"},
	{"T05",                               "signal 5/0 -"},
	{"T0b",                               "signal 11/0 -"},
	{"T0B",                               "signal 11/0 -"},
	{"T05;",                              "signal 5/0 -"},
	{"T050:12",                           "signal 5/0 - | 0=12 "},
	{"T0501:xxxxxxxx;",                   "signal 5/0 - | 1=xxxxxxxx "},
	{"T05fade:12;",                       "signal 5/0 - | fade=12 "},
	{"T05what:ever;: ;x:;",               "signal 5/0 -"},
	{"T05jstopinfo:5b7b:7d5d;",           "signal 5/0 -"},
	{"T05watching:1;threads:zz;",         "signal 5/0 -"},
	{"T0511112222333344445:00;",          "signal 5/0 -"}, /* a number has at most 64 bits */
	/* GDB requires the colon of the last pair only, and accepts a missing thread id. */
	{"T0501;thread:1;",                   "signal 5/0 1"},
	{"T0501;06;thread:1;07:00",           "signal 5/0 1 | 7=00 "},
	{"T05;;thread:1;;",                   "signal 5/0 1"},
	{"T05thread:;06:00;",                 "signal 5/0 - | 6=00 "},
	{"W0",                                "exited 0/0 -"},
	{"W00;",                              "exited 0/0 -"},
	{"Wffffffff",                         "exited 0/4294967295 -"},
	{"W00;later:1;process:2",             "exited 0/0 p2.-1"},
	{"w1;2",                              "thread-exit 0/1 2"},
	{"w1;2;more",                         "thread-exit 0/1 2"},
	/* not a stop reply */
	{"",                                  "protocol"},
	{"OK",                                "protocol"},
	{"O414243",                           "protocol"},
	{"E01",                               "protocol"},
	{"F-1,16",                            "protocol"},
	{"T",                                 "protocol"},
	{"T0",                                "protocol"},
	{"T0g",                               "protocol"},
	{"Tthread:1;",                        "protocol"},
	{"Txx",                               "protocol"},
	{"T05thread",                         "protocol"},
	{"T05thread;",                        "protocol"},
	{"T05thread:2;01;",                   "protocol"},
	{"T05thread:2;01",                    "protocol"},
	{"w00;",                              "protocol"},
	{"T05thread:x;",                      "protocol"},
	{"T05thread:1 ;",                     "protocol"},
	{"T05thread:p1.1;06",                 "protocol"},
	{"T05watch:;",                        "protocol"},
	{"T05watch:0x10;",                    "protocol"},
	{"T05watch:10000000000000000;",       "protocol"},
	{"S",                                 "protocol"},
	{"S0",                                "protocol"},
	{"S055",                              "protocol"},
	{"W",                                 "protocol"},
	{"Wx",                                "protocol"},
	{"W;process:1",                       "protocol"},
	{"W100000000",                        "protocol"},
	{"W00;process:",                      "protocol"},
	{"W00;process:x",                     "protocol"},
	{"W00;process:8000000000000000",      "protocol"},
	{"X",                                 "protocol"},
	{"w",                                 "protocol"},
	{"w00",                               "protocol"},
	{"w00;",                              "protocol"},
	{"w;p1.1",                            "protocol"},
	{"w00;p1.1x",                         "protocol"},
	{"N1",                                "protocol"},
	{"t05",                               "protocol"},
	// clang-format on
};

TEST(parse)
{
	for (size_t i = 0; i < COUNT(replies); i++) {
		struct seen seen = {.text = ""};
		const char *got = describe(replies[i].payload, &seen);

		ck_assert_msg(strcmp(got, replies[i].expected) == 0, "%s: %s", replies[i].payload,
			      got);
	}
}

TEST(untouched_on_failure)
{
	struct gdbregs__stop stop, before;
	static const char payload[] = "T05thread:p1.1;watch:10;nothing";

	memset(&stop, 0x5a, sizeof(stop));
	memcpy(&before, &stop, sizeof(stop));
	ck_assert_int_eq(gdbregs__stop_parse(guarded(payload, sizeof(payload) - 1),
					     sizeof(payload) - 1, &stop, NULL, NULL),
			 GDBREGS_ERR_PROTOCOL);
	ck_assert_mem_eq(&stop, &before, sizeof(stop));
}

TEST(registers_not_wanted)
{
	struct gdbregs__stop stop;
	static const char payload[] = "T0506:00;thread:p1.1;";

	ck_assert_int_eq(gdbregs__stop_parse(guarded(payload, sizeof(payload) - 1),
					     sizeof(payload) - 1, &stop, NULL, NULL),
			 0);
	ck_assert(stop.has_thread);
}

TEST(callback_refuses)
{
	struct seen seen = {.result = GDBREGS_ERR_NOMEM};

	ck_assert_str_eq(describe("T0506:00;07:00;", &seen), "other error");
	ck_assert_str_eq(seen.text, "6=00 ");
	/* Only a negative result of the callback ends the parsing. */
	seen = (struct seen){.result = 1};
	ck_assert_str_eq(describe("T0506:00;07:00;", &seen), "signal 5/0 - | 6=00 7=00 ");
}

static int check_span(void *arg, uint64_t regnum, const uint8_t *hex, size_t hexlen)
{
	const uint8_t *const *bounds = arg;

	(void)regnum;
	MUST(hex >= bounds[0] && hex + hexlen <= bounds[1]);
	MUST(hexlen == 0 || memchr(hex, ';', hexlen) == NULL);
	return 0;
}

TEST(random_input)
{
	static const char alphabet[] = "0123456789abcdef:;:;:;p.-xthread";
	static const char *const starts[] = {
		"T05", "T05thread:", "S0", "W0;process:", "w0;", "X0", "T05watch:", ""};
	uint32_t state = 0x6c078965;
	uint8_t payload[80];

	for (int i = 0; i < 100000; i++) {
		const char *start = starts[random_next(&state) % 8];
		size_t size = strlen(start);
		struct gdbregs__stop stop;

		memcpy(payload, start, size);
		size += random_text(&state, payload + size, 60, alphabet, sizeof(alphabet));
		const uint8_t *in = guarded(payload, size);
		const uint8_t *bounds[2] = {in, in + size};
		int result = gdbregs__stop_parse(in, size, &stop, check_span, bounds);
		MUST(result == 0 || result == GDBREGS_ERR_PROTOCOL);
		if (result == 0)
			MUST(stop.kind <= GDBREGS_STOP_NO_RESUMED &&
			     stop.reason <= GDBREGS_REASON_OTHER);
	}
}
