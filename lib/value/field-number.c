/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers of fields. Every conversion goes through an exact number, and fails if the other type
 * cannot hold it. */
#include "value/field.h"

#include "value/float-format.h"

#include <string.h>

/* ---------------------------------------------------------------- reading --- */

static const struct gdbregs__float_format *format_of(const struct gdbregs_field *f,
						     const struct gdbregs__field_at *at)
{
	const struct gdbregs__type *type = gdbregs__field_type(f);

	return type && type->kind == GDBREGS_TYPE_FLOAT
		       ? gdbregs__float_format(type->scalar, at->slice)
		       : NULL;
}

/* Returns the bits of a number from `from` on, at most 64. Above the number, all are equal to
 * `fill`. */
static uint64_t bits_from(const struct gdbregs__field_at *at, size_t from, bool fill)
{
	size_t left = from < at->width_bits ? at->width_bits - from : 0;
	uint64_t above = fill ? UINT64_MAX : 0;

	if (left == 0)
		return above;
	if (left >= 64)
		return gdbregs__slice_bits(at->slice, at->low_bit + from, 64);
	return gdbregs__slice_bits(at->slice, at->low_bit + from, left) | above << left;
}

/* Returns the number of the lowest bit that is 1, or the width if there is none. */
static size_t lowest_one(const struct gdbregs__field_at *at)
{
	for (size_t from = 0; from < at->width_bits; from += 64) {
		uint64_t bits = bits_from(at, from, false);

		if (bits)
			return from + (size_t)__builtin_ctzll(bits);
	}
	return at->width_bits;
}

/* Convert an integer of any width. Above its lowest 1, the magnitude of a negative number has the
 * inverted bits. Returns false if no float has that number. */
static bool real_from_bits(const struct gdbregs__field_at *at, bool is_signed,
			   struct gdbregs__real *real)
{
	size_t low = lowest_one(at);
	bool negative = is_signed && bits_from(at, at->width_bits - 1, false);
	uint64_t sign = negative ? UINT64_MAX : 0;

	*real = (struct gdbregs__real){.negative = negative};
	if (low == at->width_bits)
		return true;
	real->exponent = (int)low;
	real->low = (bits_from(at, low, negative) ^ sign) | 1;
	real->high = bits_from(at, low + 64, negative) ^ sign;
	for (size_t from = low + 128; from < at->width_bits; from += 64)
		if (bits_from(at, from, negative) != sign)
			return false;
	return true;
}

/* Read the exact number of a field. `is_signed` matters only for integers. */
static int read_real(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
		     bool is_signed, struct gdbregs__real *real)
{
	const struct gdbregs__float_format *format = format_of(f, at);

	if (gdbregs__field_is_integer(f))
		return real_from_bits(at, is_signed, real) ? 0 : GDBREGS_ERR_LIMIT;
	if (!format)
		return GDBREGS_ERR_UNSUPPORTED;

	struct gdbregs__float_parts parts = gdbregs__float_unpack(format, at->slice);
	if (gdbregs__float_is_invalid(format, parts))
		return GDBREGS_ERR_UNSUPPORTED;
	*real = gdbregs__float_real(format, parts);
	return 0;
}

/* Read an integer's sign and magnitude. The latter is real->low. */
static int read_integer(const struct gdbregs_field *f, enum gdbregs_byte_order order,
			const void *bytes, size_t size, bool is_signed, struct gdbregs__real *real)
{
	struct gdbregs__field_at at;
	int result = gdbregs__field_locate_number(f, order, bytes, size, &at);

	if (result < 0)
		return result;
	result = read_real(f, &at, is_signed, real);
	if (result < 0)
		return result;
	if (real->kind == GDBREGS__REAL_NAN)
		return GDBREGS_ERR_UNSUPPORTED;
	return gdbregs__real_to_integer(real) && !real->high ? 0 : GDBREGS_ERR_LIMIT;
}

int gdbregs_field_u64(const struct gdbregs_field *f, enum gdbregs_byte_order order,
		      const void *bytes, size_t size, uint64_t *out)
{
	struct gdbregs__real real;
	int result = out ? read_integer(f, order, bytes, size, false, &real) : GDBREGS_ERR_INVAL;

	if (result < 0)
		return result;
	if (real.negative && real.low)
		return GDBREGS_ERR_LIMIT;
	*out = real.low;
	return 0;
}

int gdbregs_field_i64(const struct gdbregs_field *f, enum gdbregs_byte_order order,
		      const void *bytes, size_t size, int64_t *out)
{
	struct gdbregs__real real;
	int result = out ? read_integer(f, order, bytes, size, gdbregs_field_is_signed(f), &real)
			 : GDBREGS_ERR_INVAL;

	if (result < 0)
		return result;
	if (real.low > (uint64_t)INT64_MAX + real.negative)
		return GDBREGS_ERR_LIMIT;

	uint64_t number = real.negative ? -real.low : real.low;
	memcpy(out, &number, sizeof(number));
	return 0;
}

