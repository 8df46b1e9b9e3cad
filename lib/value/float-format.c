/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To add a format: a line in `formats`, and a scalar or a size that leads to it in format_of(). */
#include "value/float-format.h"

#include "tdesc/roles.h"

#include <string.h>

/* The fraction begins at bit 0. */
struct gdbregs__float_format {
	unsigned size_bytes;
	unsigned fraction_bits; /* with the integer bit where there is one */
	unsigned exponent_bits;
	unsigned exponent_at, sign_at; /* numbers of bits */
	bool integer_bit; /* the fraction's top bit is the 1 before the point */
	int least_exponent; /* exponent for an exponent field of 0 */
	int digits; /* as many as GDB shows; more before the point: 1e+20 */
};

enum format_name { HALF, BFLOAT16, SINGLE, DOUBLE, QUAD, X87, M68K, FPA };

// clang-format off
static const struct gdbregs__float_format formats[] = {
	[HALF]     = { 2,  10,  5,  10,  15, false, 1,  5},
	[BFLOAT16] = { 2,   7,  8,   7,  15, false, 1,  4},
	[SINGLE]   = { 4,  23,  8,  23,  31, false, 1,  9},
	[DOUBLE]   = { 8,  52, 11,  52,  63, false, 1, 17},
	[QUAD]     = {16, 112, 15, 112, 127, false, 1, 36},
	[X87]      = {10,  64, 15,  64,  79, true,  1, 21},
	/* Motorola counts the exponents of denormals from 0. */
	[M68K]     = {12,  64, 15,  80,  95, true,  0, 21},
	[FPA]      = {12,  64, 15,  64,  95, true,  1, 21},
};
// clang-format on

/* ------------------------------------------------------------- choice --- */

/* GDB shows a `float` of the size of the architecture's `long double` as one. On PowerPC, that is a
 * pair of doubles, which is not supported. */
static const struct gdbregs__float_format *format_of_16(const char *architecture)
{
	static const char quad[] = "aarch64* riscv* s390* loongarch* Loongarch* alpha* sparc:v9*";

	if (!architecture)
		return NULL;
	if (gdbregs__roles_match("i386*", architecture))
		return &formats[X87];
	return gdbregs__roles_match(quad, architecture) ? &formats[QUAD] : NULL;
}

/* The type `float` says nothing but the size. */
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
		return &formats[X87];
	case 12:
		/* m68k-fp.xml and i386's long double have this size. */
		return &formats[slice.order == GDBREGS_BYTE_ORDER_BIG ? M68K : X87];
	case 16:
		return format_of_16(slice.architecture);
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
		return &formats[X87];
	case GDBREGS__SCALAR_ARM_FPA_EXT:
		return &formats[FPA];
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
	return f == &formats[X87] && slice.order == GDBREGS_BYTE_ORDER_LITTLE &&
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

struct gdbregs__float_limits gdbregs__float_limits(const struct gdbregs__float_format *f)
{
	return (struct gdbregs__float_limits){
		.precision = f->fraction_bits + !f->integer_bit,
		.digits = f->digits,
		.least = f->least_exponent - bias_of(f),
		.most = bias_of(f),
	};
}

/* ------------------------------------------------------------- layout --- */

void gdbregs__shift_right(uint64_t *high, uint64_t *low, unsigned bits)
{
	if (bits >= 64) {
		*low = *high;
		*high = 0;
		bits -= 64;
	}
	if (bits) {
		*low = *low >> bits | *high << (64 - bits);
		*high >>= bits;
	}
}

void gdbregs__shift_left(uint64_t *high, uint64_t *low, unsigned bits)
{
	if (bits >= 64) {
		*high = *low;
		*low = 0;
		bits -= 64;
	}
	if (bits) {
		*high = *high << bits | *low >> (64 - bits);
		*low <<= bits;
	}
}

static uint64_t ones(unsigned bits)
{
	return bits < 64 ? ((uint64_t)1 << bits) - 1 : UINT64_MAX;
}

/* In FPA's format, the most significant word comes first even on a little-endian ARM. Copies the
 * three words in the opposite order, if that makes the value one little-endian number. Returns
 * false if it is one number already. */
static bool swap_words(const struct gdbregs__float_format *f, uint8_t *to, const uint8_t *from,
		       enum gdbregs_byte_order order)
{
	if (f != &formats[FPA] || order == GDBREGS_BYTE_ORDER_BIG)
		return false;
	for (size_t i = 0; i < 12; i += 4)
		memcpy(to + i, from + 8 - i, 4);
	return true;
}

struct gdbregs__float_parts gdbregs__float_unpack(const struct gdbregs__float_format *f,
						  struct gdbregs__slice slice)
{
	uint8_t swapped[12];
	unsigned bits = f->fraction_bits;

