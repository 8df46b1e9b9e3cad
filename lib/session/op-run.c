/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resuming the target. A run is an op that ends with a stop reply. It starts once all requests
 * before it have been answered. Until its end, no request queued after it is sent, because any
 * byte stops the guest of a running QEMU (10.0 without a stop reply). Only 0x03 is sent.
 *
 * The op reads the watched registers, lets vCPUs step over breakpoints (step-over.c), and then
 * sends the resume. Each reply determines the next packet. A request to resume that is queued
 * after a step waits for its stop. No request is queued after a continue, because it may run
 * forever. */
#include "session/op-run-internal.h"
#include "session/order.h"
#include "session/stop-values.h"
#include "session/stop-wait.h"

#include "util/alloc.h"

#include <stdio.h>

/* --------------------------------------------------------------------- ends --- */

/* The stop was not caused by a step, a breakpoint or our 0x03, but by the monitor's `stop`,
 * a panic, a watchdog or the end of a migration: the guest has to stay stopped. */
static bool stopped_by_others(const struct gdbregs_session *s, const struct gdbregs__run_op *r)
{
	return gdbregs__stub_is_qemu_system(&s->stub) && r->stop.kind == GDBREGS_STOP_SIGNAL &&
	       r->stop.signal > 0 && r->stop.signal != GDBREGS__SIGNAL_TRAP &&
	       !(r->stop.signal == GDBREGS__SIGNAL_INT && r->interrupted);
}

/* Returns op->status, or an error if a step was interrupted because it took too long. The
 * step may have completed just before the interrupt. */
static int outcome(struct gdbregs_session *s, const struct gdbregs__run_op *r)
{
	if (r->op.status || !r->step || !r->overdue || r->stop.kind != GDBREGS_STOP_SIGNAL ||
	    r->stop.signal == GDBREGS__SIGNAL_TRAP)
		return r->op.status;
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_TIMEOUT,
				   "vCPU %u did not complete the step within %.1f s; it may be "
				   "halted (WFI, HLT)",
				   r->vcpu, (double)s->options.reply_timeout_ms / 1000);
}

/* The op no longer counts as one of the session's resumes. */
static void leave(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	struct gdbregs__resume *resume = &s->run.resume;

	if (r->left)
		return;
	r->left = true;
	resume->count--;
	resume->continues -= !r->step;
	if (resume->last == &r->op)
		resume->last = NULL;
}

/* The program has ended: the requests that are queued cannot be carried out. */
static void fail_after(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (!s->target.exited || !op->next)
		return;
	int code = gdbregs__session_say_exited(s);
	gdbregs__engine_fail_after(&s->engine, op, code);
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__run_op *r = (struct gdbregs__run_op *)op;
	struct gdbregs__halt_status *halt = &s->target.halt;

	if (s->engine.fatal)
		return;
	leave(s, r);
	s->run.phase = GDBREGS__RUN_STOPPED;
	s->state = s->run.resume.count ? GDBREGS__SESSION_RUNNING : GDBREGS__SESSION_STOPPED;
	gdbregs__order_forget(s);
	gdbregs__sized_forget(s);
	halt->by_others = stopped_by_others(s, r);
	/* The monitor's `stop` is the only such stop that may be undone. */
	if (halt->by_others && r->stop.signal != GDBREGS__SIGNAL_INT)
		snprintf(halt->must_not_run, sizeof(halt->must_not_run), "signal %d",
			 r->stop.signal);
	struct gdbregs__stopped stopped = {
		.number = r->number, .continued = !r->step, .stop = r->stop};
	stopped.status = outcome(s, r);
	gdbregs__stop_report(s, op->next, &stopped, op->status >= 0);
	fail_after(s, op);
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	leave(s, (struct gdbregs__run_op *)op);
	if (!s->run.resume.count && s->run.phase == GDBREGS__RUN_PREPARING)
		s->run.phase = GDBREGS__RUN_STOPPED;
	gdbregs__free(op);
}

static const struct gdbregs__op_class run_class = {
	.wants_all_replies = true,
	.produce = gdbregs__run_produce,
	.reply = gdbregs__run_reply,
	.unsolicited = gdbregs__run_unsolicited,
	.overdue = gdbregs__run_overdue,
	.finish = finish,
	.destroy = destroy,
};

static struct gdbregs__op *make(struct gdbregs_session *s, uint32_t vcpu)
{
	struct gdbregs__run_op *r = gdbregs__op_new(sizeof(*r), &run_class, NULL, NULL);
	struct gdbregs__resume *resume = &s->run.resume;

	if (!r)
		return NULL;
	r->step = vcpu != GDBREGS__ALL_VCPUS;
	r->vcpu = r->moving.vcpu = vcpu;
	r->number = ++resume->requested;
	resume->last = &r->op;
	resume->count++;
	resume->continues += !r->step;
	return &r->op;
}

/* ------------------------------------------------------------------- requests --- */

static int check(struct gdbregs_session *s)
{
	int wrong = gdbregs__session_begin(s, 0);

	if (wrong)
		return wrong;
	if (s->run.phase == GDBREGS__RUN_DELIVERING ||
	    (s->run.phase == GDBREGS__RUN_READING_WATCHES && s->run.stopped.continued))
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_RUNNING,
					   "cannot resume: callbacks for the previous stop are "
					   "still running");
	return gdbregs__run_check(s);
}

static int queue(struct gdbregs_session *s, uint32_t vcpu)
{
	int wrong = check(s);

	if (wrong)
		return wrong;
	struct gdbregs__op *op = make(s, vcpu);
	if (!op)
		return gdbregs__engine_say_nomem(&s->engine);
	s->run.stopped.pending = false;
	if (s->run.phase == GDBREGS__RUN_STOPPED)
		s->run.phase = GDBREGS__RUN_PREPARING;
	s->state = GDBREGS__SESSION_RUNNING;
	gdbregs__engine_queue(&s->engine, op);
	return 0;
}

static int resume(struct gdbregs_session *s, uint32_t vcpu, struct gdbregs_stop *stop,
		  gdbregs__op_done done, void *arg, struct gdbregs__op **out)
{
	struct gdbregs__op *wait = NULL;
	uint64_t number = s->run.resume.requested + 1;
	int result;

	if (done && !(wait = gdbregs__stop_wait_new(s, number, -1, stop, done, arg)))
		return GDBREGS_ERR_NOMEM;
	result = queue(s, vcpu);
	if (result < 0) {
		gdbregs__engine_discard(&s->engine, wait);
		return result;
	}
	if (out)
		*out = wait;
	return 0;
}

int gdbregs__step(struct gdbregs_session *s, uint32_t vcpu, struct gdbregs_stop *stop,
		  gdbregs__op_done done, void *arg, struct gdbregs__op **out)
{
	int wrong = gdbregs__session_begin(s, 0);

	if (!wrong)
		wrong = gdbregs__target_check_vcpu(s, vcpu);
	return wrong ? wrong : resume(s, vcpu, stop, done, arg, out);
}

int gdbregs__continue(struct gdbregs_session *s, struct gdbregs_stop *stop, gdbregs__op_done done,
		      void *arg, struct gdbregs__op **out)
{
	return resume(s, GDBREGS__ALL_VCPUS, stop, done, arg, out);
}
