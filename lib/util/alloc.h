/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. The one place where memory comes from. Hides: the allocator, and
 * the hook by which a test makes any one allocation fail. */
#ifndef GDBREGS_LIB_ALLOC_H
#define GDBREGS_LIB_ALLOC_H

#include <stddef.h>

/* Memory from one of these goes back through gdbregs__free() alone. Size 0 is
 * 1; sizes that overflow are NULL. */
void *gdbregs__malloc(size_t size);
void *gdbregs__calloc(size_t count, size_t size);
void *gdbregs__realloc(void *old, size_t size);
void *gdbregs__realloc_array(void *old, size_t count, size_t size);
char *gdbregs__strdup(const char *text);
void gdbregs__free(void *memory);

/* Tests only: allocation number `countdown` from now on (1 = the next) and, if
 * `all_after`, every later one returns NULL; 0 ends it. Not thread-safe. */
void gdbregs__alloc_fail(unsigned long countdown, int all_after);
/* Tests only: allocations asked for since the process began. */
unsigned long gdbregs__alloc_count(void);

#endif
