/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets that are complete in the input and bypass the byte-by-byte state machine. The fast path
 * must return what the state machine returns for the same bytes, and must stop where only the
 * state machine can decide. */
#include "rsp/packet.h"
#include "../guarded.h"
#include "suite.h"

#include <stdio.h>

#define MAX_BYTES 400
#define TEXTS_MAX 8

/* Returns the packet `$payload#hh`. The checksum is computed byte by byte. */
static size_t packet(uint8_t *out, const void *payload, size_t size)
{
	char check[4];
	unsigned sum = 0;

	out[0] = '$';
	for (size_t i = 0; i < size; i++)
		sum += out[1 + i] = ((const uint8_t *)payload)[i];
	snprintf(check, sizeof(check), "#%02x", sum & 0xff);
	memcpy(out + 1 + size, check, 3);
	return size + 4;
}

static struct gdbregs__frame_decoder decoder(void)
{
	struct gdbregs__frame_decoder d;

	gdbregs__frame_decoder_init(&d, MAX_BYTES);
	return d;
}

static size_t whole(const uint8_t *wire, size_t size, struct gdbregs__span *text)
{
	struct gdbregs__frame_decoder d = decoder();

	return gdbregs__frame_whole(&d, guarded(wire, size), size, text);
}

/* --------------------------------------------------------------- one packet --- */

static void check_taken(const uint8_t *payload, size_t size)
{
	uint8_t wire[MAX_BYTES + 8];
	struct gdbregs__span text = {0};
	size_t length = packet(wire, payload, size);

	MUST(whole(wire, length, &text) == length);
	MUST(text.size == size);
	MUST(memcmp(text.text, payload, size) == 0);
	/* A packet that is cut short is not complete. */
	for (size_t cut = 1; cut < length; cut++)
		MUST(whole(wire, cut, &text) == 0);
}

/* The payloads have digits, characters below and between digits, and bytes with the highest bit
 * set, each at every place. */
TEST(every_length)
{
	static const char alphabets[][20] = {"0123456789abcdef", "ab <\n\"'(),;}~\x7f",
					     "09\x80\xa9\xab\xff"};
	uint8_t payload[MAX_BYTES];

	for (size_t a = 0; a < 3; a++)
		for (size_t size = 0; size <= 300; size++) {
			for (size_t i = 0; i < size; i++)
				payload[i] = (uint8_t)
					alphabets[a][(i * 7 + size) % strlen(alphabets[a])];
			check_taken(payload, size);
		}
}

/* A character that ends the fast path is at any place: a run length, the beginning of a packet, or
 * an early end. The checksum is right for the bytes up to the last #, so only this character can
 * end the fast path. After an early #, the digits 55 are the right checksum of some cases. */
TEST(every_end_everywhere)
{
	static const char ends[] = "#$*";
	uint8_t payload[200], wire[220];
	struct gdbregs__span text;

	memset(payload, '5', sizeof(payload));
	for (size_t end = 0; end < 3; end++)
		for (size_t at = 0; at < sizeof(payload); at++) {
			payload[at] = (uint8_t)ends[end];
			size_t length = packet(wire, payload, sizeof(payload));
			bool right = ends[end] == '#' && (at * '5') % 256 == 0x55 &&
				     at + 3 <= sizeof(payload);
			MUST(whole(wire, length, &text) == (right ? at + 4 : 0));
			payload[at] = '5';
		}
}

