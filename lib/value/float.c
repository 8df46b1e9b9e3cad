/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To add a format: a line in `formats`, its layout in unpack() unless sign,
 * exponent and fraction simply follow each other, and a scalar or a size that
 * leads to it in format_of(). */
#include "value/float.h"

#include "value/shortest-decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum layout { PLAIN, X87, M68K, FPA };

struct format {
	enum layout layout;
	unsigned size_bytes;
	unsigned exponent_bits;
	unsigned fraction_bits;
	bool integer_bit; /* the fraction's top bit is the 1 before the point */
	int least_exponent; /* what an exponent field of 0 stands for */
	int digits; /* as many as GDB shows; more before the point: 1e+20 */
};

enum format_name { HALF, BFLOAT16, SINGLE, DOUBLE, X87_EXT, M68K_EXT, FPA_EXT };

// clang-format off
static const struct format formats[] = {
	[HALF]     = {PLAIN,  2,  5, 10, false, 1,  5},
	[BFLOAT16] = {PLAIN,  2,  8,  7, false, 1,  4},
	[SINGLE]   = {PLAIN,  4,  8, 23, false, 1,  9},
	[DOUBLE]   = {PLAIN,  8, 11, 52, false, 1, 17},
	[X87_EXT]  = {X87,   10, 15, 64, true,  1, 21},
	/* Motorola counts the exponents of denormals from 0. */
	[M68K_EXT] = {M68K,  12, 15, 64, true,  0, 21},
	[FPA_EXT]  = {FPA,   12, 15, 64, true,  1, 21},
};
// clang-format on

struct parts {
	bool negative;
	int exponent; /* as it stands there */
	uint64_t fraction;
};

/* `float` says no more than the size. 16 bytes may be x87 in 16 bytes, IEEE
 * quadruple or a pair of doubles: not guessed. */
static const struct format *format_by_size(struct gdbregs__slice slice)
{
	switch (slice.size_bytes) {
	case 2:
		return &formats[HALF];
	case 4:
		return &formats[SINGLE];
	case 8:
		return &formats[DOUBLE];
	case 10:
		return &formats[X87_EXT];
	case 12:
		/* m68k-fp.xml and i386's long double have this size. */
		return &formats[slice.order == GDBREGS_BYTE_ORDER_BIG ? M68K_EXT : X87_EXT];
	default:
		return NULL;
	}
}

static const struct format *format_of(enum gdbregs__scalar scalar, struct gdbregs__slice slice)
{
	switch (scalar) {
	case GDBREGS__SCALAR_IEEE_HALF:
		return &formats[HALF];
	case GDBREGS__SCALAR_BFLOAT16:
		return &formats[BFLOAT16];
	case GDBREGS__SCALAR_IEEE_SINGLE:
		return &formats[SINGLE];
	case GDBREGS__SCALAR_IEEE_DOUBLE:
		return &formats[DOUBLE];
	case GDBREGS__SCALAR_I387_EXT:
		return &formats[X87_EXT];
	case GDBREGS__SCALAR_ARM_FPA_EXT:
		return &formats[FPA_EXT];
	case GDBREGS__SCALAR_FLOAT:
		return format_by_size(slice);
	default:
		return NULL;
	}
}

/* x87 values are stored padded to 12 or 16 bytes, always little endian. */
static bool fits(const struct format *f, struct gdbregs__slice slice)
{
	if (slice.size_bytes == f->size_bytes)
		return true;
	return f->layout == X87 && slice.order == GDBREGS_BYTE_ORDER_LITTLE &&
	       (slice.size_bytes == 12 || slice.size_bytes == 16);
}

static uint64_t word(struct gdbregs__slice slice, size_t index)
{
	return gdbregs__slice_number(gdbregs__slice_part(slice, index * 4, 4));
}

/* Sign and exponent in a 16 or 32 bit word, beside the 64 bit fraction. */
static struct parts unpack_extended(const struct format *f, struct gdbregs__slice slice)
{
	if (f->layout == X87) {
		struct gdbregs__slice value = gdbregs__slice_low(slice, 10);
		unsigned top = (unsigned)gdbregs__slice_byte(value, 9) << 8 |
			       gdbregs__slice_byte(value, 8);

		return (struct parts){top >> 15, top & 0x7fff, gdbregs__slice_number(value)};
	}
	/* The most significant word comes first even on a little-endian ARM. */
	uint64_t fraction = word(slice, 1) << 32 | word(slice, 2);
	uint64_t top = word(slice, 0);
	unsigned shift = f->layout == M68K ? 16 : 0;

	return (struct parts){top >> 31, (int)(top >> shift & 0x7fff), fraction};
}

static struct parts unpack(const struct format *f, struct gdbregs__slice slice)
{
	if (f->layout != PLAIN)
		return unpack_extended(f, slice);

	uint64_t number = gdbregs__slice_number(slice);
	uint64_t exponent_mask = ((uint64_t)1 << f->exponent_bits) - 1;

	return (struct parts){
		.negative = number >> (f->exponent_bits + f->fraction_bits),
		.exponent = (int)(number >> f->fraction_bits & exponent_mask),
		.fraction = number & (((uint64_t)1 << f->fraction_bits) - 1),
	};
}

/* Digits [from, to) of 0.DIGITS; zeros on either side of those there are. */
static char *put_digits(char *out, const struct gdbregs__decimal *d, int from, int to)
{
	for (int i = from; i < to; i++)
		*out++ = i >= 0 && i < (int)d->count ? (char)('0' + d->digits[i]) : '0';
	return out;
}

/* As %g lays digits out. `out` has room for digits, point, zeros and exponent. */
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

static void format_finite(char *out, const struct format *f, struct parts p)
{
	int bias = (1 << (f->exponent_bits - 1)) - 1;
	int scale = f->integer_bit ? 63 : (int)f->fraction_bits;
	uint64_t one = (uint64_t)1 << scale;
	uint64_t mantissa = p.fraction | (p.exponent && !f->integer_bit ? one : 0);
	int exponent = p.exponent ? p.exponent : f->least_exponent;

	if (mantissa == 0) {
		memcpy(out, "0", 2);
		return;
	}

	bool narrow_below = mantissa == one && p.exponent > 1;
	struct gdbregs__decimal d =
		gdbregs__decimal_shortest(mantissa, exponent - bias - scale, narrow_below);
	lay_out(out, &d, f->digits);
}

/* What no x87 since the 80387 makes or takes; GDB 13 calls it invalid, too. */
static bool is_invalid(const struct format *f, struct parts p)
{
	return f->layout == X87 && (p.exponent != 0) != (p.fraction >> 63);
}

/* One piece, so that a text cut short never ends within a number. */
static void put_parts(struct gdbregs__text *text, const struct format *f, struct parts p)
{
	uint64_t integer = f->integer_bit ? (uint64_t)1 << 63 : 0;
	char number[64] = "-", *out = number + p.negative;

	if (p.exponent != (1 << f->exponent_bits) - 1)
		format_finite(out, f, p);
	else if (p.fraction & ~integer)
		snprintf(out, 32, "nan(0x%" PRIx64 ")", p.fraction);
	else
		memcpy(out, "inf", 4);
	gdbregs__text_put(text, is_invalid(f, p) ? "<invalid float value>" : number);
}

bool gdbregs__float_put(struct gdbregs__text *text, enum gdbregs__scalar scalar,
			struct gdbregs__slice slice)
{
	const struct format *f = format_of(scalar, slice);

	if (!f || !fits(f, slice))
		return false;
	put_parts(text, f, unpack(f, slice));
	return true;
}
