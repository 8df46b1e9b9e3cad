/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/builder-internal.h"

#include "util/number.h"

#include <string.h>

/* The bits of a field are shown as one number of up to 64 bits. */
#define FIELD_LAST_BIT 63
/* The same limits as in GDB. */
#define SIZE_MOST_BYTES	  65536
#define VECTOR_MOST_COUNT 65536

/* --------------------------------------------------- predefined types and scopes --- */

#define SCALAR(name, is, which, size)                                                              \
	{                                                                                          \
		.kind = GDBREGS_TYPE_##is, .scalar = GDBREGS__SCALAR_##which, .id = name,          \
		.bits = size,                                                                      \
	}

/* The predefined types. To add one, add a line here, and format it in
 * lib/value/format.c. A pointer has the size of its register. */
// clang-format off
static const struct gdbregs__type builtins[] = {
	SCALAR("bool", INTEGER, BOOL, 8),
	SCALAR("int8", INTEGER, INT, 8),
	SCALAR("int16", INTEGER, INT, 16),
	SCALAR("int32", INTEGER, INT, 32),
	SCALAR("int64", INTEGER, INT, 64),
	SCALAR("int128", INTEGER, INT, 128),
	SCALAR("uint8", INTEGER, UINT, 8),
	SCALAR("uint16", INTEGER, UINT, 16),
	SCALAR("uint32", INTEGER, UINT, 32),
	SCALAR("uint64", INTEGER, UINT, 64),
	SCALAR("uint128", INTEGER, UINT, 128),
	SCALAR("code_ptr", INTEGER, CODE_PTR, 0),
	SCALAR("data_ptr", INTEGER, DATA_PTR, 0),
	SCALAR("ieee_half", FLOAT, IEEE_HALF, 16),
	SCALAR("ieee_single", FLOAT, IEEE_SINGLE, 32),
	SCALAR("ieee_double", FLOAT, IEEE_DOUBLE, 64),
	SCALAR("arm_fpa_ext", FLOAT, ARM_FPA_EXT, 96),
	SCALAR("i387_ext", FLOAT, I387_EXT, 80),
	SCALAR("bfloat16", FLOAT, BFLOAT16, 16),
};

/* Only registers may have these types. */
static const struct gdbregs__type pseudo[] = {
	SCALAR("int", INTEGER, INT, 0),
	SCALAR("float", FLOAT, FLOAT, 0),
};
// clang-format on

static const struct gdbregs__type *by_id(const struct gdbregs__type *types, size_t count,
					 const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(types[i].id, id) == 0)
			return &types[i];
	return NULL;
}

static const struct gdbregs__type *pseudo_find(const char *name)
{
	return by_id(pseudo, sizeof(pseudo) / sizeof(pseudo[0]), name);
}

/* The scope under which the first definition of an id in the whole description is
 * stored. */
#define ANYWHERE 0

struct definition {
	const char *id; /* interned: equal ids are equal pointers */
	uint32_t scope;
	const struct gdbregs__type *type;
};

static bool definition_equal(const void *value, const void *key)
{
	const struct definition *a = value, *b = key;

	return a->id == b->id && a->scope == b->scope;
}

static uint64_t definition_hash(const struct gdbregs__tdesc *t, const char *id, uint32_t scope)
{
	const uint64_t words[2] = {(uintptr_t)id, scope};

	return gdbregs__hash_bytes(&t->strings.key, words, sizeof(words));
}

static const struct gdbregs__type *defined_in(const struct gdbregs__tdesc *t, const char *id,
					      uint32_t scope)
{
	const struct definition key = {id, scope, NULL};
	const struct definition *found = gdbregs__table_find(
		&t->types, definition_hash(t, id, scope), definition_equal, &key);

	return found ? found->type : NULL;
}

static void define_in(struct gdbregs__tdesc *t, const struct gdbregs__type *type, uint32_t scope)
{
	uint64_t hash = definition_hash(t, type->id, scope);
	struct definition *definition;

	if (defined_in(t, type->id, scope))
		return;
	definition = gdbregs__arena_alloc(&t->scratch, sizeof(*definition));
	if (definition)
		*definition = (struct definition){type->id, scope, type};
	if (!definition || gdbregs__table_insert(&t->types, hash, definition) < 0)
		t->nomem = true;
}