/* A packet with one wrong bit is not accepted, at any place and of any length. */
TEST(every_flipped_bit)
{
	uint8_t payload[150], wire[160];
	struct gdbregs__span text;

	for (size_t size = 0; size <= sizeof(payload); size += 1 + size / 16) {
		memset(payload, 'c', size);
		size_t length = packet(wire, payload, size);
		for (size_t bit = 8; bit < 8 * length; bit++) {
			wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
			MUST(whole(wire, length, &text) == 0);
			wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

TEST(limit)
{
	uint8_t payload[MAX_BYTES + 1], wire[MAX_BYTES + 8];
	struct gdbregs__span text;

	memset(payload, '0', sizeof(payload));
	size_t length = packet(wire, payload, MAX_BYTES);
	ck_assert_uint_eq(whole(wire, length, &text), length);
	length = packet(wire, payload, MAX_BYTES + 1);
	ck_assert_uint_eq(whole(wire, length, &text), 0);
}

/* ------------------------------------------------------------- many packets --- */

/* Take data from `wire`, and check how many packets and bytes were taken. */
static void check_data(const char *wire, bool acked, size_t most, size_t count, size_t used)
{
	struct gdbregs__frame_decoder d = decoder();
	struct gdbregs__span texts[TEXTS_MAX];
	size_t at = 0, size = strlen(wire);

	ck_assert_uint_eq(
		gdbregs__frame_take_data(&d, guarded(wire, size), size, &at, acked, texts, most),
		count);
	ck_assert_uint_eq(at, used);
}

TEST(data)
{
	static const char both[] = "+$12#63+$cdef#92";

	check_data(both, true, TEXTS_MAX, 2, 16);
	check_data(both, true, 1, 1, 7);
	check_data(both, true, 0, 0, 0);
	/* If the second packet is cut, only the first one is taken. */
	for (size_t cut = 7; cut < sizeof(both) - 1; cut++) {
		char wire[sizeof(both)];
		snprintf(wire, sizeof(wire), "%.*s", (int)cut, both);
		check_data(wire, true, TEXTS_MAX, 1, 7);
	}
	check_data("$12#63$cdef#92", false, TEXTS_MAX, 2, 14);
	check_data("", true, TEXTS_MAX, 0, 0);
	check_data("+", true, TEXTS_MAX, 0, 0);
}

/* Bytes that only look like data end the taking. The packets before them are taken. */
TEST(no_data)
{
	static const char
		*const others[] =
			{
				"$34#67", /* no ack */
				"++$34#67", /* two of them */
				"-$34#67",  "+%34#67", "+x$34#67", "+$34#68",
				"+$CD#87", /* a capital letter may begin an error */
				"+$E14#aa", "+$E1#76", "+$#00",	   "+$OK#9a",
				"+$T05#b9", "+$xx#f0", "+$O41#e4", "+$S05#b8",
				"+$3*!#7e", "+$34#AB",
			};

	for (size_t i = 0; i < COUNT(others); i++) {
		char wire[40];
		bool capitals = others[i][2] == 'C';
		snprintf(wire, sizeof(wire), "+$12#63%s", others[i]);
		check_data(wire, true, TEXTS_MAX, 1 + capitals, capitals ? strlen(wire) : 7);
		check_data(others[i], true, TEXTS_MAX, capitals, capitals ? 7 : 0);
	}
	/* An ack in no-ack mode. */
	check_data("$12#63+$34#67", false, TEXTS_MAX, 1, 6);
}

TEST(within_a_packet)
{
	struct gdbregs__frame_decoder d = decoder();
	struct gdbregs__frame frame;
	struct gdbregs__span texts[1];
	static const uint8_t in[] = "$1+$12#63";
	size_t used = 0;

	ck_assert_int_eq(gdbregs__frame_next(&d, in, 2, &used, &frame), 0);
	ck_assert_int_eq(frame.kind, GDBREGS__FRAME_NONE);
	ck_assert_uint_eq(gdbregs__frame_take_data(&d, in, sizeof(in) - 1, &used, true, texts, 1),
			  0);
	ck_assert_uint_eq(used, 2);
	gdbregs__frame_decoder_fini(&d);
}

/* The state machine must return an ack and a packet for each packet taken. */
static void check_machine(const uint8_t *wire, size_t size, const struct gdbregs__span *texts,
			  size_t count, size_t end)
{
	struct gdbregs__frame_decoder d = decoder();
	struct gdbregs__frame frame;
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		MUST(gdbregs__frame_next(&d, wire, size, &used, &frame) == 0);
		MUST(frame.kind == GDBREGS__FRAME_ACK);
		MUST(gdbregs__frame_next(&d, wire, size, &used, &frame) == 0);
		MUST(frame.kind == GDBREGS__FRAME_PACKET);
		MUST(frame.size == texts[i].size && frame.size > 0);
		MUST(memcmp(frame.payload, texts[i].text, frame.size) == 0);
	}
	MUST(used == end);
	gdbregs__frame_decoder_fini(&d);
}

TEST(random_input)
{
	static const char alphabet[] = "0123456789abcdef0123456789abcdefxEOTA*#$+ ";
	uint32_t state = 0x77aa3311;
	size_t taken = 0;

	for (int i = 0; i < 200000; i++) {
		uint8_t wire[600], text[90];
		struct gdbregs__span texts[TEXTS_MAX];
		struct gdbregs__frame_decoder d = decoder();
		size_t size = 0, used = 0;

		while (size < 480 && random_next(&state) % 8) {
			size_t letters = random_next(&state) % 8 ? 32 : sizeof(alphabet) - 1;
			size_t length = random_text(&state, text, sizeof(text), alphabet, letters);

			if (random_next(&state) % 16)
				wire[size++] = '+';
			size += packet(wire + size, text, length);
		}
		const uint8_t *in = guarded(wire, size);
		size_t count =
			gdbregs__frame_take_data(&d, in, size, &used, true, texts, TEXTS_MAX);
		check_machine(in, size, texts, count, used);
		taken += count;
	}
	ck_assert_uint_gt(taken, 100000);
}
