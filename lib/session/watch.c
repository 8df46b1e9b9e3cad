/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two buffers take turns: `before` holds the values last seen, `now` what the
 * flight under way brings; when all is told, they change places. The list
 * changes its order only while no flight is under way, so reads[i] is list[i]'s:
 * what is removed meanwhile is only marked, what is added stands at the end. */
#include "session/watch.h"

#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

/* A status that no read has: it never came to that. */
#define NOT_READ INT32_MIN

/* -------------------------------------------------------------------- the list --- */

static int compare(const void *left, const void *right)
{
	const struct gdbregs__watch *a = left, *b = right;

	if (a->vcpu != b->vcpu)
		return a->vcpu < b->vcpu ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

/* One vCPU after the other: a g can then serve all of a vCPU's. */
static void tidy(struct gdbregs__watches *w)
{
	size_t kept = 0;

	for (size_t i = 0; w->removed && i < w->count; i++)
		if (!w->list[i].removed)
			w->list[kept++] = w->list[i];
	w->count = w->removed ? kept : w->count;
	w->removed = 0;
	if (w->unsorted)
		qsort(w->list, w->count, sizeof(*w->list), compare);
	w->unsorted = false;
}

static int reserve_reads(struct gdbregs__watches *w)
{
	if (w->count <= w->read_capacity)
		return 0;
	struct gdbregs_read *reads = gdbregs__realloc_array(w->reads, w->capacity, sizeof(*reads));
	if (!reads)
		return GDBREGS_ERR_NOMEM;
	w->reads = reads;
	w->read_capacity = w->capacity;
	return 0;
}

/* Queue the read, ahead of an op. */
static int read_all(struct gdbregs_session *s, struct gdbregs__op *before, gdbregs__op_done done,
		    void *arg, struct gdbregs__op **out)
{
	struct gdbregs__watches *w = &s->run.watches;

	tidy(w);
	if (reserve_reads(w) < 0)
		return gdbregs__engine_say_nomem(&s->engine);
	w->read_count = w->count;
	for (size_t i = 0; i < w->count; i++)
		w->reads[i] = (struct gdbregs_read){
			.vcpu = w->list[i].vcpu, .reg = w->list[i].reg, .status = NOT_READ};
	return gdbregs__read_ahead(s, before, w->reads, w->count, &w->now, done, arg, out);
}

/* What was read now is what was seen last. */
static void absorb(struct gdbregs__watches *w)
{
	struct gdbregs_buffer now = w->now;

	for (size_t i = 0; i < w->read_count; i++) {
		w->list[i].known = true;
		w->list[i].status = w->reads[i].status;
		w->list[i].off_bytes =
			w->reads[i].data ? (size_t)(w->reads[i].data - w->now.data) : 0;
	}
	w->read_count = 0;
	w->now = w->before;
	w->before = now;
}

/* ------------------------------------------------------------- before a resume --- */

static void take_baseline(struct gdbregs__watches *w, int status)
{
	w->baseline = NULL;
	if (status >= 0)
		absorb(w);
	else
		w->stale = true;
}

/* When the stop reply is there, the flight before the resume has landed, told
 * or not. It is still out if the resume failed for lack of memory. */
static int settle_baseline(struct gdbregs_session *s)
{
	struct gdbregs__op *baseline = s->run.watches.baseline;

	if (!baseline)
		return 0;
	if (!baseline->completed)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_RUNNING,
					   "watched registers are still being read");
	take_baseline(&s->run.watches, baseline->status);
	return 0;
}

/* arg says which one, for a later one may be under way. */
static void on_baseline(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			void *arg)
{
	struct gdbregs__watches *w = &s->run.watches;

	(void)error;
	if (w->baseline && w->baselines == (uintptr_t)arg)
		take_baseline(w, status);
}

int gdbregs__watch_prepare(struct gdbregs_session *s, struct gdbregs__op *before)
{
	struct gdbregs__watches *w = &s->run.watches;
	int result = settle_baseline(s);

	if (result < 0)
		return result;
	w->due = false;
	if (!w->stale || w->count == w->removed)
		return 0;
	w->baselines++;
	result = read_all(s, before, on_baseline, (void *)w->baselines, &w->baseline);
	if (result < 0)
		return result;
	w->stale = false;
	return 0;
}

/* ---------------------------------------------------------------- after a stop --- */

static void on_read(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct gdbregs__watches *w = &s->run.watches;

	(void)arg;
	if (status < 0) {
		w->read_count = 0;
		w->stale = true;
		s->run.stopped.status = status;
		s->run.stopped.error = *error;
	} else {
		w->due = true;
		if (!w->outside_delivery && !gdbregs__watch_deliver(s))
			return;
	}
	w->then(s);
}

int gdbregs__watch_read(struct gdbregs_session *s, struct gdbregs__op *before,
			void (*then)(struct gdbregs_session *s))
{
	struct gdbregs__watches *w = &s->run.watches;
	int result = settle_baseline(s);

	if (result < 0 || w->count == w->removed)
		return result;
	w->then = then;
	result = read_all(s, before, on_read, NULL, NULL);
	return result < 0 ? result : 1;
}

