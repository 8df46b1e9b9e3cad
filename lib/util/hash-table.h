/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. A hash table of pointers. Hides: probing and growth. Values are
 * compared by the caller, so equal hashes never make equal values. All zero is
 * an empty table. */
#ifndef GDBREGS_LIB_TABLE_H
#define GDBREGS_LIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gdbregs__table_slot {
	uint64_t hash;
	const void *value; /* NULL: free */
};

struct gdbregs__table {
	struct gdbregs__table_slot *slots;
	size_t size; /* a power of two, or 0 */
	size_t used;
};

typedef bool (*gdbregs__table_equal)(const void *value, const void *key);

/* The value equal to `key`, or NULL. */
const void *gdbregs__table_find(const struct gdbregs__table *table, uint64_t hash,
				gdbregs__table_equal equal, const void *key);
/* Add a value (not NULL, borrowed) that is not in the table. 0 or
 * GDBREGS_ERR_NOMEM with the table unchanged. */
int gdbregs__table_insert(struct gdbregs__table *table, uint64_t hash, const void *value);
void gdbregs__table_fini(struct gdbregs__table *table);

#endif
