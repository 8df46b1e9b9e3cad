/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* printf() and strtold() support one format of 80 or 128 bits at most, and take the decimal point
 * from the locale. The conversions here are exact, and the same on every host. */
#include "value/float-text.h"

#include "util/hex.h"
#include "value/big.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------- shortest decimals --- */

/* Enough for a mantissa of 113 bits. */
#define DECIMAL_DIGITS 40

struct decimal {
	uint8_t digits[DECIMAL_DIGITS]; /* 0..9; the first and the last one are not 0 */
	size_t count;
	int point; /* the value is 0.DIGITS * 10^point */
};

/* The free-format algorithm of Steele and White, as improved by Burger and Dybvig.
 * The value is r/s. All numbers between r - below and r + above read back as the same
 * value. Digits are generated until the remainder is in that interval. */
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

/* Returns the shortest digits that read back as (high_word * 2^64 + low_word) * 2^exponent. The
 * mantissa is not 0; the exponent is -16500..16400. With `narrow_below`, the next smaller value is
 * nearer than the next larger one (the mantissa is the smallest normal one). */
static struct decimal shortest_decimal(uint64_t high_word, uint64_t low_word, int exponent,
				       bool narrow_below)
{
	struct decimal d = {.count = 0};
	struct ratio q;
	bool low = false, high = false;
	int top = high_word ? 127 - __builtin_clzll(high_word) : 63 - __builtin_clzll(low_word);

	ratio_init(&q, high_word, low_word, exponent, narrow_below);
	d.point = ratio_scale(&q, exponent + top);
	while (!low && !high && d.count < DECIMAL_DIGITS) {
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

/* ---------------------------------------------------------------- format --- */

/* Returns the bits of a NaN's fraction as GDB shows it: with x87's integer bit. */
static unsigned fraction_bits(const struct gdbregs__float_format *f)
{
	unsigned precision = gdbregs__float_limits(f).precision;

	return precision == 64 ? 64 : precision - 1;
}

/* Write digits [from, to) of 0.DIGITS. Digits beyond the first or the last one are 0. */
static char *put_digits(char *out, const struct decimal *d, int from, int to)
{
	for (int i = from; i < to; i++)
		*out++ = i >= 0 && i < (int)d->count ? (char)('0' + d->digits[i]) : '0';
	return out;
}

/* Format the digits as %g does. `out` has room for digits, point, zeros and exponent. */
static void lay_out(char *out, const struct decimal *d, int max_digits)
{
	int exponent = d->point - 1;
	bool scientific = exponent < -4 || exponent >= max_digits;
	int before = scientific ? 1 : d->point; /* digits before the point */

	if (before > 0)
		out = put_digits(out, d, 0, before);
	else
		*out++ = '0';
	if ((int)d->count > before) {
		*out++ = '.';
		out = put_digits(out, d, before, (int)d->count);
	}
	*out = '\0';
	if (scientific)
		snprintf(out, 16, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
}

static void format_finite(char *out, const struct gdbregs__float_format *f,
			  struct gdbregs__real real, int exponent)
{
	if (gdbregs__real_is_zero(real)) {
		memcpy(out, "0", 2);
		return;
	}

	/* From here on the mantissa is a whole number of the format's precision. */
	const struct gdbregs__float_limits limits = gdbregs__float_limits(f);
	bool is_power = real.high == (uint64_t)1 << 63 && !real.low;
	gdbregs__shift_right(&real.high, &real.low, 128 - limits.precision);
	struct decimal d =
		shortest_decimal(real.high, real.low, real.exponent + 128 - (int)limits.precision,
				 is_power && exponent > 1);

	lay_out(out, &d, limits.digits);
}

/* GDB also writes leading zeros of fractions with more than 32 bits. */
static void format_nan(char *out, const struct gdbregs__float_format *f,
		       struct gdbregs__float_parts p)
{
	gdbregs__shift_right(&p.high, &p.low, 128 - fraction_bits(f));
	if (p.high)
		snprintf(out, 48, "nan(0x%" PRIx64 "%016" PRIx64 ")", p.high, p.low);
	else
		snprintf(out, 48, "nan(0x%" PRIx64 ")", p.low);
}

/* Add the value in one piece, so that a truncated text never ends inside a number. */
static void put_parts(struct gdbregs__text *text, const struct gdbregs__float_format *f,
		      struct gdbregs__float_parts p)
{
	struct gdbregs__real real = gdbregs__float_real(f, p);
	char number[80] = "-", *out = number + p.negative;

	if (real.kind == GDBREGS__REAL_FINITE)
		format_finite(out, f, real, p.exponent);
	else if (real.kind == GDBREGS__REAL_NAN)
		format_nan(out, f, p);
	else
		memcpy(out, "inf", 4);
	gdbregs__text_put(text, gdbregs__float_is_invalid(f, p) ? "<invalid float value>" : number);
}

bool gdbregs__float_put(struct gdbregs__text *text, enum gdbregs__scalar scalar,
			struct gdbregs__slice slice)
{
	const struct gdbregs__float_format *f = gdbregs__float_format(scalar, slice);

	if (!f)
		return false;
	put_parts(text, f, gdbregs__float_unpack(f, slice));
	return true;
}

/* --------------------------------------------------------------- reading --- */

/* All numbers that are allowed fit into the words of a big number. */
#define MOST_DIGITS	   800
#define MOST_HEX_DIGITS	   200
#define MOST_EXPONENT_10   5000
#define MOST_EXPONENT_2	   17000
#define EXPONENT_SATURATED 1000000

/* Digits as they are read: number * base^exponent. */
struct digits {
	struct gdbregs__big number;
	unsigned base; /* 10 or 16 */
	int count; /* digits in the number, without leading zeros */
	int exponent; /* of the base */
	int zeros; /* zeros read that are not in the number yet */
	bool any, too_many;
};

static unsigned digit_value(char c)
{
	return gdbregs__hex_digit((uint8_t)c);
}

static void push(struct digits *d, unsigned digit)
{
	if (d->count >= (d->base == 10 ? MOST_DIGITS : MOST_HEX_DIGITS)) {
		d->too_many = true;
		return;
	}
	gdbregs__big_multiply_add(&d->number, d->base, digit);
	d->count++;
}

/* A zero is taken only if another digit follows. */
static void take_digit(struct digits *d, unsigned digit, bool after_point)
{
	d->any = true;
	d->exponent -= after_point;
	if (digit == 0) {
		d->zeros += d->count > 0;
		return;
	}
	for (; d->zeros && !d->too_many; d->zeros--)
		push(d, 0);
	push(d, digit);
}

static const char *take_digits(const char *text, struct digits *d)
{
	bool after_point = false;

	for (;; text++) {
		if (*text == '.' && !after_point)
			after_point = true;
		else if (digit_value(*text) < d->base)
			take_digit(d, digit_value(*text), after_point);
		else
			break;
	}
	/* Zeros at the end are added to the exponent. */
	d->exponent += d->zeros;
	return text;
}

/* Read an exponent such as `e-5`. Returns NULL if a number is missing after the letter. */
static const char *take_exponent(const char *text, char letter, int *exponent)
{
	bool negative;
	int value = 0;

	*exponent = 0;
	if ((*text | 0x20) != letter)
		return text;
	negative = *++text == '-';
	text += *text == '-' || *text == '+';
	if (digit_value(*text) > 9)
		return NULL;
	for (; digit_value(*text) <= 9; text++)
		if (value < EXPONENT_SATURATED)
			value = value * 10 + (int)digit_value(*text);
	*exponent = negative ? -value : value;
	return text;
}

/* ---------------------------------------------------------------- rounding --- */

/* Returns the exponent of the first bit of n / d. */
static int first_bit(const struct gdbregs__big *n, const struct gdbregs__big *d)
{
	int bits = (int)gdbregs__big_bits(n) - (int)gdbregs__big_bits(d);
	struct gdbregs__big shifted = bits < 0 ? *n : *d;

	gdbregs__big_shift(&shifted, bits < 0 ? (unsigned)-bits : (unsigned)bits);
	bool reached = bits < 0 ? gdbregs__big_compare(&shifted, d) >= 0
				: gdbregs__big_compare(n, &shifted) >= 0;
	return reached ? bits : bits - 1;
}

static void count_up(struct gdbregs__real *real)
{
	real->low++;
	real->high += real->low == 0;
}

/* Divide n by d. The result is below 2^precision and is rounded to the nearest integer, or to the
 * even one of two. */
static void divide(struct gdbregs__big *n, struct gdbregs__big *d, unsigned precision,
		   struct gdbregs__real *out)
{
	gdbregs__big_shift(d, precision - 1);
	for (unsigned i = 0; i < precision; i++) {
		bool set = gdbregs__big_compare(n, d) >= 0;

		if (set)
			gdbregs__big_subtract(n, d);
		gdbregs__big_multiply(n, 2);
		out->high = out->high << 1 | out->low >> 63;
		out->low = out->low << 1 | set;
	}
	int half = gdbregs__big_compare(n, d);
	if (half > 0 || (half == 0 && out->low & 1))
		count_up(out);
}

static int round_ratio(const struct gdbregs__float_format *f, struct gdbregs__big *n,
		       struct gdbregs__big *d, struct gdbregs__real *out)
{
	const struct gdbregs__float_limits limits = gdbregs__float_limits(f);
	int precision = (int)limits.precision, first = first_bit(n, d), least = limits.least;
	int last = (first > least ? first : least) - precision + 1; /* bit that is kept */

	if (first > limits.most)
		return GDBREGS_ERR_LIMIT;
	if (first < least - precision)
		return GDBREGS_ERR_LIMIT;
	if (last > 0)
		gdbregs__big_shift(d, (unsigned)last);
	else
		gdbregs__big_shift(n, (unsigned)-last);
	out->exponent = last;
	divide(n, d, (unsigned)precision, out);
	return gdbregs__real_is_zero(*out) ? GDBREGS_ERR_LIMIT : 0;
}

static int round_digits(const struct gdbregs__float_format *f, struct digits *d, int exponent_2,
			struct gdbregs__real *out)
{
	struct gdbregs__big below;

	if (d->too_many)
		return GDBREGS_ERR_LIMIT;
	if (d->count == 0)
		return 0;
	gdbregs__big_set(&below, 0, 1, 0);
	if (d->base == 16) {
		if (exponent_2 < -MOST_EXPONENT_2 || exponent_2 > MOST_EXPONENT_2)
			return GDBREGS_ERR_LIMIT;
		gdbregs__big_shift(exponent_2 < 0 ? &below : &d->number,
				   exponent_2 < 0 ? (unsigned)-exponent_2 : (unsigned)exponent_2);
	} else {
		int point = d->count + d->exponent;

		if (point < -MOST_EXPONENT_10 || point > MOST_EXPONENT_10)
			return GDBREGS_ERR_LIMIT;
		gdbregs__big_power_of_ten(&d->number, d->exponent);
		gdbregs__big_power_of_ten(&below, -d->exponent);
	}
	return round_ratio(f, &d->number, &below, out);
}

static int read_finite(const struct gdbregs__float_format *f, const char *text,
		       struct gdbregs__real *out)
{
	bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';
	struct digits d = {.base = hex ? 16 : 10};
	int exponent;

	text = take_digits(text + (hex ? 2 : 0), &d);
	text = take_exponent(text, hex ? 'p' : 'e', &exponent);
	if (!d.any || !text || *text)
		return GDBREGS_ERR_INVAL;
	if (!hex)
		d.exponent += exponent;
	return round_digits(f, &d, exponent + 4 * d.exponent, out);
}

/* ---------------------------------------------------------------- the rest --- */

/* strcasecmp() depends on the process's locale. */
static bool is_word(const char *text, const char *word)
{
	for (; *word; text++, word++)
		if ((*text | 0x20) != *word)
			return false;
	return !*text;
}

/* Read the fraction of a NaN as format_nan() writes it. */
static int read_fraction(const struct gdbregs__float_format *f, const char *text,
			 struct gdbregs__real *out)
{
	unsigned bits = fraction_bits(f);
	uint64_t high = 0, low = 0;

	if (text[0] != '0' || (text[1] | 0x20) != 'x' || digit_value(text[2]) > 15)
		return GDBREGS_ERR_INVAL;
	for (text += 2; digit_value(*text) < 16; text++) {
		if (high >> 60)
			return GDBREGS_ERR_LIMIT;
		high = high << 4 | low >> 60;
		low = low << 4 | digit_value(*text);
	}
	if (text[0] != ')' || text[1])
		return GDBREGS_ERR_INVAL;

	uint64_t too_high = high, too_low = low;
	gdbregs__shift_right(&too_high, &too_low, bits);
	if (too_high || too_low)
		return GDBREGS_ERR_LIMIT;
	/* The integer bit of the x87 goes. */
	gdbregs__shift_left(&high, &low, 128 - bits + (bits == 64));
	out->high = high;
	out->low = low;
	return high || low ? 0 : GDBREGS_ERR_INVAL;
}

int gdbregs__float_read(const struct gdbregs__float_format *f, const char *text,
			struct gdbregs__real *out)
{
	struct gdbregs__real real = {.negative = text[0] == '-'};
	int result = 0;

	text += text[0] == '-' || text[0] == '+';
	if (is_word(text, "inf") || is_word(text, "infinity")) {
		real.kind = GDBREGS__REAL_INFINITE;
	} else if (is_word(text, "nan")) {
		real.kind = GDBREGS__REAL_NAN;
		real.high = (uint64_t)1 << 63;
	} else if ((text[0] | 0x20) == 'n' && strncmp(text + 1, "an(", 3) == 0) {
		real.kind = GDBREGS__REAL_NAN;
		result = read_fraction(f, text + 4, &real);
	} else {
		result = read_finite(f, text, &real);
	}
	if (result == 0)
		*out = real;
	return result;
}
