/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 5. Telling of stops: who waits for one, and one that waits for somebody. */
#include "session/op-run.h"
#include "session/target.h"
#include "session/watch.h"

#include "util/alloc.h"

#include <limits.h>

/* An op that sends nothing and stands in no queue: it waits. */
struct gdbregs__wait {
	struct gdbregs__op op;
	struct gdbregs__wait *next;
	uint64_t at_ms; /* when its time is up */
	int timeout_ms;
	struct gdbregs_stop *stop; /* may be NULL */
};

/* -------------------------------------------------------------- what happened --- */

/* The vCPU that a stop is about. QEMU names none where a system call of
 * semihosting was interrupted. */
static unsigned vcpu_of(struct gdbregs_session *s, uint32_t stepped,
			const struct gdbregs__stop *stop)
{
	if (stop->kind != GDBREGS__STOP_SIGNAL && stop->kind != GDBREGS__STOP_THREAD_EXIT)
		return UINT_MAX;
	if (stop->has_thread)
		return stop->kind == GDBREGS__STOP_SIGNAL ? gdbregs__vcpus_stopped(s, &stop->thread)
							  : gdbregs__vcpus_find(s, &stop->thread);
	if (stepped != GDBREGS__ALL_VCPUS)
		return stepped;
	return s->vcpu_count == 1 ? 0 : UINT_MAX;
}

static const enum gdbregs_stop_kind kinds[] = {
	[GDBREGS__STOP_SIGNAL] = GDBREGS_STOP_SIGNAL,
	[GDBREGS__STOP_EXITED] = GDBREGS_STOP_EXITED,
	[GDBREGS__STOP_TERMINATED] = GDBREGS_STOP_TERMINATED,
	[GDBREGS__STOP_THREAD_EXIT] = GDBREGS_STOP_THREAD_EXIT,
	[GDBREGS__STOP_NO_RESUMED] = GDBREGS_STOP_NO_RESUMED,
};

static const enum gdbregs_stop_reason reasons[] = {
	[GDBREGS__REASON_SIGNAL] = GDBREGS_REASON_SIGNAL,
	[GDBREGS__REASON_SWBREAK] = GDBREGS_REASON_SWBREAK,
	[GDBREGS__REASON_HWBREAK] = GDBREGS_REASON_HWBREAK,
	[GDBREGS__REASON_WATCH] = GDBREGS_REASON_WATCH,
	[GDBREGS__REASON_RWATCH] = GDBREGS_REASON_RWATCH,
	[GDBREGS__REASON_AWATCH] = GDBREGS_REASON_AWATCH,
	[GDBREGS__REASON_OTHER] = GDBREGS_REASON_OTHER,
};

void gdbregs__stop_describe(struct gdbregs_session *s, uint32_t stepped,
			    const struct gdbregs__stop *from, struct gdbregs_stop *to)
{
	*to = (struct gdbregs_stop){
		.kind = kinds[from->kind],
		.reason = reasons[from->reason],
		.vcpu = vcpu_of(s, stepped, from),
		.signal = (int)from->signal,
		.exit_status = (int)from->status,
		.address = from->address,
	};
}

/* --------------------------------------------------------------------- telling --- */

static void end_wait(struct gdbregs_session *s, struct gdbregs__wait *wait, int status)
{
	wait->op.status = status;
	if (status == 0 && wait->stop)
		*wait->stop = s->stopped.stop;
	gdbregs__session_complete(s, &wait->op);
}

static int say_status(struct gdbregs_session *s)
{
	if (s->stopped.status < 0)
		s->error = s->stopped.error;
	return s->stopped.status;
}

void gdbregs__stop_tell(struct gdbregs_session *s)
{
	struct gdbregs__wait *wait = s->stopped.waits, *next;

	s->stopped.reporting = false;
	s->stopped.kept = true;
	for (; wait; wait = next) {
		next = wait->next;
		if (wait->op.completed)
			continue;
		end_wait(s, wait, say_status(s));
		s->stopped.kept = false;
	}
}

