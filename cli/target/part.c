/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/part.h"

#include "base/suggest.h"
#include "base/text.h"
#include "target/name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The longest name of a register that a path can follow, its feature included. */
enum { LONGEST_NAME = 512 };

/* ------------------------------------------------------------ finding --- */

/* `.NAME` and `[DIGITS]`, any number of them. Other brackets are sets of characters. */
static bool is_path(const char *at)
{
	while (*at != '\0') {
		if (*at == '[') {
			size_t digits = strspn(at + 1, "0123456789");
			if (digits == 0 || at[digits + 1] != ']')
				return false;
			at += digits + 2;
		} else if (*at == '.') {
			size_t size = strcspn(at + 1, ".[*?]");
			at += size + 1;
			if (size == 0 || *at == '*' || *at == '?' || *at == ']')
				return false;
		} else {
			return false;
		}
	}
	return true;
}

/* Returns the register that the first `length` bytes of the name mean, or NULL. */
static const struct gdbregs_register *find_base(const struct gdbregs_description *d,
						const char *name, size_t length)
{
	char base[LONGEST_NAME];
	if (length == 0 || length >= sizeof(base))
		return NULL;
	memcpy(base, name, length);
	base[length] = '\0';
	return name_find(d, base);
}

static int find_in(const struct gdbregs_register *reg, const char *path, struct gdbregs_field *out)
{
	int error = gdbregs_field_find(reg, path, out);
	if (error == 0)
		return 0;
	return gdbregs_register_field(reg, out) == 0 ? GDBREGS_ERR_NO_FIELD : error;
}

int part_find(const struct gdbregs_description *d, const char *name, struct gdbregs_field *out,
	      const char **path)
{
	const char *colon = name_colon(name);
	const struct gdbregs_register *reg = name_find(d, name);
	int result = GDBREGS_ERR_NO_REGISTER;
	if (reg) {
		*path = name + strlen(name);
		return gdbregs_register_field(reg, out);
	}
	/* Names of registers may have dots, too. */
	for (const char *at = colon ? colon + 1 : name; *at != '\0'; at++) {
		struct gdbregs_field field;
		const char *rest = *at == '.' ? at + 1 : at;
		if ((*at != '.' && *at != '[') || !is_path(at))
			continue;
		reg = find_base(d, name, (size_t)(at - name));
		int error = reg ? find_in(reg, rest, &field) : GDBREGS_ERR_NO_REGISTER;
		if (error == GDBREGS_ERR_NO_REGISTER || result == error)
			continue;
		*out = field;
		*path = rest;
		result = error;
		if (error == 0)
			return 0;
	}
	return result;
}

bool part_float(const struct gdbregs_field *field, struct gdbregs_field *out)
{
	unsigned widest = 0;
	if (gdbregs_field_kind(field) != GDBREGS_TYPE_UNION)
		return false;
	for (size_t i = 0; i < gdbregs_field_count(field); i++) {
		struct gdbregs_field child;
		if (gdbregs_field_child(field, i, &child) < 0 ||
		    gdbregs_field_kind(&child) != GDBREGS_TYPE_FLOAT)
			return false;
		if (gdbregs_field_bits(&child) <= widest)
			continue;
		widest = gdbregs_field_bits(&child);
		*out = child;
	}
	return widest > 0 && widest == gdbregs_field_bits(field);
}

const char *part_alias(const struct gdbregs_register *reg, const char *path, const char *pattern)
{
	const char *colon = name_colon(pattern);
	const char *base = colon ? colon + 1 : pattern;
	const char *name = gdbregs_register_name(reg);
	size_t size = strlen(name);
	return strncasecmp(base, name, size) == 0 && base + size <= path ? NULL : pattern;
}

bool part_contains(const char *outer, const char *inner)
{
	size_t size = strlen(outer);
	return strncmp(outer, inner, size) == 0 &&
	       (inner[size] == '\0' || inner[size] == '.' || inner[size] == '[');
}

/* ------------------------------------------------------------ refusing --- */

/* Find the longest beginning of the path that names a part, and set *out to that part. Returns
 * the size of the beginning. */
