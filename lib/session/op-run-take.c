/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The replies to the packets of a run: what a stop reply means, and what to do if the stub
 * refuses. */
#include "session/op-run-internal.h"
#include "session/stop-values.h"
#include "session/step-over.h"
#include "session/stop-wait.h"

#include "util/error.h"

#include <limits.h>
#include <string.h>

/* Fail a stub that sends File-I/O requests faster than it reads the replies. */
#define ANSWERS_MAX_BYTES 65536

static void on_vcont(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	bool present = memmem(answer->payload, answer->size, ";s", 2) &&
		       memmem(answer->payload, answer->size, ";c", 2);

	s->stub.vcont = present ? GDBREGS__VCONT_PRESENT : GDBREGS__VCONT_MISSING;
}

static void on_state(struct gdbregs__run_op *r, const struct gdbregs__answer *answer)
{
	if (gdbregs__stub_state_in(answer) == GDBREGS_VCPU_HALTED)
		r->stage = STAGE_CHOOSE;
}

/* The vCPU has stepped over its breakpoint, and nothing else has happened. */
static bool is_off(const struct gdbregs__run_op *r)
{
	const struct gdbregs_stop *stop = &r->stop;

	if (!r->stepping_over || stop->kind != GDBREGS_STOP_SIGNAL)
		return false;
	/* It was halted, and did not complete the step. */
	if (r->overdue && stop->signal == GDBREGS__SIGNAL_INT)
		return true;
	return stop->signal == GDBREGS__SIGNAL_TRAP && stop->reason <= GDBREGS_REASON_HWBREAK &&
	       (stop->vcpu == r->moving.vcpu || stop->vcpu == UINT_MAX);
}

/* The step was completed while the interrupt was on its way. Its stop reply is the only
 * one that comes. */
static void take_as_interrupted(struct gdbregs__run_op *r)
{
	r->overdue = false;
	r->stop.signal = GDBREGS__SIGNAL_INT;
	r->stop.reason = GDBREGS_REASON_SIGNAL;
}

static void note_stop(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	bool program_ended = gdbregs__stop_is_end(r->stop.kind);

	if (is_off(r) && r->interrupt_due) {
		if (r->stop.signal == GDBREGS__SIGNAL_TRAP)
			gdbregs__step_over_completed(s, r->moving.vcpu);
		take_as_interrupted(r);
	} else if (is_off(r)) {
		r->stage = r->overdue ? STAGE_INSERT : STAGE_LANDING;
		r->overdue = false;
		return;
	}
	r->ended_early = r->stepping_over;
	gdbregs__step_over_stopped(s, &r->stop, !r->step && !r->stepping_over);
	s->target.exited = program_ended;
	r->op.ended = program_ended || !(r->stepping_over || r->moving.has_address);
}

static int on_stop(struct gdbregs_session *s, struct gdbregs__run_op *r,
		   const struct gdbregs__answer *answer)
{
	struct gdbregs__stop stop;
	char text[60];

	gdbregs__expedited_clear(s);
	int result = gdbregs__stop_parse(answer->payload, answer->size, &stop,
					 gdbregs__expedited_add, s);
	if (result < 0) {
		gdbregs__engine_fail(
			&s->engine, GDBREGS_ERR_PROTOCOL,
			"the stub answered \"%s\" when the target was resumed",
			gdbregs__printable(text, sizeof(text), answer->payload, answer->size));
		return result;
	}
	gdbregs__stop_describe(s, r->moving.vcpu, &stop, &r->stop);
	gdbregs__expedited_set_vcpu(s, r->stop.vcpu);
	note_stop(s, r);
	return 0;
}

static int fail_refused(struct gdbregs__run_op *r, const struct gdbregs__answer *answer)
{
	char text[80];

	if (answer->size == 0)
		gdbregs__fail(&r->failed, GDBREGS_ERR_UNSUPPORTED,
			      "the stub cannot resume the target");
	else
		gdbregs__fail(&r->failed, GDBREGS_ERR_REMOTE,
			      "the stub refused to resume the target: %s",

			      gdbregs__reply_error_text(text, sizeof(text), answer->payload,
							answer->size));
	r->ended_early = true;
	r->stage = STAGE_INSERT;
	return 0;
}