/* Find a type. GDB looks in the same feature, then among the predefined types. It
 * rejects a description that uses a type of another feature; LLDB accepts it. Here
 * another feature is the last place to look in. */
const struct gdbregs__type *gdbregs__tdesc_type_find(struct gdbregs__tdesc *t, const char *name)
{
	const struct gdbregs__type *type = defined_in(t, name, gdbregs__tdesc_top(t)->scope);

	if (!type)
		type = by_id(builtins, sizeof(builtins) / sizeof(builtins[0]), name);
	if (!type && !pseudo_find(name))
		type = defined_in(t, name, ANYWHERE);
	return type;
}

const struct gdbregs__type *gdbregs__tdesc_type_of_reg(struct gdbregs__tdesc *t, const char *name)
{
	const struct gdbregs__type *type = gdbregs__tdesc_type_find(t, name);

	return type ? type : pseudo_find(name);
}

/* ------------------------------------------------------------------ types --- */

static int count_type(struct gdbregs__tdesc *t, const struct gdbregs__xml *at)
{
	if (t->type_count >= t->limits->types)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "more than %zu types, fields and values (max_types)",
					 t->limits->types);
	t->type_count++;
	return 0;
}

static bool take_size(const char *text, uint32_t *bits)
{
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

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Compute the size of a union, or of a struct with typed members, and the places of a struct's
 * members: they follow each other. Pointers have no size of their own. A register may be smaller
 * than a union (see type_fits() in builder-reg.c), but it has at least one element of each
 * vector, and all of the other members. */
static void measure_members(struct gdbregs__type *type, struct gdbregs__field *fields)
{
	uint32_t largest = 0, least = 0;

	for (uint32_t i = 0; i < type->field_count; i++) {
		const struct gdbregs__type *member = fields[i].type;

		fields[i].off_bits = type->sized_bits;
		fields[i].unsized_before = type->unsized_count;
		type->sized_bits = add_up_to_max(type->sized_bits, member->bits);
		type->unsized_count += member->bits == 0;
		largest = most(largest, member->bits);
		least = most(least, member->least_bits ? member->least_bits : member->bits);
	}
	if (type->unsized_count == 0)
		type->bits = type->kind == GDBREGS_TYPE_UNION ? largest : type->sized_bits;
	if (type->kind == GDBREGS_TYPE_UNION)
		type->least_bits = least;
}

/* Define a type in the open feature. */
static void define(struct gdbregs__tdesc *t, const struct gdbregs__type *type)
{
	struct gdbregs__type *kept = gdbregs__arena_alloc(&t->d->arena, sizeof(*kept));

	if (!kept) {
		t->nomem = true;
		return;
	}
	*kept = *type;
	define_in(t, kept, gdbregs__tdesc_top(t)->scope);
	define_in(t, kept, ANYWHERE);
}

/* Read the id of a type that begins. Returns NULL if it has none, or if the open
 * feature defines it already: the first definition counts. */
static const char *take_id(struct gdbregs__tdesc *t, const char *const *attributes)
{
	const char *id = gdbregs__tdesc_attribute(t, attributes, "id");

	return id && !defined_in(t, id, gdbregs__tdesc_top(t)->scope) ? id : NULL;
}

int gdbregs__tdesc_vector_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
				const char *const *attributes)
{
	const char *count_text = gdbregs__xml_attribute(attributes, "count");
	struct gdbregs__type type = {.kind = GDBREGS_TYPE_VECTOR};
	uint64_t count;
	int result = count_type(t, at);

	if (result < 0)
		return result;
	type.id = take_id(t, attributes);
	type.element_name = gdbregs__tdesc_attribute(t, attributes, "type");
	if (!type.id || !type.element_name || !count_text ||
	    gdbregs__number_parse(count_text, &count) != GDBREGS__NUMBER_OK || count < 1 ||
	    count > VECTOR_MOST_COUNT)
		return 0;
	type.count = (uint32_t)count;
	type.element = gdbregs__tdesc_type_find(t, type.element_name);
	if (!type.element)
		return 0;
	type.bits = add_up_to_max(0, count * type.element->bits);
	type.least_bits = type.element->bits;
	define(t, &type);
	return 0;
}