	if (swap_words(f, swapped, slice.bytes, slice.order))
		slice.bytes = swapped;
	slice = gdbregs__slice_low(slice, f->size_bytes);

	struct gdbregs__float_parts parts = {
		.negative = gdbregs__slice_bits(slice, f->sign_at, 1),
		.exponent = (int)gdbregs__slice_bits(slice, f->exponent_at, f->exponent_bits),
		.high = bits > 64 ? gdbregs__slice_bits(slice, 64, bits - 64) : 0,
		.low = gdbregs__slice_bits(slice, 0, bits > 64 ? 64 : bits),
	};
	gdbregs__shift_left(&parts.high, &parts.low, 128 - bits);
	return parts;
}

static void pack(const struct gdbregs__float_format *f, struct gdbregs__slice slice,
		 struct gdbregs__float_parts p)
{
	uint8_t swapped[12], *to = (uint8_t *)slice.bytes;
	unsigned bits = f->fraction_bits;

	if (swap_words(f, swapped, to, slice.order))
		slice.bytes = swapped;
	gdbregs__shift_right(&p.high, &p.low, 128 - bits);
	gdbregs__slice_set(slice, 0, bits > 64 ? 64 : bits, p.low);
	if (bits > 64)
		gdbregs__slice_set(slice, 64, bits - 64, p.high);
	gdbregs__slice_set(slice, f->exponent_at, f->exponent_bits, (uint64_t)p.exponent);
	gdbregs__slice_set(slice, f->sign_at, 1, p.negative);
	if (slice.bytes == swapped)
		swap_words(f, to, swapped, slice.order);
}

/* ------------------------------------------------------------ numbers --- */

bool gdbregs__float_is_invalid(const struct gdbregs__float_format *f, struct gdbregs__float_parts p)
{
	return f == &formats[X87] && (p.exponent != 0) != (p.high >> 63);
}

bool gdbregs__real_is_zero(struct gdbregs__real real)
{
	return real.kind == GDBREGS__REAL_FINITE && !real.high && !real.low;
}

/* Shift until the top bit of `high` is 1. The number is not 0. */
static void normalise(struct gdbregs__real *real)
{
	int zeros = real->high ? __builtin_clzll(real->high) : 64 + __builtin_clzll(real->low);

	gdbregs__shift_left(&real->high, &real->low, (unsigned)zeros);
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
		gdbregs__shift_right(&real.high, &real.low, 1);
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
	gdbregs__shift_right(&real->high, &real->low, (unsigned)-real->exponent);
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
		gdbregs__shift_right(&real.high, &real.low, 1);
		/* Motorola's infinities have a 0 as integer bit (QEMU, 68881). */
		if (f != &formats[M68K] || real.high)
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
	int dropped = 128 - (int)gdbregs__float_limits(f).precision + shift;

	if (exponent >= top_exponent(f) || dropped >= 128 || !are_clear(real, (unsigned)dropped))
		return false;
	gdbregs__shift_right(&real.high, &real.low, (unsigned)shift);
	p->exponent = shift ? 0 : exponent;
	if (!f->integer_bit)
		gdbregs__shift_left(&real.high, &real.low, 1); /* the leading 1 is not stored */
	p->high = real.high;
	p->low = real.low;
	return true;
}

bool gdbregs__float_store(const struct gdbregs__float_format *f, struct gdbregs__slice slice,
			  struct gdbregs__real real)
{
	struct gdbregs__float_parts p = {.negative = real.negative};
	bool ok = real.kind == GDBREGS__REAL_FINITE ? pack_finite(f, real, &p)
						    : pack_special(f, real, &p);

	if (ok)
		pack(f, slice, p);
	return ok;
}

static struct gdbregs__slice double_slice(const uint8_t *bytes)
{
	return (struct gdbregs__slice){bytes, 8, GDBREGS_BYTE_ORDER_LITTLE, NULL};
}

struct gdbregs__real gdbregs__real_from_double(double value)
{
	uint64_t number;
	uint8_t bytes[8] = {0};

	memcpy(&number, &value, sizeof(number));
	gdbregs__slice_set(double_slice(bytes), 0, 64, number);
	return gdbregs__float_real(&formats[DOUBLE],
				   gdbregs__float_unpack(&formats[DOUBLE], double_slice(bytes)));
}

bool gdbregs__real_to_double(struct gdbregs__real real, double *out)
{
	uint8_t bytes[8] = {0};

	if (!gdbregs__float_store(&formats[DOUBLE], double_slice(bytes), real))
		return false;

	uint64_t number = gdbregs__slice_number(double_slice(bytes));
	memcpy(out, &number, sizeof(number));
	return true;
}
