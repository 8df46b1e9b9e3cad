/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "value/float.h"

#include "value/float-format.h"
#include "value/shortest-decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Write digits [from, to) of 0.DIGITS. Digits beyond the first or the last one are 0. */
static char *put_digits(char *out, const struct gdbregs__decimal *d, int from, int to)
{
	for (int i = from; i < to; i++)
		*out++ = i >= 0 && i < (int)d->count ? (char)('0' + d->digits[i]) : '0';
	return out;
}

/* Format the digits as %g does. `out` has room for digits, point, zeros and exponent. */
static void lay_out(char *out, const struct gdbregs__decimal *d, int max_digits)
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
	unsigned bits = gdbregs__float_precision(f);
	uint64_t high = bits > 64 ? real.high >> (128 - bits) : 0;
	uint64_t low = bits > 64 ? real.low >> (128 - bits) | real.high << (bits - 64)
				 : real.high >> (64 - bits);
	bool is_power = real.high == (uint64_t)1 << 63 && !real.low;
	struct gdbregs__decimal d = gdbregs__decimal_shortest(
		high, low, real.exponent + 128 - (int)bits, is_power && exponent > 1);

	lay_out(out, &d, gdbregs__float_digits(f));
}

/* The fraction of a NaN, with x87's integer bit, as GDB shows it. */
static void format_nan(char *out, const struct gdbregs__float_format *f,
		       struct gdbregs__float_parts p)
{
	unsigned bits = gdbregs__float_precision(f) == 64 ? 64 : gdbregs__float_precision(f) - 1;

	if (bits <= 64)
		snprintf(out, 40, "nan(0x%" PRIx64 ")", p.high >> (64 - bits));
	else
		snprintf(out, 48, "nan(0x%" PRIx64 "%016" PRIx64 ")", p.high >> (128 - bits),
			 p.low >> (128 - bits) | p.high << (bits - 64));
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
