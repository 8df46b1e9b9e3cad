/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. Equal strings become equal pointers. Hides: the table. Not locked:
 * whoever shares a pool locks it. */
#ifndef GDBREGS_LIB_INTERN_H
#define GDBREGS_LIB_INTERN_H

#include "util/arena.h"
#include "util/siphash.h"
#include "util/hash-table.h"

struct gdbregs__intern {
	struct gdbregs__arena *arena; /* where the strings live; borrowed */
	struct gdbregs__hash_key key;
	struct gdbregs__table table;
};

void gdbregs__intern_init(struct gdbregs__intern *pool, struct gdbregs__arena *arena);
/* The pool's copy of text, good as long as the arena; NULL when out of memory. */
const char *gdbregs__intern_text(struct gdbregs__intern *pool, const char *text);
/* Ends the pool; the strings stay. */
void gdbregs__intern_fini(struct gdbregs__intern *pool);

#endif
