/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of watched registers. It changes its order only while no read is under way: a watch
 * that is removed meanwhile is only marked, and a new one is added at the end. A watched vCPU is a
 * watch for each of its registers; these have consecutive serials and so stay together. */
#include "session/requests.h"
#include "session/watch.h"

#include "util/alloc.h"

#include <stdlib.h>

static int compare(const void *left, const void *right)
{
	const struct gdbregs__watch *a = left, *b = right;

	if (a->vcpu != b->vcpu)
		return a->vcpu < b->vcpu ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

static void drop(struct gdbregs__watch *watch)
{
	if (!watch->all || --watch->all->watches > 0)
		return;
	gdbregs__free(watch->all->changes);
	gdbregs__free(watch->all);
}

/* Sort by vCPU, so that a single g can serve all registers of a vCPU. */
void gdbregs__watches_tidy(struct gdbregs__watches *w)
{
	size_t kept = 0;

	for (size_t i = 0; w->removed && i < w->count; i++) {
		if (w->list[i].removed)
			drop(&w->list[i]);
		else
			w->list[kept++] = w->list[i];
	}
	w->count = w->removed ? kept : w->count;
	w->removed = 0;
	if (w->unsorted)
		qsort(w->list, w->count, sizeof(*w->list), compare);
	w->unsorted = false;
}

void gdbregs__watches_free(struct gdbregs__watches *w)
{
	for (size_t i = 0; i < w->count; i++)
		drop(&w->list[i]);
	gdbregs__free(w->list);
}

/* -------------------------------------------------------------------- one register --- */

static int check(struct gdbregs_session *s, bool complete)
{
	int wrong = gdbregs__session_begin(s, GDBREGS__MAY_RUN | GDBREGS__NEED_READ);

	if (wrong || complete)
		return wrong;
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
				   "no register or no callback given");
}

static int reserve(struct gdbregs__watches *w, size_t more)
{
	struct gdbregs__watch *list =
		gdbregs__array_room(w->list, w->count + more - 1, &w->capacity, sizeof(*list));

	if (!list)
		return GDBREGS_ERR_NOMEM;
	w->list = list;
	return 0;
}

static void append(struct gdbregs__watches *w, struct gdbregs__watch watch)
{
	w->unsorted |= w->count && w->list[w->count - 1].vcpu > watch.vcpu;
	watch.serial = w->serial++;
	w->list[w->count++] = watch;
	w->stale = true;
}

int gdbregs__watches_add(struct gdbregs_session *s, unsigned vcpu, const struct gdbregs_register *h,
			 gdbregs_change_cb cb, void *arg)
{
	int wrong = check(s, h && cb);

	if (!wrong)
		wrong = gdbregs__target_check_register(s, vcpu, h);
	if (wrong)
		return wrong;
	if (reserve(&s->run.watches, 1) < 0)
		return gdbregs__engine_say_nomem(&s->engine);
	append(&s->run.watches,
	       (struct gdbregs__watch){.vcpu = vcpu, .reg = h, .cb = cb, .arg = arg});
	return 0;
}

static void mark_removed(struct gdbregs__watches *w, struct gdbregs__watch *watch)
{
	watch->removed = true;
	w->removed++;
}

static bool is_of(const struct gdbregs__watch *watch, const struct gdbregs__watch *wanted)
{
	return !watch->removed && !watch->all && watch->vcpu == wanted->vcpu &&
	       watch->reg == wanted->reg && watch->cb == wanted->cb && watch->arg == wanted->arg;
}

/* Most programs remove watches in the order in which they were added, or backwards. The
 * search goes in both directions from the place of the last one that was removed, so that
 * removing all takes linear time. */
static struct gdbregs__watch *find(struct gdbregs__watches *w, const struct gdbregs__watch *wanted)
{
	size_t from = w->found < w->count ? w->found : w->count;

	for (size_t up = from, down = from; up < w->count || down > 0; up++) {
		w->found = up;
		if (up < w->count && is_of(&w->list[up], wanted))
			return &w->list[up];
		if (down == 0)
			continue;
		w->found = --down;
		if (is_of(&w->list[down], wanted))
			return &w->list[down];
	}
	return NULL;
}

int gdbregs__watches_remove(struct gdbregs_session *s, unsigned vcpu,
			    const struct gdbregs_register *h, gdbregs_change_cb cb, void *arg)
{
	const struct gdbregs__watch wanted = {.vcpu = vcpu, .reg = h, .cb = cb, .arg = arg};
	struct gdbregs__watch *watch = find(&s->run.watches, &wanted);

	if (!watch)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "that register is not watched");
	mark_removed(&s->run.watches, watch);
	return 0;
}

/* ------------------------------------------------------------------ a whole vCPU --- */

static struct gdbregs__vcpu_watch *make(size_t watches, struct gdbregs__vcpu_watch from)
{
	struct gdbregs__vcpu_watch *all = gdbregs__malloc(sizeof(*all));

	if (!all)
		return NULL;
	*all = from;
	all->watches = watches;
	all->changes = gdbregs__calloc(watches, sizeof(*all->changes));
	if (!all->changes) {
		gdbregs__free(all);
		return NULL;
	}
	return all;
}

int gdbregs__watches_add_vcpu(struct gdbregs_session *s, unsigned vcpu, gdbregs_vcpu_change_cb cb,
			      void *arg)
{
	struct gdbregs__watches *w = &s->run.watches;
	int wrong = check(s, cb);

	if (!wrong)
		wrong = gdbregs__target_check_vcpu(s, vcpu);
	if (wrong)
		return wrong;
	const struct gdbregs_description *d = gdbregs__target_description(s, vcpu);
	if (!d || !d->register_count)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_DESCRIPTION,
					   "vCPU %u has no registers", vcpu);
	const struct gdbregs__vcpu_watch from = {.vcpu = vcpu, .cb = cb, .arg = arg};
	struct gdbregs__vcpu_watch *all =
		reserve(w, d->register_count) < 0 ? NULL : make(d->register_count, from);
	if (!all)
		return gdbregs__engine_say_nomem(&s->engine);
	for (size_t i = 0; i < d->register_count; i++)
		append(w,
		       (struct gdbregs__watch){.vcpu = vcpu, .reg = &d->registers[i], .all = all});
	return 0;
}

int gdbregs__watches_remove_vcpu(struct gdbregs_session *s, unsigned vcpu,
				 gdbregs_vcpu_change_cb cb, void *arg)
{
	struct gdbregs__watches *w = &s->run.watches;
	const struct gdbregs__vcpu_watch *all = NULL;

	for (size_t i = 0; i < w->count; i++) {
		struct gdbregs__watch *watch = &w->list[i];

		if (!all && watch->all && !watch->removed && watch->all->vcpu == vcpu &&
		    watch->all->cb == cb && watch->all->arg == arg)
			all = watch->all;
		if (all && watch->all == all)
			mark_removed(w, watch);
	}
	return all ? 0
		   : gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					 "vCPU %u is not watched with that callback", vcpu);
}
