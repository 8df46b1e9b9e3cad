/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/builder-internal.h"

#include "util/number.h"

/* The bits of a field are shown as one number of up to 64 bits. */
#define FIELD_LAST_BIT 63
/* The same limits as in GDB. */
#define SIZE_MOST_BYTES	  65536
#define VECTOR_MOST_COUNT 65536

static int count_type(struct gdbregs__tdesc *t, const struct gdbregs__xml *at)
{
	if (t->type_count >= t->limits->types)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "more than %zu types, fields and values (max_types)",
					 t->limits->types);
	t->type_count++;
	return 0;
}

static bool take_size(const char *const *attributes, uint32_t *bits)
{
	const char *text = gdbregs__xml_attribute(attributes, "size");
	uint64_t bytes;

	if (!text || gdbregs__number_parse(text, &bytes) != GDBREGS__NUMBER_OK || bytes < 1 ||
	    bytes > SIZE_MOST_BYTES)
		return false;
	*bits = (uint32_t)bytes * 8;
	return true;
}

/* Vectors of vectors could overflow any number. No register is as large as the maximum, so a
 * type of that size fits none. */
static uint32_t add_up_to_max(uint32_t a, uint64_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + (uint32_t)b;
}

/* Members follow each other. Pointers have no size of their own. */
static void place_members(struct gdbregs__type *type, struct gdbregs__field *fields)
{
	for (uint32_t i = 0; i < type->field_count; i++) {
		fields[i].off_bits = type->sized_bits;
		fields[i].unsized_before = type->unsized_count;
		type->sized_bits = add_up_to_max(type->sized_bits, fields[i].type->bits);
		type->unsized_count += fields[i].type->bits == 0;
	}
}

/* Compute the size of a union, or of a struct with typed members. */
static void measure_members(struct gdbregs__type *type)
{
	bool size_known = true;

	for (uint32_t i = 0; i < type->field_count; i++) {
		const struct gdbregs__type *member = type->fields[i].type;

		size_known = size_known && member->bits;
		if (type->kind == GDBREGS_TYPE_UNION && member->bits > type->bits)
			type->bits = member->bits;
	}
	if (type->kind == GDBREGS_TYPE_STRUCT)
		type->bits = type->sized_bits;
	if (!size_known)
		type->bits = 0;
}

/* A register may be smaller than its type (see type_fits() in builder-reg.c). A vector has
 * fewer elements then, and so have the members of a union. */
static void measure_least(struct gdbregs__type *type)
{
	if (type->kind == GDBREGS_TYPE_VECTOR)
		type->least_bits = type->element->bits;
	if (type->kind != GDBREGS_TYPE_UNION)
		return;
	for (uint32_t i = 0; i < type->field_count; i++) {
		const struct gdbregs__type *member = type->fields[i].type;
		uint32_t bits = member->least_bits ? member->least_bits : member->bits;

		if (bits > type->least_bits)
			type->least_bits = bits;
	}
}

static int define(struct gdbregs__tdesc *t, const struct gdbregs__type *type)
{
	struct gdbregs__type *kept = gdbregs__arena_alloc(&t->d->arena, sizeof(*kept));

	if (!kept)
		return GDBREGS_ERR_NOMEM;
	*kept = *type;
	measure_least(kept);
	return gdbregs__tdesc_scope_define(t, kept);
}

/* Read the id of a type that begins. Returns NULL if it has none, or if the open
 * feature defines it already: the first definition counts. */
static const char *take_id(struct gdbregs__tdesc *t, const char *const *attributes, bool *nomem)
{
	const char *id = gdbregs__tdesc_string(t, gdbregs__xml_attribute(attributes, "id"), nomem);

	return id && !gdbregs__tdesc_scope_has(t, id) ? id : NULL;
}