/* Begin a union, struct, flags or enum. A type with an invalid size is ignored. Flags must
 * have a size. A struct with a size has bit fields; a struct without a size has typed members.
 * The size of an enum does not matter, as in LLDB. */
int gdbregs__tdesc_type_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			      const char *const *attributes)
{
	struct gdbregs__tdesc_draft *draft = &t->draft;
	enum gdbregs_type_kind kind = gdbregs__tdesc_top(t)->element->kind;
	const char *size = gdbregs__xml_attribute(attributes, "size");
	int result = count_type(t, at);

	if (result < 0)
		return result;
	draft->id = take_id(t, attributes);
	draft->size_bits = 0;
	draft->fields.count = 0;
	draft->evalues.count = 0;
	if (kind == GDBREGS_TYPE_UNION || (kind == GDBREGS_TYPE_STRUCT && !size))
		return 0;
	if (!take_size(size, &draft->size_bits) && kind != GDBREGS_TYPE_ENUM)
		draft->id = NULL;
	return 0;
}

static void measure(struct gdbregs__type *type, struct gdbregs__field *fields, uint32_t size_bits)
{
	if (type->kind == GDBREGS_TYPE_UNION ||
	    (type->kind == GDBREGS_TYPE_STRUCT && size_bits == 0)) {
		measure_members(type, fields);
		return;
	}
	type->bits = size_bits;
	for (uint32_t i = 0; i < type->evalue_count; i++)
		if (type->evalues[i].value > type->evalue_max)
			type->evalue_max = type->evalues[i].value;
}

void gdbregs__tdesc_type_end(struct gdbregs__tdesc *t)
{
	const struct gdbregs__tdesc_draft *draft = &t->draft;
	struct gdbregs__type type = {
		.kind = gdbregs__tdesc_top(t)->element->kind,
		.id = draft->id,
		.field_count = (uint32_t)draft->fields.count,
		.fields = draft->fields.items,
		.evalue_count = (uint32_t)draft->evalues.count,
		.evalues = draft->evalues.items,
	};

	if (!type.id || type.field_count + type.evalue_count == 0)
		return;
	measure(&type, draft->fields.items, draft->size_bits);
	type.fields = gdbregs__tdesc_keep(t, &draft->fields, sizeof(*type.fields));
	type.evalues = gdbregs__tdesc_keep(t, &draft->evalues, sizeof(*type.evalues));
	define(t, &type);
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

/* Returns the type that a bit field is shown with, or NULL. An enum with a value that does not fit
 * is ignored, as in LLDB. A type that cannot have bits is ignored, as in GDB. */
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

int gdbregs__tdesc_field_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			       const char *const *attributes)
{
	struct gdbregs__tdesc_draft *draft = &t->draft;
	const char *name = gdbregs__xml_attribute(attributes, "name");
	struct gdbregs__field field = {.name = ""};
	int result = count_type(t, at);

	if (result < 0 || !draft->id || !name)
		return result;
	if (*name)
		field.name = gdbregs__tdesc_string(t, name);
	field.type_name = gdbregs__tdesc_attribute(t, attributes, "type");
	if (field.type_name)
		field.type = gdbregs__tdesc_type_find(t, field.type_name);
	if (draft->size_bits ? !take_bits(&field, attributes, draft->size_bits)
			     : !take_member(&field, attributes))
		return 0;

	struct gdbregs__field *kept = gdbregs__tdesc_list_add(t, &draft->fields, sizeof(*kept));
	if (kept)
		*kept = field;
	return 0;
}

int gdbregs__tdesc_evalue_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
				const char *const *attributes)
{
	const char *name = gdbregs__xml_attribute(attributes, "name");
	const char *text = gdbregs__xml_attribute(attributes, "value");
	struct gdbregs__evalue *kept;
	uint64_t value;
	int result = count_type(t, at);

	if (result < 0 || !t->draft.id || !name || !*name || !text ||
	    gdbregs__number_parse(text, &value) != GDBREGS__NUMBER_OK)
		return result;
	kept = gdbregs__tdesc_list_add(t, &t->draft.evalues, sizeof(*kept));
	if (kept)
		*kept = (struct gdbregs__evalue){gdbregs__tdesc_string(t, name), value};
	return 0;
}
