/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of the packet decoder. Every case is run whole, at every split in two, byte by byte, on
 * every prefix, and with every allocation failing once. */
#include "util/alloc.h"
#include "rsp/packet.h"

#include "../guarded.h"
#include "suite.h"

#include <stdio.h>

#define MAX_BYTES 64 /* maximum payload of the cases */

/* Events as text, one in each line. */
struct transcript {
	char text[8192];
	size_t size;
};

static void put(struct transcript *t, const char *text, size_t size)
{
	MUST(t->size + size < sizeof(t->text));
	memcpy(t->text + t->size, text, size);
	t->size += size;
	t->text[t->size] = '\0';
}

static void record(struct transcript *t, const struct gdbregs__frame *frame)
{
	static const char *const names[] = {"",	   "ack",	"nak",	    "$",    "%",
					    "bad", "truncated", "headless", "large"};

	put(t, names[frame->kind], strlen(names[frame->kind]));
	if (frame->kind == GDBREGS__FRAME_PACKET || frame->kind == GDBREGS__FRAME_NOTIFICATION) {
		MUST(frame->payload);
		put(t, (const char *)frame->payload, frame->size);
	}
	put(t, "\n", 1);
}

/* Decode a piece of input completely. A call that fails for lack of memory is repeated. */
static void feed(struct gdbregs__frame_decoder *d, const uint8_t *in, size_t size,
		 struct transcript *t)
{
	const uint8_t *piece = guarded(in, size);
	struct gdbregs__frame frame;
	size_t used = 0;

	do {
		size_t before = used;
		int result = gdbregs__frame_next(d, piece, size, &used, &frame);

		MUST(used >= before && used <= size);
		MUST(d->payload.size <= d->max_bytes);
		MUST(d->payload.capacity <= 2 * d->max_bytes + 64);
		if (result < 0) {
			MUST(result == GDBREGS_ERR_NOMEM);
			gdbregs__alloc_fail(0, 0);
			continue;
		}
		if (frame.kind == GDBREGS__FRAME_NONE)
			break;
		MUST(used > before || frame.kind == GDBREGS__FRAME_TOO_LARGE);
		record(t, &frame);
	} while (1);
	MUST(used == size);
}

/* Decode input in two pieces, each of which is cut into steps of `step` bytes. */
static void run(const uint8_t *in, size_t size, size_t split, size_t step, struct transcript *t)
{
	struct gdbregs__frame_decoder d;

	t->size = 0;
	t->text[0] = '\0';
	gdbregs__frame_decoder_init(&d, MAX_BYTES);
	for (size_t at = 0; at < size;) {
		size_t end = at < split ? split : size;
		size_t length = end - at < step ? end - at : step;

		feed(&d, in + at, length, t);
		at += length;
	}
	gdbregs__frame_decoder_fini(&d);
}

static void check_same(const struct transcript *t, const char *expected, size_t expected_size,
		       const char *how, size_t at)
{
	if (t->size != expected_size || memcmp(t->text, expected, expected_size) != 0)
		ck_abort_msg("%s %zu: got\n%swanted\n%s", how, at, t->text, expected);
}

static void check_prefixes(const uint8_t *in, size_t size, const char *expected)
{
	struct transcript whole, bytes;

	for (size_t end = 0; end < size; end++) {
		run(in, end, end, end, &whole);
		ck_assert_msg(memcmp(whole.text, expected, whole.size) == 0,
			      "prefix %zu: got\n%sof\n%s", end, whole.text, expected);
		run(in, end, end, 1, &bytes);
		check_same(&bytes, whole.text, whole.size, "prefix, bytes", end);
	}
}

static void check_without_memory(const uint8_t *in, size_t size, size_t step, const char *expected,
				 size_t expected_size)
{
	struct transcript t;
	unsigned long before = gdbregs__alloc_count();

	run(in, size, size, step, &t);
	unsigned long count = gdbregs__alloc_count() - before;
	for (unsigned long n = 1; n <= count; n++) {
		gdbregs__alloc_fail(n, 0);
		run(in, size, size, step, &t);
		gdbregs__alloc_fail(0, 0);
		check_same(&t, expected, expected_size, "allocation", n);
	}
}

