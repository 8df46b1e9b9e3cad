/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hash table of pointers.
 * Hides: probing and growth. The caller compares values, so values with equal hashes
 * stay different. A table of all zeros is empty. */
#ifndef GDBREGS_LIB_UTIL_HASH_TABLE_H
#define GDBREGS_LIB_UTIL_HASH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gdbregs__table_slot {
	uint64_t hash;
	const void *value; /* NULL: the slot is free */
};

struct gdbregs__table {
	struct gdbregs__table_slot *slots;
	size_t size; /* a power of two, or 0 */
	size_t used;
};

typedef bool (*gdbregs__table_equal)(const void *value, const void *key);

/* Returns the value equal to `key`, or NULL. */
const void *gdbregs__table_find(const struct gdbregs__table *table, uint64_t hash,
				gdbregs__table_equal equal, const void *key);
/* Add a value that is not in the table yet. It must not be NULL and is borrowed.
 * Returns 0, or GDBREGS_ERR_NOMEM and leaves the table unchanged. */
int gdbregs__table_insert(struct gdbregs__table *table, uint64_t hash, const void *value);
void gdbregs__table_fini(struct gdbregs__table *table);

#endif
