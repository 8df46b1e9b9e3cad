/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies of a stub: their kinds, registers, parts of documents, threads, features. */
#include "util/alloc.h"
#include "rsp/reply.h"

#include "../guarded.h"
#include "suite.h"

/* The bytes of a literal without its NUL, which end where readable memory ends. */
#define SENT(literal) guarded(literal, sizeof(literal) - 1), sizeof(literal) - 1

/* ----------------------------------------------------------- classify --- */

static const struct {
	const char *payload;
	enum gdbregs__reply_kind kind;
	const char *text; /* as an error */
} replies[] = {
	// clang-format off
	{"",                  GDBREGS__REPLY_EMPTY, ""},
	{"OK",                GDBREGS__REPLY_OK,    "OK"},
	{"E14",               GDBREGS__REPLY_ERROR, "E14"},
	{"Eff",               GDBREGS__REPLY_ERROR, "Eff"},  /* lldb-server to Hg0 */
	{"EAB",               GDBREGS__REPLY_ERROR, "EAB"},
	{"E.",                GDBREGS__REPLY_ERROR, "E."},
	{"E.no such thing",   GDBREGS__REPLY_ERROR, "no such thing"},
	{"E.\033[2J",         GDBREGS__REPLY_ERROR, "\\x1b[2J"},
	{"E42;6e6f7065",      GDBREGS__REPLY_ERROR, "nope"},
	{"E42;6e6f0a7065",    GDBREGS__REPLY_ERROR, "no\\x0ape"},
	{"E42;",              GDBREGS__REPLY_ERROR, "E42;"},
	{"E42;6e6",           GDBREGS__REPLY_ERROR, "E42;6e6"},
	{"E42;text",          GDBREGS__REPLY_ERROR, "E42;text"},
	/* Replies that begin with E and are not errors: registers, and replies that no stub sends.
	 * */
	{"E",                 GDBREGS__REPLY_DATA,  "E"},
	{"E1",                GDBREGS__REPLY_DATA,  "E1"},
	{"E142",              GDBREGS__REPLY_DATA,  "E142"},
	{"Exx",               GDBREGS__REPLY_DATA,  "Exx"},
	{"E000000000000000",  GDBREGS__REPLY_DATA,  "E000000000000000"},
	{"OKAY",              GDBREGS__REPLY_DATA,  "OKAY"},
	{"O",                 GDBREGS__REPLY_DATA,  "O"},
	{"ok",                GDBREGS__REPLY_DATA,  "ok"},
	{"l",                 GDBREGS__REPLY_DATA,  "l"},
	// clang-format on
};

TEST(classify)
{
	for (size_t i = 0; i < COUNT(replies); i++) {
		size_t size = strlen(replies[i].payload);
		const uint8_t *payload = guarded(replies[i].payload, size);
		char text[64];

		ck_assert_msg(gdbregs__reply_classify(payload, size) == replies[i].kind, "%s",
			      replies[i].payload);
		ck_assert_str_eq(gdbregs__reply_error_text(text, sizeof(text), payload, size),
				 replies[i].text);
	}
}

TEST(error_text_is_cut)
{
	char text[8];
	static uint8_t payload[4000];

	memset(payload, '6', sizeof(payload));
	memcpy(payload, "E01;", 4);
	gdbregs__reply_error_text(text, sizeof(text), guarded(payload, 4000), 4000);
	ck_assert(strlen(text) < sizeof(text));
	gdbregs__reply_error_text(text, sizeof(text), guarded(payload, 404), 404);
	ck_assert_str_eq(text, "ffff..."); /* 66 is the letter f */
}

/* ------------------------------------------------------------ console --- */

TEST(console)
{
	struct gdbregs_buffer text = {0};
	bool nomem = true;

	ck_assert(gdbregs__reply_console(SENT("O564d20"), &text, &nomem));
	ck_assert(!nomem);
	ck_assert(gdbregs__reply_console(SENT("O7374617475730a"), &text, &nomem));
	ck_assert_uint_eq(text.size, 10);
	ck_assert_mem_eq(text.data, "VM status\n", 10);
	ck_assert(gdbregs__reply_console(SENT("O"), &text, &nomem));
	ck_assert(gdbregs__reply_console(SENT("O41"), NULL, NULL));
	ck_assert_uint_eq(text.size, 10);
	gdbregs_buffer_fini(&text);
}