static void check_events(const void *input, size_t size, const char *expected, size_t expected_size)
{
	const uint8_t *in = input;
	struct transcript t;

	run(in, size, size, size, &t);
	check_same(&t, expected, expected_size, "whole", 0);
	run(in, size, size, 1, &t);
	check_same(&t, expected, expected_size, "bytes", 1);
	for (size_t split = 1; split < size; split++) {
		run(in, size, split, size, &t);
		check_same(&t, expected, expected_size, "split", split);
	}
	check_prefixes(in, size, expected);
	check_without_memory(in, size, size, expected, expected_size);
	check_without_memory(in, size, 3, expected, expected_size);
}

/* String literals that may contain NULs. */
#define EVENTS(input, expected)                                                                    \
	check_events(input, sizeof(input) - 1, expected, sizeof(expected) - 1)

/* The packet `$payload#hh` of a literal. The checksum is computed here, byte by byte. */
static size_t packet(uint8_t *out, char start, const void *payload, size_t size)
{
	unsigned sum = 0;
	char end[4];

	out[0] = (uint8_t)start;
	memcpy(out + 1, payload, size);
	for (size_t i = 0; i < size; i++)
		sum += out[1 + i];
	snprintf(end, sizeof(end), "#%02x", sum % 256);
	memcpy(out + 1 + size, end, 3);
	return size + 4;
}

/* Check the events of a packet with this raw payload. */
#define PAYLOAD(raw, expected)                                                                     \
	do {                                                                                       \
		uint8_t wire[512];                                                                 \
		size_t wire_size = packet(wire, '$', raw, sizeof(raw) - 1);                        \
		check_events(wire, wire_size, expected, sizeof(expected) - 1);                     \
	} while (0)

TEST(packets)
{
	EVENTS("$OK#9a", "$OK\n");
	EVENTS("$#00", "$\n");
	EVENTS("$E22#a9", "$E22\n");
	EVENTS("+$OK#9a", "ack\n$OK\n");
	EVENTS("+-+", "ack\nnak\nack\n");
	EVENTS("+$OK#9A", "ack\n$OK\n"); /* lower and upper case */
	EVENTS("$OK#9a$#00$E22#a9+", "$OK\n$\n$E22\nack\n");
	EVENTS("$T02thread:01;#04", "$T02thread:01;\n"); /* QEMU 7.2, without a request */
	PAYLOAD("0123456789abcdef", "$0123456789abcdef\n");
	PAYLOAD("0123456789abcde", "$0123456789abcde\n");
	PAYLOAD("0123456789abcdef0123456789abcdef0123", "$0123456789abcdef0123456789abcdef0123\n");
	PAYLOAD("any \0 byte \xff \x80 + - % ~", "$any \0 byte \xff \x80 + - % ~\n");
}

TEST(notifications)
{
	EVENTS("%Stop:T05#99", "%Stop:T05\n");
	EVENTS("%Stop:T05#99%Stop:T05#99$OK#9a", "%Stop:T05\n%Stop:T05\n$OK\n");
	EVENTS("%Stop:T05#9a+", "bad\nack\n");
	EVENTS("%Stop$OK#9a", "truncated\n$OK\n");
}

TEST(escapes_stay)
{
	PAYLOAD("m}\x03}\x04}\x0a}]", "$m}\x03}\x04}\x0a}]\n");
	PAYLOAD("m}", "$m}\n"); /* reply.h refuses it */
}

TEST(bad_checksums)
{
	EVENTS("$OK#9b", "bad\n");
	EVENTS("$OK#zz", "bad\n");
	EVENTS("$OK#9x", "bad\n");
	EVENTS("$OK#x9", "bad\n");
	EVENTS("$OK# 9a", "bad\n"); /* the a is outside of a packet */
	EVENTS("$OK#9b$OK#9a", "bad\n$OK\n");
	EVENTS("$OK##9a+", "bad\nack\n");
	EVENTS("$0123456789abcdef0123456789abcdef#00+", "bad\nack\n");
}