int gdbregs__tdesc_type_vector(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			       const char *const *attributes)
{
	const char *count_text = gdbregs__xml_attribute(attributes, "count");
	struct gdbregs__type type = {.kind = GDBREGS_TYPE_VECTOR};
	uint64_t count;
	bool nomem = false;
	int result = count_type(t, at);

	if (result < 0)
		return result;
	type.id = take_id(t, attributes, &nomem);
	type.element_name =
		gdbregs__tdesc_string(t, gdbregs__xml_attribute(attributes, "type"), &nomem);
	if (nomem)
		return GDBREGS_ERR_NOMEM;
	if (!type.id || !type.element_name || !count_text ||
	    gdbregs__number_parse(count_text, &count) != GDBREGS__NUMBER_OK || count < 1 ||
	    count > VECTOR_MOST_COUNT)
		return 0;
	type.count = (uint32_t)count;
	type.element = gdbregs__tdesc_scope_find(t, type.element_name);
	if (!type.element)
		return 0;
	type.bits = add_up_to_max(0, count * type.element->bits);
	return define(t, &type);
}

static int draft_begin(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
		       enum gdbregs_type_kind kind, const char *const *attributes)
{
	bool nomem = false;
	struct gdbregs__tdesc_draft *draft = &t->draft;
	int result = count_type(t, at);

	if (result < 0)
		return result;
	draft->kind = kind;
	draft->id = take_id(t, attributes, &nomem);
	draft->size_bits = 0;
	draft->fields.count = 0;
	draft->evalues.count = 0;
	return nomem ? GDBREGS_ERR_NOMEM : 0;
}

int gdbregs__tdesc_type_union(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			      const char *const *attributes)
{
	return draft_begin(t, at, GDBREGS_TYPE_UNION, attributes);
}

/* A struct with a size has bit fields; a struct without a size has typed members. */
int gdbregs__tdesc_type_struct(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			       const char *const *attributes)
{
	int result = draft_begin(t, at, GDBREGS_TYPE_STRUCT, attributes);

	if (gdbregs__xml_attribute(attributes, "size") &&
	    !take_size(attributes, &t->draft.size_bits))
		t->draft.id = NULL;
	return result;
}

int gdbregs__tdesc_type_flags(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			      const char *const *attributes)
{
	int result = draft_begin(t, at, GDBREGS_TYPE_FLAGS, attributes);

	if (!take_size(attributes, &t->draft.size_bits))
		t->draft.id = NULL;
	return result;
}

/* The size of an enum may be missing: LLDB ignores it. */
int gdbregs__tdesc_type_enum(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			     const char *const *attributes)
{
	int result = draft_begin(t, at, GDBREGS_TYPE_ENUM, attributes);

	if (!take_size(attributes, &t->draft.size_bits))
		t->draft.size_bits = 0;
	return result;
}

static void measure(struct gdbregs__type *type, struct gdbregs__field *fields, uint32_t size_bits)
{
	if (type->kind == GDBREGS_TYPE_UNION ||
	    (type->kind == GDBREGS_TYPE_STRUCT && size_bits == 0)) {
		if (type->kind == GDBREGS_TYPE_STRUCT)
			place_members(type, fields);
		measure_members(type);
		return;
	}
	type->bits = size_bits;
	for (uint32_t i = 0; i < type->evalue_count; i++)
		if (type->evalues[i].value > type->evalue_max)
			type->evalue_max = type->evalues[i].value;
}

static const void *keep(struct gdbregs__tdesc *t, const struct gdbregs__tdesc_list *list,
			size_t item_size, bool *nomem)
{
	const void *items = list->count ? gdbregs__tdesc_keep(&t->d->arena, list, item_size) : NULL;

	*nomem |= list->count && !items;
	return items;
}

int gdbregs__tdesc_type_end(struct gdbregs__tdesc *t)
{
	const struct gdbregs__tdesc_draft *draft = &t->draft;
	struct gdbregs__type type = {
		.kind = draft->kind,
		.id = draft->id,
		.field_count = (uint32_t)draft->fields.count,
		.fields = draft->fields.items,
		.evalue_count = (uint32_t)draft->evalues.count,
		.evalues = draft->evalues.items,
	};
	bool nomem = false;

	if (!type.id || type.field_count + type.evalue_count == 0)
		return 0;
	measure(&type, draft->fields.items, draft->size_bits);
	type.fields = keep(t, &draft->fields, sizeof(*type.fields), &nomem);
	type.evalues = keep(t, &draft->evalues, sizeof(*type.evalues), &nomem);
	return nomem ? GDBREGS_ERR_NOMEM : define(t, &type);
}

