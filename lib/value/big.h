/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Natural numbers of up to 20480 bits, on the stack: enough for the quotients that
 * represent all values of an 80-bit or 128-bit float, and for 800 digits of text.
 * Hides: the arithmetic. */
#ifndef GDBREGS_LIB_VALUE_BIG_H
#define GDBREGS_LIB_VALUE_BIG_H

#include <stddef.h>
#include <stdint.h>

#define GDBREGS__BIG_WORDS 640

struct gdbregs__big {
	size_t count; /* words in use; the last of them is not 0 */
	uint32_t words[GDBREGS__BIG_WORDS];
};

/* a = (high * 2^64 + low) << shift */
void gdbregs__big_set(struct gdbregs__big *a, uint64_t high, uint64_t low, unsigned shift);
/* a = a * factor + addend */
void gdbregs__big_multiply_add(struct gdbregs__big *a, uint32_t factor, uint32_t addend);
void gdbregs__big_multiply(struct gdbregs__big *a, uint32_t factor);
/* a = a * 10^power; a power below 1 changes nothing. */
void gdbregs__big_power_of_ten(struct gdbregs__big *a, int power);
void gdbregs__big_shift(struct gdbregs__big *a, unsigned bits);
/* a = a - b; b must not be larger. */
void gdbregs__big_subtract(struct gdbregs__big *a, const struct gdbregs__big *b);
/* Returns a negative number, 0 or 1, as memcmp() does. */
int gdbregs__big_compare(const struct gdbregs__big *a, const struct gdbregs__big *b);
/* Compares a + b with c. */
int gdbregs__big_compare_sum(const struct gdbregs__big *a, const struct gdbregs__big *b,
			     const struct gdbregs__big *c);
/* Returns the number of bits without leading zeros; 0 has none. */
unsigned gdbregs__big_bits(const struct gdbregs__big *a);

#endif