TEST(truncated)
{
	EVENTS("$p0$p0#a0", "truncated\n$p0\n");
	EVENTS("$$OK#9a", "truncated\n$OK\n");
	EVENTS("$T05thread:p01$$OK#9a+", "truncated\ntruncated\n$OK\nack\n");
	EVENTS("$0*$OK#9a", "bad\n"); /* there the $ is a count, and the checksum differs */
}

TEST(run_lengths)
{
	EVENTS("$0* #7a", "$0000\n"); /* the example in GDB's documentation */
	PAYLOAD("ab*\"c", "$abbbbbbc\n"); /* 34: 5 more */
	PAYLOAD("a*\x1e"
		"b",
		"$aab\n"); /* 30: GDB reads it as 1 more */
	PAYLOAD("a*#b", "$aaaaaaab\n"); /* 35 is #, and a count here */
	PAYLOAD("a*$b", "$aaaaaaaab\n"); /* 36 is $ */
	PAYLOAD("a**b", "$aaaaaaaaaaaaaab\n"); /* 42 is * */
	PAYLOAD("a*}b", "large\n"); /* 125: 96 more */
	PAYLOAD("a* * ", "$aaaaaaa\n"); /* the last decoded byte, again */
	PAYLOAD("a*!b*!c*!", "$aaaaabbbbbccccc\n");
	PAYLOAD("}*\"", "$}}}}}}\n");
	PAYLOAD("\0*!", "$\0\0\0\0\0\n");
}

TEST(run_lengths_malformed)
{
	PAYLOAD("*!", "bad\n");
	PAYLOAD("*!OK", "bad\n");
	PAYLOAD("a*\x1d", "bad\n");
	PAYLOAD("a*\x1d"
		"bcd",
		"bad\n");
	PAYLOAD("a*\0", "bad\n");
	EVENTS("$*!#4b$OK#9a", "bad\n$OK\n");
	EVENTS("$a*#8b+", ""); /* # is the count, so the packet has not ended */
}

#define DIGITS_16 "0123456789abcdef"
#define DIGITS_64 DIGITS_16 DIGITS_16 DIGITS_16 DIGITS_16

TEST(limit)
{
	uint8_t input[600];
	size_t size;

	PAYLOAD(DIGITS_64, "$" DIGITS_64 "\n");
	PAYLOAD(DIGITS_64 "0", "large\n");
	PAYLOAD(DIGITS_64 DIGITS_64 DIGITS_16, "large\n");
	PAYLOAD(DIGITS_64 "0*~1*~", "large\n");
	PAYLOAD("0*Z0*!", "large\n");
	PAYLOAD("0*[", "$000000000000000000000000000000000000000000000000000000000000000\n");
	PAYLOAD("0*\\", "$0000000000000000000000000000000000000000000000000000000000000000\n");
	PAYLOAD("0*]", "large\n"); /* 65 */
	PAYLOAD("0*\\0", "large\n");

	/* The following bytes are decoded as usual. A # that is a count does not end the packet. */
	size = packet(input, '$', DIGITS_64 "01*#2", 69);
	memcpy(input + size, "+$OK#9a", 7);
	check_events(input, size + 7, "large\nack\n$OK\n", 14);
	/* A wrong checksum after it is not reported again. A $ begins a packet. */
	EVENTS("$" DIGITS_64 "1#00$OK#9a", "large\n$OK\n");
	EVENTS("$" DIGITS_64 "1*$OK#9a$OK#9a", "large\n$OK\n");
	EVENTS("$" DIGITS_64 "1$OK#9a", "large\n$OK\n");
	EVENTS("$" DIGITS_64 "1#z", "large\n");
}

TEST(junk)
{
	EVENTS("HTTP/1.1 400 Bad Request\r\n$OK#9a", "$OK\n");
	EVENTS("\x03\x03$OK#9a#9a+", "$OK\nheadless\nack\n");
	EVENTS("#00", "headless\n");
	EVENTS("4OK#9a$OK#9a", "headless\n$OK\n"); /* a bit of the first $ is flipped */
}

