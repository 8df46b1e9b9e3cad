/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests to resume the target. They are queued behind all others. A request behind a
 * step waits for its stop; behind a continue there is none, because it may run for ever. */
#include "session/op-run.h"
#include "session/step-off.h"

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
	struct gdbregs__op *op = gdbregs__run_new(s, vcpu);
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
