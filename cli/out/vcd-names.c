/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/vcd-names.h"

#include <stdlib.h>
#include <string.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void vcd_add_name(struct text *text, const char *name)
{
	if (!is_letter(name[0]))
		text_adds(text, "_");
	for (; *name != '\0'; name++)
		text_add(text, is_letter(*name) || is_digit(*name) ? name : "_", 1);
}

void vcd_make_id(char id[VCD_ID], size_t index)
{
	enum { FIRST = '!', COUNT = '~' - '!' + 1 };
	size_t size = 0;
	do {
		id[size++] = (char)(FIRST + index % COUNT);
		index /= COUNT;
	} while (index > 0 && size + 1 < VCD_ID);
	id[size] = '\0';
}

/* A wire to be named, in its scope. */
struct entry {
	const char *scope; /* shared by the wires of a feature or register: it may be long */
	char *name;
	size_t index;
};

static int compare_names(const char *scope, const char *name, const struct entry *b)
{
	int order = scope == b->scope ? 0 : strcmp(scope, b->scope);
	return order != 0 ? order : strcmp(name, b->name);
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = compare_names(a->scope, a->name, b);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static char *make_name(const char *from)
{
	struct text name = {0};
	vcd_add_name(&name, from);
	if (name.failed)
		text_fini(&name);
	return name.data;
}

static const char *feature_of(const struct sampler *sampler, size_t index)
{
	const char *feature = gdbregs_register_feature(sampler->items[index].reg);
	return feature ? feature : "";
}

/* The entries of a sampler. */
struct entries {
	struct entry *item;
	size_t count;
	char **scopes; /* owned */
	size_t scope_count;
	const char *feature, *reg; /* scopes of the item before */
};

/* `v4_float[1]` becomes v4_float_1. */
static char *make_path(const char *path)
{
	struct text name = {0};
	struct text plain = {0};
	for (; *path != '\0'; path++) {
		if (*path != ']')
			text_add(&plain, *path == '[' ? "_" : path, 1);
	}
	if (!plain.failed && plain.data)
		vcd_add_name(&name, plain.data);
	if (name.failed || plain.failed)
		text_fini(&name);
	text_fini(&plain);
	return name.data;
}

/* Returns the scope of a register's parts: FEATURE.REGISTER. */
static char *make_register_scope(const char *feature, const char *reg)
{
	struct text name = {0};
	text_addf(&name, "%s.", feature ? feature : "");
	vcd_add_name(&name, reg);
	if (name.failed)
		text_fini(&name);
	return name.data;
}

/* Returns the scope of an item; one made for the item before is used again. */
static const char *scope_of(struct entries *e, const struct sampler *sampler, size_t index)
{
	const struct chosen *item = &sampler->items[index];
	const char *feature = feature_of(sampler, index);
	bool first = index == 0, same = !first && item->reg == item[-1].reg;
	if (first || feature != feature_of(sampler, index - 1))
		e->feature = e->scopes[e->scope_count++] = make_name(feature);
	if (!item->path)
		return e->feature;
	if (!same || !item[-1].path)
		e->reg = e->scopes[e->scope_count++] =
			make_register_scope(e->feature, gdbregs_register_name(item->reg));
	return e->reg;
}

static bool fill(struct entries *e, const struct sampler *sampler)
{
	e->item = calloc(sampler->count + 1, sizeof(*e->item));
	e->scopes = calloc(2 * sampler->count + 1, sizeof(*e->scopes));
	if (!e->item || !e->scopes)
		return false;
	for (size_t i = 0; i < sampler->count; i++) {
		const struct chosen *item = &sampler->items[i];
		e->item[e->count++] = (struct entry){
			.scope = scope_of(e, sampler, i),
			.name = item->path ? make_path(item->path)
					   : make_name(gdbregs_register_name(item->reg)),
			.index = i,
		};
		if (!e->item[i].scope || !e->item[i].name)
			return false;
	}
	return true;
}

static void fini(struct entries *e)
{
	for (size_t i = 0; i < e->count; i++)
		free(e->item[i].name);
	for (size_t i = 0; i < e->scope_count; i++)
		free(e->scopes[i]);
	free(e->item);
	free(e->scopes);
}

static bool is_taken(const struct entries *e, const char *scope, const char *name)
{
	size_t low = 0, high = e->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_names(scope, name, &e->item[middle]);
		if (order == 0)
			return true;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* `lr`, `lr_2`, ...: a number that gives no name that is there already. Returns
 * the number used. */
static size_t add_copy(struct text *text, const struct entries *e, size_t index, size_t last)
{
	const struct entry *entry = &e->item[index];
	struct text name = {0};
	do {
		text_clear(&name);
		text_addf(&name, "%s_%zu", entry->name, ++last);
	} while (!name.failed && is_taken(e, entry->scope, name.data));
	text->failed |= name.failed;
	if (!name.failed)
		text_adds(text, name.data);
	text_fini(&name);
	return last;
}

static void add_names(struct text *text, const struct entries *e, size_t *starts)
{
	size_t last = 1;
	for (size_t i = 0; i < e->count; i++) {
		const struct entry *entry = &e->item[i];
		starts[entry->index] = text->size;
		if (i == 0 || compare_names(entry->scope, entry->name, &e->item[i - 1]) != 0) {
			last = 1;
			text_adds(text, entry->name);
		} else {
			last = add_copy(text, e, i, last);
		}
		text_add(text, "", 1);
	}
}

size_t *vcd_make_names(const struct sampler *sampler, struct text *text)
{
	struct entries e = {.count = 0};
	size_t *starts = calloc(sampler->count + 1, sizeof(*starts));
	bool ok = fill(&e, sampler) && starts;
	if (ok) {
		qsort(e.item, e.count, sizeof(*e.item), compare);
		add_names(text, &e, starts);
	}
	fini(&e);
	if (ok && !text->failed)
		return starts;
	free(starts);
	return NULL;
}