/* ---------------------------------------------------------- fields and values --- */

static bool take_bit(const char *const *attributes, const char *name, int *out)
{
	const char *text = gdbregs__xml_attribute(attributes, name);
	uint64_t bit;

	if (!text || gdbregs__number_parse(text, &bit) != GDBREGS__NUMBER_OK ||
	    bit > FIELD_LAST_BIT)
		return false;
	*out = (int)bit;
	return true;
}

/* Returns the type to show a bit field with, or NULL. An enum with a value that does not fit is
 * ignored, as in LLDB; so is a type that cannot have bits, as in GDB. */
static const struct gdbregs__type *type_of_bits(const struct gdbregs__type *type, int width)
{
	if (!type)
		return NULL;
	if (type->kind == GDBREGS_TYPE_ENUM)
		return width > 63 || type->evalue_max >> width == 0 ? type : NULL;
	return type->kind == GDBREGS_TYPE_INTEGER ? type : NULL;
}

/* Read the bits of a field. Fields may overlap and may be in any order, as in some
 * structs of GDB's tests. */
static bool take_bits(struct gdbregs__field *field, const char *const *attributes,
		      uint32_t size_bits)
{
	if (!take_bit(attributes, "start", &field->start) ||
	    !take_bit(attributes, "end", &field->end) || field->start > field->end ||
	    (uint32_t)field->end >= size_bits)
		return false;

	int width = field->end - field->start + 1;
	if (field->type && field->type->scalar == GDBREGS__SCALAR_BOOL && width != 1)
		return false;
	field->type = type_of_bits(field->type, width);
	return true;
}

static bool take_member(struct gdbregs__field *field, const char *const *attributes)
{
	field->start = -1;
	field->end = -1;
	return field->type && !gdbregs__xml_attribute(attributes, "start");
}

static int keep_field(struct gdbregs__tdesc_draft *draft, const struct gdbregs__field *field)
{
	struct gdbregs__field *kept = gdbregs__tdesc_list_add(&draft->fields, sizeof(*kept));

	if (!kept)
		return GDBREGS_ERR_NOMEM;
	*kept = *field;
	return 0;
}

int gdbregs__tdesc_field_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			       const char *const *attributes)
{
	struct gdbregs__tdesc_draft *draft = &t->draft;
	const char *name = gdbregs__xml_attribute(attributes, "name");
	struct gdbregs__field field = {.name = ""};
	bool nomem = false;
	int result = count_type(t, at);

	if (result < 0 || !draft->id || !name)
		return result;
	if (*name)
		field.name = gdbregs__tdesc_string(t, name, &nomem);
	field.type_name =
		gdbregs__tdesc_string(t, gdbregs__xml_attribute(attributes, "type"), &nomem);
	if (nomem)
		return GDBREGS_ERR_NOMEM;
	if (field.type_name)
		field.type = gdbregs__tdesc_scope_find(t, field.type_name);
	if (draft->size_bits ? take_bits(&field, attributes, draft->size_bits)
			     : take_member(&field, attributes))
		return keep_field(draft, &field);
	return 0;
}

int gdbregs__tdesc_field_evalue(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
				const char *const *attributes)
{
	const char *name = gdbregs__xml_attribute(attributes, "name");
	const char *text = gdbregs__xml_attribute(attributes, "value");
	uint64_t value;
	bool nomem = false;
	int result = count_type(t, at);

	if (result < 0 || !t->draft.id || !name || !*name || !text ||
	    gdbregs__number_parse(text, &value) != GDBREGS__NUMBER_OK)
		return result;

	struct gdbregs__evalue *kept = gdbregs__tdesc_list_add(&t->draft.evalues, sizeof(*kept));
	if (!kept)
		return GDBREGS_ERR_NOMEM;
	kept->name = gdbregs__tdesc_string(t, name, &nomem);
	kept->value = value;
	return nomem ? GDBREGS_ERR_NOMEM : 0;
}
