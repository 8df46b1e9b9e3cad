/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/diff-match.h"

#include "base/message.h"
#include "base/suggest.h"
#include "cmd/diff-names.h"
#include "target/name.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---------------------------------------------------------- selecting --- */

static bool fits_any(const struct string_list *words, bool *seen,
		     bool (*fits)(const char *word, const struct stored_value *v),
		     const struct stored_value *v)
{
	bool any = words->count == 0;
	for (size_t i = 0; i < words->count; i++) {
		if (!fits(words->item[i], v))
			continue;
		seen[i] = true;
		any = true;
	}
	return any;
}

static bool fits_feature(const char *glob, const struct stored_value *v)
{
	return name_glob(glob, v->feature ? v->feature : "");
}

/* Move values that are not selected behind the others, where check_seen() finds names to
 * suggest. */
static void select_values(struct stored *s, const struct options *o, bool *seen)
{
	size_t kept = 0;
	s->total = s->count;
	for (size_t i = 0; i < s->total; i++) {
		const struct stored_value *v = &s->item[i];
		bool pattern = fits_any(&o->patterns, seen, names_fit, v) || v->alias;
		bool feature = fits_any(&o->features, seen + o->patterns.count, fits_feature, v);
		bool excluded = fits_any(&o->excludes, seen + o->patterns.count + o->features.count,
					 names_fit, v) &&
				o->excludes.count > 0;
		bool vcpu = o->vcpu_count == 0 || options_list_vcpu(o, v->vcpu);
		if (!pattern || !feature || !vcpu || excluded || v->excluded)
			continue;
		struct stored_value taken = *v;
		s->item[i] = s->item[kept];
		s->item[kept++] = taken;
	}
	s->count = kept;
}

static const char *exclude_hint(const char *word)
{
	const char *colon = name_colon(word);
	if (strchr(word, ','))
		return "; give --exclude for each";
	return strchr(colon ? colon : word, '.')
		       ? "; exclude the register, or name the parts that you want"
		       : "";
}

/* Returns the first of the words that has matched nothing, or NULL. *seen is moved past them. */
static const char *find_unseen(const struct string_list *words, const bool **seen)
{
	const bool *own = *seen;
	size_t i = 0;
	while (i < words->count && own[i])
		i++;
	*seen += words->count;
	return i < words->count ? words->item[i] : NULL;
}

/* Add "; did you mean 'rip'?" if a name is near enough. */
static void add_suggestion(struct text *hint, const char *word, const struct diff *d)
{
	struct suggestion near;
	const char *colon = name_colon(word);
	suggest_begin(&near, colon ? colon + 1 : word);
	for (size_t i = 0; i < d->before->total; i++)
		suggest_offer(&near, d->before->item[i].name);
	for (size_t i = 0; i < d->after->total; i++)
		suggest_offer(&near, d->after->item[i].name);
	if (near.best)
		text_addf(hint, "; did you mean '%s'?", near.best);
}

static int check_seen(const struct diff *d, const bool *seen)
{
	const struct options *o = d->options;
	struct text hint = {0};
	const char *pattern = find_unseen(&o->patterns, &seen);
	const char *feature = find_unseen(&o->features, &seen);
	const char *exclude = find_unseen(&o->excludes, &seen);
	if (!pattern && feature)
		return fail(STATUS_SELECTION, "no feature matches '%s' in either snapshot",
			    feature);
	if (!pattern && !exclude)
		return 0;
	text_adds(&hint, pattern ? "" : exclude_hint(exclude));
	if (hint.size == 0)
		add_suggestion(&hint, pattern ? pattern : exclude, d);
	int status = fail(STATUS_SELECTION, "no register matches '%s' in either snapshot%s",
			  pattern ? pattern : exclude, hint.data ? hint.data : "");
	text_fini(&hint);
	return status;
}