static size_t find_parent(const struct gdbregs_register *reg, const char *path,
			  struct gdbregs_field *out)
{
	char prefix[LONGEST_NAME];
	for (size_t size = strlen(path); size > 0; size--) {
		if ((path[size] != '.' && path[size] != '[') || size >= sizeof(prefix))
			continue;
		memcpy(prefix, path, size);
		prefix[size] = '\0';
		if (gdbregs_field_find(reg, prefix, out) == 0)
			return size;
	}
	int error = gdbregs_register_field(reg, out);
	(void)error; /* the register is not NULL */
	return 0;
}

/* Write its names, as many as fit. Returns whether there was room for all of them. */
static bool add_parts(const struct gdbregs_field *parent, char *list, size_t capacity,
		      struct suggestion *near)
{
	size_t size = 0;
	bool whole = true;
	list[0] = '\0';
	for (size_t i = 0; i < gdbregs_field_count(parent); i++) {
		struct gdbregs_field child;
		const char *name = gdbregs_field_child(parent, i, &child) == 0
					   ? gdbregs_field_name(&child)
					   : NULL;
		if (!name || name[0] == '\0')
			continue;
		suggest_offer(near, name);
		whole = whole && size + strlen(name) + 3 < capacity;
		if (whole)
			size += (size_t)snprintf(list + size, capacity - size, "%s%s",
						 size > 0 ? ", " : "", name);
	}
	return whole;
}

void part_refuse(const struct gdbregs_field *reg, const char *path, char *message, size_t capacity)
{
	char list[120], parent[120], hint[80] = "";
	struct gdbregs_field field;
	struct suggestion near;
	const struct gdbregs_register *handle = gdbregs_field_register(reg);
	size_t size = find_parent(handle, path, &field), count = gdbregs_field_count(&field);
	const char *missing = path + size + (path[size] == '.');
	snprintf(parent, sizeof(parent), "%.60s%s%.*s", gdbregs_register_name(handle),
		 size > 0 && path[0] != '[' ? "." : "", (int)(size < 50 ? size : 50), path);
	suggest_begin(&near, missing);
	bool whole = add_parts(&field, list, sizeof(list), &near);
	if (near.best)
		snprintf(hint, sizeof(hint), "; did you mean '%.50s'?", near.best);
	if (count == 0)
		snprintf(message, capacity, "no part \"%.60s\" in %s (it has no parts)", missing,
			 parent);
	else if (list[0] == '\0')
		snprintf(message, capacity, "no part \"%.60s\" in %s (its parts: [0] to [%zu])",
			 missing, parent, count - 1);
	else
		snprintf(message, capacity, "no part \"%.60s\" in %s (its parts: %s%s)%s", missing,
			 parent, list, whole ? "" : ", ...", hint);
}

void part_refuse_exclude(const char *name, char *message, size_t capacity)
{
	snprintf(message, capacity,
		 "cannot exclude '%.80s': its register is shown whole; exclude the register, or "
		 "name "
		 "the parts that you want",
		 name);
}

/* Write to `message` that there is no register `name`, and the one that is most like it. */
static void refuse_name(const struct gdbregs_description *d, const char *name, char *message,
			size_t capacity)
{
	struct suggestion near;
	struct gdbregs_reg_descriptor *all = NULL;
	size_t count = 0;
	char lacking[120];
	const char *colon = name_colon(name);
	suggest_begin(&near, colon ? colon + 1 : name);
	if (gdbregs_description_registers(d, &all, &count) < 0)
		count = 0;
	bool several = false;
	for (size_t i = 0; i < count; i++) {
		several |= strcasecmp(all[i].name, near.typed) == 0;
		suggest_offer(&near, all[i].name);
	}
	if (several && !colon)
		snprintf(message, capacity,
			 "'%.80s' is more than one register; give FEATURE:NAME, as 'gdbregs-cli "
			 "list' shows them",
			 name);
	else if (name_lacks_role(d, name, lacking, sizeof(lacking)))
		snprintf(message, capacity, "no register '%.80s': %s", name, lacking);
	else if (near.best)
		snprintf(message, capacity, "no register '%.80s'; did you mean '%.80s'?", name,
			 near.best);
	else
		snprintf(message, capacity, "no register '%.80s'; see 'gdbregs-cli list'", name);
	gdbregs_free(all);
}

