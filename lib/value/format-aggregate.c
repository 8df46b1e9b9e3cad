/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members are in memory order, whatever the byte order: element 0 is in the first
 * bytes of the reply. Only bit fields are numbered from the value's least significant
 * bit. */
#include "value/format.h"

#include "value/field.h"

#include <string.h>

/* The defaults of GDB 13. `set print repeats 10` shortens longer runs; `set print
 * elements 200` counts a run as 10 elements. */
#define REPEATS	 10
#define ELEMENTS 200

/* Returns the size of a type, or 0 if it has no size of its own: int, pointers, unresolved types. */
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

static void put_members(struct gdbregs__text *text, const struct gdbregs__type *type,
			struct gdbregs__slice slice, unsigned depth)
{
	bool first = true;
	uint32_t off;

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
}

void gdbregs__values_put_aggregate(struct gdbregs__text *text, const struct gdbregs__type *type,
				   struct gdbregs__slice slice, unsigned depth)
{
	if (type->kind == GDBREGS_TYPE_VECTOR) {
		put_vector(text, type, slice, depth);
		return;
	}
	gdbregs__text_put(text, "{");
	put_members(text, type, slice, depth);
	gdbregs__text_put(text, "}");
}