static int select_both(const struct diff *d, const struct targets *set)
{
	const struct options *o = d->options;
	bool *seen = calloc(o->patterns.count + o->features.count + o->excludes.count + 1,
			    sizeof(*seen));
	if (!seen)
		return fail_nomem();
	int status = names_add(d->before, o, set, seen);
	if (status == 0)
		status = names_add(d->after, o, set, seen);
	if (status == 0) {
		select_values(d->before, o, seen);
		select_values(d->after, o, seen);
		status = check_seen(d, seen);
	}
	free(seen);
	return status;
}

/* ----------------------------------------------------------- matching --- */

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_vcpus(const struct stored_value *a, const struct stored_value *b)
{
	int order = (a->target_rank > b->target_rank) - (a->target_rank < b->target_rank);
	return order != 0 ? order : (a->vcpu > b->vcpu) - (a->vcpu < b->vcpu);
}

static int compare_keys(const struct stored_value *a, const struct stored_value *b)
{
	int order = compare_vcpus(a, b);
	if (order == 0)
		order = compare_texts(a->feature, b->feature);
	if (order == 0)
		order = (a->feature ? 1 : 0) - (b->feature ? 1 : 0);
	if (order == 0)
		order = strcmp(a->name, b->name);
	if (order == 0)
		order = compare_texts(a->field, b->field);
	return order;
}

static int compare_places(const void *left, const void *right)
{
	const struct stored_value *a = *(struct stored_value *const *)left;
	const struct stored_value *b = *(struct stored_value *const *)right;
	int order = compare_keys(a, b);
	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static struct stored_value **sort(struct stored *s)
{
	struct stored_value **sorted = calloc(s->count + 1, sizeof(*sorted));
	if (!sorted)
		return NULL;
	for (size_t i = 0; i < s->count; i++)
		sorted[i] = &s->item[i];
	qsort(sorted, s->count, sizeof(*sorted), compare_places);
	return sorted;
}

/* Pair the values of two sorted lists. Registers of one name are paired in their order. */
static void link_all(struct stored_value **a, size_t a_count, struct stored_value **b,
		     size_t b_count)
{
	for (size_t i = 0, j = 0; i < a_count && j < b_count;) {
		int order = compare_keys(a[i], b[j]);
		if (order == 0) {
			a[i]->match = b[j];
			b[j]->match = a[i];
		}
		i += order <= 0;
		j += order >= 0;
	}
}

/* If each snapshot has one target, compare these two, even if their addresses differ. */
static void share_target(struct stored *before, struct stored *after)
{
	if (before->several_targets || after->several_targets || !before->target || !after->target)
		return;
	for (size_t i = 0; i < after->count; i++)
		after->item[i].target = before->target;
}

static int compare_names(const void *left, const void *right)
{
	return compare_texts(*(const char *const *)left, *(const char *const *)right);
}

/* Add the name of each target. A name comes several times if other targets are between its
 * values. */
static size_t add_names(const char **names, size_t count, const struct stored *s)
{
	for (size_t i = 0; i < s->count; i++) {
		if (i == 0 || s->item[i].target != s->item[i - 1].target)
			names[count++] = s->item[i].target;
	}
	return count;
}

static void set_ranks(struct stored *s, const char *const *names, size_t count)
{
	for (size_t i = 0; i < s->count; i++) {
		struct stored_value *v = &s->item[i];
		if (i > 0 && v->target == v[-1].target) {
			v->target_rank = v[-1].target_rank;
			continue;
		}
		const char *const *found =
			bsearch(&v->target, names, count, sizeof(*names), compare_names);
		v->target_rank = (size_t)(found - names);
	}
}

/* Give each value the rank of its target. Names of targets may be long: they are compared here,
 * and not whenever two values are. */
static bool rank_targets(struct stored *before, struct stored *after)
{
	const char **names = calloc(before->count + after->count + 1, sizeof(*names));
	if (!names)
		return false;
	size_t count = add_names(names, add_names(names, 0, before), after), kept = 0;
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || compare_texts(names[i], names[kept - 1]) != 0)
			names[kept++] = names[i];
	}
	set_ranks(before, names, kept);
	set_ranks(after, names, kept);
	free(names);
	return true;
}

