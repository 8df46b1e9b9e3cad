/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/value.h"

#include "target/part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------- making --- */

/* From the value of the register to that of the part. */
static void narrow(struct value *v)
{
	const struct gdbregs_field *field = &v->field;
	int error = gdbregs_field_bytes(field, v->whole, v->whole_bytes, &v->bytes, &v->size_bytes);
	if (error == GDBREGS_ERR_UNSUPPORTED) {
		error = gdbregs_field_u64(field, v->order, v->whole, v->whole_bytes, &v->number);
		v->is_bit_field = true;
		v->bytes = NULL;
		v->size_bytes = 0;
	}
	v->status = error < 0 ? error : (int)(value_sent_bits(v) + 7) / 8;
}

struct value value_make(const char *target, const struct vcpu *vcpu, enum gdbregs_byte_order order,
			const struct chosen *chosen, const struct gdbregs_read *read)
{
	struct value v = {
		.target = target,
		.vcpu = vcpu,
		.order = order,
		.reg = read->reg,
		.part = chosen && chosen->path ? chosen : NULL,
		.alias = chosen ? chosen->alias : NULL,
		.bytes = read->data,
		.size_bytes = read->status > 0 ? (size_t)read->status : 0,
		.status = read->status,
	};
	v.whole = v.bytes;
	v.whole_bytes = v.size_bytes;
	if (v.part)
		v.field = chosen->field;
	else if (gdbregs_register_field(read->reg, &v.field) < 0)
		return v;
	if (v.part && v.status > 0)
		narrow(&v);
	return v;
}

struct value value_get(const struct snapshot *s, const struct vcpu *vcpu, size_t index)
{
	const struct chosen *chosen = &snapshot_selected(s, vcpu)->item[index];
	return value_make(s->target, vcpu, vcpu->order, chosen,
			  &s->reads[vcpu->first_read + chosen->place]);
}

struct value value_get_read(const struct snapshot *s, const struct vcpu *vcpu, size_t index)
{
	return value_make(s->target, vcpu, vcpu->order, NULL, &s->reads[vcpu->first_read + index]);
}

/* --------------------------------------------------------- properties --- */

const char *value_path(const struct value *v)
{
	return v->part ? v->part->path : NULL;
}

const char *value_name(const struct value *v, char name[VALUE_NAME])
{
	const char *path = value_path(v);
	if (!v->alias && !path)
		return gdbregs_register_name(v->reg);
	snprintf(name, VALUE_NAME, "%.100s%s%s%s%s%s", gdbregs_register_name(v->reg),
		 path && path[0] != '[' ? "." : "", path ? path : "", v->alias ? " (" : "",
		 v->alias ? v->alias : "", v->alias ? ")" : "");
	return name;
}

size_t value_name_width(const struct value *v, size_t width)
{
	char name[VALUE_NAME];
	size_t own = printable_width(value_name(v, name));
	return own > width && own <= VALUE_WIDEST_NAME ? own : width;
}

const char *value_data_name(const struct value *v, bool joined, char name[VALUE_NAME])
{
	struct value own = *v;
	own.alias = NULL;
	return joined ? value_name(&own, name) : gdbregs_register_name(v->reg);
}

enum gdbregs_type_kind value_kind(const struct value *v)
{
	return gdbregs_field_kind(&v->field);
}

const char *value_type(const struct value *v)
{
	return gdbregs_field_type(&v->field);
}

unsigned value_bits(const struct value *v)
{
	return gdbregs_field_bits(&v->field);
}

size_t value_sent_bits(const struct value *v)
{
	return v->is_bit_field ? value_bits(v) : 8 * v->size_bytes;
}

bool value_bit(const struct value *v, size_t bit)
{
	size_t byte = bit / 8;
	if (v->is_bit_field)
		return bit < 64 && v->number >> bit & 1;
	if (v->order != GDBREGS_BYTE_ORDER_LITTLE)
		byte = v->size_bytes - 1 - byte;
	return v->bytes[byte] >> bit % 8 & 1;
}

/* The same value in two byte orders has reversed bytes. */
static bool is_reversed(const uint8_t *a, const uint8_t *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (a[i] != b[size - 1 - i])
			return false;
	}
	return true;
}

