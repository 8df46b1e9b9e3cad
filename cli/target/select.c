/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/select.h"

#include "base/suggest.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* GDB calls a union a vector where a member is one. Members are not told to us;
 * all unions in known descriptions are views of vectors (vec128, vnq, neon_q). */
const char *select_group(const struct gdbregs_register *reg)
{
	const char *written = gdbregs_register_group(reg);
	if (written)
		return written;
	switch (gdbregs_register_kind(reg)) {
	case GDBREGS_TYPE_FLOAT:
		return "float";
	case GDBREGS_TYPE_VECTOR:
	case GDBREGS_TYPE_UNION:
		return "vector";
	default:
		return "general";
	}
}

bool select_glob(const char *pattern, const char *text)
{
	return fnmatch(pattern, text, FNM_CASEFOLD) == 0;
}

static const char *feature_of(const struct gdbregs_register *reg)
{
	const char *feature = gdbregs_register_feature(reg);
	return feature ? feature : "";
}

/* The colon between FEATURE and NAME: the last one that is not part of a
 * bracket expression such as [[:digit:]]. */
static const char *find_colon(const char *pattern)
{
	const char *colon = NULL;
	int depth = 0;
	for (const char *at = pattern; *at != '\0'; at++) {
		if (*at == '[')
			depth++;
		else if (*at == ']' && depth > 0)
			depth--;
		else if (*at == ':' && depth == 0)
			colon = at;
	}
	return colon;
}

bool select_fits(const char *pattern, const char *feature, const char *name)
{
	char wanted[256];
	const char *colon = find_colon(pattern);
	if (!colon)
		return select_glob(pattern, name);
	size_t length = (size_t)(colon - pattern);
	if (length >= sizeof(wanted))
		return false;
	memcpy(wanted, pattern, length);
	wanted[length] = '\0';
	return select_glob(colon + 1, name) && select_glob(wanted, feature ? feature : "");
}

static bool fits_pattern(const char *pattern, const struct gdbregs_register *reg)
{
	return select_fits(pattern, gdbregs_register_feature(reg), gdbregs_register_name(reg));
}

bool select_named(const struct options *o, const struct gdbregs_register *reg)
{
	for (size_t i = 0; i < o->patterns.count; i++) {
		const char *pattern = o->patterns.item[i];
		if (!strpbrk(pattern, "*?[") && fits_pattern(pattern, reg))
			return true;
	}
	return false;
}

/* Upper and lower case alike: the only register that the pattern fits. */
static const struct gdbregs_register *find_folded(const struct gdbregs_description *d,
						  const char *pattern)
{
	const struct gdbregs_register *found = NULL;
	struct gdbregs_reg_descriptor *all = NULL;
	size_t count = 0, fitting = 0;
	if (strpbrk(pattern, "*?[") || gdbregs_description_registers(d, &all, &count) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (!fits_pattern(pattern, all[i].handle))
			continue;
		found = all[i].handle;
		fitting++;
	}
	gdbregs_free(all);
	return fitting == 1 ? found : NULL;
}

const struct gdbregs_register *select_find(const struct gdbregs_description *d, const char *pattern)
{
	char feature[256];
	const struct gdbregs_register *reg = NULL;
	const char *colon = find_colon(pattern);
	int size = colon ? (int)(colon - pattern) : 0;
	snprintf(feature, sizeof(feature), "%.*s", size, pattern);
	if (d && gdbregs_description_find_register(d, colon ? feature : NULL,
						   colon ? colon + 1 : pattern, &reg) == 0)
		return reg;
	return d ? find_folded(d, pattern) : NULL;
}

static bool fits_feature(const char *pattern, const struct gdbregs_register *reg)
{
	return select_glob(pattern, feature_of(reg));
}

static bool fits_group(const char *group, const struct gdbregs_register *reg)
{
	return strcasecmp(group, select_group(reg)) == 0;
}

typedef bool (*fits_fn)(const char *word, const struct gdbregs_register *reg);

/* Any of the words, or there are none. Tries all: `seen` must be complete. */
static bool fits_any(const struct string_list *words, fits_fn fits,
		     const struct gdbregs_register *reg, bool *seen)
{
	bool any = words->count == 0;
	for (size_t i = 0; i < words->count; i++) {
		if (!fits(words->item[i], reg))
			continue;
		seen[i] = true;
		any = true;
	}
	return any;
}

/* Any of the words; none if there are none. Tries all, too. */
static bool excluded(const struct options *o, const struct gdbregs_register *reg, bool *seen)
{
	return o->excludes.count > 0 && fits_any(&o->excludes, fits_pattern, reg, seen);
}

/* Patterns that fit no register's own name may be another name of one. */
static void find_others(struct selection *s, const struct gdbregs_description *d,
			const struct gdbregs_reg_descriptor *all, size_t count)
{
	const struct string_list *patterns = &s->options->patterns;
	for (size_t i = 0; i < patterns->count; i++) {
		size_t j = 0;
		while (j < count && !fits_pattern(patterns->item[i], all[j].handle))
			j++;
		s->others[i] = j == count ? select_find(d, patterns->item[i]) : NULL;
	}
}

/* The pattern that is another name of the register; NULL: it has none, or was asked for
 * by its own. */
static const char *alias_of(struct selection *s, const struct gdbregs_register *reg)
{
	for (size_t i = 0; i < s->options->patterns.count; i++) {
		if (s->others[i] == reg) {
			s->fits[i] = true;
			return s->options->patterns.item[i];
		}
	}
	return NULL;
}