TEST(junk_is_kept)
{
	static const char line[] =
		"HTTP/1.1 400 Bad Request: there are gdbstubs elsewhere, go away\r\n";
	struct gdbregs__frame_decoder d;
	struct transcript t = {.size = 0};

	gdbregs__frame_decoder_init(&d, MAX_BYTES);
	feed(&d, (const uint8_t *)"SSH", 3, &t);
	ck_assert_uint_eq(d.junk_count, 3);
	ck_assert_mem_eq(d.junk, "SSH", 3);
	for (int i = 0; i < 100; i++)
		feed(&d, (const uint8_t *)line, sizeof(line) - 1, &t);
	ck_assert_uint_eq(d.junk_count, 3 + 100 * (sizeof(line) - 1));
	ck_assert_mem_eq(d.junk + 3, line, sizeof(d.junk) - 3);
	ck_assert_uint_eq(t.size, 0);
	gdbregs__frame_decoder_fini(&d);
}

TEST(handed_out_in_place)
{
	struct gdbregs__frame_decoder d;
	struct gdbregs__frame frame;
	uint8_t wire[1300], payload[1216];
	size_t used = 0, size = 1;

	memset(payload, 'c', sizeof(payload));
	wire[0] = '+';
	size += packet(wire + 1, '$', payload, sizeof(payload));
	gdbregs__frame_decoder_init(&d, sizeof(payload));
	const uint8_t *in = guarded(wire, size);
	unsigned long before = gdbregs__alloc_count();
	ck_assert_int_eq(gdbregs__frame_next(&d, in, size, &used, &frame), 0);
	ck_assert_int_eq(frame.kind, GDBREGS__FRAME_ACK);
	ck_assert_uint_eq(used, 1);
	ck_assert_int_eq(gdbregs__frame_next(&d, in, size, &used, &frame), 0);
	ck_assert_int_eq(frame.kind, GDBREGS__FRAME_PACKET);
	ck_assert_ptr_eq(frame.payload, in + 2);
	ck_assert_uint_eq(frame.size, sizeof(payload));
	ck_assert_uint_eq(gdbregs__alloc_count(), before);
	ck_assert_int_eq(gdbregs__frame_next(&d, in, size, &used, &frame), 0);
	ck_assert_int_eq(frame.kind, GDBREGS__FRAME_NONE);
	gdbregs__frame_decoder_fini(&d);
}

TEST(no_input)
{
	struct gdbregs__frame_decoder d;
	struct gdbregs__frame frame;
	size_t used = 0;

	gdbregs__frame_decoder_init(&d, MAX_BYTES);
	ck_assert_int_eq(gdbregs__frame_next(&d, NULL, 0, &used, &frame), 0);
	ck_assert_int_eq(frame.kind, GDBREGS__FRAME_NONE);
	gdbregs__frame_decoder_fini(&d);
}

/* Every length around the sizes of the wide steps, with the deciding byte at every place. */
TEST(every_length)
{
	uint8_t payload[80], wire[100];
	struct transcript t;

	for (size_t size = 0; size <= MAX_BYTES; size++) {
		for (size_t i = 0; i < size; i++)
			payload[i] = (uint8_t)(i * 37 + size + 43) | 0x80;
		size_t length = packet(wire, '$', payload, size);
		run(wire, length, length, length, &t);
		MUST(t.size == size + 2);
		ck_assert_mem_eq(t.text + 1, payload, size);
		for (size_t at = 1; at <= size; at++) {
			wire[at] ^= 1;
			run(wire, length, length, length, &t);
			ck_assert_str_eq(t.text, "bad\n");
			wire[at] ^= 1;
		}
	}
}

/* ----------------------------------------------------------- encoding --- */

static void check_encoded(const char *payload, size_t size, const char *expected)
{
	struct gdbregs_buffer out = {0};

	ck_assert_int_eq(gdbregs__buffer_append(&out, "+", 1), 0);
	ck_assert_int_eq(gdbregs__frame_encode(&out, payload, size), 0);
	ck_assert_uint_eq(out.size, strlen(expected) + 1);
	ck_assert_mem_eq(out.data + 1, expected, out.size - 1);
	ck_assert(out.size <= out.capacity);
	gdbregs_buffer_fini(&out);
}

TEST(encode)
{
	check_encoded("", 0, "$#00");
	check_encoded("?", 1, "$?#3f");
	check_encoded("p0", 2, "$p0#a0");
	check_encoded("OK", 2, "$OK#9a");
	/* The sum of 7d 03 7d 04 7d 5d 7d 0a is 0x262. */
	check_encoded("#$}*", 4, "$}\x03}\x04}]}\x0a#62");
	check_encoded("}", 1, "$}]#da");
}