bool value_differs(const struct value *a, const struct value *b)
{
	if (a->status != b->status || a->size_bytes != b->size_bytes)
		return true;
	if (a->is_bit_field)
		return a->number != b->number;
	if (a->order != b->order)
		return !is_reversed(a->bytes, b->bytes, a->size_bytes);
	return a->size_bytes > 0 && memcmp(a->bytes, b->bytes, a->size_bytes) != 0;
}

bool value_is_number(const struct value *v)
{
	if (v->status <= 0 || v->order == GDBREGS_BYTE_ORDER_UNKNOWN)
		return false;
	switch (value_kind(v)) {
	case GDBREGS_TYPE_INTEGER:
	case GDBREGS_TYPE_FLOAT:
	case GDBREGS_TYPE_ENUM:
	case GDBREGS_TYPE_FLAGS:
		return true;
	default:
		return v->is_bit_field;
	}
}

bool value_is_zero(const struct value *v)
{
	size_t i = 0;
	while (i < v->size_bytes && v->bytes[i] == 0)
		i++;
	return v->status > 0 && i == v->size_bytes && v->number == 0;
}

bool value_small_number(const struct value *v, uint64_t *number)
{
	enum { MOST_BITS = 53 };
	if (!value_is_number(v))
		return false;
	*number = v->number;
	for (size_t i = 0; i < v->size_bytes; i++) {
		bool big = v->order == GDBREGS_BYTE_ORDER_BIG;
		if (*number >> (MOST_BITS - 8) != 0)
			return false;
		*number = *number << 8 | v->bytes[big ? i : v->size_bytes - 1 - i];
	}
	return *number >> MOST_BITS == 0;
}

/* The text of a float whose number is not a double. */
static int nearest_double(const struct value *v, struct gdbregs_buffer *decoded, double *number)
{
	const char *text = value_decode_all(v, decoded);
	char *end;
	if (!text)
		return -1;
	*number = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*number);
}

int value_float(const struct value *v, struct gdbregs_buffer *decoded, double *number)
{
	struct gdbregs_field field = v->field;
	if (v->status <= 0 ||
	    (value_kind(v) != GDBREGS_TYPE_FLOAT && (v->part || !part_float(&v->field, &field))))
		return 0;
	if (gdbregs_field_double(&field, v->order, v->whole, v->whole_bytes, number) == 0)
		return isfinite(*number);
	return nearest_double(v, decoded, number);
}

const char *value_error(const struct value *v)
{
	if (v->is_bit_field && v->status == GDBREGS_ERR_UNSUPPORTED)
		return "byte order unknown";
	return v->status == GDBREGS_ERR_UNAVAILABLE ? "unavailable" : gdbregs_strerror(v->status);
}

/* ------------------------------------------------------------ showing --- */

void value_add_number(struct text *text, const struct value *v, bool padded)
{
	if (v->is_bit_field)
		text_addf(text, "0x%0*llx", padded ? (int)(value_bits(v) + 3) / 4 : 1,
			  (unsigned long long)v->number);
	else
		text_add_number(text, v->order, v->bytes, v->size_bytes, padded);
}

static const char *reason(const struct value *v)
{
	if (v->status == GDBREGS_ERR_UNAVAILABLE)
		return "<unavailable>";
	return v->is_bit_field ? "<byte order unknown>" : "<error>";
}

/* As --as says. A bit field has no bytes of its own: its number is made into some. */
static void add_form(struct text *text, const struct value *v)
{
	uint8_t little[sizeof(v->number)];
	struct digits d = {.bytes = v->bytes, .size = v->size_bytes, .bits = value_bits(v)};
	d.is_big = v->order == GDBREGS_BYTE_ORDER_BIG;
	d.is_signed = gdbregs_field_is_signed(&v->field) &&
		      (v->part || value_kind(v) != GDBREGS_TYPE_FLOAT);
	for (size_t i = 0; i < sizeof(little); i++)
		little[i] = (uint8_t)(v->number >> 8 * i);
	if (v->is_bit_field)
		d = (struct digits){.bytes = little,
				    .size = (d.bits + 7) / 8,
				    .bits = d.bits,
				    .is_signed = d.is_signed};
	/* The stub decides how large a register is. */
	else if ((d.bits + 7) / 8 != d.size)
		d.bits = 8 * d.size;
	digits_add(text, &d, v->vcpu->as);
}

