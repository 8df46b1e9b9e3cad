/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 8

/* Written by tests only, before they start a thread. */
static unsigned long fail_countdown;
static int fail_all_after;
static int tested;
static unsigned long asked;

static int must_fail(void)
{
	if (__builtin_expect(!tested, 1))
		return 0;
	__atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
	if (fail_countdown == 0)
		return 0;
	if (fail_countdown > 1) {
		fail_countdown--;
		return 0;
	}
	if (!fail_all_after)
		fail_countdown = 0;
	return 1;
}

void gdbregs__alloc_fail(unsigned long countdown, int all_after)
{
	tested = 1;
	fail_countdown = countdown;
	fail_all_after = all_after;
}

unsigned long gdbregs__alloc_count(void)
{
	tested = 1;
	return __atomic_load_n(&asked, __ATOMIC_RELAXED);
}

void *gdbregs__malloc(size_t size)
{
	return must_fail() ? NULL : malloc(size ? size : 1);
}

void *gdbregs__calloc(size_t count, size_t size)
{
	return must_fail() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *gdbregs__realloc(void *old, size_t size)
{
	return must_fail() ? NULL : realloc(old, size ? size : 1);
}

void *gdbregs__realloc_array(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return NULL;
	return gdbregs__realloc(old, count * size);
}

void *gdbregs__array_room(void *items, size_t count, size_t *capacity, size_t item_size)
{
	if (items && count < *capacity)
		return items;

	size_t larger = *capacity ? *capacity : FIRST_CAPACITY;
	while (larger <= count)
		larger *= 2;
	items = gdbregs__realloc_array(items, larger, item_size);
	if (items)
		*capacity = larger;
	return items;
}

char *gdbregs__strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = gdbregs__malloc(size);

	return copy ? memcpy(copy, text, size) : NULL;
}

void gdbregs__free(void *memory)
{
	free(memory);
}
