/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Part of a register's bytes, and the number in it. Hides: byte order. */
#ifndef GDBREGS_LIB_VALUE_SLICE_H
#define GDBREGS_LIB_VALUE_SLICE_H

#include <gdbregs.h>

/* Bytes of a number, in memory order. */
struct gdbregs__slice {
	const uint8_t *bytes;
	size_t size_bytes;
	enum gdbregs_byte_order order; /* LITTLE or BIG; UNKNOWN counts as LITTLE */
	const char *architecture; /* determines the format of a `float` of 16 bytes; may be NULL */
};

/* Returns size_bytes bytes from off_bytes on, or fewer if the slice ends before. */
struct gdbregs__slice gdbregs__slice_part(struct gdbregs__slice slice, size_t off_bytes,
					  size_t size_bytes);
/* Returns the size_bytes least significant bytes, or all if there are fewer. */
struct gdbregs__slice gdbregs__slice_low(struct gdbregs__slice slice, size_t size_bytes);
/* Returns the 64 least significant bits as a number. */
uint64_t gdbregs__slice_number(struct gdbregs__slice slice);
/* Returns `width` bits (1..64) from bit `low` on. The slice has those bits. */
uint64_t gdbregs__slice_bits(struct gdbregs__slice slice, size_t low, size_t width);

/* Set `width` bits (1..64) from bit `low` on. All other bits stay. The slice has those bits, and
 * its bytes may be written. */
void gdbregs__slice_set(struct gdbregs__slice slice, size_t low, size_t width, uint64_t value);

#endif
