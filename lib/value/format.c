/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Implements gdbregs_register_format(). The notation is that of GDB 13: integers in
 * aggregates as with /x; flags, enums and floats as without it. */
#include "value/format.h"

#include "value/field.h"
#include "value/float-text.h"

#include <string.h>

/* Deeper than any real description (aarch64's z registers: 3). */
#define MAX_DEPTH 16

/* Add the name of an enum's value. Returns false and adds nothing if it has no name. */
static bool put_evalue(struct gdbregs__text *text, const struct gdbregs__type *type, uint64_t value)
{
	for (uint32_t i = 0; i < type->evalue_count; i++) {
		if (!gdbregs__text_spend(text, 1))
			return true;
		if (type->evalues[i].value == value) {
			gdbregs__text_put_name(text, type->evalues[i].name);
			return true;
		}
	}
	return false;
}

void gdbregs__values_put_bits(struct gdbregs__text *text, const struct gdbregs__type *type,
			      uint64_t value, bool decimal)
{
	if (type && type->kind == GDBREGS_TYPE_ENUM && put_evalue(text, type, value))
		return;
	if (decimal)
		gdbregs__text_put_decimal(text, value);
	else
		gdbregs__text_put_hex(text, value);
}

/* Returns true if the bits of a field are part of the value. */
static bool has_bits(const struct gdbregs__field *field, struct gdbregs__slice slice)
{
	return (size_t)field->end < slice.size_bytes * 8;
}

/* Returns the bits of a field of `number`. */
static uint64_t bits_of(const struct gdbregs__field *field, uint64_t number)
{
	return number >> field->start & UINT64_MAX >> (63 - (field->end - field->start));
}

/* Returns true for a single bit without a type or with type bool. A single bit with another type
 * is shown with its value. */
static bool is_switch(const struct gdbregs__field *field)
{
	return field->start == field->end &&
	       (!field->type || field->type->scalar == GDBREGS__SCALAR_BOOL);
}

static void put_flag(struct gdbregs__text *text, const struct gdbregs__field *field, uint64_t value)
{
	if (is_switch(field) && !value)
		return;
	gdbregs__text_put(text, " ");
	gdbregs__text_put_name(text, field->name);
	if (is_switch(field))
		return;
	gdbregs__text_put(text, "=");
	gdbregs__values_put_bits(text, field->type, value, true);
}

/* Format flags in the order of the description, like GDB 13: QEMU's eflags starts at
 * the highest bit, GDB's own at the lowest. Bits outside all fields are not shown.
 * Neither are fields beyond the end of a reply that is shorter than the type: they
 * are unknown. */
static void put_flags(struct gdbregs__text *text, const struct gdbregs__type *type,
		      struct gdbregs__slice slice)
{
	uint64_t number = gdbregs__slice_number(slice);

	gdbregs__text_put(text, "[");
	for (uint32_t i = 0; i < type->field_count && gdbregs__text_spend(text, 1); i++) {
		const struct gdbregs__field *field = &type->fields[i];

		if (field->name[0] && has_bits(field, slice))
			put_flag(text, field, bits_of(field, number));
	}
	gdbregs__text_put(text, " ]");
}

static void put_enum(struct gdbregs__text *text, const struct gdbregs__type *type,
		     struct gdbregs__slice slice)
{
	if (slice.size_bytes > 8 || !put_evalue(text, type, gdbregs__slice_number(slice)))
		gdbregs__text_put_slice(text, slice);
}

/* --------------------------------------------- vectors, structs, unions --- */

/* Members are in memory order, whatever the byte order: element 0 is in the first bytes of the
 * reply. Only bit fields are numbered from the value's least significant bit. */

/* The defaults of GDB 13. `set print repeats 10` shortens longer runs; `set print
 * elements 200` counts a run as 10 elements. */
#define REPEATS	 10
#define ELEMENTS 200

/* Count the equal elements from `first` on. */
static size_t run_length(struct gdbregs__text *text, struct gdbregs__slice slice, size_t first,
			 size_t count, size_t element_bytes)
{
	const uint8_t *at = slice.bytes + first * element_bytes;
	size_t run = 1;

	while (first + run < count && !memcmp(at, at + run * element_bytes, element_bytes))
		run++;
	gdbregs__text_spend(text, 1 + run * element_bytes / 64);
	return run;
}

static void put_run(struct gdbregs__text *text, const struct gdbregs__type *type,
		    struct gdbregs__slice element, unsigned depth, size_t run)
{
	gdbregs__values_put(text, type, element, depth + 1);
	if (run <= REPEATS)
		return;
	gdbregs__text_put(text, " <repeats ");
	gdbregs__text_put_decimal(text, run);
	gdbregs__text_put(text, " times>");
}

static void put_elements(struct gdbregs__text *text, const struct gdbregs__type *type,
			 struct gdbregs__slice slice, unsigned depth, size_t count,
			 size_t element_bytes)
{
	size_t run, shown = 0;

	for (size_t i = 0; i < count && shown < ELEMENTS && !text->full; i += run) {
		run = run_length(text, slice, i, count, element_bytes);
		if (run <= REPEATS)
			run = 1;
		if (i)
			gdbregs__text_put(text, ", ");
		put_run(text, type, gdbregs__slice_part(slice, i * element_bytes, element_bytes),
			depth, run);
		shown += run > REPEATS ? REPEATS : 1;
		if (shown >= ELEMENTS && i + run < count)
			gdbregs__text_put(text, "...");
	}
}

