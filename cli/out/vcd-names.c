/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/vcd-names.h"

#include <jansson.h>
#include <stdlib.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Add a name without characters that VCD gives a meaning. In a path, closing brackets are left
 * out: `v4_float[1]` becomes v4_float_1. */
static void add_characters(struct text *text, const char *name, bool is_path)
{
	if (!is_letter(name[0]) && !(is_path && name[0] == '['))
		text_adds(text, "_");
	for (; *name != '\0'; name++) {
		if (!is_path || *name != ']')
			text_add(text, is_letter(*name) || is_digit(*name) ? name : "_", 1);
	}
}

void vcd_add_name(struct text *text, const char *name)
{
	add_characters(text, name, false);
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

/* ------------------------------------------------------ names in a scope --- */

/* A scope is an object with a member for each name. The value is 0, or the number of the last
 * copy of the name. Inner scopes are members, too; their names begin with a dot. */

/* Returns NULL if memory runs out. */
static json_t *open_scope(json_t *outer, const char *name)
{
	struct text key = {0};
	text_adds(&key, ".");
	vcd_add_name(&key, name);
	json_t *scope = key.failed ? NULL : json_object_get(outer, key.data);
	if (!scope && !key.failed && json_object_set_new(outer, key.data, json_object()) == 0)
		scope = json_object_get(outer, key.data);
	text_fini(&key);
	return scope;
}

static const char *feature_of(const struct chosen *item)
{
	const char *feature = gdbregs_register_feature(item->reg);
	return feature ? feature : "";
}

/* Find the scope of each item: FEATURE, or FEATURE.REGISTER for a part. The scope of the item
 * before is used again if possible, because names of features may be long. */
static bool find_scopes(json_t **scopes, json_t *root, const struct sampler *sampler)
{
	json_t *feature = NULL;
	for (size_t i = 0; i < sampler->count; i++) {
		const struct chosen *item = &sampler->items[i];
		if (i == 0 || feature_of(item) != feature_of(item - 1))
			feature = open_scope(root, feature_of(item));
		if (!item->path)
			scopes[i] = feature;
		else if (i > 0 && item[-1].path && item[-1].reg == item->reg)
			scopes[i] = scopes[i - 1];
		else
			scopes[i] = open_scope(feature, gdbregs_register_name(item->reg));
		if (!scopes[i])
			return false;
	}
	return true;
}

static void make_name(struct text *name, const struct chosen *item)
{
	text_clear(name);
	add_characters(name, item->path ? item->path : gdbregs_register_name(item->reg),
		       item->path);
}

/* Add every name to its scope. Returns false if memory runs out. */
static bool enter_names(json_t *const *scopes, const struct sampler *sampler)
{
	struct text name = {0};
	bool ok = true;
	for (size_t i = 0; i < sampler->count && ok; i++) {
		make_name(&name, &sampler->items[i]);
		ok = !name.failed &&
		     json_object_set_new(scopes[i], name.data, json_integer(0)) == 0;
	}
	text_fini(&name);
	return ok;
}

/* Add a name. The copies of `lr` become `lr_2`, `lr_3`, ...; numbers that would make an existing
 * name are left out. */
static bool add_unique(struct text *text, json_t *scope, struct text *name)
{
	json_t *last = json_object_get(scope, name->data);
	json_int_t number = json_integer_value(last);
	size_t size = name->size;
	while (number > 0 && !name->failed && json_object_get(scope, name->data)) {
		name->size = size;
		text_addf(name, "_%lld", (long long)++number);
	}
	text_add(text, name->data, name->size + 1);
	return !name->failed && json_integer_set(last, number > 0 ? number : 1) == 0;
}

static bool add_names(struct text *text, size_t *starts, json_t *const *scopes,
		      const struct sampler *sampler)
{
	struct text name = {0};
	bool ok = enter_names(scopes, sampler);
	for (size_t i = 0; i < sampler->count && ok; i++) {
		starts[i] = text->size;
		make_name(&name, &sampler->items[i]);
		ok = !name.failed && add_unique(text, scopes[i], &name);
	}
	text_fini(&name);
	return ok && !text->failed;
}

size_t *vcd_make_names(const struct sampler *sampler, struct text *text)
{
	size_t *starts = calloc(sampler->count + 1, sizeof(*starts));
	json_t **scopes = calloc(sampler->count + 1, sizeof(json_t *));
	json_t *root = json_object();
	bool ok = starts && scopes && find_scopes(scopes, root, sampler) &&
		  add_names(text, starts, scopes, sampler);
	json_decref(root);
	free(scopes);
	if (ok)
		return starts;
	free(starts);
	return NULL;
}
