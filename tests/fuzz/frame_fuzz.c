/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame decoder. The events do not depend on how the input is split, or on whether many packets
 * of data are taken together. A packet that it accepts has the right checksum, computed
 * independently. Encoding and decoding give the same bytes. Input: the limit (1 byte), a seed for
 * the pieces (2 bytes), then the wire. */
#include "fuzz.h"

#include "rsp/packet.h"
#include "rsp/reply.h"

struct events {
	uint8_t *bytes; /* for each event: kind, size (4 bytes), payload */
	size_t size, capacity;
};

static void put(struct events *e, const void *data, size_t size)
{
	if (e->size + size > e->capacity) {
		e->capacity = 2 * (e->size + size);
		e->bytes = realloc(e->bytes, e->capacity);
		REQUIRE(e->bytes);
	}
	if (size)
		memcpy(e->bytes + e->size, data, size);
	e->size += size;
}

static void note(struct events *e, const struct gdbregs__frame *frame, size_t max_bytes)
{
	uint8_t kind = (uint8_t)frame->kind;
	uint32_t size = 0;

	put(e, &kind, 1);
	if (kind == GDBREGS__FRAME_PACKET || kind == GDBREGS__FRAME_NOTIFICATION) {
		REQUIRE(frame->payload && frame->size <= max_bytes);
		size = (uint32_t)frame->size;
	}
	put(e, &size, sizeof(size));
	put(e, frame->payload, size);
}

/* Take packets of data together, and record each as an event. */
static void take_data(const struct gdbregs__frame_decoder *d, const uint8_t *piece, size_t size,
		      size_t *used, bool acked, struct events *e)
{
	struct gdbregs__span texts[3];
	size_t before = *used;
	size_t count = gdbregs__frame_take_data(d, piece, size, used, acked, texts, 3);

	REQUIRE(count <= 3 && *used <= size && (count > 0) == (*used > before));
	for (size_t i = 0; i < count; i++) {
		struct gdbregs__frame ack = {.kind = GDBREGS__FRAME_ACK};
		struct gdbregs__frame packet = {GDBREGS__FRAME_PACKET, texts[i].text,
						texts[i].size};

		if (acked)
			note(e, &ack, d->max_bytes);
		note(e, &packet, d->max_bytes);
	}
}

/* Pass one piece of input, in an allocation of its size. */
static void feed(struct gdbregs__frame_decoder *d, const uint8_t *data, size_t size, bool together,
		 struct events *e)
{
	struct gdbregs__frame frame = {0};
	size_t used = 0;
	uint8_t *piece = malloc(size);

	REQUIRE(piece || !size);
	if (size)
		memcpy(piece, data, size);
	while (used < size) {
		if (together) {
			take_data(d, piece, size, &used, true, e);
			take_data(d, piece, size, &used, false, e);
		}
		size_t before = used;
		if (used == size)
			break;
		REQUIRE(gdbregs__frame_next(d, piece, size, &used, &frame) == 0);
		REQUIRE(used > before && used <= size);
		if (frame.kind == GDBREGS__FRAME_NONE)
			REQUIRE(used == size);
		else
			note(e, &frame, d->max_bytes);
		REQUIRE(d->payload.size <= d->max_bytes);
	}
	free(piece);
}

static struct events decode(const uint8_t *data, size_t size, size_t max_bytes, uint32_t seed,
			    bool together, size_t *junk_count)
{
	struct gdbregs__frame_decoder d;
	struct events e = {0};

	gdbregs__frame_decoder_init(&d, max_bytes);
	for (size_t at = 0; at < size;) {
		size_t piece = seed ? 1 + fuzz_random(&seed) % 7 : size;

		if (piece > size - at)
			piece = size - at;
		feed(&d, data + at, piece, together, &e);
		at += piece;
	}
	*junk_count = d.junk_count;
	gdbregs__frame_decoder_fini(&d);
	return e;
}

/* ------------------------------------------------------ another reckoning --- */

static int digit(uint8_t c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) - (at - digits > 15 ? 6 : 0) : -1;
}

