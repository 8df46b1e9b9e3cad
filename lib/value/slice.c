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

/* Returns the place in memory of byte i of the number. */
static size_t place(struct gdbregs__slice slice, size_t i)
{
	return slice.order == GDBREGS_BYTE_ORDER_BIG ? slice.size_bytes - 1 - i : i;
}

uint64_t gdbregs__slice_number(struct gdbregs__slice slice)
{
	size_t count = slice.size_bytes < 8 ? slice.size_bytes : 8;

	return count ? gdbregs__slice_bits(slice, 0, count * 8) : 0;
}

uint64_t gdbregs__slice_bits(struct gdbregs__slice slice, size_t low, size_t width)
{
	uint64_t value = 0;

	for (size_t done = 0; done < width; done += 8 - (low + done) % 8) {
		size_t at = low + done;

		value |= (uint64_t)(slice.bytes[place(slice, at / 8)] >> at % 8) << done;
	}
	return width < 64 ? value & (((uint64_t)1 << width) - 1) : value;
}

void gdbregs__slice_set(struct gdbregs__slice slice, size_t low, size_t width, uint64_t value)
{
	for (size_t done = 0; done < width;) {
		size_t shift = (low + done) % 8;
		size_t bits = width - done < 8 - shift ? width - done : 8 - shift;
		unsigned mask = ((1u << bits) - 1) << shift;
		uint8_t *byte = (uint8_t *)slice.bytes + place(slice, (low + done) / 8);

		*byte = (uint8_t)((*byte & ~mask) | ((unsigned)(value >> done) << shift & mask));
		done += bits;
	}
}
