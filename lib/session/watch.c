/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the watched registers and calls back. There are two buffers: `before` has the values that
 * were seen last, `now` receives those of the read under way. Afterwards they are swapped.
 * reads[i] is for list[i]. */
#include "session/watch.h"
#include "session/op-read.h"

#include "util/alloc.h"

#include <string.h>

/* A status that no read has: the read has not taken place. */
#define NOT_READ INT32_MIN

/* ------------------------------------------------------------------- the read --- */

/* Queue the read, ahead of an op. There is a watch that was not removed. */
static int read_all(struct gdbregs_session *s, struct gdbregs__op *before, gdbregs__op_done done)
{
	struct gdbregs__watches *w = &s->run.watches;

	gdbregs__watches_tidy(w);
	struct gdbregs_read *reads =
		gdbregs__array_room(w->reads, w->count - 1, &w->read_capacity, sizeof(*reads));
	if (!reads)
		return gdbregs__engine_say_nomem(&s->engine);
	w->reads = reads;
	w->read_count = w->count;
	for (size_t i = 0; i < w->count; i++)
		w->reads[i] = (struct gdbregs_read){
			.vcpu = w->list[i].vcpu, .reg = w->list[i].reg, .status = NOT_READ};
	return gdbregs__read_ahead(s, before, w->reads, w->count, &w->now, done);
}

/* The values that were read are those that were seen last. */
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

/* The read before the resume has left the queue. If it was canceled or has failed, its
 * results were not written. */
static void take_baseline(struct gdbregs__watches *w)
{
	if (!w->baseline_due)
		return;
	w->baseline_due = false;
	if (w->reads[0].status == NOT_READ)
		w->stale = true;
	else
		absorb(w);
}

int gdbregs__watch_prepare(struct gdbregs_session *s, struct gdbregs__op *before)
{
	struct gdbregs__watches *w = &s->run.watches;

	take_baseline(w);
	w->due = false;
	if (!w->stale || w->count == w->removed)
		return 0;
	int result = read_all(s, before, NULL);
	if (result < 0)
		return result;
	w->baseline_due = true;
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

	take_baseline(w);
	if (w->count == w->removed)
		return 0;
	w->then = then;
	int result = read_all(s, before, on_read);
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

static struct gdbregs_change change_of(const struct gdbregs__watches *w, size_t index)
{
	const struct gdbregs__watch *watch = &w->list[index];
	int old_status = watch->status, new_status = w->reads[index].status;
	struct gdbregs_change change = {
		.reg = watch->reg,
		.new_bytes = new_status < 0 ? NULL : w->reads[index].data,
		.size = (size_t)(new_status < 0 ? old_status : new_status),
	};

	/* The size is that of both values: if the old value has another size, it is omitted. */
	if (old_status >= 0 && (new_status < 0 || new_status == old_status))
		change.old_bytes = w->before.data + watch->off_bytes;
	return change;
}

static void notify(const struct gdbregs__watches *w, size_t index)
{
	const struct gdbregs__watch *watch = &w->list[index];
	struct gdbregs_change change = change_of(w, index);

	watch->cb(watch->arg, watch->vcpu, watch->reg, change.old_bytes, change.new_bytes,
		  change.size);
}

/* Call back for one watched vCPU, whose registers are adjacent in the list. Returns the index
 * after them. */
static size_t notify_vcpu(const struct gdbregs__watches *w, size_t index)
{
	struct gdbregs__vcpu_watch *all = w->list[index].all;
	size_t count = 0;

	for (; index < w->read_count && w->list[index].all == all; index++)
		if (has_changed(w, index))
			all->changes[count++] = change_of(w, index);
	if (count)
		all->cb(all->arg, all->vcpu, all->changes, count);
	return index;
}

/* A step may be queued after the one that has stopped. */
static bool is_open(const struct gdbregs_session *s)
{
	return s->state == GDBREGS__SESSION_STOPPED || s->state == GDBREGS__SESSION_RUNNING;
}

/* Call back for the registers that have changed. A callback may end the session, or remove
 * watches. Returns false if the session was freed. */
static bool call_back(struct gdbregs_session *s)
{
	struct gdbregs__watches *w = &s->run.watches;
	bool gone = false;

	s->run.gone = &gone;
	for (size_t i = 0; i < w->read_count && is_open(s);) {
		if (w->list[i].all)
			i = notify_vcpu(w, i);
		else if (has_changed(w, i++))
			notify(w, i - 1);
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
	gdbregs__watches_free(&s->run.watches);
	gdbregs__free(s->run.watches.reads);
	gdbregs_buffer_fini(&s->run.watches.now);
	gdbregs_buffer_fini(&s->run.watches.before);
}