/* Format a vector. A reply may hold fewer elements than the type: aarch64's z and p
 * registers do if the vector length was reduced. Only the elements in the reply are
 * shown. */
static void put_vector(struct gdbregs__text *text, const struct gdbregs__type *type,
		       struct gdbregs__slice slice, unsigned depth)
{
	size_t element_bytes = gdbregs__type_bytes(type->element);

	if (!element_bytes && type->count)
		element_bytes = slice.size_bytes / type->count;
	if (!type->element || !element_bytes || slice.size_bytes < element_bytes) {
		gdbregs__text_put(text, "?");
		return;
	}

	size_t count = slice.size_bytes / element_bytes;
	if (count > type->count)
		count = type->count;
	gdbregs__text_put(text, "{");
	put_elements(text, type->element, slice, depth, count, element_bytes);
	gdbregs__text_put(text, "}");
}

static void put_name(struct gdbregs__text *text, const char *name, bool *first)
{
	if (!*first)
		gdbregs__text_put(text, ", ");
	*first = false;
	gdbregs__text_put_name(text, name);
	gdbregs__text_put(text, " = ");
}

static void put_bit_field(struct gdbregs__text *text, const struct gdbregs__field *field,
			  struct gdbregs__slice slice)
{
	if (has_bits(field, slice))
		gdbregs__values_put_bits(text, field->type,
					 bits_of(field, gdbregs__slice_number(slice)), false);
	else
		gdbregs__text_put(text, "?");
}

/* Format a member. Vectors may be incomplete; an incomplete scalar is shown as
 * unknown. */
static void put_member(struct gdbregs__text *text, const struct gdbregs__type *type,
		       struct gdbregs__slice slice, unsigned depth)
{
	if (type && type->kind <= GDBREGS_TYPE_FLAGS &&
	    slice.size_bytes < gdbregs__type_bytes(type))
		type = NULL;
	gdbregs__values_put(text, type, slice, depth + 1);
}

static void put_members(struct gdbregs__text *text, const struct gdbregs__type *type,
			struct gdbregs__slice slice, unsigned depth)
{
	bool first = true;
	uint32_t off;

	gdbregs__text_put(text, "{");
	for (uint32_t i = 0; i < type->field_count && gdbregs__text_spend(text, 1); i++) {
		const struct gdbregs__field *field = &type->fields[i];
		uint32_t size = gdbregs__field_place(type, field, (uint32_t)slice.size_bytes, &off);

		if (!field->name[0])
			continue;
		put_name(text, field->name, &first);
		if (field->start >= 0)
			put_bit_field(text, field, slice);
		else
			put_member(text, field->type, gdbregs__slice_part(slice, off, size), depth);
	}
	gdbregs__text_put(text, "}");
}

/* -------------------------------------------------------------- any type --- */

void gdbregs__values_put(struct gdbregs__text *text, const struct gdbregs__type *type,
			 struct gdbregs__slice slice, unsigned depth)
{
	if (!type || depth >= MAX_DEPTH || slice.size_bytes == 0) {
		gdbregs__text_put(text, "?");
		return;
	}
	switch (type->kind) {
	case GDBREGS_TYPE_INTEGER:
		gdbregs__text_put_slice(text, slice);
		break;
	case GDBREGS_TYPE_FLOAT:
		if (!gdbregs__float_put(text, type->scalar, slice))
			gdbregs__text_put(text, "?");
		break;
	case GDBREGS_TYPE_ENUM:
		put_enum(text, type, slice);
		break;
	case GDBREGS_TYPE_FLAGS:
		put_flags(text, type, slice);
		break;
	case GDBREGS_TYPE_STRUCT:
	case GDBREGS_TYPE_UNION:
		put_members(text, type, slice, depth);
		break;
	case GDBREGS_TYPE_VECTOR:
		put_vector(text, type, slice, depth);
		break;
	default:
		gdbregs__text_put(text, "?");
	}
}

/* Format a register. Adds nothing if its hexadecimal digits say as much, or if it cannot be
 * decoded. */
static void put_register(struct gdbregs__text *text, const struct gdbregs__type *type,
			 struct gdbregs__slice slice)
{
	if (!type || slice.size_bytes == 0)
		return;
	switch (type->kind) {
	case GDBREGS_TYPE_UNKNOWN:
	case GDBREGS_TYPE_INTEGER:
		break;
	case GDBREGS_TYPE_FLOAT:
		gdbregs__float_put(text, type->scalar, slice);
		break;
	case GDBREGS_TYPE_ENUM:
		if (slice.size_bytes <= 8)
			put_evalue(text, type, gdbregs__slice_number(slice));
		break;
	default:
		gdbregs__values_put(text, type, slice, 0);
		if (text->size == 1 && text->data[0] == '?')
			text->size = 0;
	}
}

int gdbregs_register_format(const struct gdbregs_register *h, enum gdbregs_byte_order order,
			    const void *bytes, size_t size, struct gdbregs_buffer *text)
{
	struct gdbregs__text made;

	if (!h || !text || (!bytes && size) || order > GDBREGS_BYTE_ORDER_BIG)
		return GDBREGS_ERR_INVAL;
	gdbregs__text_init(&made);
	if (order == GDBREGS_BYTE_ORDER_LITTLE || order == GDBREGS_BYTE_ORDER_BIG)
		put_register(&made, h->type, gdbregs__field_register_slice(h, order, bytes, size));
	gdbregs__text_end(&made);
	return gdbregs__text_replace(text, &made);
}