int part_choose(const struct gdbregs_description *d, const char *name, struct chosen *out,
		char *message, size_t capacity)
{
	const char *path;
	int error = part_find(d, name, &out->field, &path);
	if (error == GDBREGS_ERR_NO_FIELD)
		part_refuse(&out->field, path, message, capacity);
	else if (error < 0)
		refuse_name(d, name, message, capacity);
	if (error < 0)
		return error;
	out->reg = gdbregs_field_register(&out->field);
	out->path = path[0] != '\0' ? (char *)path : NULL;
	out->alias = part_alias(out->reg, path, name);
	return 0;
}

void part_list_names(const struct gdbregs_field *field, char *text, size_t capacity)
{
	size_t size = 0, count = gdbregs_field_enum_count(field);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		const char *name = gdbregs_field_enum_item(field, i, NULL);
		if (size + strlen(name) + 8 >= capacity) {
			snprintf(text + size, capacity - size, ", ...");
			return;
		}
		size += (size_t)snprintf(text + size, capacity - size, "%s%s", size > 0 ? ", " : "",
					 name);
	}
}

int part_parse(const struct gdbregs_field *field, const char *path, const char *text,
	       enum gdbregs_byte_order order, uint8_t *bytes, size_t size)
{
	/* The number of a union of floats is one of its fields. */
	if (path || gdbregs_field_kind(field) == GDBREGS_TYPE_FLOAT)
		return gdbregs_field_parse(field, text, order, bytes, size);
	return gdbregs_register_parse(gdbregs_field_register(field), text, order, bytes, size);
}

/* ----------------------------------------------------------- all parts --- */

enum { DEEPEST = 8, MOST_PARTS = 4096 };

struct walk {
	const char *from; /* path of the field where the walk began */
	struct gdbregs_buffer path; /* from there; NUL-terminated */
	struct text full;
	bool each;
	part_fn visit;
	void *arg;
	size_t left;
};

static bool walk_in(struct walk *w, const struct gdbregs_field *parent, unsigned depth);

static bool walk_child(struct walk *w, const struct gdbregs_field *child, size_t count,
		       unsigned depth)
{
	size_t before = w->path.size;
	const char *name = gdbregs_field_name(child);
	/* Reserved bits have no name. */
	if ((name && name[0] == '\0') || w->left == 0)
		return true;
	w->left--;
	if (gdbregs_field_append_path(child, &w->path) < 0)
		return false;
	text_clear(&w->full);
	text_addf(&w->full, "%s%s%s", w->from,
		  w->from[0] != '\0' && w->path.data[0] != '[' ? "." : "",
		  (const char *)w->path.data);
	const struct part_step step = {child, w->full.data, count};
	bool ok = !w->full.failed && w->visit(w->arg, &step) && walk_in(w, child, depth + 1);
	w->path.size = before;
	w->path.data[before] = '\0';
	return ok;
}

static bool walk_in(struct walk *w, const struct gdbregs_field *parent, unsigned depth)
{
	size_t count = gdbregs_field_count(parent);
	bool first_only = gdbregs_field_kind(parent) == GDBREGS_TYPE_VECTOR && !w->each;
	for (size_t i = 0; i < (first_only && count > 0 ? 1 : count) && depth < DEEPEST; i++) {
		struct gdbregs_field child;
		if (w->left == 0)
			break;
		if (gdbregs_field_child(parent, i, &child) == 0 &&
		    !walk_child(w, &child, first_only ? count : 1, depth))
			return false;
	}
	return true;
}

bool part_walk(const struct gdbregs_field *from, const char *path, bool each, part_fn visit,
	       void *arg)
{
	struct walk w = {
		.from = path, .each = each, .visit = visit, .arg = arg, .left = MOST_PARTS};
	bool ok = walk_in(&w, from, 0);
	gdbregs_buffer_fini(&w.path);
	text_fini(&w.full);
	return ok;
}