void gdbregs__stop_take(struct gdbregs_session *s, const struct gdbregs_stop *stop, int code)
{
	int reading = 0;

	s->stopped.status = code;
	s->stopped.error = s->error;
	if (stop) {
		s->stopped.stop = *stop;
		reading = s->exited ? 0 : gdbregs__watch_read(s);
	}
	if (reading < 0) {
		s->stopped.status = reading;
		s->stopped.error = s->error;
	}
	s->stopped.reporting = reading > 0;
	if (!s->stopped.reporting)
		gdbregs__stop_tell(s);
}

void gdbregs__stop_fail(struct gdbregs_session *s, int code)
{
	s->stopped.reporting = false;
	for (struct gdbregs__wait *wait = s->stopped.waits, *next; wait; wait = next) {
		next = wait->next;
		if (!wait->op.completed)
			end_wait(s, wait, code);
	}
}

void gdbregs__stop_forget(struct gdbregs_session *s)
{
	s->stopped.kept = false;
}

/* ------------------------------------------------------------------------ time --- */

uint64_t gdbregs__stop_deadline(const struct gdbregs_session *s)
{
	uint64_t at_ms = GDBREGS__FOREVER;

	for (const struct gdbregs__wait *wait = s->stopped.waits; wait; wait = wait->next)
		if (!wait->op.completed && wait->at_ms < at_ms)
			at_ms = wait->at_ms;
	return at_ms;
}

void gdbregs__stop_tick(struct gdbregs_session *s)
{
	for (struct gdbregs__wait *wait = s->stopped.waits, *next; wait; wait = next) {
		next = wait->next;
		if (wait->op.completed || wait->at_ms > s->now_ms)
			continue;
		end_wait(s, wait,
			 gdbregs__session_say(s, GDBREGS_ERR_TIMEOUT,
					      "the target has not stopped within %d ms",
					      wait->timeout_ms));
	}
}

/* --------------------------------------------------------------------- waiting --- */

static void unlink_wait(struct gdbregs_session *s, struct gdbregs__wait *wait)
{
	struct gdbregs__wait **place = &s->stopped.waits;

	while (*place && *place != wait)
		place = &(*place)->next;
	if (*place)
		*place = wait->next;
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	unlink_wait(s, (struct gdbregs__wait *)op);
	gdbregs__free(op);
}

static const struct gdbregs__op_class wait_class = {
	.name = "wait",
	.destroy = destroy,
};

struct gdbregs__op *gdbregs__stop_wait_new(struct gdbregs_session *s, int timeout_ms,
					   struct gdbregs_stop *stop, gdbregs__op_done done,
					   void *arg)
{
	struct gdbregs__wait *wait = gdbregs__calloc(1, sizeof(*wait));

	if (!wait) {
		gdbregs__session_say(s, GDBREGS_ERR_NOMEM, "out of memory");
		return NULL;
	}
	gdbregs__op_init(&wait->op, &wait_class, done, arg);
	wait->op.session = s;
	wait->op.ended = true;
	wait->timeout_ms = timeout_ms;
	wait->at_ms = timeout_ms < 0 ? GDBREGS__FOREVER : s->now_ms + (unsigned)timeout_ms;
	wait->stop = stop;
	wait->next = s->stopped.waits;
	s->stopped.waits = wait;
	return &wait->op;
}

int gdbregs__stop_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop,
		       gdbregs__op_done done, void *arg, struct gdbregs__op **out)
{
	bool kept = s->stopped.kept && s->state != GDBREGS__SESSION_CLOSING;
	int wrong = kept ? 0 : gdbregs__run_check(s);

	if (wrong)
		return wrong;
	if (!kept && s->state != GDBREGS__SESSION_RUNNING && !s->stopped.reporting)
		return gdbregs__session_say(
			s, GDBREGS_ERR_INVAL,
			"the target was not resumed: there is no stop to wait for");
	struct gdbregs__op *wait = gdbregs__stop_wait_new(s, timeout_ms, stop, done, arg);
	if (!wait)
		return GDBREGS_ERR_NOMEM;
	if (kept) {
		s->stopped.kept = false;
		end_wait(s, (struct gdbregs__wait *)wait, say_status(s));
	}
	if (out)
		*out = wait;
	return 0;
}

void gdbregs__stop_fini(struct gdbregs_session *s)
{
	struct gdbregs__wait *wait;

	while ((wait = s->stopped.waits))
		destroy(s, &wait->op);
}
