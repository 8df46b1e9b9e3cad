/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/builder-internal.h"

#include <string.h>

#define SCALAR(name, is, which, size)                                                              \
	{                                                                                          \
		.kind = GDBREGS_TYPE_##is, .scalar = GDBREGS__SCALAR_##which, .id = name,          \
		.bits = size,                                                                      \
	}

/* The predefined types. To add one, add a line here, and format it in
 * lib/value/format*.c. A pointer has the size of its register. */
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

static int define_in(struct gdbregs__tdesc *t, const struct gdbregs__type *type, uint32_t scope)
{
	struct definition *definition;

	if (defined_in(t, type->id, scope))
		return 0;
	definition = gdbregs__arena_alloc(&t->scratch, sizeof(*definition));
	if (!definition)
		return GDBREGS_ERR_NOMEM;
	*definition = (struct definition){type->id, scope, type};
	return gdbregs__table_insert(&t->types, definition_hash(t, type->id, scope), definition);
}

int gdbregs__tdesc_scope_define(struct gdbregs__tdesc *t, const struct gdbregs__type *type)
{
	int result = define_in(t, type, gdbregs__tdesc_top(t)->scope);

	return result < 0 ? result : define_in(t, type, ANYWHERE);
}

bool gdbregs__tdesc_scope_has(struct gdbregs__tdesc *t, const char *id)
{
	return defined_in(t, id, gdbregs__tdesc_top(t)->scope);
}

/* Find a type. GDB looks in the same feature, then among the predefined types. It
 * rejects a description that uses a type of another feature; LLDB accepts it. Here
 * another feature is the last place to look in. */
const struct gdbregs__type *gdbregs__tdesc_scope_find(struct gdbregs__tdesc *t, const char *name)
{
	const struct gdbregs__type *type = defined_in(t, name, gdbregs__tdesc_top(t)->scope);

	if (!type)
		type = by_id(builtins, sizeof(builtins) / sizeof(builtins[0]), name);
	if (!type && !gdbregs__tdesc_scope_pseudo(name))
		type = defined_in(t, name, ANYWHERE);
	return type;
}

const struct gdbregs__type *gdbregs__tdesc_scope_pseudo(const char *name)
{
	return by_id(pseudo, sizeof(pseudo) / sizeof(pseudo[0]), name);
}
