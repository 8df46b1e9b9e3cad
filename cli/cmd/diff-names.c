/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/diff-names.h"

#include "base/message.h"
#include "cmd/diff-own.h"
#include "target/name.h"
#include "target/part.h"
#include "target/shipped.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ------------------------------------------------------ names as they are --- */

/* Returns whether [FEATURE:]NAME.FIELD is the part. Brackets in it are indexes, not sets of
 * characters. */
static bool names_part(const char *pattern, const struct stored_value *v)
{
	const char *colon = name_colon(pattern), *name = colon ? colon + 1 : pattern;
	size_t size = strlen(v->name), feature = colon ? (size_t)(colon - pattern) : 0;
	if (colon && (!v->feature || strlen(v->feature) != feature ||
		      strncasecmp(v->feature, pattern, feature) != 0))
		return false;
	if (strncasecmp(name, v->name, size) != 0)
		return false;
	return strcmp(name + size + (name[size] == '.'), v->field) == 0;
}

bool names_fit(const char *pattern, const struct stored_value *v)
{
	return name_fits(pattern, v->feature, v->name) || (v->field && names_part(pattern, v));
}

enum { MOST_DESCRIPTIONS = 64 };

struct names {
	struct stored *stored;
	size_t own; /* values that the snapshot has itself: parts are added after them */
	size_t first, end; /* those of the vCPU at hand */
	struct gdbregs_context *context; /* of the descriptions that are loaded here; or NULL */
	/* The description that the values of this vCPU make; NULL: none. */
	const struct gdbregs_description *made;
	bool tried; /* to make it */
	size_t made_count; /* of all vCPUs */
	/* Those of the targets, and then the shipped ones. */
	const struct gdbregs_description *item[MOST_DESCRIPTIONS];
	size_t count;
	bool shipped; /* are loaded */
};

/* The register or part that a pattern means in one description. */
struct meaning {
	const char *pattern;
	const char *path; /* "": the whole register */
	const char *architecture, *feature, *name;
	struct chosen chosen;
	bool excluded;
};

/* -------------------------------------------------------- descriptions --- */

static void add_description(struct names *names, const struct gdbregs_description *d)
{
	for (size_t i = 0; i < names->count; i++) {
		if (names->item[i] == d)
			return;
	}
	if (d && names->count < MOST_DESCRIPTIONS)
		names->item[names->count++] = d;
}

static void add_targets(struct names *names, const struct targets *set)
{
	for (size_t i = 0; set && i < set->count; i++) {
		const struct snapshot *s = &set->item[i].snapshot;
		for (size_t j = 0; j < s->vcpu_count; j++)
			add_description(names, snapshot_selected(s, &s->vcpus[j])->description);
	}
}

static bool make_context(struct names *names)
{
	return names->context || gdbregs_context_new(&names->context) == 0;
}

/* Load the shipped descriptions. A description that cannot be loaded is left out: names work
 * without it, too. */
static int add_shipped(struct names *names)
{
	struct shipped_names list;
	char path[PATH_MAX];
	if (!make_context(names))
		return fail_nomem();
	names->shipped = true;
	shipped_list(&list);
	for (size_t i = 0; i < list.count; i++) {
		const struct gdbregs_description *d = NULL;
		if (shipped_find(list.item[i], path) &&
		    gdbregs_description_load(names->context, path, NULL, &d, NULL) == 0)
			add_description(names, d);
	}
	shipped_list_fini(&list);
	return 0;
}

/* Make a description of the values of the vCPU at hand, unless that was tried before. */
static void make_own(struct names *names)
{
	if (names->tried || names->made_count == MOST_DESCRIPTIONS || !make_context(names))
		return;
	names->tried = true;
	names->made_count++;
	names->made = own_description(names->context, names->stored, names->first, names->end);
}

/* -------------------------------------------------------------- values --- */

/* Returns whether a value is of the register that is meant. JSON lines have no architecture:
 * there, the names of feature and register must be enough. */
static bool is_meant(const struct meaning *m, const struct stored_value *v)
{
	const struct stored_value meant = {.feature = m->feature};
	return strcmp(m->name, v->name) == 0 && stored_same_feature(&meant, v) &&
	       (!v->architecture || !m->architecture ||
		strcasecmp(v->architecture, m->architecture) == 0);
}

static void mark(struct stored_value *v, const struct meaning *m)
{
	if (m->excluded)
		v->excluded = true;
	else if (!v->alias)
		v->alias = m->pattern;
}

/* Returns the byte order of a value. JSON lines do not have it, but the order in which the bytes
 * make the number shows it. */
static enum gdbregs_byte_order find_order(const struct stored_value *v)
{
	struct text number = {0};
	enum gdbregs_byte_order order = v->order;
	if (order != GDBREGS_BYTE_ORDER_UNKNOWN || !v->bytes || !v->number)
		return order;
	text_add_number(&number, GDBREGS_BYTE_ORDER_LITTLE, v->bytes, v->size, false);
	if (!number.failed)
		order = strcasecmp(number.data, v->number) == 0 ? GDBREGS_BYTE_ORDER_LITTLE
								: GDBREGS_BYTE_ORDER_BIG;
	text_fini(&number);
	return order;
}