TEST(console_refuses)
{
	static const char *const payloads[] = {"",    "OK", "O4",  "O414", "Oxx",
					       "O4g", "41", "o41", "E01"};
	struct gdbregs_buffer text = {0};
	bool nomem;

	for (size_t i = 0; i < COUNT(payloads); i++) {
		size_t size = strlen(payloads[i]);

		ck_assert_msg(
			!gdbregs__reply_console(guarded(payloads[i], size), size, &text, &nomem),
			"%s", payloads[i]);
		ck_assert(!nomem);
	}
	ck_assert_ptr_null(text.data);
}

TEST(console_without_memory)
{
	struct gdbregs_buffer text = {0};
	bool nomem = false;

	gdbregs__alloc_fail(1, 0);
	ck_assert(gdbregs__reply_console(SENT("O41"), &text, &nomem));
	gdbregs__alloc_fail(0, 0);
	ck_assert(nomem);
	ck_assert_uint_eq(text.size, 0);
}

/* ----------------------------------------------------------- register --- */

static const struct {
	const char *payload;
	int result;
} registers[] = {
	// clang-format off
	{"f0ff000000000000", 8},
	{"F0FF",             2},
	{"00",               1},
	{"E0000000",         4},
	{"E142",             2}, /* four digits: data */
	{"",                 GDBREGS_ERR_UNAVAILABLE},
	{"E14",              GDBREGS_ERR_UNAVAILABLE},
	{"E01",              GDBREGS_ERR_UNAVAILABLE},
	{"E.",               GDBREGS_ERR_UNAVAILABLE},
	{"E.text",           GDBREGS_ERR_UNAVAILABLE},
	{"E.a text longer than any register that there was room for", GDBREGS_ERR_UNAVAILABLE},
	{"E15;6e6f2073756666697820676976656e2c206f6e65206973206e6565646564", GDBREGS_ERR_UNAVAILABLE},
	{"xx",               GDBREGS_ERR_UNAVAILABLE},
	{"xxxxxxxxxxxxxxxx", GDBREGS_ERR_UNAVAILABLE},
	{"00xx",             GDBREGS_ERR_UNAVAILABLE},
	{"000",              GDBREGS_ERR_PROTOCOL},
	{"0",                GDBREGS_ERR_PROTOCOL},
	{"x",                GDBREGS_ERR_PROTOCOL},
	{"x0",               GDBREGS_ERR_PROTOCOL},
	{"0x",               GDBREGS_ERR_PROTOCOL},
	{"OK",               GDBREGS_ERR_PROTOCOL},
	{"T05thread:p01.01;", GDBREGS_ERR_PROTOCOL},
	{"0g",               GDBREGS_ERR_PROTOCOL},
	{"Exx",              GDBREGS_ERR_PROTOCOL},
	{"E1",               1},
	{"00000000000000000", GDBREGS_ERR_PROTOCOL}, /* odd */
	{"000000000000000000000000000000000", GDBREGS_ERR_PROTOCOL}, /* odd and too long */
	{"00000000000000000000000000000000",  GDBREGS_ERR_LIMIT},
	{"000000000000000000", GDBREGS_ERR_LIMIT},
	// clang-format on
};

TEST(register_values)
{
	for (size_t i = 0; i < COUNT(registers); i++) {
		size_t size = strlen(registers[i].payload);
		uint8_t *out = malloc(8);
		int result =
			gdbregs__reply_register(guarded(registers[i].payload, size), size, out, 8);

		ck_assert_msg(result == registers[i].result, "%s: %d", registers[i].payload,
			      result);
		free(out);
	}
}

TEST(register_bytes)
{
	uint8_t out[16] = {0};

	ck_assert_int_eq(gdbregs__reply_register(SENT("f0Ff000000000080"), out, 8), 8);
	ck_assert_mem_eq(out, "\xf0\xff\0\0\0\0\0\x80\0", 9);
	/* 80 bits, as x87 has them. */
	ck_assert_int_eq(gdbregs__reply_register(SENT("000000000000c0ff3f7f"), out, 16), 10);
	ck_assert_mem_eq(out, "\0\0\0\0\0\0\xc0\xff\x3f\x7f", 10);
}

