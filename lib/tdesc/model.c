/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/model.h"

#include "util/alloc.h"
#include "util/error.h"
#include "util/limits.h"

#include <string.h>

struct gdbregs_description *gdbregs__description_new(void)
{
	return gdbregs__calloc(1, sizeof(struct gdbregs_description));
}

void gdbregs__description_free(struct gdbregs_description *d)
{
	if (!d)
		return;
	gdbregs__free(d->g_layout);
	gdbregs__arena_fini(&d->arena);
	gdbregs__free(d);
}

/* Return the slot of the first register with that name, or the free slot for it. */
static uint32_t *slot_find(const struct gdbregs_description *d, const char *name)
{
	size_t mask = d->by_name_size - 1;
	size_t i = gdbregs__hash_text(&d->by_name_key, name) & mask;

	while (d->by_name[i] && strcmp(d->registers[d->by_name[i] - 1].name, name) != 0)
		i = (i + 1) & mask;
	return &d->by_name[i];
}

int gdbregs__description_index(struct gdbregs_description *d)
{
	size_t size = 4;

	while (size < 2 * d->register_count)
		size *= 2;
	d->by_name = gdbregs__arena_alloc(&d->arena, size * sizeof(*d->by_name));
	if (!d->by_name)
		return GDBREGS_ERR_NOMEM;
	d->by_name_size = size;
	d->by_name_key = gdbregs__hash_key();
	/* Start at the end and insert each register before those with the same name.
	 * This takes constant time per register, even if all names are equal. */
	for (size_t i = d->register_count; i-- > 0;) {
		uint32_t *slot = slot_find(d, d->registers[i].name);

		d->registers[i].next_same_name = *slot;
		*slot = (uint32_t)i + 1;
	}
	return 0;
}

uint32_t gdbregs__description_first(const struct gdbregs_description *d, const char *name)
{
	return *slot_find(d, name);
}

static bool in_feature(const struct gdbregs_register *reg, const char *feature)
{
	if (!feature || reg->feature == feature)
		return true;
	return reg->feature && strcmp(reg->feature, feature) == 0;
}

int gdbregs__description_find(const struct gdbregs_description *d, const char *feature,
			      const char *name, const struct gdbregs_register **out)
{
	const struct gdbregs_register *found = NULL;

	for (uint32_t next = *slot_find(d, name); next;) {
		const struct gdbregs_register *reg = &d->registers[next - 1];

		next = reg->next_same_name;
		if (!in_feature(reg, feature))
			continue;
		if (found)
			return GDBREGS_ERR_AMBIGUOUS;
		found = reg;
	}
	if (!found)
		return GDBREGS_ERR_NO_REGISTER;
	*out = found;
	return 0;
}

int gdbregs__description_check(const struct gdbregs_description *d,
			       const struct gdbregs__limits *limits, struct gdbregs_error *err)
{
	const struct {
		size_t has, most;
		const char *name;
	} checks[] = {
		{d->stat_bytes, limits->description_bytes, "max_description_bytes"},
		{d->register_count, limits->registers, "max_registers"},
		{d->stat_max_register_bits, limits->register_bits, "max_register_bits"},
		{d->stat_max_register_number, limits->register_number, "max_register_number"},
		{d->stat_includes, limits->includes, "max_includes"},
		{d->stat_include_depth, limits->include_depth, "max_include_depth"},
		{d->stat_element_depth, limits->element_depth, "max_element_depth"},
		{d->stat_types, limits->types, "max_types"},
		{d->stat_name_bytes, limits->name_bytes, "max_name_bytes"},
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].has > checks[i].most)
			return gdbregs__fail(err, GDBREGS_ERR_LIMIT,
					     "the target description has %zu, more than %zu (%s)",
					     checks[i].has, checks[i].most, checks[i].name);
	return 0;
}
