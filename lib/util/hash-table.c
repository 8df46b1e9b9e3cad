/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/hash-table.h"

#include "util/alloc.h"

#include <gdbregs.h>

#define SMALLEST_SIZE 16

const void *gdbregs__table_find(const struct gdbregs__table *table, uint64_t hash,
				gdbregs__table_equal equal, const void *key)
{
	if (table->size == 0)
		return NULL;
	for (size_t i = hash & (table->size - 1);; i = (i + 1) & (table->size - 1)) {
		const struct gdbregs__table_slot *slot = &table->slots[i];

		if (!slot->value)
			return NULL;
		if (slot->hash == hash && equal(slot->value, key))
			return slot->value;
	}
}

static void place(struct gdbregs__table *table, const struct gdbregs__table_slot *slot)
{
	size_t i = slot->hash & (table->size - 1);

	while (table->slots[i].value)
		i = (i + 1) & (table->size - 1);
	table->slots[i] = *slot;
}

static int grow(struct gdbregs__table *table)
{
	struct gdbregs__table larger = {.size = table->size ? table->size * 2 : SMALLEST_SIZE,
					.used = table->used};

	larger.slots = gdbregs__calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < table->size; i++)
		if (table->slots[i].value)
			place(&larger, &table->slots[i]);
	gdbregs__free(table->slots);
	*table = larger;
	return 0;
}

int gdbregs__table_insert(struct gdbregs__table *table, uint64_t hash, const void *value)
{
	if (table->used >= table->size / 4 * 3 && grow(table) < 0)
		return GDBREGS_ERR_NOMEM;
	place(table, &(struct gdbregs__table_slot){hash, value});
	table->used++;
	return 0;
}

void gdbregs__table_fini(struct gdbregs__table *table)
{
	gdbregs__free(table->slots);
	*table = (struct gdbregs__table){0};
}