/* ---------------------------------------------------------------- xfer --- */

static enum gdbregs__xfer xfer(const void *payload, size_t size, struct gdbregs_buffer *data,
			       size_t *added)
{
	*added = 99;
	return gdbregs__reply_xfer(guarded(payload, size), size, data, added);
}

#define XFER(literal) xfer(literal, sizeof(literal) - 1, &data, &added)

TEST(xfer_replies)
{
	struct gdbregs_buffer data = {0};
	size_t added;

	ck_assert_int_eq(XFER("m<?xml"), GDBREGS__XFER_MORE);
	ck_assert_uint_eq(added, 5);
	ck_assert_int_eq(XFER("m"), GDBREGS__XFER_MORE);
	ck_assert_uint_eq(added, 0);
	ck_assert_int_eq(XFER("l"), GDBREGS__XFER_LAST);
	ck_assert_uint_eq(added, 0);
	ck_assert_int_eq(XFER("l>\n"), GDBREGS__XFER_LAST);
	ck_assert_uint_eq(added, 2);
	ck_assert_uint_eq(data.size, 7);
	ck_assert_mem_eq(data.data, "<?xml>\n", 7);
	gdbregs_buffer_fini(&data);
}

TEST(xfer_escapes)
{
	struct gdbregs_buffer data = {0};
	size_t added;

	/* The four bytes that stubs escape, and bytes without escapes. */
	ck_assert_int_eq(XFER("ma}\x03}\x04}\x5d}\x0a"
			      "b\0\xff"),
			 GDBREGS__XFER_MORE);
	ck_assert_uint_eq(added, 8);
	ck_assert_mem_eq(data.data, "a#$}*b\0\xff", 8);
	/* Any byte may be escaped, including #. An escape does not affect the escape after it. */
	ck_assert_int_eq(XFER("l}}}#}]"), GDBREGS__XFER_LAST);
	ck_assert_uint_eq(added, 3);
	ck_assert_mem_eq(data.data + 8, "]\x03}", 3);
	gdbregs_buffer_fini(&data);
}

TEST(xfer_failures)
{
	struct gdbregs_buffer data = {0};
	size_t added;

	ck_assert_int_eq(XFER(""), GDBREGS__XFER_EMPTY);
	ck_assert_int_eq(XFER("E00"), GDBREGS__XFER_ERROR);
	ck_assert_int_eq(XFER("E.no annex"), GDBREGS__XFER_ERROR);
	ck_assert_int_eq(XFER("OK"), GDBREGS__XFER_BROKEN);
	ck_assert_int_eq(XFER("E0"), GDBREGS__XFER_BROKEN);
	ck_assert_int_eq(XFER("M<"), GDBREGS__XFER_BROKEN);
	ck_assert_uint_eq(added, 0);
	ck_assert_int_eq(XFER("mabc}"), GDBREGS__XFER_BROKEN);
	ck_assert_int_eq(XFER("l}"), GDBREGS__XFER_BROKEN);
	ck_assert_int_eq(XFER("l}}}"), GDBREGS__XFER_BROKEN);
	ck_assert_uint_eq(added, 0);
	ck_assert_uint_eq(data.size, 0);
	gdbregs_buffer_fini(&data);

	gdbregs__alloc_fail(1, 0);
	ck_assert_int_eq(XFER("mabc"), GDBREGS__XFER_NOMEM);
	gdbregs__alloc_fail(0, 0);
	ck_assert_uint_eq(added, 0);
	ck_assert_uint_eq(data.size, 0);
}

/* ------------------------------------------------------------- threads --- */

struct found {
	char text[128]; /* each id as written, then = and the id as parsed */
	int stop_after;
};

static int note_thread(void *arg, const struct gdbregs__thread_id *id, const char *text,
		       size_t length)
{
	struct found *found = arg;
	char canonical[GDBREGS__THREAD_ID_TEXT];

	gdbregs__thread_id_format(canonical, id);
	strncat(found->text, text, length);
	strcat(strcat(found->text, "="), canonical);
	strcat(found->text, " ");
	return --found->stop_after == 0;
}

