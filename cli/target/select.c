/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/select.h"

#include "base/suggest.h"
#include "opt/command.h"
#include "target/name.h"
#include "target/part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* GDB calls a union a vector if a member is one. The public interface does not say what
 * the members are, but all unions in known descriptions are views of vectors (vec128,
 * vnq, neon_q). */
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

static const char *feature_of(const struct gdbregs_register *reg)
{
	const char *feature = gdbregs_register_feature(reg);
	return feature ? feature : "";
}

bool select_named(const struct options *o, const struct gdbregs_register *reg)
{
	for (size_t i = 0; i < o->patterns.count; i++) {
		const char *pattern = o->patterns.item[i];
		if (!strpbrk(pattern, "*?[") && name_fits_register(pattern, reg))
			return true;
	}
	return false;
}

static bool fits_feature(const char *pattern, const struct gdbregs_register *reg)
{
	return name_glob(pattern, feature_of(reg));
}

static bool fits_group(const char *group, const struct gdbregs_register *reg)
{
	return strcasecmp(group, select_group(reg)) == 0;
}

typedef bool (*fits_fn)(const char *word, const struct gdbregs_register *reg);

/* Returns whether it matches any of the words, or there are no words. All words are tried, because
 * `seen` must be complete. */
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

/* ----------------------------------------------------------- patterns --- */

enum named_kind {
	NAMED_BY_GLOB, /* all registers that it fits */
	NAMED_OTHERWISE, /* the register that has it as another name */
	NAMED_PART, /* a part of a register */
	NAMED_NO_PART, /* a part that its register does not have */
};

struct named {
	enum named_kind kind;
	struct gdbregs_field field;
	const char *path; /* of a part, in the pattern */
};

static bool is_of(const struct named *named, const struct gdbregs_register *reg)
{
	return gdbregs_field_register(&named->field) == reg;
}

static void find_named(struct named *out, const struct gdbregs_description *d, const char *word)
{
	struct named named = {.kind = NAMED_BY_GLOB};
	int error = part_find(d, word, &named.field, &named.path);
	if (error == GDBREGS_ERR_NO_FIELD)
		named.kind = NAMED_NO_PART;
	else if (error == 0 && named.path[0] != '\0')
		named.kind = NAMED_PART;
	else if (error == 0 && !name_fits_register(word, gdbregs_field_register(&named.field)))
		named.kind = NAMED_OTHERWISE;
	/* Another vCPU may have the part: the error is kept for selection_check(). */
	if (out->kind != NAMED_NO_PART || named.kind != NAMED_BY_GLOB)
		*out = named;
}

static void find_all_named(struct selection *s, const struct gdbregs_description *d)
{
	const struct options *o = s->options;
	for (size_t i = 0; i < o->patterns.count; i++)
		find_named(&s->named[i], d, o->patterns.item[i]);
	for (size_t i = 0; i < o->excludes.count; i++)
		find_named(&s->named[o->patterns.count + i], d, o->excludes.item[i]);
}

/* Returns whether a word means the whole register, by its own name or by another one. */
static bool means_whole(const struct named *named, const char *word,
			const struct gdbregs_register *reg)
{
	if (named->kind == NAMED_OTHERWISE)
		return is_of(named, reg);
	return named->kind == NAMED_BY_GLOB && name_fits_register(word, reg);
}

/* Returns whether the patterns select the whole register. *alias is the pattern that is another
 * name of it; it stays NULL if the register has none or was asked for by its own. */
static bool names_whole(struct selection *s, const struct gdbregs_register *reg, const char **alias)
{
	const struct string_list *patterns = &s->options->patterns;
	bool any = patterns->count == 0;
	for (size_t i = 0; i < patterns->count; i++) {
		const struct named *named = &s->named[i];
		if (!means_whole(named, patterns->item[i], reg))
			continue;
		if (named->kind == NAMED_OTHERWISE && !*alias)
			*alias = patterns->item[i];
		s->fits[i] = true;
		any = true;
	}
	return any;
}

static bool *excludes_seen(const struct selection *s)
{
	const struct options *o = s->options;
	return s->fits + o->patterns.count + o->features.count + o->groups.count;
}

/* Returns whether a word of --exclude means the whole register. */
static bool is_excluded(struct selection *s, const struct gdbregs_register *reg)
{
	const struct string_list *words = &s->options->excludes;
	const struct named *named = s->named + s->options->patterns.count;
	bool any = false;
	for (size_t i = 0; i < words->count; i++) {
		if (!means_whole(&named[i], words->item[i], reg))
			continue;
		excludes_seen(s)[i] = true;
		any = true;
	}
	return any;
}