/* The library knows the formats of floats. Returns whether it has a number for this one. */
static bool add_float(struct text *text, const struct value *v)
{
	struct gdbregs_buffer decoded = {0};
	if (v->vcpu->as != DIGITS_FLOAT || value_kind(v) != GDBREGS_TYPE_FLOAT)
		return false;
	const char *number = value_decode_all(v, &decoded);
	text->failed |= !number;
	text_adds(text, number ? number : "");
	bool known = number && number[0] != '\0';
	gdbregs_buffer_fini(&decoded);
	return known;
}

static void show_form(struct text *text, const struct value *v)
{
	if (!add_float(text, v))
		add_form(text, v);
}

void value_show(struct text *text, const struct value *v)
{
	text_clear(text);
	if (v->status < 0)
		text_adds(text, reason(v));
	else if (v->vcpu->as != DIGITS_USUAL && v->order != GDBREGS_BYTE_ORDER_UNKNOWN)
		show_form(text, v);
	else if (v->order != GDBREGS_BYTE_ORDER_UNKNOWN || v->is_bit_field)
		value_add_number(text, v, true);
	else
		text_add_bytes(text, v->bytes, v->size_bytes);
}

size_t value_show_width(const struct value *v)
{
	if (v->status < 0)
		return strlen(reason(v));
	if (v->vcpu->as != DIGITS_USUAL) {
		struct text text = {0};
		value_show(&text, v);
		size_t width = text.size;
		text_fini(&text);
		return width;
	}
	if (v->is_bit_field)
		return 2 + (value_bits(v) + 3) / 4;
	return 2 * v->size_bytes + (v->order != GDBREGS_BYTE_ORDER_UNKNOWN ? 2 : 0);
}

bool value_is_compound(const struct value *v)
{
	enum gdbregs_type_kind kind = value_kind(v);
	return kind == GDBREGS_TYPE_VECTOR || kind == GDBREGS_TYPE_STRUCT ||
	       kind == GDBREGS_TYPE_UNION;
}

/* The text of an integer is its number, which is shown anyway. */
static int format_part(const struct value *v, struct gdbregs_buffer *decoded)
{
	if (value_kind(v) == GDBREGS_TYPE_INTEGER)
		return GDBREGS_ERR_UNSUPPORTED;
	return gdbregs_field_format(&v->field, v->order, v->whole, v->whole_bytes, decoded);
}

const char *value_decode_all(const struct value *v, struct gdbregs_buffer *decoded)
{
	if (v->status <= 0)
		return "";
	int error = v->part ? format_part(v, decoded)
			    : gdbregs_register_format(v->reg, v->order, v->bytes, v->size_bytes,
						      decoded);
	if (error == GDBREGS_ERR_NOMEM)
		return NULL;
	return error >= 0 && decoded->size > 0 ? (const char *)decoded->data : "";
}

const char *value_text(const struct value *v, struct gdbregs_buffer *decoded)
{
	enum gdbregs_type_kind kind = value_kind(v);
	bool has_text = kind == GDBREGS_TYPE_FLAGS || kind == GDBREGS_TYPE_ENUM;
	return has_text ? value_decode_all(v, decoded) : "";
}

const char *value_decode(const struct value *v, const struct options *o,
			 struct gdbregs_buffer *decoded)
{
	if (v->vcpu->as == DIGITS_FLOAT && value_kind(v) == GDBREGS_TYPE_FLOAT)
		return "";
	if (value_is_compound(v) && !o->verbose && !v->part && !select_named(o, v->reg))
		return "";
	return value_decode_all(v, decoded);
}

const char *byte_order_name(enum gdbregs_byte_order order)
{
	static const char *const names[] = {
		[GDBREGS_BYTE_ORDER_UNKNOWN] = NULL,
		[GDBREGS_BYTE_ORDER_LITTLE] = "little",
		[GDBREGS_BYTE_ORDER_BIG] = "big",
	};
	return names[order];
}

const char *byte_order_from_name(enum gdbregs_byte_order_source from)
{
	static const char *const names[] = {
		[GDBREGS_BYTE_ORDER_FROM_NOTHING] = NULL,
		[GDBREGS_BYTE_ORDER_FROM_ARCHITECTURE] = "architecture",
		[GDBREGS_BYTE_ORDER_FROM_ASSUMPTION] = "assumed",
		[GDBREGS_BYTE_ORDER_FROM_MSR] = "msr",
		[GDBREGS_BYTE_ORDER_FROM_USER] = "user",
	};
	return names[from];
}
