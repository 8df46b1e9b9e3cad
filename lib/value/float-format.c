/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To add a format: a line in `formats`; a scalar or a size that leads to it in format_of();
 * and its layout in unpack_extended() and pack_extended(), unless sign, exponent and fraction
 * simply follow each other. */
#include "value/float-format.h"

#include <string.h>

enum layout { PLAIN, X87, M68K, FPA };

struct gdbregs__float_format {
	enum layout layout;
	unsigned size_bytes;
	unsigned exponent_bits;
	unsigned fraction_bits; /* with the integer bit where there is one */
	bool integer_bit; /* the fraction's top bit is the 1 before the point */
	int least_exponent; /* exponent for an exponent field of 0 */
	int digits; /* as many as GDB shows; more before the point: 1e+20 */
};

enum format_name { HALF, BFLOAT16, SINGLE, DOUBLE, QUAD, X87_EXT, M68K_EXT, FPA_EXT };

// clang-format off
static const struct gdbregs__float_format formats[] = {
	[HALF]     = {PLAIN,  2,  5,  10, false, 1,  5},
	[BFLOAT16] = {PLAIN,  2,  8,   7, false, 1,  4},
	[SINGLE]   = {PLAIN,  4,  8,  23, false, 1,  9},
	[DOUBLE]   = {PLAIN,  8, 11,  52, false, 1, 17},
	[QUAD]     = {PLAIN, 16, 15, 112, false, 1, 36},
	[X87_EXT]  = {X87,   10, 15,  64, true,  1, 21},
	/* Motorola counts the exponents of denormals from 0. */
	[M68K_EXT] = {M68K,  12, 15,  64, true,  0, 21},
	[FPA_EXT]  = {FPA,   12, 15,  64, true,  1, 21},
};
// clang-format on

/* ------------------------------------------------------------- choice --- */

/* GDB takes a `float` of the size of the architecture's `long double` for one. */
static const struct gdbregs__float_format *format_of_16(struct gdbregs__slice slice)
{
	switch (slice.wide) {
	case GDBREGS__WIDE_I387:
		return &formats[X87_EXT];
	case GDBREGS__WIDE_QUAD:
		return &formats[QUAD];
	default:
		return NULL;
	}
}

/* `float` says no more than the size. */
static const struct gdbregs__float_format *format_by_size(struct gdbregs__slice slice)
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
	case 16:
		return format_of_16(slice);
	default:
		return NULL;
	}
}

static const struct gdbregs__float_format *format_of(enum gdbregs__scalar scalar,
						     struct gdbregs__slice slice)
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
static bool fits(const struct gdbregs__float_format *f, struct gdbregs__slice slice)
{
	if (slice.size_bytes == f->size_bytes)
		return true;
	return f->layout == X87 && slice.order == GDBREGS_BYTE_ORDER_LITTLE &&
	       (slice.size_bytes == 12 || slice.size_bytes == 16);
}

const struct gdbregs__float_format *gdbregs__float_format(enum gdbregs__scalar scalar,
							  struct gdbregs__slice slice)
{
	const struct gdbregs__float_format *f = format_of(scalar, slice);

	return f && fits(f, slice) ? f : NULL;
}

static int bias_of(const struct gdbregs__float_format *f)
{
	return (1 << (f->exponent_bits - 1)) - 1;
}

static int top_exponent(const struct gdbregs__float_format *f)
{
	return (1 << f->exponent_bits) - 1;
}

unsigned gdbregs__float_precision(const struct gdbregs__float_format *f)
{
	return f->fraction_bits + !f->integer_bit;
}

int gdbregs__float_digits(const struct gdbregs__float_format *f)
{
	return f->digits;
}

int gdbregs__float_least(const struct gdbregs__float_format *f)
{
	return f->least_exponent - bias_of(f);
}

int gdbregs__float_most(const struct gdbregs__float_format *f)
{
	return bias_of(f);
}

/* ------------------------------------------------------------- layout --- */

static uint64_t word(struct gdbregs__slice slice, size_t index)
{
	return gdbregs__slice_number(gdbregs__slice_part(slice, index * 4, 4));
}

/* Sign and exponent in a 16 or 32 bit word, beside the 64 bit fraction. */
static struct gdbregs__float_parts unpack_extended(const struct gdbregs__float_format *f,
						   struct gdbregs__slice slice)
{
	if (f->layout == X87) {
		struct gdbregs__slice value = gdbregs__slice_low(slice, 10);
		unsigned top = (unsigned)gdbregs__slice_byte(value, 9) << 8 |
			       gdbregs__slice_byte(value, 8);

		return (struct gdbregs__float_parts){top >> 15, (int)(top & 0x7fff),
						     gdbregs__slice_number(value), 0};
	}
	/* The most significant word comes first even on a little-endian ARM. */
	uint64_t fraction = word(slice, 1) << 32 | word(slice, 2);
	uint64_t top = word(slice, 0);
	unsigned shift = f->layout == M68K ? 16 : 0;

