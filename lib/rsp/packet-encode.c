/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/packet.h"

#include "util/hex.h"

#define FRAME_BYTES 4 /* $ # and two digits */

static bool needs_escape(uint8_t byte)
{
	return byte == '#' || byte == '$' || byte == '}' || byte == '*';
}

static uint8_t *put_payload(uint8_t *to, const uint8_t *payload, size_t size, bool escape)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = payload[i];

		if (escape && needs_escape(byte)) {
			*to++ = '}';
			byte ^= 0x20;
		}
		*to++ = byte;
	}
	return to;
}

/* Put the checksum behind a packet begun at buf's end, and count it in. */
static void put_end(struct gdbregs_buffer *out, uint8_t *to)
{
	uint8_t *start = out->data + out->size;
	uint8_t sum = 0;

	for (const uint8_t *byte = start + 1; byte < to; byte++)
		sum += *byte;
	to[0] = '#';
	to[1] = (uint8_t)gdbregs__hex_pairs[sum][0];
	to[2] = (uint8_t)gdbregs__hex_pairs[sum][1];
	out->size += (size_t)(to - start) + 3;
}

int gdbregs__frame_encode(struct gdbregs_buffer *out, const void *payload, size_t size, bool escape)
{
	if (size > SIZE_MAX / 4 || gdbregs__buffer_reserve(out, 2 * size + FRAME_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;

	uint8_t *to = out->data + out->size;
	*to++ = '$';
	put_end(out, put_payload(to, payload, size, escape));
	return 0;
}

size_t gdbregs__frame_put_p(uint8_t *out, uint32_t regnum)
{
	uint8_t *to = out;
	unsigned length_bits = 4;
	uint8_t sum = 'p';

	while (length_bits < 32 && regnum >> length_bits)
		length_bits += 4;
	*to++ = '$';
	*to++ = 'p';
	while (length_bits) {
		length_bits -= 4;
		*to = (uint8_t)gdbregs__hex_pairs[regnum >> length_bits & 15][1];
		sum += *to++;
	}
	*to++ = '#';
	*to++ = (uint8_t)gdbregs__hex_pairs[sum][0];
	*to++ = (uint8_t)gdbregs__hex_pairs[sum][1];
	return (size_t)(to - out);
}

int gdbregs__frame_encode_p(struct gdbregs_buffer *out, uint32_t regnum)
{
	if (gdbregs__buffer_reserve(out, GDBREGS__FRAME_P_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;
	out->size += gdbregs__frame_put_p(out->data + out->size, regnum);
	return 0;
}
