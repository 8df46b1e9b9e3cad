/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory allocation: the only callers of malloc() and free() in the library.
 * Hides: the allocator, and the hook by which a test makes an allocation fail. */
#ifndef GDBREGS_LIB_UTIL_ALLOC_H
#define GDBREGS_LIB_UTIL_ALLOC_H

#include <stddef.h>

/* Allocate memory. It must be released with gdbregs__free(). A size of 0 counts as 1.
 * Returns NULL when out of memory or if count * size overflows. */
void *gdbregs__malloc(size_t size);
void *gdbregs__calloc(size_t count, size_t size);
void *gdbregs__realloc(void *old, size_t size);
void *gdbregs__realloc_array(void *old, size_t count, size_t size);
/* Make room for an item after the `count` items of an array: doubles *capacity if it is
 * used up. Returns the array, or NULL when out of memory; then the old one stays. */
void *gdbregs__array_room(void *items, size_t count, size_t *capacity, size_t item_size);
char *gdbregs__strdup(const char *text);
void gdbregs__free(void *memory);

/* For tests: make allocation number `countdown` return NULL (1 is the next one). With
 * `all_after`, all later allocations fail too. A countdown of 0 ends this. Not
 * thread-safe. */
void gdbregs__alloc_fail(unsigned long countdown, int all_after);
/* For tests: return the number of allocations since the first call of either function. */
unsigned long gdbregs__alloc_count(void);

#endif