	return (struct gdbregs__float_parts){top >> 31, (int)(top >> shift & 0x7fff), fraction, 0};
}

static uint64_t ones(unsigned bits)
{
	return bits < 64 ? ((uint64_t)1 << bits) - 1 : UINT64_MAX;
}

/* The fraction is kept in the top bits of high and low. */
static struct gdbregs__float_parts unpack_plain(const struct gdbregs__float_format *f,
						struct gdbregs__slice slice)
{
	uint64_t low = gdbregs__slice_number(slice), number = low;
	unsigned bits = f->fraction_bits;

	if (f->size_bytes == 16) {
		bits -= 64;
		number = 0;
		for (size_t i = 0; i < 8; i++)
			number |= (uint64_t)gdbregs__slice_byte(slice, 8 + i) << (8 * i);
	} else {
		low = 0;
	}

	uint64_t fraction = number & ones(bits);
	return (struct gdbregs__float_parts){
		.negative = number >> (f->exponent_bits + bits),
		.exponent = (int)(number >> bits & ones(f->exponent_bits)),
		.high = fraction << (64 - bits) | (f->size_bytes == 16 ? low >> bits : 0),
		.low = f->size_bytes == 16 ? low << (64 - bits) : 0,
	};
}

struct gdbregs__float_parts gdbregs__float_unpack(const struct gdbregs__float_format *f,
						  struct gdbregs__slice slice)
{
	return f->layout == PLAIN ? unpack_plain(f, slice) : unpack_extended(f, slice);
}

static void pack_extended(const struct gdbregs__float_format *f, uint8_t *to,
			  struct gdbregs__slice slice, struct gdbregs__float_parts p)
{
	if (f->layout == X87) {
		gdbregs__slice_set(to, slice, 0, 64, p.high);
		gdbregs__slice_set(to, slice, 64, 16,
				   (uint64_t)p.negative << 15 | (uint64_t)p.exponent);
		return;
	}

	struct gdbregs__slice part = gdbregs__slice_part(slice, 0, 4);
	unsigned low = f->layout == M68K ? 16 : 0;

	gdbregs__slice_set(to, part, 31, 1, p.negative);
	gdbregs__slice_set(to, part, low, 15, (uint64_t)p.exponent);
	gdbregs__slice_set(to + 4, part, 0, 32, p.high >> 32);
	gdbregs__slice_set(to + 8, part, 0, 32, p.high);
}

static void pack(const struct gdbregs__float_format *f, uint8_t *to, struct gdbregs__slice slice,
		 struct gdbregs__float_parts p)
{
	unsigned bits = f->fraction_bits;

	if (f->layout != PLAIN) {
		pack_extended(f, to, slice, p);
		return;
	}
	if (bits > 64) {
		unsigned spare = (128 - bits) & 63; /* a fraction has fewer than 128 bits */

		gdbregs__slice_set(to, slice, 0, 64, p.low >> spare | p.high << (64 - spare));
		gdbregs__slice_set(to, slice, 64, bits - 64, p.high >> spare);
	} else {
		gdbregs__slice_set(to, slice, 0, bits, p.high >> (64 - bits));
	}
	gdbregs__slice_set(to, slice, bits, f->exponent_bits, (uint64_t)p.exponent);
	gdbregs__slice_set(to, slice, bits + f->exponent_bits, 1, p.negative);
}

/* ------------------------------------------------------------ numbers --- */

bool gdbregs__float_is_invalid(const struct gdbregs__float_format *f, struct gdbregs__float_parts p)
{
	return f->layout == X87 && (p.exponent != 0) != (p.high >> 63);
}

/* Shift right by at most 127 bits. */
static void shift_right(struct gdbregs__real *real, unsigned bits)
{
	if (bits >= 64) {
		real->low = real->high;
		real->high = 0;
		bits -= 64;
	}
	if (bits) {
		real->low = real->low >> bits | real->high << (64 - bits);
		real->high >>= bits;
	}
}

static void shift_left(struct gdbregs__real *real, unsigned bits)
{
	if (bits >= 64) {
		real->high = real->low;
		real->low = 0;
		bits -= 64;
	}
	if (bits) {
		real->high = real->high << bits | real->low >> (64 - bits);
		real->low <<= bits;
	}
}

bool gdbregs__real_is_zero(struct gdbregs__real real)
{
	return real.kind == GDBREGS__REAL_FINITE && !real.high && !real.low;
}

/* Make the top bit of `high` a 1; of a number that is not 0. */
static void normalise(struct gdbregs__real *real)
{
	int zeros = real->high ? __builtin_clzll(real->high) : 64 + __builtin_clzll(real->low);

	shift_left(real, (unsigned)zeros);
	real->exponent -= zeros;
}

