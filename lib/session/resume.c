/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 5. What stands around a resume: whether it may be, what has to be done
 * before it, and what is left to be undone when the session ends. */
#include "session/expedited.h"
#include "session/op-points.h"
#include "session/op-run.h"
#include "session/watch.h"

static int check(struct gdbregs_session *s, uint32_t vcpu)
{
	int wrong = gdbregs__session_check(s);

	if (wrong)
		return wrong;
	if (s->stopped.reporting || s->watches.delivering)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_RUNNING,
					   "the last stop has not been told to the end yet");
	if (vcpu != GDBREGS__ALL_VCPUS && vcpu >= s->vcpu_count)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU, "%s has no vCPU %u",
					   s->label, vcpu);
	if (s->barred[0])
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_REMOTE,
					   "the guest must not run: QEMU says that it is "
					   "paused (%s)",
					   s->barred);
	return 0;
}

/* What has to be answered before the resume goes out. */
static int prepare(struct gdbregs_session *s, uint32_t vcpu)
{
	int failed = vcpu != GDBREGS__ALL_VCPUS ? gdbregs__sstep_prepare(s) : 0;

	return failed ? failed : gdbregs__watch_prepare(s);
}

static int queue(struct gdbregs_session *s, uint32_t vcpu)
{
	int wrong = check(s, vcpu);

	if (!wrong)
		wrong = prepare(s, vcpu);
	if (wrong)
		return wrong;
	struct gdbregs__op *op = gdbregs__run_new(vcpu);
	if (!op)
		return gdbregs__engine_say_nomem(&s->engine);
	gdbregs__stop_forget(s);
	gdbregs__expedited_forget(s);
	s->resume.op = op;
	s->resume.interrupted = s->resume.interrupt_due = false;
	s->others_halted = false;
	s->state = GDBREGS__SESSION_RUNNING;
	gdbregs__engine_queue(&s->engine, op);
	return 0;
}

static int resume(struct gdbregs_session *s, uint32_t vcpu, struct gdbregs_stop *stop,
		  gdbregs__op_done done, void *arg, struct gdbregs__op **out)
{
	struct gdbregs__op *wait = NULL;

	if (done && !(wait = gdbregs__stop_wait_new(s, -1, stop, done, arg)))
		return GDBREGS_ERR_NOMEM;
	int result = queue(s, vcpu);
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
	if (vcpu >= s->vcpu_count && !gdbregs__session_check(s))
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU, "%s has no vCPU %u",
					   s->label, vcpu);
	return resume(s, vcpu, stop, done, arg, out);
}

int gdbregs__continue(struct gdbregs_session *s, struct gdbregs_stop *stop, gdbregs__op_done done,
		      void *arg, struct gdbregs__op **out)
{
	return resume(s, GDBREGS__ALL_VCPUS, stop, done, arg, out);
}

/* Stopping it here makes it stay stopped if the detach does not come through;
 * but anything sent to a QEMU that runs is lost. */
void gdbregs__run_close(struct gdbregs_session *s)
{
	if (!s->resume.out)
		return;
	(void)gdbregs__run_interrupt(s);
	/* Now it may not take for ever any more, whatever else is still due. */
	s->resume.op->no_timeout = false;
	s->engine.deadline_ms = s->engine.now_ms + s->options.reply_timeout_ms;
}

size_t gdbregs__run_undo(struct gdbregs_session *s, char *payload)
{
	size_t length = s->exited ? 0 : gdbregs__points_withdraw(s, payload);

	return length || s->exited ? length : gdbregs__sstep_withdraw(s, payload);
}
