/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/builder-internal.h"

#include "util/number.h"

/* A field's bits are shown as one number. */
#define FIELD_LAST_BIT 63

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

/* An enum of which a value does not fit is not used, as in LLDB; a type that
 * bits cannot have is as good as none, as in GDB. */
static const struct gdbregs__type *type_of_bits(const struct gdbregs__type *type, int width)
{
	if (!type)
		return NULL;
	if (type->kind == GDBREGS_TYPE_ENUM)
		return width > 63 || type->evalue_max >> width == 0 ? type : NULL;
	return type->kind == GDBREGS_TYPE_INTEGER ? type : NULL;
}

/* Fields may overlap and stand in any order: GDB's tests have such structs. */
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
	int result = gdbregs__tdesc_type_count(t, at);

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
	int result = gdbregs__tdesc_type_count(t, at);

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