/* Returns whether a word of --exclude means the part, or a part that contains it. */
static bool is_part_excluded(struct selection *s, const struct gdbregs_register *reg,
			     const char *path)
{
	const struct named *named = s->named + s->options->patterns.count;
	bool any = false;
	for (size_t i = 0; i < s->options->excludes.count; i++) {
		if (named[i].kind != NAMED_PART || !is_of(&named[i], reg) ||
		    !part_contains(named[i].path, path))
			continue;
		excludes_seen(s)[i] = true;
		any = true;
	}
	return any;
}

/* Returns whether --feature, --group and --exclude let it pass. All of them are tried, because
 * `fits` must be complete. */
static bool passes(struct selection *s, const struct gdbregs_register *reg)
{
	const struct options *o = s->options;
	bool *features = s->fits + o->patterns.count, *groups = features + o->features.count;
	bool feature = fits_any(&o->features, fits_feature, reg, features);
	bool group = fits_any(&o->groups, fits_group, reg, groups);
	bool out = is_excluded(s, reg);
	return feature && group && !out;
}

/* ------------------------------------------------------------ choosing --- */

int selection_init(struct selection *s, const struct options *options)
{
	size_t words = options->patterns.count + options->features.count + options->groups.count +
		       options->excludes.count;
	*s = (struct selection){.options = options};
	s->fits = calloc(words + 1, sizeof(*s->fits));
	s->named = calloc(options->patterns.count + options->excludes.count + 1, sizeof(*s->named));
	return s->fits && s->named ? 0 : GDBREGS_ERR_NOMEM;
}

void selection_fini(struct selection *s)
{
	for (size_t i = 0; i < s->count; i++) {
		for (size_t j = 0; j < s->item[i].count; j++)
			free(s->item[i].item[j].path);
		free(s->item[i].item);
		free(s->item[i].registers);
	}
	free(s->item);
	free(s->fits);
	free(s->named);
	*s = (struct selection){.options = NULL};
}

/* Choose a register, or with a path a part of one. Returns false when out of memory. */
static bool choose(struct selected *selected, const struct gdbregs_field *field, const char *path,
		   const char *alias)
{
	if (selected->count == selected->capacity) {
		size_t capacity = 2 * selected->capacity + 16;
		struct chosen *item = realloc(selected->item, capacity * sizeof(*item));
		if (!item)
			return false;
		selected->item = item;
		selected->capacity = capacity;
	}
	struct chosen *chosen = &selected->item[selected->count];
	*chosen = (struct chosen){.reg = gdbregs_field_register(field),
				  .field = *field,
				  .alias = alias,
				  .place = selected->register_count};
	chosen->path = path ? strdup(path) : NULL;
	if (path && !chosen->path)
		return false;
	selected->count++;
	return true;
}

/* The same part was asked for before. */
static bool is_chosen(const struct selected *selected, size_t first, size_t end, const char *path)
{
	for (size_t i = first; i < end; i++) {
		if (selected->item[i].path && strcmp(selected->item[i].path, path) == 0)
			return true;
	}
	return false;
}

static bool choose_parts(struct selection *s, struct selected *selected,
			 const struct gdbregs_register *reg, bool passed)
{
	size_t first = selected->count;
	for (size_t i = 0; i < s->options->patterns.count; i++) {
		const struct named *named = &s->named[i];
		if (named->kind != NAMED_PART || !is_of(named, reg))
			continue;
		s->fits[i] = true;
		if (passed && !is_part_excluded(s, reg, named->path) &&
		    !is_chosen(selected, first, selected->count, named->path) &&
		    !choose(selected, &named->field, named->path,
			    part_alias(reg, named->path, s->options->patterns.item[i])))
			return false;
	}
	return true;
}

struct expansion {
	struct selection *selection;
	struct selected *selected;
	size_t first, end; /* what was chosen of the register by name */
};

/* Parts that have parts of their own are named by those. */
static bool choose_leaf(void *arg, const struct part_step *step)
{
	struct expansion *e = arg;
	return gdbregs_field_count(step->field) > 0 ||
	       is_part_excluded(e->selection, gdbregs_field_register(step->field), step->path) ||
	       is_chosen(e->selected, e->first, e->end, step->path) ||
	       choose(e->selected, step->field, step->path, NULL);
}

/* With --fields: all parts of what was chosen from `first` on. */
static bool choose_leaves(struct selection *s, struct selected *selected, size_t first)
{
	struct expansion e = {s, selected, first, selected->count};
	for (size_t i = first; i < e.end; i++) {
		const struct gdbregs_field field = selected->item[i].field;
		const char *path = selected->item[i].path;
		if (!part_walk(&field, path ? path : "", true, choose_leaf, &e))
			return false;
	}
	return true;
}

