/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "value/read-real.h"

#include "util/hex.h"
#include "value/big.h"

#include <string.h>

/* All numbers that are allowed fit into the words of a big number. */
#define MOST_DIGITS	   800
#define MOST_HEX_DIGITS	   200
#define MOST_EXPONENT_10   5000
#define MOST_EXPONENT_2	   17000
#define EXPONENT_SATURATED 1000000

/* digits * base^exponent, or the same in powers of 2 */
struct digits {
	struct gdbregs__big number;
	unsigned base; /* 10 or 16 */
	int count; /* digits in the number, with no zero in front */
	int exponent; /* of the base */
	int zeros; /* that have been read and not been taken yet */
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

/* Zeros count only once another digit follows. */
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
	/* Zeros at the end go to the exponent. */
	d->exponent += d->zeros;
	return text;
}

/* `e-5`. Returns NULL if there is a letter and no number. */
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

/* n / d, below 2^precision, to the nearest integer, to an even one in the middle. */
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
	int precision = (int)gdbregs__float_precision(f);
	int first = first_bit(n, d), least = gdbregs__float_least(f);
	int last = (first > least ? first : least) - precision + 1; /* bit that is kept */

	if (first > gdbregs__float_most(f))
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

/* Not strcasecmp(): that asks the process's locale. */
static bool is_word(const char *text, const char *word)
{
	for (; *word; text++, word++)
		if ((*text | 0x20) != *word)
			return false;
	return !*text;
}

/* The fraction of a NaN, as formatted values have it: with x87's integer bit. */
static int read_fraction(const struct gdbregs__float_format *f, const char *text,
			 struct gdbregs__real *out)
{
	unsigned precision = gdbregs__float_precision(f);
	unsigned bits = precision == 64 ? 64 : precision - 1;
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
	if (bits < 64 ? high || low >> bits : bits == 64 ? high != 0 : high >> (bits - 64) != 0)
		return GDBREGS_ERR_LIMIT;
	if (bits > 64) {
		high = high << (128 - bits) | low >> (bits - 64);
		low <<= 128 - bits;
	} else {
		high = low << (64 - bits) << (precision == 64);
		low = 0;
	}
	out->high = high;
	out->low = low;
	return high || low ? 0 : GDBREGS_ERR_INVAL;
}

int gdbregs__real_read(const struct gdbregs__float_format *f, const char *text,
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