/* Count the packets and notifications with the right checksum and valid run lengths, one character
 * at a time and without a limit. */
static size_t count_good(const uint8_t *in, size_t size)
{
	size_t good = 0, at = 0;

	while (at < size) {
		if (in[at] != '$' && in[at] != '%') {
			at++;
			continue;
		}
	again:;
		unsigned sum = 0, length = 0, sound = 1;
		for (at++; at < size && in[at] != '#' && in[at] != '$'; at++) {
			sum += in[at];
			if (in[at] != '*') {
				length++;
				continue;
			}
			if (++at == size)
				break;
			sum += in[at];
			sound &= length > 0 && in[at] >= 30;
		}
		if (at < size && in[at] == '$')
			goto again;
		if (at + 2 < size && sound && digit(in[at + 1]) >= 0 && digit(in[at + 2]) >= 0 &&
		    (unsigned)(digit(in[at + 1]) * 16 + digit(in[at + 2])) == (sum & 0xff))
			good++;
		at += 3;
	}
	return good;
}

static size_t count_events(const struct events *e, bool *too_large)
{
	size_t good = 0;

	*too_large = false;
	for (size_t at = 0; at < e->size;) {
		uint8_t kind = e->bytes[at];
		uint32_t size;

		memcpy(&size, e->bytes + at + 1, sizeof(size));
		good += kind == GDBREGS__FRAME_PACKET || kind == GDBREGS__FRAME_NOTIFICATION;
		*too_large |= kind == GDBREGS__FRAME_TOO_LARGE;
		at += 5 + size;
	}
	return good;
}

/* ------------------------------------------------------------- there and back --- */

static void round_trip(const uint8_t *data, size_t size)
{
	struct gdbregs_buffer wire = {0}, back = {0};
	struct gdbregs__frame_decoder d;
	struct gdbregs__frame frame;
	size_t used = 0, added = 0;

	REQUIRE(gdbregs__frame_encode(&wire, data, size) == 0);
	REQUIRE(memchr(wire.data + 1, '$', wire.size - 1) == NULL);
	gdbregs__frame_decoder_init(&d, wire.size);
	REQUIRE(gdbregs__frame_next(&d, wire.data, wire.size, &used, &frame) == 0);
	REQUIRE(frame.kind == GDBREGS__FRAME_PACKET && used == wire.size);
	/* Pieces of documents are the only binary replies. */
	uint8_t *piece = malloc(frame.size + 1);
	REQUIRE(piece);
	piece[0] = 'l';
	memcpy(piece + 1, frame.payload, frame.size);
	REQUIRE(gdbregs__reply_xfer(piece, frame.size + 1, &back, &added) == GDBREGS__XFER_LAST);
	REQUIRE(added == size && back.size == size);
	REQUIRE(!size || memcmp(back.data, data, size) == 0);
	free(piece);
	gdbregs__frame_decoder_fini(&d);
	gdbregs_buffer_fini(&wire);
	gdbregs_buffer_fini(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, data + size};
	size_t max_bytes = 16u << fuzz_byte(&in) % 12;
	uint32_t seed = fuzz_word(&in) + 1;
	size_t junk_whole, junk_pieces, junk_bytes;
	bool too_large;

	struct events whole = decode(in.at, fuzz_left(&in), max_bytes, 0, true, &junk_whole);
	struct events pieces = decode(in.at, fuzz_left(&in), max_bytes, seed, false, &junk_pieces);
	REQUIRE(whole.size == pieces.size && junk_whole == junk_pieces);
	REQUIRE(!whole.size || memcmp(whole.bytes, pieces.bytes, whole.size) == 0);

	struct events roomy = decode(in.at, fuzz_left(&in), SIZE_MAX / 2, 0, false, &junk_bytes);
	REQUIRE(count_events(&roomy, &too_large) == count_good(in.at, fuzz_left(&in)));
	REQUIRE(!too_large);
	round_trip(in.at, fuzz_left(&in));
	free(whole.bytes);
	free(pieces.bytes);
	free(roomy.bytes);
	return 0;
}
