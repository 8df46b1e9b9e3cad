/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Binary floating point to the shortest decimal that reads back as the
 * same value. Hides: the big numbers it takes. Exact, and the same on every
 * host and in every locale: printf() knows neither x87's 80 bits everywhere nor
 * a decimal point that is always a point. */
#ifndef GDBREGS_LIB_VALUES_DECIMAL_H
#define GDBREGS_LIB_VALUES_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Enough for 113 bits of mantissa. */
#define GDBREGS__DECIMAL_DIGITS 40

struct gdbregs__decimal {
	uint8_t digits[GDBREGS__DECIMAL_DIGITS]; /* 0..9, first and last not 0 */
	size_t count;
	int point; /* the value is 0.DIGITS * 10^point */
};

/* Digits of (high * 2^64 + low) * 2^exponent; not 0, exponent -16500..16400.
 * `narrow_below`: the next smaller value is nearer than the next larger one
 * (the mantissa is the smallest normal one). */
struct gdbregs__decimal gdbregs__decimal_shortest(uint64_t high, uint64_t low, int exponent,
						  bool narrow_below);

#endif
