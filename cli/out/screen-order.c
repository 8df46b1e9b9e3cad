/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/screen-order.h"

#include <stdlib.h>

static const enum gdbregs_role roles[SCREEN_HEADS] = {GDBREGS_ROLE_PC, GDBREGS_ROLE_SP,
						      GDBREGS_ROLE_FLAGS};

struct entry {
	size_t index;
	unsigned rank, bits;
};

/* Vectors do not fit beside anything else: they come last. */
static unsigned rank_of(const struct value *v)
{
	switch (value_kind(v)) {
	case GDBREGS_TYPE_STRUCT:
	case GDBREGS_TYPE_UNION:
	case GDBREGS_TYPE_VECTOR:
		return SCREEN_HEADS + 2;
	case GDBREGS_TYPE_FLOAT:
		return SCREEN_HEADS + 1;
	default:
		return value_bits(v) > 64 ? SCREEN_HEADS + 2 : SCREEN_HEADS;
	}
}

static struct entry entry_of(const struct sampler *sampler, size_t index,
			     const struct gdbregs_register *const heads[SCREEN_HEADS])
{
	struct value v = sampler_value(sampler, index);
	struct entry entry = {index, rank_of(&v), value_bits(&v)};
	for (unsigned i = 0; i < SCREEN_HEADS; i++) {
		if (v.reg == heads[i] && !v.part)
			entry.rank = i;
	}
	return entry;
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = (a->rank > b->rank) - (a->rank < b->rank);
	if (order == 0)
		order = (a->bits < b->bits) - (a->bits > b->bits);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static void find_heads(const struct sampler *sampler,
		       const struct gdbregs_register *heads[SCREEN_HEADS])
{
	const struct gdbregs_description *d =
		snapshot_selected(sampler->snapshot, sampler->vcpu)->description;
	for (size_t i = 0; i < SCREEN_HEADS; i++) {
		if (gdbregs_description_find_role(d, roles[i], &heads[i]) < 0)
			heads[i] = NULL;
	}
}

bool screen_order_make(struct screen_block *block, const struct sampler *sampler)
{
	const struct gdbregs_register *heads[SCREEN_HEADS] = {NULL};
	struct entry *entries = calloc(sampler->count + 1, sizeof(*entries));
	*block = (struct screen_block){.order = calloc(sampler->count + 1, sizeof(size_t))};
	if (!entries || !block->order) {
		free(entries);
		return false;
	}
	find_heads(sampler, heads);
	for (size_t i = 0; i < sampler->count; i++)
		entries[i] = entry_of(sampler, i, heads);
	qsort(entries, sampler->count, sizeof(*entries), compare);
	for (size_t i = 0; i < sampler->count; i++) {
		block->order[i] = entries[i].index;
		block->heads += entries[i].rank < SCREEN_HEADS;
	}
	free(entries);
	return true;
}

void screen_order_fini(struct screen_block *block)
{
	free(block->order);
}