static int on_resume(struct gdbregs_session *s, struct gdbregs__run_op *r,
		     const struct gdbregs__answer *answer)
{
	r->interrupted = s->run.phase == GDBREGS__RUN_INTERRUPTED;
	s->run.phase = GDBREGS__RUN_PREPARING;
	gdbregs__stub_forget_selection(s);
	r->op.no_timeout = r->op.resumes = false;
	/* The stub does not implement vCont, although it said so. */
	if (answer->size == 0 && s->stub.vcont == GDBREGS__VCONT_PRESENT && !r->op.canceled) {
		s->stub.vcont = GDBREGS__VCONT_MISSING;
		r->interrupt_due |= r->interrupted;
		r->stage = STAGE_THREAD;
		return 0;
	}
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(answer->payload, answer->size);
	if (kind == GDBREGS__REPLY_EMPTY || kind == GDBREGS__REPLY_ERROR)
		return fail_refused(r, answer);
	return on_stop(s, r, answer);
}

static int on_thread(struct gdbregs__run_op *r, const struct gdbregs__answer *answer)
{
	/* GDB ignores this reply, but the wrong thread must not be stepped. */
	if (r->moving.vcpu == GDBREGS__ALL_VCPUS ||
	    gdbregs__reply_classify(answer->payload, answer->size) != GDBREGS__REPLY_ERROR)
		return 0;
	return fail_refused(r, answer);
}

int gdbregs__run_reply(struct gdbregs_session *s, struct gdbregs__op *op,
		       const struct gdbregs__answer *answer)
{
	struct gdbregs__run_op *r = (struct gdbregs__run_op *)op;

	switch (answer->kind) {
	case KIND_VCONT:
		on_vcont(s, answer);
		return 0;
	case KIND_STATE:
		on_state(r, answer);
		return 0;
	case KIND_REMOVE:
		return gdbregs__step_over_removed(s, answer);
	case KIND_INSERT:
		return gdbregs__step_over_inserted(s, answer);
	case KIND_THREAD:
		return on_thread(r, answer);
	default:
		return on_resume(s, r, answer);
	}
}

/* A guest under semihosting requests a system call and waits for its result. The result
 * is EINVAL. If the guest is to be stopped, it is EINTR with the flag that makes QEMU send
 * a stop reply: QEMU was not running and has not seen our 0x03. */
bool gdbregs__run_unsolicited(struct gdbregs_session *s, struct gdbregs__op *op,
			      const uint8_t *payload, size_t size)
{
	const char *answer = s->run.phase == GDBREGS__RUN_INTERRUPTED ? "F-1,4,C" : "F-1,16";

	(void)op;
	if (!gdbregs__run_is_resumed(&s->run) || size < 2 || payload[0] != 'F')
		return false;
	if (s->engine.out.size > ANSWERS_MAX_BYTES)
		gdbregs__engine_fail(
			&s->engine, GDBREGS_ERR_PROTOCOL,
			"the stub sends system call requests but does not read the replies");
	else if (gdbregs__engine_send_unacked(&s->engine, answer, strlen(answer)) < 0)
		gdbregs__engine_fail_nomem(&s->engine);
	return true;
}

/* A halted vCPU (WFI, an AP that waits for its SIPI) never completes a step: interrupt
 * QEMU. */
bool gdbregs__run_overdue(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__run_op *r = (struct gdbregs__run_op *)op;

	if (r->moving.vcpu == GDBREGS__ALL_VCPUS || r->overdue || op->canceled ||
	    !gdbregs__run_is_resumed(&s->run))
		return false;
	r->overdue = true;
	if (s->run.phase != GDBREGS__RUN_INTERRUPTED && gdbregs__run_send_interrupt(s) < 0)
		return false;
	gdbregs__engine_arm_deadline(&s->engine);
	return true;
}
