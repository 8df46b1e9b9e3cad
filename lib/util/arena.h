/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is freed all at once.
 * Hides: the blocks. An arena of all zeros is empty. */
#ifndef GDBREGS_LIB_UTIL_ARENA_H
#define GDBREGS_LIB_UTIL_ARENA_H

#include <stddef.h>

struct gdbregs__arena {
	struct gdbregs__arena_block *last;
};

/* Allocate zeroed memory, aligned for any object. Returns NULL when out of memory. */
void *gdbregs__arena_alloc(struct gdbregs__arena *arena, size_t size);
/* Copy `length` bytes and add a NUL. Returns NULL when out of memory. */
char *gdbregs__arena_copy(struct gdbregs__arena *arena, const void *text, size_t length);
void gdbregs__arena_fini(struct gdbregs__arena *arena);

#endif