static int match(struct stored *before, struct stored *after)
{
	share_target(before, after);
	if (!rank_targets(before, after))
		return fail_nomem();
	struct stored_value **a = sort(before), **b = sort(after);
	bool ok = a && b;
	if (ok)
		link_all(a, before->count, b, after->count);
	free(a);
	free(b);
	return ok ? 0 : fail_nomem();
}

/* ---------------------------------------------------------- comparing --- */

static void add(struct diff *d, enum change_kind kind, const struct stored_value *before,
		const struct stored_value *after)
{
	d->item[d->count++] = (struct change){kind, before, after};
}

/* Bit fields have a number and no bytes. */
static bool is_known(const struct stored_value *v)
{
	return v->bytes || (v->field && v->number);
}

static bool differ(const struct stored_value *a, const struct stored_value *b)
{
	if (a->bytes && b->bytes)
		return !stored_same_bytes(a, b);
	return !a->number || !b->number || strcasecmp(a->number, b->number) != 0;
}

/* Find how a value has changed that both sides have. Returns false if it has not changed. */
static bool find_change(const struct stored_value *before, enum change_kind *kind)
{
	const struct stored_value *after = before->match;
	bool was = is_known(before), is = is_known(after);
	if (was != is)
		*kind = is ? CHANGE_AVAILABLE : CHANGE_UNAVAILABLE;
	else
		*kind = CHANGE_CHANGED;
	return was != is || (was && differ(before, after));
}

bool diff_is_same(const struct stored_value *before)
{
	enum change_kind kind;
	return before->match && !find_change(before, &kind);
}

static void compare(struct diff *d, const struct stored_value *before)
{
	const struct stored_value *after = before->match;
	enum change_kind kind = CHANGE_VANISHED;
	d->compared += after ? 1 : 0;
	d->one_sided += after ? 0 : 1;
	if (!after || find_change(before, &kind))
		add(d, kind, before, after);
}

const struct stored_value *diff_subject(const struct change *c)
{
	return c->before ? c->before : c->after;
}

static int compare_changes(const void *left, const void *right)
{
	const struct change *a = left, *b = right;
	const struct stored_value *x = diff_subject(a), *y = diff_subject(b);
	int order = compare_vcpus(x, y);
	if (order == 0)
		order = (a->kind == CHANGE_APPEARED) - (b->kind == CHANGE_APPEARED);
	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/* Fail if every register is on one side only, which is hardly what was meant. */
static int check_common(const struct diff *d)
{
	const struct stored *before = d->before, *after = d->after;
	if (d->compared > 0 || d->one_sided == 0 || d->options->all)
		return 0;
	if (before->count == 0 || after->count == 0)
		return fail(STATUS_DIFFERENT, "%s has no register that is selected",
			    before->count == 0 ? before->name : after->name);
	return fail(STATUS_DIFFERENT,
		    "%s and %s have no register in common: targets, vCPUs, features or names "
		    "differ; --all lists them",
		    before->name, after->name);
}

int diff_make(struct diff *d, const struct options *o, const struct targets *set,
	      struct stored *before, struct stored *after)
{
	*d = (struct diff){.options = o,
			   .before = before,
			   .after = after,
			   .several_targets = before->several_targets || after->several_targets};
	int status = select_both(d, set);
	if (status == 0)
		status = match(before, after);
	if (status != 0)
		return status;
	d->item = calloc(before->count + after->count + 1, sizeof(*d->item));
	if (!d->item)
		return fail_nomem();
	for (size_t i = 0; i < before->count; i++)
		compare(d, &before->item[i]);
	for (size_t i = 0; i < after->count; i++) {
		if (after->item[i].match)
			continue;
		add(d, CHANGE_APPEARED, NULL, &after->item[i]);
		d->one_sided++;
	}
	qsort(d->item, d->count, sizeof(*d->item), compare_changes);
	return check_common(d);
}

void diff_fini(struct diff *d)
{
	free(d->item);
	*d = (struct diff){.options = NULL};
}

bool diff_is_listed(const struct diff *d, const struct change *c)
{
	return d->options->all || (c->before && c->after);
}

size_t diff_listed_count(const struct diff *d)
{
	return d->options->all ? d->count : d->count - d->one_sided;
}
