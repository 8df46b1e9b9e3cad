/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields to text and back. */
#include "value/field.h"

#include "util/alloc.h"
#include "util/hex.h"
#include "util/number.h"
#include "value/format.h"
#include "value/float-text.h"

#include <string.h>

/* ----------------------------------------------------------------- format --- */

static bool is_aggregate(const struct gdbregs_field *f)
{
	enum gdbregs_type_kind kind = gdbregs_field_kind(f);

	return kind == GDBREGS_TYPE_STRUCT || kind == GDBREGS_TYPE_UNION ||
	       kind == GDBREGS_TYPE_VECTOR;
}

/* Aggregates show the parts that are there. */
static int locate_to_format(const struct gdbregs_field *f, enum gdbregs_byte_order order,
			    const void *bytes, size_t size, struct gdbregs__field_at *at)
{
	int result = gdbregs__field_locate(f, order, bytes, size, at);

	if (result == GDBREGS_ERR_UNAVAILABLE && is_aggregate(f) && f->off_bytes_ < size) {
		at->slice = gdbregs__field_register_slice(f->reg_, order, bytes, size);
		at->slice = gdbregs__slice_part(at->slice, f->off_bytes_, f->size_bytes_);
		result = 0;
	}
	return result;
}

static void put_value(struct gdbregs__text *text, const struct gdbregs_field *f,
		      const struct gdbregs__field_at *at)
{
	const struct gdbregs__type *type = gdbregs__field_type(f);

	if (f->place_ == GDBREGS__FIELD_BITS) {
		uint64_t value = gdbregs__slice_bits(at->slice, at->low_bit, at->width_bits);

		gdbregs__values_put_bits(text, type, value, false);
	} else if (gdbregs_field_kind(f) == GDBREGS_TYPE_UNKNOWN) {
		gdbregs__text_put_slice(text, at->slice);
	} else {
		gdbregs__values_put(text, type, at->slice, 0);
	}
}

int gdbregs_field_format(const struct gdbregs_field *f, enum gdbregs_byte_order order,
			 const void *bytes, size_t size, struct gdbregs_buffer *text)
{
	struct gdbregs__field_at at;
	struct gdbregs__text made;
	int result = text ? locate_to_format(f, order, bytes, size, &at) : GDBREGS_ERR_INVAL;

	if (result < 0)
		return result;
	gdbregs__text_init(&made);
	if (order != GDBREGS_BYTE_ORDER_UNKNOWN)
		put_value(&made, f, &at);
	gdbregs__text_end(&made);
	return gdbregs__text_replace(text, &made);
}

/* ------------------------------------------------------------------ parse --- */

static int write_integer(const struct gdbregs__field_at *at, bool is_signed,
			 const struct gdbregs__number_text *number)
{
	size_t size = (at->width_bits + 7) / 8;
	uint8_t *magnitude = gdbregs__malloc(size);
	int result = GDBREGS_ERR_LIMIT;

	if (!magnitude)
		return GDBREGS_ERR_NOMEM;
	if (gdbregs__number_magnitude(number, magnitude, size))
		result = gdbregs__field_write_integer(at, is_signed, number->negative, magnitude,
						      size);
	gdbregs__free(magnitude);
	return result;
}

static int parse_bytes(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
		       const char *digits)
{
	size_t count = strlen(digits);

	if (f->place_ == GDBREGS__FIELD_BITS)
		return GDBREGS_ERR_UNSUPPORTED;
	if (count == 0 || count % 2 || strspn(digits, "0123456789abcdefABCDEF") != count)
		return GDBREGS_ERR_INVAL;
	if (count / 2 != at->slice.size_bytes)
		return GDBREGS_ERR_LIMIT;
	gdbregs__hex_decode((uint8_t *)at->slice.bytes, (const uint8_t *)digits, count);
	return 0;
}

/* A prefix 0x, 0o or 0b means the bits of the float. */
static int parse_float(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
		       const char *text)
{
	const struct gdbregs__float_format *format =
		gdbregs__float_format(gdbregs__field_type(f)->scalar, at->slice);
	struct gdbregs__number_text number;
	struct gdbregs__real real;

	if (gdbregs__number_split(text, &number) && number.prefixed)
		return text[0] == '0' ? write_integer(at, true, &number) : GDBREGS_ERR_INVAL;
	if (!format)
		return GDBREGS_ERR_UNSUPPORTED;

	int result = gdbregs__float_read(format, text, &real);
	return result < 0 ? result : gdbregs__field_write(f, at, real);
}

static int parse_number(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
			const char *text)
{
	struct gdbregs__number_text number;
	uint64_t value;

	if (gdbregs_field_kind(f) == GDBREGS_TYPE_FLOAT)
		return parse_float(f, at, text);
	if (!gdbregs__field_is_integer(f))
		return GDBREGS_ERR_UNSUPPORTED;
	if (gdbregs_field_enum_value(f, text, &value) == 0)
		return gdbregs__field_write(f, at, (struct gdbregs__real){.low = value});
	return gdbregs__number_split(text, &number)
		       ? write_integer(at, gdbregs_field_is_signed(f), &number)
		       : GDBREGS_ERR_INVAL;
}

int gdbregs_field_parse(const struct gdbregs_field *f, const char *text,
			enum gdbregs_byte_order order, void *bytes, size_t size)
{
	struct gdbregs__field_at at;
	bool raw = text && strncmp(text, "hex:", 4) == 0;
	int result = GDBREGS_ERR_INVAL;

	if (text)
		result = raw ? gdbregs__field_locate(f, order, bytes, size, &at)
			     : gdbregs__field_locate_number(f, order, bytes, size, &at);
	if (result < 0)
		return result;
	return raw ? parse_bytes(f, &at, text + 4) : parse_number(f, &at, text);
}

/* A register is a number of all its bits, whatever its type; a negative one in two's complement.
 * Bits beyond the number are padding of the last byte. */
static int parse_whole(const struct gdbregs__field_at *at,
		       const struct gdbregs__number_text *number)
{
	size_t padding_bits = at->slice.size_bytes * 8 - at->width_bits;
	int result = write_integer(at, true, number);

	if (result == 0 && padding_bits)
		gdbregs__slice_set(at->slice, at->width_bits, padding_bits, 0);
	return result;
}

int gdbregs_register_parse(const struct gdbregs_register *h, const char *text,
			   enum gdbregs_byte_order order, void *bytes, size_t size)
{
	struct gdbregs__number_text number;
	struct gdbregs__field_at at;
	struct gdbregs_field f;
	uint64_t value;
	int result = gdbregs_register_field(h, &f);

	if (result < 0)
		return result;
	if (!text || gdbregs_field_kind(&f) == GDBREGS_TYPE_FLOAT ||
	    !gdbregs__number_split(text, &number) ||
	    gdbregs_field_enum_value(&f, text, &value) == 0)
		return gdbregs_field_parse(&f, text, order, bytes, size);
	result = gdbregs__field_locate_number(&f, order, bytes, size, &at);
	return result < 0 ? result : parse_whole(&at, &number);
}
