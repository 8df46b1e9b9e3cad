/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The free-format algorithm of Steele and White, as improved by Burger and Dybvig.
 * The value is r/s. All numbers between r - below and r + above read back as the same
 * value. Digits are generated until the remainder is in that interval. */
#include "value/shortest-decimal.h"

#include "value/big.h"

struct ratio {
	struct gdbregs__big r, s, below, above;
	bool even; /* the ends of the interval read back as the same value too */
};

/* Half the gap to a neighbour needs one more bit. If the gap below is half as wide,
 * it needs two. */
static void ratio_init(struct ratio *q, uint64_t high, uint64_t low, int exponent,
		       bool narrow_below)
{
	unsigned up = exponent > 0 ? (unsigned)exponent : 0;
	unsigned down = exponent < 0 ? (unsigned)-exponent : 0;
	unsigned extra = narrow_below ? 2 : 1;

	gdbregs__big_set(&q->r, high, low, up + extra);
	gdbregs__big_set(&q->s, 0, 1, down + extra);
	gdbregs__big_set(&q->below, 0, 1, up);
	gdbregs__big_set(&q->above, 0, 1, up + extra - 1);
	q->even = low % 2 == 0;
}

/* Scale by powers of ten until 1/10 <= value < 1. The value must be at least 2^bits
 * and below 2^(bits + 1). Returns the exponent removed. */
static int ratio_scale(struct ratio *q, int bits)
{
	/* bits * log10(2), rounded down: never too large, at most 2 too small */
	int point = bits * 30103 / 100000 - (bits < 0);

	if (point >= 0) {
		gdbregs__big_power_of_ten(&q->s, point);
	} else {
		gdbregs__big_power_of_ten(&q->r, -point);
		gdbregs__big_power_of_ten(&q->below, -point);
		gdbregs__big_power_of_ten(&q->above, -point);
	}
	while (gdbregs__big_compare(&q->r, &q->s) >= 0) {
		gdbregs__big_multiply(&q->s, 10);
		point++;
	}
	return point;
}

static uint8_t ratio_digit(struct ratio *q)
{
	uint8_t digit = 0;

	gdbregs__big_multiply(&q->r, 10);
	gdbregs__big_multiply(&q->below, 10);
	gdbregs__big_multiply(&q->above, 10);
	while (gdbregs__big_compare(&q->r, &q->s) >= 0) {
		gdbregs__big_subtract(&q->r, &q->s);
		digit++;
	}
	return digit;
}

/* Returns true if the last digit must be rounded up. Both neighbours are in the interval: choose
 * the nearer one. */
static bool ratio_rounds_up(const struct ratio *q, uint8_t digit)
{
	int half = gdbregs__big_compare_sum(&q->r, &q->r, &q->s);

	return half > 0 || (half == 0 && digit % 2);
}

struct gdbregs__decimal gdbregs__decimal_shortest(uint64_t high_word, uint64_t low_word,
						  int exponent, bool narrow_below)
{
	struct gdbregs__decimal d = {.count = 0};
	struct ratio q;
	bool low = false, high = false;
	int top = high_word ? 127 - __builtin_clzll(high_word) : 63 - __builtin_clzll(low_word);

	ratio_init(&q, high_word, low_word, exponent, narrow_below);
	d.point = ratio_scale(&q, exponent + top);
	while (!low && !high && d.count < GDBREGS__DECIMAL_DIGITS) {
		d.digits[d.count++] = ratio_digit(&q);
		low = gdbregs__big_compare(&q.r, &q.below) < q.even;
		high = gdbregs__big_compare_sum(&q.r, &q.above, &q.s) >= !q.even;
	}
	if (high && (!low || ratio_rounds_up(&q, d.digits[d.count - 1])))
		d.digits[d.count - 1]++;
	if (d.digits[d.count - 1] == 10) {
		/* This digit is always the first one: before a later 9, `high` was
		 * already true. */
		d.digits[d.count - 1] = 1;
		d.point++;
	}
	return d;
}