/* Add a part of a value, which is unavailable if the value has another size than its register. */
static int add_part(struct stored *s, size_t whole, const struct meaning *m)
{
	struct stored_value part = s->item[whole];
	bool known = part.bytes && part.size == (gdbregs_register_bits(m->chosen.reg) + 7) / 8;
	if (known)
		part.order = find_order(&part);
	const struct vcpu vcpu = {.index = part.vcpu, .order = part.order};
	const struct gdbregs_read read = {.vcpu = part.vcpu,
					  .reg = m->chosen.reg,
					  .status =
						  known ? (int)part.size : GDBREGS_ERR_UNAVAILABLE,
					  .data = known ? part.bytes : NULL};
	struct value value = value_make(part.target, &vcpu, part.order, &m->chosen, &read);
	part.field = m->path;
	part.read = NULL;
	part.bytes = NULL;
	part.number = part.text = part.type = part.alias = NULL;
	mark(&part, m);
	return stored_add_value(s, &value, part);
}

/* Returns whether another pattern has added the part. */
static bool is_added(const struct names *names, const struct meaning *m,
		     const struct stored_value *whole)
{
	struct stored *s = names->stored;
	for (size_t i = names->own; i < s->count; i++) {
		struct stored_value *v = &s->item[i];
		if (!stored_same_vcpu(v, whole) || !is_meant(m, v) ||
		    strcmp(v->field, m->path) != 0)
			continue;
		mark(v, m);
		return true;
	}
	return false;
}

/* Find what is meant among the values of the vCPU at hand, and mark it, or add the part. */
static int apply(const struct names *names, const struct meaning *m, bool *found)
{
	struct stored *s = names->stored;
	size_t whole = names->end;
	for (size_t i = names->first; i < names->end; i++) {
		struct stored_value *v = &s->item[i];
		if (!is_meant(m, v))
			continue;
		whole = v->field ? whole : i;
		if (m->path[0] != '\0' && !(v->field && strcmp(v->field, m->path) == 0))
			continue;
		mark(v, m);
		*found = true;
	}
	if (*found || whole == names->end || m->path[0] == '\0')
		return 0;
	*found = is_added(names, m, &s->item[whole]);
	if (*found || m->excluded)
		return 0;
	*found = true;
	return add_part(s, whole, m);
}

/* ------------------------------------------------------------ patterns --- */

static bool find_meaning(const struct gdbregs_description *d, struct meaning *m)
{
	if (part_find(d, m->pattern, &m->chosen.field, &m->path) != 0)
		return false;
	m->chosen.reg = gdbregs_field_register(&m->chosen.field);
	m->chosen.path = m->path[0] != '\0' ? (char *)m->path : NULL;
	m->name = gdbregs_register_name(m->chosen.reg);
	m->feature = gdbregs_register_feature(m->chosen.reg);
	m->architecture = gdbregs_description_architecture(d);
	return true;
}

static bool fits_any(const struct names *names, const char *pattern)
{
	for (size_t i = names->first; i < names->end; i++) {
		if (names_fit(pattern, &names->stored->item[i]))
			return true;
	}
	return false;
}

/* Apply a pattern to the values of the vCPU at hand. Sets *found if it means something there. */
static int add_pattern(struct names *names, const char *pattern, bool excluded, bool *found)
{
	struct meaning m = {.pattern = pattern, .excluded = excluded};
	bool done = fits_any(names, pattern);
	int status = 0;
	if (!done && strpbrk(pattern, "*?"))
		return 0;
	if (!done)
		make_own(names);
	if (!done && names->made && find_meaning(names->made, &m))
		status = apply(names, &m, &done);
	for (size_t i = 0; !done && status == 0; i++) {
		if (i == names->count && !names->shipped)
			status = add_shipped(names);
		if (i >= names->count)
			break;
		if (status == 0 && find_meaning(names->item[i], &m))
			status = apply(names, &m, &done);
	}
	*found |= done;
	return status;
}

static int add_to_vcpu(struct names *names, const struct options *o, bool *seen)
{
	int status = 0;
	names->made = NULL;
	names->tried = false;
	for (size_t i = 0; i < o->patterns.count && status == 0; i++)
		status = add_pattern(names, o->patterns.item[i], false, &seen[i]);
	seen += o->patterns.count + o->features.count;
	for (size_t i = 0; i < o->excludes.count && status == 0; i++)
		status = add_pattern(names, o->excludes.item[i], true, &seen[i]);
	return status;
}

int names_add(struct stored *s, const struct options *o, const struct targets *set, bool *seen)
{
	struct names names = {.stored = s, .own = s->count};
	int status = 0;
	add_targets(&names, set);
	while (names.end < names.own && status == 0) {
		names.first = names.end++;
		while (names.end < names.own &&
		       stored_same_vcpu(&s->item[names.first], &s->item[names.end]))
			names.end++;
		status = add_to_vcpu(&names, o, seen);
	}
	gdbregs_context_unref(names.context);
	return status;
}