static const struct {
	const char *payload;
	enum gdbregs__thread_list result;
	const char *found;
} lists[] = {
	// clang-format off
	{"mp01.01",         GDBREGS__THREADS_MORE,   "p01.01=p1.1 "},          /* QEMU */
	{"mp1.1,p1.2,p2.a", GDBREGS__THREADS_MORE,   "p1.1=p1.1 p1.2=p1.2 p2.a=p2.a "},
	{"m1,2,3,",         GDBREGS__THREADS_MORE,   "1=1 2=2 3=3 "},          /* LLDB's stubs */
	{"m000a",           GDBREGS__THREADS_MORE,   "000a=a "},
	{"m",               GDBREGS__THREADS_MORE,   ""},
	{"l",               GDBREGS__THREADS_END,    ""},
	{"",                GDBREGS__THREADS_NONE,   ""},
	{"OK",              GDBREGS__THREADS_NONE,   ""},
	{"E01",             GDBREGS__THREADS_NONE,   ""},
	{"E.none",          GDBREGS__THREADS_NONE,   ""},
	{"l,",              GDBREGS__THREADS_END,    ""},
	{"M1",              GDBREGS__THREADS_NONE,   ""},
	{"1,2",             GDBREGS__THREADS_NONE,   ""},
	{"<?xml version=\"1.0\"?><threads></threads>", GDBREGS__THREADS_NONE, ""}, /* mspdebug */
	{"m80000000",       GDBREGS__THREADS_MORE,   "80000000=80000000 "},
	{"mfffffffe,fffffffd,01", GDBREGS__THREADS_MORE,
	 "fffffffe=fffffffe fffffffd=fffffffd 01=1 "}, /* kgdb */
	{"m0",              GDBREGS__THREADS_MORE,   "0=0 "},
	/* As in GDB 13.1, a list ends at any byte other than a comma. */
	{"m1,2l",           GDBREGS__THREADS_END,    "1=1 2=2 "},
	{"m1,2,l",          GDBREGS__THREADS_END,    "1=1 2=2 "},
	{"m1l,2",           GDBREGS__THREADS_END,    "1=1 "},
	{"ml",              GDBREGS__THREADS_END,    ""},
	{"m1 ",             GDBREGS__THREADS_MORE,   "1=1 "},
	{"m1;\r\n",         GDBREGS__THREADS_MORE,   "1=1 "},
	{"m1;2",            GDBREGS__THREADS_MORE,   "1=1 "},
	{"m1,2;3",          GDBREGS__THREADS_MORE,   "1=1 2=2 "},
	{"m1:2",            GDBREGS__THREADS_MORE,   "1=1 "},
	{"m1,2:",           GDBREGS__THREADS_MORE,   "1=1 2=2 "},
	{"m1 2",            GDBREGS__THREADS_MORE,   "1=1 "},
	{"m1,<2>",          GDBREGS__THREADS_MORE,   "1=1 "},
	{"m,",              GDBREGS__THREADS_MORE,   ""},
	{"m1,,2",           GDBREGS__THREADS_MORE,   "1=1 2=2 "},
	/* GDB ends the list at these blanks, too, although only another id can follow them. */
	{"m 1,2",           GDBREGS__THREADS_MORE,   "1=1 2=2 "},
	{"m1, 2 , p1.3",    GDBREGS__THREADS_MORE,   "1=1 2=2 p1.3=p1.3 "},
	/* All threads: GDB takes the current thread. */
	{"m-1",             GDBREGS__THREADS_NONE,   ""},
	{"m-1,2",           GDBREGS__THREADS_MORE,   "-1=-1 2=2 "}, /* the session refuses -1 */
	/* GDB 13.1 understands other threads here, or misses some. */
	{"m10000000000000001", GDBREGS__THREADS_BROKEN, ""},
	{"m0x1,0x2",        GDBREGS__THREADS_BROKEN, ""},
	{"m1,2,x",          GDBREGS__THREADS_BROKEN, ""},
	{"m1g,2",           GDBREGS__THREADS_BROKEN, ""},
	{"m1-2",            GDBREGS__THREADS_BROKEN, ""},
	{"m1.2",            GDBREGS__THREADS_BROKEN, ""},
	{"m-2",             GDBREGS__THREADS_BROKEN, ""},
	{"mx",              GDBREGS__THREADS_BROKEN, ""},
	{"mp1.",            GDBREGS__THREADS_BROKEN, ""},
	// clang-format on
};