TEST(encode_all_bytes)
{
	struct gdbregs_buffer out = {0};
	struct transcript t;
	uint8_t byte;

	for (unsigned i = 0; i < 256; i++) {
		byte = (uint8_t)i;
		out.size = 0;
		ck_assert_int_eq(gdbregs__frame_encode(&out, &byte, 1), 0);
		run(out.data, out.size, out.size, out.size, &t);
		ck_assert_int_eq(t.text[0], '$');
		if (t.size == 3)
			ck_assert_uint_eq((uint8_t)t.text[1], i);
		else
			ck_assert_uint_eq((uint8_t)t.text[2] ^ 0x20u, i);
	}
	gdbregs_buffer_fini(&out);
}

TEST(encode_register_request)
{
	static const uint32_t regnums[] = {0,	      1,	  9,	     0xa,    0xf,
					   0x10,      0x41,	  0xf58,     0xffff, 0x10000,
					   0xfffffff, 0x7fffffff, UINT32_MAX};
	char payload[16];
	uint8_t wire[24], out[GDBREGS__FRAME_P_BYTES];

	for (size_t i = 0; i < COUNT(regnums); i++) {
		snprintf(payload, sizeof(payload), "p%x", (unsigned)regnums[i]);
		size_t size = packet(wire, '$', payload, strlen(payload));
		ck_assert_uint_eq(gdbregs__frame_put_p(out, regnums[i]), size);
		ck_assert_mem_eq(out, wire, size);
	}
}

TEST(encode_without_memory)
{
	struct gdbregs_buffer out = {0};

	gdbregs__alloc_fail(1, 0);
	ck_assert_int_eq(gdbregs__frame_encode(&out, "p0", 2), GDBREGS_ERR_NOMEM);
	gdbregs__alloc_fail(0, 0);
	ck_assert_int_eq(gdbregs__frame_encode(&out, "", SIZE_MAX / 2), GDBREGS_ERR_NOMEM);
	ck_assert_ptr_null(out.data);
	ck_assert_uint_eq(out.size, 0);
}

/* ------------------------------------------------------------- random --- */

/* Packets that are mostly valid, with damage at random places. */
static size_t random_wire(uint32_t *state, uint8_t *wire, size_t room)
{
	static const char alphabet[] = "0123456789abcdef*!#$+-%}~ \x1d\xff";
	size_t size = 0;

	while (size + 128 < room && random_next(state) % 8) {
		uint8_t text[100];
		size_t alphabet_size = random_next(state) % 2 ? 18 : sizeof(alphabet);
		size_t length = random_text(state, text, sizeof(text), alphabet, alphabet_size);

		if (random_next(state) % 4) {
			size += packet(wire + size, random_next(state) % 8 ? '$' : '%', text,
				       length);
		} else {
			memcpy(wire + size, text, length);
			size += length;
		}
	}
	return size;
}

TEST(random_input)
{
	static struct transcript whole, other;
	uint32_t state = 0x5eed1234;
	uint8_t wire[1024];

	for (int i = 0; i < 100000; i++) {
		size_t size = random_wire(&state, wire, sizeof(wire));
		size_t split = size ? random_next(&state) % size : 0;

		run(wire, size, size, size, &whole);
		run(wire, size, split, 1 + random_next(&state) % 40, &other);
		check_same(&other, whole.text, whole.size, "random", (size_t)i);
	}
}

/* Random bytes without packets. */
TEST(random_bytes)
{
	static struct transcript whole, other;
	uint32_t state = 0x0badcafe;
	uint8_t wire[200];

	for (int i = 0; i < 100000; i++) {
		size_t size = random_next(&state) % sizeof(wire);

		for (size_t at = 0; at < size; at++)
			wire[at] = (uint8_t)random_next(&state);
		wire[0] = '$';
		run(wire, size, size, size, &whole);
		run(wire, size, size, 1, &other);
		check_same(&other, whole.text, whole.size, "random", (size_t)i);
	}
}
