/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/model.h"

#include "util/alloc.h"

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
	gdbregs__table_fini(&d->by_name);
	gdbregs__arena_fini(&d->arena);
	gdbregs__free(d);
}

static bool has_name(const void *value, const void *key)
{
	const struct gdbregs_register *reg = value;

	return strcmp(reg->name, key) == 0;
}

const struct gdbregs_register *gdbregs__description_first(const struct gdbregs_description *d,
							  const char *name)
{
	return gdbregs__table_find(&d->by_name, gdbregs__hash_text(&d->by_name_key, name), has_name,
				   name);
}

static int index_first(struct gdbregs_description *d, const struct gdbregs_register *reg)
{
	if (gdbregs__description_first(d, reg->name))
		return 0;
	return gdbregs__table_insert(&d->by_name, gdbregs__hash_text(&d->by_name_key, reg->name),
				     reg);
}

/* From the end, each of the others goes after the first one. This keeps their order, and
 * takes constant time for each, even if all names are equal. */
static void link_others(struct gdbregs_description *d)
{
	for (size_t i = d->register_count; i-- > 0;) {
		struct gdbregs_register *reg = &d->registers[i];
		size_t first = gdbregs__description_first(d, reg->name)->index;

		if (first == i)
			continue;
		reg->next_same_name = d->registers[first].next_same_name;
		d->registers[first].next_same_name = reg;
	}
}

int gdbregs__description_index(struct gdbregs_description *d)
{
	d->by_name_key = gdbregs__hash_key();
	for (size_t i = 0; i < d->register_count; i++)
		if (index_first(d, &d->registers[i]) < 0)
			return GDBREGS_ERR_NOMEM;
	link_others(d);
	return 0;
}

bool gdbregs__description_in_feature(const struct gdbregs_register *reg, const char *feature)
{
	if (!feature || reg->feature == feature)
		return true;
	return reg->feature && strcmp(reg->feature, feature) == 0;
}

int gdbregs__description_find(const struct gdbregs_description *d, const char *feature,
			      const char *name, const struct gdbregs_register **out)
{
	const struct gdbregs_register *found = NULL;

	for (const struct gdbregs_register *reg = gdbregs__description_first(d, name); reg;
	     reg = reg->next_same_name) {
		if (!gdbregs__description_in_feature(reg, feature))
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