TEST(threads)
{
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct found found = {.text = ""};
		size_t size = strlen(lists[i].payload);

		ck_assert_msg(gdbregs__reply_threads(guarded(lists[i].payload, size), size,
						     note_thread, &found) == lists[i].result,
			      "%s", lists[i].payload);
		ck_assert_str_eq(found.text, lists[i].found);
	}
}

TEST(threads_stopped)
{
	struct found found = {.stop_after = 2};

	ck_assert_int_eq(gdbregs__reply_threads(SENT("m1,2,3"), note_thread, &found),
			 GDBREGS__THREADS_STOPPED);
	ck_assert_str_eq(found.text, "1=1 2=2 ");
}

/* ----------------------------------------------------------- supported --- */

#define SUPPORTS(bytes, xfer, multi, noack, vcont_)                                                \
	{                                                                                          \
		.packet_bytes = (bytes), .xfer_features = (xfer), .multiprocess = (multi),         \
		.no_ack = (noack), .vcont = (vcont_)                                               \
	}
#define NOTHING SUPPORTS(400, false, false, false, false)

static const struct {
	const char *payload;
	struct gdbregs__supported supported;
} supports[] = {
	// clang-format off
	/* QEMU system, with and without a description */
	{"PacketSize=1000;qXfer:features:read+;vContSupported+;multiprocess+",
	 SUPPORTS(0x1000, true, true, false, true)},
	{"PacketSize=1000;vContSupported+;multiprocess+", SUPPORTS(0x1000, false, true, false, true)},
	/* gdbserver */
	{"PacketSize=47ff;QPassSignals+;QStartNoAckMode+;qXfer:features:read+;multiprocess+;"
	 "vContSupported+;swbreak+;error-message+", SUPPORTS(0x47ff, true, true, true, true)},
	/* lldb-server writes 131072 */
	{"PacketSize=131072;QStartNoAckMode+;qXfer:features:read+", SUPPORTS(65536, true, false, true, false)},
	{"PacketSize=0", SUPPORTS(64, false, false, false, false)},
	{"PacketSize=3f", SUPPORTS(64, false, false, false, false)},
	{"PacketSize=41", SUPPORTS(65, false, false, false, false)},
	{"PacketSize=ffffffffffffffff", SUPPORTS(65536, false, false, false, false)},
	{"PacketSize=FfF", SUPPORTS(0xfff, false, false, false, false)},
	{"PacketSize=10000000000000000", NOTHING},
	{"PacketSize=", NOTHING},
	{"PacketSize=0x1000", NOTHING},
	{"PacketSize=-1", NOTHING},
	{"PacketSize", NOTHING},
	{"PacketSize+", NOTHING},
	{"XPacketSize=1000", NOTHING},
	{"PacketSizes=1000", NOTHING},
	{"", NOTHING},
	{";", NOTHING},
	{";;;multiprocess+;;", SUPPORTS(400, false, true, false, false)},
	{"multiprocess-;QStartNoAckMode?;vContSupported", NOTHING},
	{"multiprocess+;multiprocess-", NOTHING},
	{"multiprocess=+;+;-;=;=1", NOTHING},
	{"qXfer:features:read:x+;qXfer:features:rea+;multiprocess++", NOTHING},
	{"E01", NOTHING},
	{"E.multiprocess+", NOTHING},
	{"OK", NOTHING},
	// clang-format on
};

