/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "value/slice.h"

struct gdbregs__slice gdbregs__slice_part(struct gdbregs__slice slice, size_t off_bytes,
					  size_t size_bytes)
{
	size_t off = off_bytes < slice.size_bytes ? off_bytes : slice.size_bytes;
	size_t left = slice.size_bytes - off;

	slice.bytes += off;
	slice.size_bytes = size_bytes < left ? size_bytes : left;
	return slice;
}

struct gdbregs__slice gdbregs__slice_low(struct gdbregs__slice slice, size_t size_bytes)
{
	if (size_bytes >= slice.size_bytes)
		return slice;
	if (slice.order == GDBREGS_BYTE_ORDER_BIG)
		slice.bytes += slice.size_bytes - size_bytes;
	slice.size_bytes = size_bytes;
	return slice;
}

uint8_t gdbregs__slice_byte(struct gdbregs__slice slice, size_t i)
{
	return slice.bytes[slice.order == GDBREGS_BYTE_ORDER_BIG ? slice.size_bytes - 1 - i : i];
}

uint64_t gdbregs__slice_number(struct gdbregs__slice slice)
{
	size_t count = slice.size_bytes < 8 ? slice.size_bytes : 8;
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++)
		number |= (uint64_t)gdbregs__slice_byte(slice, i) << (8 * i);
	return number;
}

void gdbregs__slice_set(uint8_t *to, struct gdbregs__slice slice, unsigned low, unsigned width,
			uint64_t value)
{
	bool big = slice.order == GDBREGS_BYTE_ORDER_BIG;

	for (unsigned done = 0; done < width;) {
		size_t i = (low + done) / 8;
		unsigned shift = (low + done) % 8;
		unsigned bits = width - done < 8 - shift ? width - done : 8 - shift;
		unsigned mask = ((1u << bits) - 1) << shift;
		uint8_t *byte = &to[big ? slice.size_bytes - 1 - i : i];

		*byte = (uint8_t)((*byte & ~mask) | ((unsigned)(value >> done) << shift & mask));
		done += bits;
	}
}
