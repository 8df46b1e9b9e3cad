/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "value/big.h"

#include <string.h>

static void trim(struct gdbregs__big *a)
{
	while (a->count && !a->words[a->count - 1])
		a->count--;
}

void gdbregs__big_multiply_add(struct gdbregs__big *a, uint32_t factor, uint32_t addend)
{
	uint64_t carry = addend;

	for (size_t i = 0; i < a->count; i++) {
		carry += (uint64_t)a->words[i] * factor;
		a->words[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry && a->count < GDBREGS__BIG_WORDS)
		a->words[a->count++] = (uint32_t)carry;
}

void gdbregs__big_multiply(struct gdbregs__big *a, uint32_t factor)
{
	gdbregs__big_multiply_add(a, factor, 0);
}

void gdbregs__big_power_of_ten(struct gdbregs__big *a, int power)
{
	for (; power >= 9; power -= 9)
		gdbregs__big_multiply(a, 1000000000);
	for (; power > 0; power--)
		gdbregs__big_multiply(a, 10);
}

void gdbregs__big_shift(struct gdbregs__big *a, unsigned bits)
{
	size_t words = bits / 32;

	if (a->count == 0 || words > GDBREGS__BIG_WORDS - a->count)
		return;
	memmove(a->words + words, a->words, a->count * sizeof(a->words[0]));
	memset(a->words, 0, words * sizeof(a->words[0]));
	a->count += words;
	gdbregs__big_multiply(a, (uint32_t)1 << bits % 32);
}

void gdbregs__big_set(struct gdbregs__big *a, uint64_t high, uint64_t low, unsigned shift)
{
	a->words[0] = (uint32_t)low;
	a->words[1] = (uint32_t)(low >> 32);
	a->words[2] = (uint32_t)high;
	a->words[3] = (uint32_t)(high >> 32);
	a->count = 4;
	trim(a);
	gdbregs__big_shift(a, shift);
}

void gdbregs__big_subtract(struct gdbregs__big *a, const struct gdbregs__big *b)
{
	uint32_t borrow = 0;

	for (size_t i = 0; i < a->count; i++) {
		uint64_t take = (uint64_t)(i < b->count ? b->words[i] : 0) + borrow;

		borrow = a->words[i] < take;
		a->words[i] -= (uint32_t)take;
	}
	trim(a);
}

int gdbregs__big_compare(const struct gdbregs__big *a, const struct gdbregs__big *b)
{
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (size_t i = a->count; i-- > 0;)
		if (a->words[i] != b->words[i])
			return a->words[i] < b->words[i] ? -1 : 1;
	return 0;
}

int gdbregs__big_compare_sum(const struct gdbregs__big *a, const struct gdbregs__big *b,
			     const struct gdbregs__big *c)
{
	struct gdbregs__big sum;
	uint64_t carry = 0;

	sum.count = 0;
	for (size_t i = 0; i < GDBREGS__BIG_WORDS && (i < a->count || i < b->count || carry); i++) {
		carry += (uint64_t)(i < a->count ? a->words[i] : 0) +
			 (i < b->count ? b->words[i] : 0);
		sum.words[sum.count++] = (uint32_t)carry;
		carry >>= 32;
	}
	return gdbregs__big_compare(&sum, c);
}

unsigned gdbregs__big_bits(const struct gdbregs__big *a)
{
	if (a->count == 0)
		return 0;
	return (unsigned)a->count * 32 - (unsigned)__builtin_clz(a->words[a->count - 1]);
}
