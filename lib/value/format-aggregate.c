/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members are in memory order, whatever the byte order: element 0 is in the first
 * bytes of the reply. Only bit fields are numbered from the value's least significant
 * bit. */
#include "value/format.h"

#include <string.h>

/* The defaults of GDB 13. `set print repeats 10` shortens longer runs; `set print
 * elements 200` counts a run as 10 elements. */
#define REPEATS	 10
#define ELEMENTS 200

/* Return the size of a type, or 0 if it has no size of its own: int, pointers,
 * unresolved types. */
static size_t type_bytes(const struct gdbregs__type *type)
{
	return type ? gdbregs__bytes_of_bits(type->bits) : 0;
}

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
	size_t element_bytes = type_bytes(type->element);

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
	if (gdbregs__values_has_bits(field, slice))
		gdbregs__values_put_bits(text, field, gdbregs__slice_number(slice), false);
	else
		gdbregs__text_put(text, "?");
}

/* Format a member. Vectors may be incomplete; an incomplete scalar is shown as
 * unknown. */
static void put_member(struct gdbregs__text *text, const struct gdbregs__type *type,
		       struct gdbregs__slice slice, unsigned depth)
{
	if (type && type->kind <= GDBREGS_TYPE_FLAGS && slice.size_bytes < type_bytes(type))
		type = NULL;
	gdbregs__values_put(text, type, slice, depth + 1);
}

/* Return the size of members without a size of their own (pointers): equal shares of
 * the bytes that the other members leave. Bit fields take no bytes. */
static size_t unsized_bytes(const struct gdbregs__type *type, size_t size_bytes)
{
	size_t sized = 0, unsized = 0;

	for (uint32_t i = 0; i < type->field_count; i++) {
		const struct gdbregs__field *field = &type->fields[i];

		if (field->start >= 0)
			continue;
		size_t bytes = type_bytes(field->type);
		sized += bytes;
		unsized += bytes == 0;
	}
	return unsized && sized < size_bytes ? (size_bytes - sized) / unsized : 0;
}

/* Members follow each other without padding, as in GDB 13. */
static void put_struct(struct gdbregs__text *text, const struct gdbregs__type *type,
		       struct gdbregs__slice slice, unsigned depth)
{
	if (!gdbregs__text_spend(text, type->field_count))
		return;

	size_t rest = unsized_bytes(type, slice.size_bytes), off = 0;
	bool first = true;

	for (uint32_t i = 0; i < type->field_count && !text->full; i++) {
		const struct gdbregs__field *field = &type->fields[i];
		size_t own = field->start >= 0 ? 0 : type_bytes(field->type);
		size_t bytes = field->start >= 0 || own ? own : rest;

		if (field->name[0]) {
			put_name(text, field->name, &first);
			if (field->start >= 0)
				put_bit_field(text, field, slice);
			else
				put_member(text, field->type,
					   gdbregs__slice_part(slice, off, bytes), depth);
		}
		off += bytes;
	}
}

static void put_union(struct gdbregs__text *text, const struct gdbregs__type *type,
		      struct gdbregs__slice slice, unsigned depth)
{
	bool first = true;

	for (uint32_t i = 0; i < type->field_count && gdbregs__text_spend(text, 1); i++) {
		const struct gdbregs__field *field = &type->fields[i];
		size_t bytes = type_bytes(field->type);

		if (!field->name[0])
			continue;
		put_name(text, field->name, &first);
		put_member(text, field->type,
			   gdbregs__slice_part(slice, 0, bytes ? bytes : slice.size_bytes), depth);
	}
}

void gdbregs__values_put_aggregate(struct gdbregs__text *text, const struct gdbregs__type *type,
				   struct gdbregs__slice slice, unsigned depth)
{
	if (type->kind == GDBREGS_TYPE_VECTOR) {
		put_vector(text, type, slice, depth);
		return;
	}
	gdbregs__text_put(text, "{");
	if (type->kind == GDBREGS_TYPE_STRUCT)
		put_struct(text, type, slice, depth);
	else
		put_union(text, type, slice, depth);
	gdbregs__text_put(text, "}");
}