static bool is_wanted(struct selection *s, const struct gdbregs_register *reg, const char *alias)
{
	const struct options *o = s->options;
	bool *features = s->fits + o->patterns.count, *groups = features + o->features.count;
	bool *excludes = groups + o->groups.count;
	bool pattern = fits_any(&o->patterns, fits_pattern, reg, s->fits) || alias;
	bool feature = fits_any(&o->features, fits_feature, reg, features);
	bool group = fits_any(&o->groups, fits_group, reg, groups);
	bool out = excluded(o, reg, excludes);
	return pattern && feature && group && !out;
}

int selection_init(struct selection *s, const struct options *options)
{
	size_t words = options->patterns.count + options->features.count + options->groups.count +
		       options->excludes.count;
	*s = (struct selection){.options = options};
	s->fits = calloc(words + 1, sizeof(*s->fits));
	s->others = calloc(options->patterns.count + 1, sizeof(*s->others));
	return s->fits && s->others ? 0 : GDBREGS_ERR_NOMEM;
}

void selection_fini(struct selection *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->item[i].registers);
	for (size_t i = 0; i < s->count; i++)
		free(s->item[i].aliases);
	free(s->item);
	free(s->fits);
	free(s->others);
	*s = (struct selection){.options = NULL};
}

static int fill(struct selection *s, struct selected *item)
{
	struct gdbregs_reg_descriptor *all = NULL;
	/* A stub without a description has vCPUs, but no registers that are known. */
	int error = !item->description
			    ? 0
			    : gdbregs_description_registers(item->description, &all, &item->total);
	if (error < 0)
		return error;
	item->registers = calloc(item->total + 1, sizeof(*item->registers));
	item->aliases = calloc(item->total + 1, sizeof(*item->aliases));
	bool ok = item->registers && item->aliases;
	find_others(s, item->description, all, item->total);
	for (size_t i = 0; i < item->total && ok; i++) {
		const char *alias = alias_of(s, all[i].handle);
		if (!is_wanted(s, all[i].handle, alias))
			continue;
		item->aliases[item->count] = alias;
		item->registers[item->count++] = all[i].handle;
	}
	gdbregs_free(all);
	return ok ? 0 : GDBREGS_ERR_NOMEM;
}

int selection_add(struct selection *s, const struct gdbregs_description *d, size_t *index)
{
	for (*index = 0; *index < s->count; (*index)++) {
		if (s->item[*index].description == d)
			return 0;
	}
	struct selected *item = realloc(s->item, (s->count + 1) * sizeof(*item));
	if (!item)
		return GDBREGS_ERR_NOMEM;
	s->item = item;
	item[s->count] = (struct selected){.description = d};
	return fill(s, &item[s->count++]);
}

/* Offer every register's name, feature or group: what the kind of word names. */
static void offer_all(const struct selection *s, fits_fn kind, struct suggestion *near)
{
	for (size_t i = 0; i < s->count; i++) {
		struct gdbregs_reg_descriptor *all = NULL;
		size_t count = 0;
		if (gdbregs_description_registers(s->item[i].description, &all, &count) < 0)
			continue;
		for (size_t j = 0; j < count; j++)
			suggest_offer(near, kind == fits_pattern   ? all[j].name
					    : kind == fits_feature ? feature_of(all[j].handle)
								   : select_group(all[j].handle));
		gdbregs_free(all);
	}
}

static int refuse(const struct selection *s, fits_fn kind, const char *what, const char *word,
		  char *message, size_t capacity)
{
	struct suggestion near;
	const char *colon = kind == fits_pattern ? find_colon(word) : NULL;
	suggest_begin(&near, colon ? colon + 1 : word);
	offer_all(s, kind, &near);
	if (strchr(word, ','))
		snprintf(message, capacity,
			 "no %s fits '%s'; give several as words or options of their own, without "
			 "commas",
			 what, word);
	else if (near.best)
		snprintf(message, capacity, "no %s fits '%s'; did you mean '%s'?", what, word,
			 near.best);
	else
		snprintf(message, capacity,
			 "no %s fits '%s'; 'gdbregs-cli list' shows what there is", what, word);
	return GDBREGS_ERR_NO_REGISTER;
}

static size_t first_unfit(const struct string_list *words, const bool *fits)
{
	size_t i = 0;
	while (i < words->count && fits[i])
		i++;
	return i;
}

int selection_check(const struct selection *s, char *message, size_t capacity)
{
	static const char *const what[] = {"register", "feature", "group", "register"};
	static const fits_fn kinds[] = {fits_pattern, fits_feature, fits_group, fits_pattern};
	const struct options *o = s->options;
	const struct string_list *const lists[] = {&o->patterns, &o->features, &o->groups,
						   &o->excludes};
	const bool *fits = s->fits;
	size_t count = 0, total = 0;
	for (int i = 0; i < 4; fits += lists[i++]->count) {
		size_t unfit = first_unfit(lists[i], fits);
		if (unfit < lists[i]->count)
			return refuse(s, kinds[i], what[i], lists[i]->item[unfit], message,
				      capacity);
	}
	for (size_t i = 0; i < s->count; i++) {
		count += s->item[i].count;
		total += s->item[i].total;
	}
	if (count > 0 || total == 0)
		return 0;
	snprintf(message, capacity, "no register fits all of the selection together");
	return GDBREGS_ERR_NO_REGISTER;
}