/* Choose the register and parts of it, whichever are asked for. */
static bool choose_all(struct selection *s, struct selected *selected,
		       const struct gdbregs_register *reg)
{
	const char *alias = NULL;
	struct gdbregs_field field;
	size_t first = selected->count;
	bool whole = names_whole(s, reg, &alias), passed = passes(s, reg), ok = true;
	if (whole && passed)
		ok = gdbregs_register_field(reg, &field) == 0 &&
		     choose(selected, &field, NULL, alias);
	ok = ok && choose_parts(s, selected, reg, passed);
	if (s->options->fields && s->options->command->selects_fields)
		ok = ok && choose_leaves(s, selected, first);
	if (selected->count > first)
		selected->registers[selected->register_count++] = reg;
	return ok;
}

static int fill(struct selection *s, struct selected *selected)
{
	struct gdbregs_reg_descriptor *all = NULL;
	/* A stub without a description has vCPUs, but no registers that are known. */
	int error = !selected->description ? 0
					   : gdbregs_description_registers(selected->description,
									   &all, &selected->total);
	if (error < 0)
		return error;
	selected->registers = calloc(selected->total + 1, sizeof(*selected->registers));
	find_all_named(s, selected->description);
	bool ok = selected->registers;
	for (size_t i = 0; i < selected->total && ok; i++)
		ok = choose_all(s, selected, all[i].handle);
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

/* ----------------------------------------------------------- refusing --- */

/* Offer the name, feature or group of every register, as the kind of word names. */
static void offer_all(const struct selection *s, fits_fn kind, struct suggestion *near)
{
	for (size_t i = 0; i < s->count; i++) {
		struct gdbregs_reg_descriptor *all = NULL;
		size_t count = 0;
		if (gdbregs_description_registers(s->item[i].description, &all, &count) < 0)
			continue;
		for (size_t j = 0; j < count; j++)
			suggest_offer(near, kind == name_fits_register ? all[j].name
					    : kind == fits_feature     ? feature_of(all[j].handle)
								   : select_group(all[j].handle));
		gdbregs_free(all);
	}
}

/* Write that a description has no register of the role that the word names. Returns false if the
 * word names no role. */
static bool lacks_role(const struct selection *s, const char *word, char *message, size_t capacity)
{
	for (size_t i = 0; i < s->count; i++) {
		if (name_lacks_role(s->item[i].description, word, message, capacity))
			return true;
	}
	return false;
}

static int refuse(const struct selection *s, fits_fn kind, const char *what, const char *word,
		  char *message, size_t capacity)
{
	struct suggestion near;
	char lacking[120];
	const char *colon = kind == name_fits_register ? name_colon(word) : NULL;
	suggest_begin(&near, colon ? colon + 1 : word);
	offer_all(s, kind, &near);
	if (strchr(word, ','))
		snprintf(message, capacity,
			 "no %s matches '%s'; give several names as separate arguments or options, "
			 "without commas",
			 what, word);
	else if (kind == name_fits_register && lacks_role(s, word, lacking, sizeof(lacking)))
		snprintf(message, capacity, "no %s matches '%s': %s", what, word, lacking);
	else if (near.best)
		snprintf(message, capacity, "no %s matches '%s'; did you mean '%s'?", what, word,
			 near.best);
	else
		snprintf(message, capacity, "no %s matches '%s'; see 'gdbregs-cli list'", what,
			 word);
	return GDBREGS_ERR_NO_REGISTER;
}

/* A name matches nothing: the register may exist, and the part be missing, or it is to be excluded
 * and is not shown by itself. */
static int refuse_name(const struct selection *s, const struct named *named, const char *word,
		       char *message, size_t capacity)
{
	if (named->kind == NAMED_NO_PART)
		part_refuse(&named->field, named->path, message, capacity);
	else if (named->kind == NAMED_PART)
		part_refuse_exclude(word, message, capacity);
	else
		return refuse(s, name_fits_register, "register", word, message, capacity);
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
	static const fits_fn kinds[] = {name_fits_register, fits_feature, fits_group,
					name_fits_register};
	const struct options *o = s->options;
	const struct string_list *const lists[] = {&o->patterns, &o->features, &o->groups,
						   &o->excludes};
	const bool *fits = s->fits;
	const struct named *named = s->named;
	size_t count = 0, total = 0;
	for (int i = 0; i < 4; fits += lists[i++]->count) {
		size_t unfit = first_unfit(lists[i], fits);
		bool names = kinds[i] == name_fits_register;
		if (unfit < lists[i]->count && names)
			return refuse_name(s, &named[unfit], lists[i]->item[unfit], message,
					   capacity);
		if (unfit < lists[i]->count)
			return refuse(s, kinds[i], what[i], lists[i]->item[unfit], message,
				      capacity);
		named += names ? lists[i]->count : 0;
	}
	for (size_t i = 0; i < s->count; i++) {
		count += s->item[i].count;
		total += s->item[i].total;
	}
	if (count > 0 || total == 0)
		return 0;
	snprintf(message, capacity, "no register matches the whole selection");
	return GDBREGS_ERR_NO_REGISTER;
}