struct gdbregs__real gdbregs__float_real(const struct gdbregs__float_format *f,
					 struct gdbregs__float_parts p)
{
	struct gdbregs__real real = {.negative = p.negative, .high = p.high, .low = p.low};

	if (p.exponent == top_exponent(f)) {
		if (f->integer_bit)
			real.high <<= 1;
		real.kind = real.high || real.low ? GDBREGS__REAL_NAN : GDBREGS__REAL_INFINITE;
		return real;
	}
	/* The point is after the top bit of 128. */
	real.exponent = (p.exponent ? p.exponent : f->least_exponent) - bias_of(f) - 127;
	if (!f->integer_bit) {
		shift_right(&real, 1);
		if (p.exponent)
			real.high |= (uint64_t)1 << 63;
	}
	return real;
}

/* Returns whether nothing is lost if the lowest `bits` (0..128) are dropped. */
static bool are_clear(struct gdbregs__real real, unsigned bits)
{
	if (bits >= 128)
		return !real.high && !real.low;
	if (bits > 64)
		return !real.low && !(real.high & ones(bits - 64));
	return !(real.low & ones(bits));
}

bool gdbregs__real_to_integer(struct gdbregs__real *real)
{
	if (real->kind != GDBREGS__REAL_FINITE)
		return false;
	if (gdbregs__real_is_zero(*real)) {
		real->exponent = 0;
		return true;
	}
	normalise(real);
	if (real->exponent > 0 || real->exponent <= -128 ||
	    !are_clear(*real, (unsigned)-real->exponent))
		return false;
	shift_right(real, (unsigned)-real->exponent);
	real->exponent = 0;
	return true;
}

static bool pack_special(const struct gdbregs__float_format *f, struct gdbregs__real real,
			 struct gdbregs__float_parts *p)
{
	unsigned bits = f->fraction_bits - f->integer_bit;

	if (real.kind == GDBREGS__REAL_INFINITE)
		real.high = real.low = 0;
	else if (!are_clear(real, 128 - bits))
		return false;
	p->exponent = top_exponent(f);
	if (f->integer_bit) {
		shift_right(&real, 1);
		/* Motorola's infinities do without: QEMU and the 68881 store a 0. */
		if (f->layout != M68K || real.high)
			real.high |= (uint64_t)1 << 63;
	}
	p->high = real.high;
	p->low = real.low;
	return true;
}

static bool pack_finite(const struct gdbregs__float_format *f, struct gdbregs__real real,
			struct gdbregs__float_parts *p)
{
	if (gdbregs__real_is_zero(real))
		return true;
	normalise(&real);

	int exponent = real.exponent + 127 + bias_of(f);
	int shift = exponent < f->least_exponent ? f->least_exponent - exponent : 0;
	int dropped = 128 - (int)gdbregs__float_precision(f) + shift;

	if (exponent >= top_exponent(f) || dropped >= 128 || !are_clear(real, (unsigned)dropped))
		return false;
	shift_right(&real, (unsigned)shift);
	p->exponent = shift ? 0 : exponent;
	if (!f->integer_bit)
		shift_left(&real, 1); /* the leading 1 goes without saying */
	p->high = real.high;
	p->low = real.low;
	return true;
}

bool gdbregs__float_store(const struct gdbregs__float_format *f, uint8_t *to,
			  struct gdbregs__slice slice, struct gdbregs__real real)
{
	struct gdbregs__float_parts p = {.negative = real.negative};
	bool ok = real.kind == GDBREGS__REAL_FINITE ? pack_finite(f, real, &p)
						    : pack_special(f, real, &p);

	if (ok)
		pack(f, to, slice, p);
	return ok;
}

static struct gdbregs__slice double_slice(const uint8_t *bytes)
{
	return (struct gdbregs__slice){bytes, 8, GDBREGS_BYTE_ORDER_LITTLE, 0};
}

struct gdbregs__real gdbregs__real_from_double(double value)
{
	uint64_t number;
	uint8_t bytes[8] = {0};

	memcpy(&number, &value, sizeof(number));
	gdbregs__slice_set(bytes, double_slice(bytes), 0, 64, number);
	return gdbregs__float_real(&formats[DOUBLE],
				   gdbregs__float_unpack(&formats[DOUBLE], double_slice(bytes)));
}

bool gdbregs__real_to_double(struct gdbregs__real real, double *out)
{
	uint8_t bytes[8] = {0};

	if (!gdbregs__float_store(&formats[DOUBLE], bytes, double_slice(bytes), real))
		return false;

	uint64_t number = gdbregs__slice_number(double_slice(bytes));
	memcpy(out, &number, sizeof(number));
	return true;
}
