/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The free-format algorithm of Steele and White in the form Burger and Dybvig
 * gave it: value = r/s; the values that read back as ours reach from r - below
 * to r + above. Digits are generated until what is left falls inside. */
#include "value/shortest-decimal.h"

#include <string.h>

/* x87's largest value has 16384 bits; its smallest is brought to the same
 * length by powers of ten. */
#define WORDS 528

struct big {
	size_t count; /* words in use; the last of them is not 0 */
	uint32_t words[WORDS];
};

struct ratio {
	struct big r, s, below, above;
	bool even; /* the ends of the interval read back as our value, too */
};

static void big_multiply(struct big *a, uint32_t factor)
{
	uint64_t carry = 0;

	for (size_t i = 0; i < a->count; i++) {
		carry += (uint64_t)a->words[i] * factor;
		a->words[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry && a->count < WORDS)
		a->words[a->count++] = (uint32_t)carry;
}

static void big_power_of_ten(struct big *a, int power)
{
	for (; power >= 9; power -= 9)
		big_multiply(a, 1000000000);
	for (; power > 0; power--)
		big_multiply(a, 10);
}

/* a = value << shift */
static void big_set(struct big *a, uint64_t value, unsigned shift)
{
	size_t zeros = shift / 32;

	memset(a->words, 0, zeros * sizeof(a->words[0]));
	a->words[zeros] = (uint32_t)value;
	a->words[zeros + 1] = (uint32_t)(value >> 32);
	a->count = zeros + 2;
	while (a->count && !a->words[a->count - 1])
		a->count--;
	big_multiply(a, (uint32_t)1 << shift % 32);
}

static int big_compare(const struct big *a, const struct big *b)
{
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (size_t i = a->count; i-- > 0;)
		if (a->words[i] != b->words[i])
			return a->words[i] < b->words[i] ? -1 : 1;
	return 0;
}

/* a + b against c */
static int big_compare_sum(const struct big *a, const struct big *b, const struct big *c)
{
	struct big sum;
	uint64_t carry = 0;

	sum.count = 0;
	for (size_t i = 0; i < WORDS && (i < a->count || i < b->count || carry); i++) {
		carry += (uint64_t)(i < a->count ? a->words[i] : 0) +
			 (i < b->count ? b->words[i] : 0);
		sum.words[sum.count++] = (uint32_t)carry;
		carry >>= 32;
	}
	return big_compare(&sum, c);
}

/* a -= b, which is not larger */
static void big_subtract(struct big *a, const struct big *b)
{
	uint32_t borrow = 0;

	for (size_t i = 0; i < a->count; i++) {
		uint64_t take = (uint64_t)(i < b->count ? b->words[i] : 0) + borrow;

		borrow = a->words[i] < take;
		a->words[i] -= (uint32_t)take;
	}
	while (a->count && !a->words[a->count - 1])
		a->count--;
}

/* Halves of the gaps to the neighbours need one more bit, two where the gap
 * below is half as wide. */
static void ratio_init(struct ratio *q, uint64_t mantissa, int exponent, bool narrow_below)
{
	unsigned up = exponent > 0 ? (unsigned)exponent : 0;
	unsigned down = exponent < 0 ? (unsigned)-exponent : 0;
	unsigned extra = narrow_below ? 2 : 1;

	big_set(&q->r, mantissa, up + extra);
	big_set(&q->s, 1, down + extra);
	big_set(&q->below, 1, up);
	big_set(&q->above, 1, up + extra - 1);
	q->even = mantissa % 2 == 0;
}

/* Scale by powers of ten until 1/10 <= value < 1; returns the power taken out. */
static int ratio_scale(struct ratio *q, uint64_t mantissa, int exponent)
{
	int bits = exponent + 63 - __builtin_clzll(mantissa);
	/* bits * log10(2), rounded down: never too large, too small by 2 at most */
	int point = bits * 30103 / 100000 - (bits < 0);

	if (point >= 0) {
		big_power_of_ten(&q->s, point);
	} else {
		big_power_of_ten(&q->r, -point);
		big_power_of_ten(&q->below, -point);
		big_power_of_ten(&q->above, -point);
	}
	while (big_compare(&q->r, &q->s) >= 0) {
		big_multiply(&q->s, 10);
		point++;
	}
	return point;
}

static uint8_t ratio_digit(struct ratio *q)
{
	uint8_t digit = 0;

	big_multiply(&q->r, 10);
	big_multiply(&q->below, 10);
	big_multiply(&q->above, 10);
	while (big_compare(&q->r, &q->s) >= 0) {
		big_subtract(&q->r, &q->s);
		digit++;
	}
	return digit;
}

/* Both ends are in reach of the last digit: the nearer one. */
static bool ratio_rounds_up(const struct ratio *q, uint8_t digit)
{
	int half = big_compare_sum(&q->r, &q->r, &q->s);

	return half > 0 || (half == 0 && digit % 2);
}

struct gdbregs__decimal gdbregs__decimal_shortest(uint64_t mantissa, int exponent,
						  bool narrow_below)
{
	struct gdbregs__decimal d = {.count = 0};
	struct ratio q;
	bool low = false, high = false;

	ratio_init(&q, mantissa, exponent, narrow_below);
	d.point = ratio_scale(&q, mantissa, exponent);
	while (!low && !high && d.count < GDBREGS__DECIMAL_DIGITS) {
		d.digits[d.count++] = ratio_digit(&q);
		low = big_compare(&q.r, &q.below) < q.even;
		high = big_compare_sum(&q.r, &q.above, &q.s) >= !q.even;
	}
	if (high && (!low || ratio_rounds_up(&q, d.digits[d.count - 1])))
		d.digits[d.count - 1]++;
	if (d.digits[d.count - 1] == 10) {
		/* Only ever the first: before a later 9, `high` had held already. */
		d.digits[d.count - 1] = 1;
		d.point++;
	}
	return d;
}
