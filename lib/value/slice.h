/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Part of a register's bytes, and the number in it. Hides: byte order. */
#ifndef GDBREGS_LIB_VALUE_SLICE_H
#define GDBREGS_LIB_VALUE_SLICE_H

#include <gdbregs.h>

/* The format of a `float` of 16 bytes, as far as the architecture determines it. */
enum gdbregs__wide_float {
	GDBREGS__WIDE_UNKNOWN, /* or a pair of doubles, as on PowerPC */
	GDBREGS__WIDE_I387,
	GDBREGS__WIDE_QUAD, /* IEEE 754 binary128 */
};

/* In memory order. */
struct gdbregs__slice {
	const uint8_t *bytes;
	size_t size_bytes;
	enum gdbregs_byte_order order; /* LITTLE or BIG; UNKNOWN counts as LITTLE */
	enum gdbregs__wide_float wide;
};

/* size_bytes bytes from off_bytes on, as far as they are there. */
struct gdbregs__slice gdbregs__slice_part(struct gdbregs__slice slice, size_t off_bytes,
					  size_t size_bytes);
/* The size_bytes least significant bytes (all, if there are fewer). */
struct gdbregs__slice gdbregs__slice_low(struct gdbregs__slice slice, size_t size_bytes);
/* Returns the 64 least significant bits as a number. */
uint64_t gdbregs__slice_number(struct gdbregs__slice slice);
/* Byte i of the number, 0 the least significant. */
uint8_t gdbregs__slice_byte(struct gdbregs__slice slice, size_t i);

/* Returns `width` bits (1..64) from bit `low` on. The slice has those bits. */
uint64_t gdbregs__slice_bits(struct gdbregs__slice slice, size_t low, size_t width);

/* Set `width` bits (1..64) from bit `low` on. All other bits stay. The slice has those bits, and
 * its bytes may be written. */
void gdbregs__slice_set(struct gdbregs__slice slice, size_t low, size_t width, uint64_t value);

#endif
