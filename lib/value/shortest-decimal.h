/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts binary floating point to the shortest decimal that reads back as the same
 * value. The result is exact, and the same on every host and in every locale.
 * printf() does not support the 80 bits of x87 everywhere, and its decimal point
 * depends on the locale.
 * Hides: arithmetic with big numbers. */
#ifndef GDBREGS_LIB_VALUE_SHORTEST_DECIMAL_H
#define GDBREGS_LIB_VALUE_SHORTEST_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Enough for a mantissa of 113 bits. */
#define GDBREGS__DECIMAL_DIGITS 40

struct gdbregs__decimal {
	uint8_t digits[GDBREGS__DECIMAL_DIGITS]; /* 0..9; the first and the last one are not 0 */
	size_t count;
	int point; /* the value is 0.DIGITS * 10^point */
};

/* Returns the digits of (high * 2^64 + low) * 2^exponent. The mantissa is not 0; the exponent is
 * -16500..16400. With `narrow_below`, the next smaller value is nearer than the next larger one
 * (the mantissa is the smallest normal one). */
struct gdbregs__decimal gdbregs__decimal_shortest(uint64_t high, uint64_t low, int exponent,
						  bool narrow_below);

#endif