int gdbregs_field_double(const struct gdbregs_field *f, enum gdbregs_byte_order order,
			 const void *bytes, size_t size, double *out)
{
	struct gdbregs__field_at at;
	struct gdbregs__real real;
	int result =
		out ? gdbregs__field_locate_number(f, order, bytes, size, &at) : GDBREGS_ERR_INVAL;

	if (result < 0)
		return result;
	result = read_real(f, &at, gdbregs_field_is_signed(f), &real);
	if (result < 0)
		return result;
	return gdbregs__real_to_double(real, out) ? 0 : GDBREGS_ERR_LIMIT;
}

int gdbregs_field_bytes(const struct gdbregs_field *f, const void *bytes, size_t size,
			const uint8_t **out, size_t *out_size)
{
	struct gdbregs__field_at at;
	int result = out && out_size ? gdbregs__field_locate(f, GDBREGS_BYTE_ORDER_UNKNOWN, bytes,
							     size, &at)
				     : GDBREGS_ERR_INVAL;

	if (result < 0)
		return result;
	if (f->place_ == GDBREGS__FIELD_BITS)
		return GDBREGS_ERR_UNSUPPORTED;
	*out = at.slice.bytes;
	*out_size = at.slice.size_bytes;
	return 0;
}

/* ---------------------------------------------------------------- writing --- */

/* Returns the number of bits without leading zeros. */
static size_t count_bits(const uint8_t *magnitude, size_t size)
{
	while (size && !magnitude[size - 1])
		size--;
	return size ? size * 8 - (size_t)__builtin_clz(magnitude[size - 1]) % 8 : 0;
}

/* Returns true if every bit below the highest is 0. */
static bool is_power(const uint8_t *magnitude, size_t bits)
{
	for (size_t i = 0; i + 1 < bits; i++)
		if (magnitude[i / 8] >> i % 8 & 1)
			return false;
	return true;
}

/* In its magnitude, -2^(N-1) is the only negative number with N bits. */
static bool fits(const uint8_t *magnitude, size_t bits, bool negative, bool is_signed,
		 size_t width_bits)
{
	if (!negative || bits == 0)
		return bits <= width_bits;
	return is_signed &&
	       (bits < width_bits || (bits == width_bits && is_power(magnitude, bits)));
}

int gdbregs__field_write_integer(const struct gdbregs__field_at *at, bool is_signed, bool negative,
				 const uint8_t *magnitude, size_t size)
{
	unsigned carry = 1;

	if (!fits(magnitude, count_bits(magnitude, size), negative, is_signed, at->width_bits))
		return GDBREGS_ERR_LIMIT;
	for (size_t done = 0; done < at->width_bits; done += 8) {
		unsigned byte = done / 8 < size ? magnitude[done / 8] : 0;
		size_t left = at->width_bits - done;

		if (negative) {
			carry += ~byte & 0xff;
			byte = carry & 0xff;
			carry >>= 8;
		}
		gdbregs__slice_set(at->slice, at->low_bit + done, left < 8 ? left : 8, byte);
	}
	return 0;
}

static int write_integer(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
			 const struct gdbregs__real *real)
{
	uint8_t magnitude[16];

	for (size_t i = 0; i < sizeof(magnitude); i++)
		magnitude[i] = (uint8_t)((i < 8 ? real->low : real->high) >> i % 8 * 8);
	return gdbregs__field_write_integer(at, gdbregs_field_is_signed(f), real->negative,
					    magnitude, sizeof(magnitude));
}

int gdbregs__field_write(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
			 struct gdbregs__real real)
{
	const struct gdbregs__float_format *format = format_of(f, at);

	if (format)
		return gdbregs__float_store(format, at->slice, real) ? 0 : GDBREGS_ERR_LIMIT;
	if (!gdbregs__field_is_integer(f))
		return GDBREGS_ERR_UNSUPPORTED;
	return gdbregs__real_to_integer(&real) ? write_integer(f, at, &real) : GDBREGS_ERR_LIMIT;
}

static int put_real(const struct gdbregs_field *f, enum gdbregs_byte_order order, void *bytes,
		    size_t size, struct gdbregs__real real)
{
	struct gdbregs__field_at at;
	int result = gdbregs__field_locate_number(f, order, bytes, size, &at);

	return result < 0 ? result : gdbregs__field_write(f, &at, real);
}

int gdbregs_field_put_u64(const struct gdbregs_field *f, enum gdbregs_byte_order order, void *bytes,
			  size_t size, uint64_t value)
{
	return put_real(f, order, bytes, size, (struct gdbregs__real){.low = value});
}

int gdbregs_field_put_i64(const struct gdbregs_field *f, enum gdbregs_byte_order order, void *bytes,
			  size_t size, int64_t value)
{
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;

	return put_real(f, order, bytes, size,
			(struct gdbregs__real){.negative = value < 0, .low = magnitude});
}

int gdbregs_field_put_double(const struct gdbregs_field *f, enum gdbregs_byte_order order,
			     void *bytes, size_t size, double value)
{
	return put_real(f, order, bytes, size, gdbregs__real_from_double(value));
}