/* The names by which stubs are identified, as each of them sends its name. */
TEST(supported_identity)
{
	struct gdbregs__supported s;

	gdbregs__reply_supported(SENT("PacketSize=47ff;QPassSignals+;QProgramSignals+;"
				      "QCatchSyscalls+;QStartNoAckMode+"), /* gdbserver 13 */
				 &s);
	ck_assert(s.pass_signals && s.program_signals && s.catch_syscalls && !s.echo);
	gdbregs__reply_supported(SENT("PacketSize=3fff;QStartNoAckMode+;QPassSignals+;"
				      "QCatchSyscalls+;qXfer:auxv:read+"), /* valgrind 3.19 */
				 &s);
	ck_assert(s.pass_signals && s.catch_syscalls && !s.program_signals);
	gdbregs__reply_supported(SENT("PacketSize=131072;QStartNoAckMode+;qEcho+;"
				      "QThreadSuffixSupported+;QListThreadsInStopReply+"),
				 &s); /* lldb-server 14 */
	ck_assert(s.echo && s.thread_suffix && s.threads_in_stop && !s.pass_signals);
}

TEST(supported_features)
{
	for (size_t i = 0; i < COUNT(supports); i++) {
		const struct gdbregs__supported *want = &supports[i].supported;
		size_t size = strlen(supports[i].payload);
		struct gdbregs__supported got;

		memset(&got, 0xff, sizeof(got));
		gdbregs__reply_supported(guarded(supports[i].payload, size), size, &got);
		ck_assert_msg(got.packet_bytes == want->packet_bytes &&
				      got.xfer_features == want->xfer_features &&
				      got.multiprocess == want->multiprocess &&
				      got.no_ack == want->no_ack && got.vcont == want->vcont,
			      "%s", supports[i].payload);
	}
}

/* -------------------------------------------------------------- random --- */

static int count_thread(void *arg, const struct gdbregs__thread_id *id, const char *text,
			size_t length)
{
	(void)id, (void)text;
	*(size_t *)arg += length;
	return 0;
}

static void check_random(const uint8_t *payload, size_t size, struct gdbregs_buffer *data)
{
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(payload, size);
	struct gdbregs__supported supported;
	size_t added, total = 0;
	uint8_t *out = malloc(16);
	char text[24];
	bool nomem;

	MUST((kind == GDBREGS__REPLY_EMPTY) == (size == 0));
	gdbregs__reply_error_text(text, sizeof(text), payload, size);
	MUST(memchr(text, '\0', sizeof(text)));
	for (const char *c = text; *c; c++)
		MUST(*c >= 0x20 && *c < 0x7f);

	int result = gdbregs__reply_register(payload, size, out, 16);
	MUST(result > 0 ? (size_t)result == size / 2 && result <= 16
			: result == GDBREGS_ERR_UNAVAILABLE || result == GDBREGS_ERR_LIMIT ||
				  result == GDBREGS_ERR_PROTOCOL);
	if (kind == GDBREGS__REPLY_ERROR || kind == GDBREGS__REPLY_EMPTY)
		MUST(result == GDBREGS_ERR_UNAVAILABLE);

	data->size = 0;
	enum gdbregs__xfer transfer = gdbregs__reply_xfer(payload, size, data, &added);
	MUST(added == data->size);
	MUST(added <= size);
	MUST(added == 0 || transfer == GDBREGS__XFER_MORE || transfer == GDBREGS__XFER_LAST);

	data->size = 0;
	if (!gdbregs__reply_console(payload, size, data, &nomem))
		MUST(data->size == 0);
	else
		MUST(data->size == size / 2);

	gdbregs__reply_threads(payload, size, count_thread, &total);
	MUST(total <= size);
	gdbregs__reply_supported(payload, size, &supported);
	MUST(supported.packet_bytes >= 64 && supported.packet_bytes <= 65536);
	free(out);
}

TEST(random_input)
{
	static const char alphabet[] = "0123456789abcdefE.OKmlpx,;=+-}\x01\xff";
	static const char *const starts[] = {"", "E", "E0", "O", "m", "l", "mp1.", "PacketSize="};
	struct gdbregs_buffer data = {0};
	uint32_t state = 0x2545f491;
	uint8_t payload[80];

	for (int i = 0; i < 100000; i++) {
		const char *start = starts[random_next(&state) % 8];
		size_t size = strlen(start);

		memcpy(payload, start, size);
		size += random_text(&state, payload + size, 48, alphabet,
				    random_next(&state) % 2 ? 16 : sizeof(alphabet));
		check_random(guarded(payload, size), size, &data);
	}
	gdbregs_buffer_fini(&data);
}
