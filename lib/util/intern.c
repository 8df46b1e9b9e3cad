/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/intern.h"

#include <string.h>

void gdbregs__intern_init(struct gdbregs__intern *pool, struct gdbregs__arena *arena)
{
	*pool = (struct gdbregs__intern){.arena = arena, .key = gdbregs__hash_key()};
}

static bool text_equal(const void *value, const void *key)
{
	return strcmp(value, key) == 0;
}

const char *gdbregs__intern_text(struct gdbregs__intern *pool, const char *text)
{
	size_t length = strlen(text);
	uint64_t hash = gdbregs__hash_bytes(&pool->key, text, length);
	const char *found = gdbregs__table_find(&pool->table, hash, text_equal, text);

	if (found)
		return found;
	found = gdbregs__arena_copy(pool->arena, text, length);
	if (!found || gdbregs__table_insert(&pool->table, hash, found) < 0)
		return NULL;
	return found;
}

void gdbregs__intern_fini(struct gdbregs__intern *pool)
{
	gdbregs__table_fini(&pool->table);
}