static bool has_changed(const struct gdbregs__watches *w, size_t index)
{
	const struct gdbregs__watch *watch = &w->list[index];
	int old_status = watch->status, new_status = w->reads[index].status;

	if (watch->removed || !watch->known)
		return false;
	if (old_status < 0 || new_status < 0)
		return (old_status < 0) != (new_status < 0);
	return old_status != new_status || memcmp(w->before.data + watch->off_bytes,
						  w->reads[index].data, (size_t)new_status) != 0;
}

static void notify(const struct gdbregs__watches *w, size_t index)
{
	const struct gdbregs__watch *watch = &w->list[index];
	int old_status = watch->status, new_status = w->reads[index].status;
	const void *old_bytes = NULL;

	/* One size for both: an old value of another size is of no use. */
	if (old_status >= 0 && (new_status < 0 || new_status == old_status))
		old_bytes = w->before.data + watch->off_bytes;
	watch->cb(watch->arg, watch->vcpu, watch->reg, old_bytes,
		  new_status < 0 ? NULL : w->reads[index].data,
		  (size_t)(new_status < 0 ? old_status : new_status));
}

/* A step may be queued behind the one that has stopped. */
static bool is_open(const struct gdbregs_session *s)
{
	return s->state == GDBREGS__SESSION_STOPPED || s->state == GDBREGS__SESSION_RUNNING;
}

/* Call back for what has changed. A callback may end the session, or remove watches.
 * Returns false if the session was freed. */
static bool call_back(struct gdbregs_session *s)
{
	struct gdbregs__watches *w = &s->run.watches;
	bool gone = false;

	s->run.gone = &gone;
	for (size_t i = 0; i < w->read_count && is_open(s); i++) {
		if (!has_changed(w, i))
			continue;
		notify(w, i);
		if (gone)
			return false;
	}
	s->run.gone = NULL;
	return true;
}

bool gdbregs__watch_deliver(struct gdbregs_session *s)
{
	struct gdbregs__watches *w = &s->run.watches;
	enum gdbregs__run_phase phase = s->run.phase;

	if (!w->due)
		return true;
	w->due = false;
	s->run.phase = GDBREGS__RUN_DELIVERING;
	if (!call_back(s))
		return false;
	s->run.phase = phase;
	absorb(w);
	return true;
}

void gdbregs__watch_stale(struct gdbregs_session *s)
{
	s->run.watches.stale = true;
}

void gdbregs__watch_fini(struct gdbregs_session *s)
{
	gdbregs__free(s->run.watches.list);
	gdbregs__free(s->run.watches.reads);
	gdbregs_buffer_fini(&s->run.watches.now);
	gdbregs_buffer_fini(&s->run.watches.before);
}

/* ------------------------------------------------------------- what is public --- */

static int check(struct gdbregs_session *s, unsigned vcpu, const struct gdbregs_register *h,
		 gdbregs_change_cb cb)
{
	int wrong = gdbregs__session_begin(s, GDBREGS__MAY_RUN | GDBREGS__NEED_READ);

	if (wrong)
		return wrong;
	if (!h || !cb)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "no register or no callback given");
	return gdbregs__target_check_register(s, vcpu, h);
}

int gdbregs_watch(struct gdbregs_session *s, unsigned vcpu, const struct gdbregs_register *h,
		  gdbregs_change_cb cb, void *arg)
{
	int wrong = s ? check(s, vcpu, h, cb) : GDBREGS_ERR_INVAL;

	if (wrong)
		return wrong;
	struct gdbregs__watches *w = &s->run.watches;
	struct gdbregs__watch *list =
		gdbregs__array_room(w->list, w->count, &w->capacity, sizeof(*list));
	if (!list)
		return gdbregs__engine_say_nomem(&s->engine);
	w->list = list;
	w->unsorted |= w->count && w->list[w->count - 1].vcpu > vcpu;
	w->list[w->count++] = (struct gdbregs__watch){
		.vcpu = vcpu, .reg = h, .cb = cb, .arg = arg, .serial = w->serial++};
	w->stale = true;
	return 0;
}

int gdbregs_unwatch(struct gdbregs_session *s, unsigned vcpu, const struct gdbregs_register *h,
		    gdbregs_change_cb cb, void *arg)
{
	struct gdbregs__watches *w = s ? &s->run.watches : NULL;

	for (size_t i = 0; w && i < w->count; i++) {
		struct gdbregs__watch *watch = &w->list[i];

		if (watch->removed || watch->vcpu != vcpu || watch->reg != h || watch->cb != cb ||
		    watch->arg != arg)
			continue;
		watch->removed = true;
		w->removed++;
		return 0;
	}
	return s ? gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
				       "that register is not watched")
		 : GDBREGS_ERR_INVAL;
}
