/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. Memory that is freed all at once. Hides: its blocks. All zero is an
 * empty arena. */
#ifndef GDBREGS_LIB_ARENA_H
#define GDBREGS_LIB_ARENA_H

#include <stddef.h>

struct gdbregs__arena {
	struct gdbregs__arena_block *last;
};

/* Aligned for any object, zeroed; NULL when out of memory. */
void *gdbregs__arena_alloc(struct gdbregs__arena *arena, size_t size);
/* A NUL-terminated copy of length bytes. */
char *gdbregs__arena_copy(struct gdbregs__arena *arena, const void *text, size_t length);
void gdbregs__arena_fini(struct gdbregs__arena *arena);

#endif
