/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets that lie whole in the input: nearly all of them. They go past the machine
 * of frame.c and are handed out where they lie. */
#include "rsp/packet.h"

#include "rsp/packet-scan.h"
#include "util/hex.h"

#define ENDING_BYTES 3 /* # and two digits */

/* From its $ to its checksum, and nothing to decode: how many bytes that was, 0 if
 * there is no such packet. */
static inline size_t take_whole(const uint8_t *at, const uint8_t *end, size_t max_bytes,
				struct gdbregs__frame_text *text)
{
	unsigned sum = 0;
	const uint8_t *payload = at + 1, *stop = gdbregs__scan(payload, end, &sum);
	size_t size = (size_t)(stop - payload);

	if (end - stop < ENDING_BYTES || *stop != '#' || size > max_bytes ||
	    memcmp(stop + 1, gdbregs__hex_pairs[sum & 0xff], 2) != 0)
		return 0;
	*text = (struct gdbregs__frame_text){payload, size};
	return 1 + size + ENDING_BYTES;
}

size_t gdbregs__frame_whole(const struct gdbregs__frame_decoder *d, const uint8_t *in, size_t size,
			    struct gdbregs__frame_text *text)
{
	return take_whole(in, in + size, d->max_bytes, text);
}

/* What register data begins with: no error, no console output, no stop. */
static inline bool begins_data(const struct gdbregs__frame_text *text)
{
	return text->size && gdbregs__hex_digit(text->payload[0]) < 16 && text->payload[0] != 'E';
}

size_t gdbregs__frame_take_data(const struct gdbregs__frame_decoder *d, const uint8_t *in,
				size_t size, size_t *used, bool acked,
				struct gdbregs__frame_text *texts, size_t most)
{
	const uint8_t *at = in + *used, *end = in + size;
	size_t count = 0;

	if (!gdbregs__frame_idle(d))
		return 0;
	while (count < most && end - at > 1 + acked) {
		if ((acked && *at != '+') || at[acked] != '$')
			break;
		size_t whole = take_whole(at + acked, end, d->max_bytes, &texts[count]);
		if (!whole || !begins_data(&texts[count]))
			break;
		at += acked + whole;
		count++;
	}
	*used = (size_t)(at - in);
	return count;
}
