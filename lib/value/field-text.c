/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields to text and back. */
#include "value/field.h"

#include "util/alloc.h"
#include "util/hex.h"
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
		const struct gdbregs__field member = {
			.type = type,
			.start = (int)at->low_bit,
			.end = (int)(at->low_bit + at->width_bits) - 1,
		};

		gdbregs__values_put_bits(text, &member, gdbregs__slice_number(at->slice), false);
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

/* --------------------------------------------------------------- integers --- */

/* Returns the base of a number. *digits is set to its first digit. */
static unsigned base_of(const char *text, const char **digits)
{
	static const struct {
		char letter;
		unsigned base;
	} table[] = {{'x', 16}, {'o', 8}, {'b', 2}};

	text += text[0] == '-' || text[0] == '+';
	*digits = text;
	for (size_t i = 0; text[0] == '0' && i < sizeof(table) / sizeof(table[0]); i++) {
		if ((text[1] | 0x20) == table[i].letter) {
			*digits = text + 2;
			return table[i].base;
		}
	}
	return text[0] == '0' && text[1] ? 8 : 10;
}

static unsigned digit_of(char c)
{
	return gdbregs__hex_digit((uint8_t)c);
}

static bool is_integer(const char *text)
{
	const char *digits;
	unsigned base = base_of(text, &digits);

	if (!*digits)
		return false;
	while (digit_of(*digits) < base)
		digits++;
	return !*digits;
}

/* It begins with 0x, 0o or 0b: bits are meant, whatever the type. */
static bool is_bits(const char *text)
{
	const char *digits;

	base_of(text, &digits);
	return digits >= text + 2 && (digits[-1] < '0' || digits[-1] > '9') && digits[-2] == '0' &&
	       is_integer(text);
}

/* A number as bytes, the least significant first. */
struct wide {
	uint8_t *bytes;
	size_t size_bytes;
};

/* n = n * base + digit. Returns false if it does not fit any more. */
static bool push_digit(struct wide *n, unsigned base, unsigned digit)
{
	unsigned carry = digit;

	for (size_t i = 0; i < n->size_bytes; i++) {
		carry += n->bytes[i] * base;
		n->bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return carry == 0;
}

static bool read_magnitude(struct wide *n, const char *text)
{
	const char *digits;
	unsigned base = base_of(text, &digits);

	while (*digits == '0')
		digits++;
	for (; *digits; digits++)
		if (!push_digit(n, base, digit_of(*digits)))
			return false;
	return true;
}

static int parse_integer(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
			 const char *text, uint8_t *to)
{
	struct wide n = {.size_bytes = (at->width_bits + 7) / 8};

	if (!is_integer(text))
		return GDBREGS_ERR_INVAL;
	n.bytes = gdbregs__calloc(n.size_bytes, 1);
	if (!n.bytes)
		return GDBREGS_ERR_NOMEM;

	int result = GDBREGS_ERR_LIMIT;
	if (read_magnitude(&n, text))
		result = gdbregs__field_write_integer(f, at, to, text[0] == '-', n.bytes,
						      n.size_bytes);
	gdbregs__free(n.bytes);
	return result;
}

/* ---------------------------------------------------------------- the rest --- */

static int parse_bytes(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
		       const char *digits, uint8_t *to)
{
	size_t count = 0;

	if (f->place_ == GDBREGS__FIELD_BITS)
		return GDBREGS_ERR_UNSUPPORTED;
	while (digit_of(digits[count]) < 16)
		count++;
	if (digits[count] || count == 0 || count % 2)
		return GDBREGS_ERR_INVAL;
	if (count / 2 != at->slice.size_bytes)
		return GDBREGS_ERR_LIMIT;
	for (size_t i = 0; i < count / 2; i++)
		to[i] = (uint8_t)(digit_of(digits[2 * i]) << 4 | digit_of(digits[2 * i + 1]));
	return 0;
}

static int parse_float(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
		       const char *text, uint8_t *to)
{
	const struct gdbregs__float_format *format =
		gdbregs__float_format(gdbregs__field_type(f)->scalar, at->slice);
	struct gdbregs__real real;

	if (is_bits(text))
		return text[0] == '0' ? parse_integer(f, at, text, to) : GDBREGS_ERR_INVAL;
	if (!format)
		return GDBREGS_ERR_UNSUPPORTED;

	int result = gdbregs__float_read(format, text, &real);
	return result < 0 ? result : gdbregs__field_write(f, at, to, real);
}

static int parse_number(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
			const char *text, uint8_t *to)
{
	uint64_t value;

	if (gdbregs_field_kind(f) == GDBREGS_TYPE_FLOAT)
		return parse_float(f, at, text, to);
	if (!gdbregs__field_is_integer(f))
		return GDBREGS_ERR_UNSUPPORTED;
	if (gdbregs_field_enum_value(f, text, &value) == 0)
		return gdbregs__field_write(f, at, to, (struct gdbregs__real){.low = value});
	return parse_integer(f, at, text, to);
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

	uint8_t *to = (uint8_t *)bytes + (at.slice.bytes - (const uint8_t *)bytes);
	return raw ? parse_bytes(f, &at, text + 4, to) : parse_number(f, &at, text, to);
}
