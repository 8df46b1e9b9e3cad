/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/arena.h"

#include "util/alloc.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#define BLOCK_SMALLEST_BYTES 1024
#define BLOCK_LARGEST_BYTES  ((size_t)256 * 1024)

struct gdbregs__arena_block {
	struct gdbregs__arena_block *previous;
	size_t used;
	size_t capacity;
	alignas(max_align_t) uint8_t data[];
};

static struct gdbregs__arena_block *block_new(size_t capacity)
{
	if (capacity > SIZE_MAX - sizeof(struct gdbregs__arena_block))
		return NULL;

	/* Zero the block once, here: no byte of it is handed out twice. */
	struct gdbregs__arena_block *block = gdbregs__calloc(1, sizeof(*block) + capacity);
	if (block)
		block->capacity = capacity;
	return block;
}

/* Give an object larger than a quarter of the largest block a block for itself. Link
 * it after the current block, so that the free space there stays in use. */
static void *take_own_block(struct gdbregs__arena *arena, size_t size)
{
	struct gdbregs__arena_block *block = block_new(size);

	if (!block)
		return NULL;
	block->used = size;
	if (arena->last) {
		block->previous = arena->last->previous;
		arena->last->previous = block;
	} else {
		arena->last = block;
	}
	return block->data;
}

static struct gdbregs__arena_block *block_grow(struct gdbregs__arena *arena, size_t size)
{
	size_t capacity = arena->last ? arena->last->capacity * 2 : BLOCK_SMALLEST_BYTES;

	if (capacity > BLOCK_LARGEST_BYTES)
		capacity = BLOCK_LARGEST_BYTES;
	while (capacity < size)
		capacity *= 2;

	struct gdbregs__arena_block *block = block_new(capacity);
	if (!block)
		return NULL;
	block->previous = arena->last;
	arena->last = block;
	return block;
}

static void *take(struct gdbregs__arena *arena, size_t size, size_t alignment)
{
	struct gdbregs__arena_block *block = arena->last;

	if (size > BLOCK_LARGEST_BYTES / 4)
		return take_own_block(arena, size);

	size_t at = block ? (block->used + alignment - 1) / alignment * alignment : 0;
	if (!block || at > block->capacity || size > block->capacity - at) {
		block = block_grow(arena, size);
		if (!block)
			return NULL;
		at = 0;
	}
	block->used = at + size;
	return block->data + at;
}

void *gdbregs__arena_alloc(struct gdbregs__arena *arena, size_t size)
{
	return take(arena, size ? size : 1, alignof(max_align_t));
}

char *gdbregs__arena_copy(struct gdbregs__arena *arena, const void *text, size_t length)
{
	char *copy = length < SIZE_MAX ? take(arena, length + 1, 1) : NULL;

	if (copy && length)
		memcpy(copy, text, length);
	return copy;
}

void gdbregs__arena_fini(struct gdbregs__arena *arena)
{
	while (arena->last) {
		struct gdbregs__arena_block *block = arena->last;

		arena->last = block->previous;
		gdbregs__free(block);
	}
}
