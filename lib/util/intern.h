/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interned strings: equal strings become equal pointers.
 * Hides: the hash table. The pool has no lock; threads that share a pool must lock
 * it. */
#ifndef GDBREGS_LIB_UTIL_INTERN_H
#define GDBREGS_LIB_UTIL_INTERN_H

#include "util/arena.h"
#include "util/siphash.h"
#include "util/hash-table.h"

struct gdbregs__intern {
	struct gdbregs__arena *arena; /* owns the strings; borrowed */
	struct gdbregs__hash_key key;
	struct gdbregs__table table;
};

void gdbregs__intern_init(struct gdbregs__intern *pool, struct gdbregs__arena *arena);
/* Returns the pool's copy of `text`, valid as long as the arena. Returns NULL when out of memory. */
const char *gdbregs__intern_text(struct gdbregs__intern *pool, const char *text);
/* Free the pool. The strings stay valid as long as the arena. */
void gdbregs__intern_fini(struct gdbregs__intern *pool);

#endif
