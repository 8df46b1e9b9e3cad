/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Delivers stops to pending waits, or keeps a stop that arrives before anyone waits for it. */
#include "session/stop-wait.h"
#include "session/requests.h"
#include "session/watch.h"

#include <limits.h>

/* A wait of the engine: it sends nothing. */
struct wait_op {
	struct gdbregs__op op;
	uint64_t number; /* of the resume whose stop it waits for */
	int timeout_ms;
	struct gdbregs_stop *stop; /* may be NULL */
};

/* -------------------------------------------------------------- what happened --- */

/* Returns the vCPU that has stopped. QEMU names none if a system call of semihosting was
 * interrupted. */
static unsigned vcpu_of(struct gdbregs_session *s, uint32_t stepped,
			const struct gdbregs__stop *stop)
{
	if (stop->kind != GDBREGS_STOP_SIGNAL && stop->kind != GDBREGS_STOP_THREAD_EXIT)
		return UINT_MAX;
	if (stop->has_thread)
		return stop->kind == GDBREGS_STOP_SIGNAL
			       ? gdbregs__target_stopped_vcpu(s, &stop->thread)
			       : gdbregs__target_find_vcpu(s, &stop->thread);
	if (stepped != GDBREGS__ALL_VCPUS)
		return stepped;
	return s->target.vcpu_count == 1 ? 0 : UINT_MAX;
}

void gdbregs__stop_describe(struct gdbregs_session *s, uint32_t stepped,
			    const struct gdbregs__stop *from, struct gdbregs_stop *to)
{
	*to = (struct gdbregs_stop){
		.time_ns = s->engine.input_ns,
		.kind = from->kind,
		.reason = from->reason,
		.vcpu = vcpu_of(s, stepped, from),
		.signal = (int)from->signal,
		.exit_status = (int)from->status,
		.address = from->address,
	};
}

/* ------------------------------------------------------------------ reporting --- */

static int say_status(struct gdbregs_session *s)
{
	if (s->run.stopped.status < 0)
		s->engine.error = s->run.stopped.error;
	return s->run.stopped.status;
}

static const struct gdbregs__op_class wait_class;

/* End the waits for this stop. Returns whether there were any. */
static bool end_waits(struct gdbregs_session *s)
{
	int status = say_status(s);
	bool any = false;

	for (struct gdbregs__op *op = s->engine.waits, *next; op; op = next) {
		next = op->next;
		if (op->class != &wait_class ||
		    ((struct wait_op *)op)->number > s->run.stopped.number)
			continue;
		gdbregs__engine_end_wait(&s->engine, op, status);
		any = true;
	}
	return any;
}

/* The stop is complete. */
static void deliver(struct gdbregs_session *s)
{
	s->run.phase = s->run.resume.count ? GDBREGS__RUN_PREPARING : GDBREGS__RUN_STOPPED;
	s->run.stopped.pending = !end_waits(s) && s->run.stopped.number == s->run.resume.requested;
}

/* A later resume may be queued and wait for that. */
static void deliver_and_go_on(struct gdbregs_session *s)
{
	deliver(s);
	gdbregs__engine_pump(&s->engine);
}

void gdbregs__stop_report(struct gdbregs_session *s, struct gdbregs__op *before,
			  const struct gdbregs__stopped *report, bool has_stopped)
{
	struct gdbregs__stopped *stopped = &s->run.stopped;
	int reading = 0;

	*stopped = *report;
	stopped->error = s->engine.error;
	if (has_stopped) {
		s->run.phase = GDBREGS__RUN_READING_WATCHES;
		reading = s->target.exited ? 0 : gdbregs__watch_read(s, before, deliver_and_go_on);
	}
	if (reading < 0) {
		stopped->status = reading;
		stopped->error = s->engine.error;
	}
	if (reading <= 0)
		deliver(s);
}

/* --------------------------------------------------------------------- waiting --- */

static bool overdue(struct gdbregs_session *s, struct gdbregs__op *op)
{
	const char *note = gdbregs__stub_interrupt_note(s);

	op->status = gdbregs__engine_say(
		&s->engine, GDBREGS_ERR_TIMEOUT, "the target has not stopped within %d ms%s%s",
		((struct wait_op *)op)->timeout_ms, note ? ": " : "", note ? note : "");
	return false;
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs_stop *to = ((struct wait_op *)op)->stop;

	if (op->status == 0 && to)
		*to = s->run.stopped.stop;
}

static const struct gdbregs__op_class wait_class = {
	.overdue = overdue,
	.finish = finish,
};

struct gdbregs__op *gdbregs__stop_wait_new(struct gdbregs_session *s, uint64_t number,
					   int timeout_ms, struct gdbregs_stop *stop,
					   gdbregs__op_done done, void *arg)
{
	struct wait_op *wait = gdbregs__op_new(sizeof(*wait), &wait_class, done, arg);

	if (!wait) {
		gdbregs__engine_say_nomem(&s->engine);
		return NULL;
	}
	wait->number = number;
	wait->timeout_ms = timeout_ms;
	wait->stop = stop;
	gdbregs__engine_wait(&s->engine, &wait->op,
			     timeout_ms < 0 ? GDBREGS__FOREVER
					    : s->engine.now_ms + (unsigned)timeout_ms);
	return &wait->op;
}

/* The target runs, or its stop is being processed. */
static bool expects_stop(const struct gdbregs_session *s)
{
	if (s->run.resume.count)
		return true;
	switch (s->run.phase) {
	case GDBREGS__RUN_STOPPED:
		return false;
	case GDBREGS__RUN_DELIVERING:
		/* The blocking calls deliver after the stop was reported. */
		return !s->run.watches.outside_delivery;
	default:
		return true;
	}
}

static int say_no_stop(struct gdbregs_session *s)
{
	if (s->target.exited)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "the program has ended: there is no stop to wait for");
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
				   "the target was not resumed: there is no stop to wait for");
}

int gdbregs__stop_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop,
		       gdbregs__op_done done, void *arg, struct gdbregs__op **out)
{
	bool pending = s->run.stopped.pending && s->state != GDBREGS__SESSION_CLOSING;
	int wrong = pending ? 0 : gdbregs__session_begin(s, GDBREGS__MAY_RUN);

	if (wrong)
		return wrong;
	if (!pending && (!expects_stop(s) || gdbregs__session_has_exited(s)))
		return say_no_stop(s);
	struct gdbregs__op *wait =
		gdbregs__stop_wait_new(s, s->run.resume.requested, timeout_ms, stop, done, arg);
	if (!wait)
		return GDBREGS_ERR_NOMEM;
	if (pending) {
		s->run.stopped.pending = false;
		gdbregs__engine_end_wait(&s->engine, wait, say_status(s));
	}
	if (out)
		*out = wait;
	return 0;
}
