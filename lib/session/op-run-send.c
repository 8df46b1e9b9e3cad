/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The packets of a run: the stages before the resume, the resume itself, and the stages
 * after it. Each stage sends one packet, or goes on to the next stage. */
#include "session/op-run-internal.h"
#include "session/stop-values.h"
#include "session/qemu.h"
#include "session/step-over.h"
#include "session/watch.h"

/* --------------------------------------------------------------- preparations --- */

int gdbregs__run_check(struct gdbregs_session *s)
{
	if (s->target.halt.must_not_run[0])
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_REMOTE,
					   "the guest must not run: QEMU says that it is "
					   "paused (%s)",
					   s->target.halt.must_not_run);
	return 0;
}

static int begin(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	int result = gdbregs__run_check(s);

	if (result < 0)
		return result;
	r->stage = STAGE_LOCATE;
	s->run.phase = GDBREGS__RUN_PREPARING;
	s->target.halt.by_others = false;
	if (r->step && (result = gdbregs__sstep_prepare(s, &r->op)) < 0)
		return result;
	return gdbregs__watch_prepare(s, &r->op);
}

static int locate(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	r->stage = STAGE_PLAN;
	return gdbregs__step_over_locate(s, &r->op, r->vcpu);
}

static int plan(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	gdbregs__step_over_plan(s);
	r->stage = STAGE_VCONT;
	return 0;
}

/* QEMU implements vCont in all versions. */
static int ask_vcont(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	if (gdbregs__stub_is_qemu(&s->stub) && s->stub.supported.vcont)
		s->stub.vcont = GDBREGS__VCONT_PRESENT;
	r->stage = STAGE_CHOOSE;
	if (s->stub.vcont != GDBREGS__VCONT_UNKNOWN)
		return 0;
	return gdbregs__engine_send_text(&s->engine, &r->op, KIND_VCONT, 0, "vCont?");
}

static int choose(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	const struct gdbregs__step_over *off = &s->run.step_over;

	while (!r->step && r->next_step < off->step_count &&
	       !gdbregs__step_over_is_alone(s, off->steps[r->next_step].vcpu))
		r->next_step++;
	r->stepping_over = !r->step && r->next_step < off->step_count;
	r->moving = (struct gdbregs__step){.vcpu = r->vcpu};
	if (r->next_step < off->step_count)
		r->moving = off->steps[r->next_step++];
	r->stage = r->stepping_over && r->moving.may_be_halted ? STAGE_STATE : STAGE_REMOVE;
	return 0;
}

/* A halted vCPU does not complete a step. Only QEMU's text about a vCPU is known. */
static int ask_state(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	uint32_t vcpu = r->moving.vcpu;

	r->stage = STAGE_REMOVE;
	if (!gdbregs__stub_is_qemu_system(&s->stub) || !s->target.vcpus[vcpu].has_id)
		return 0;
	return gdbregs__stub_ask_thread(s, &r->op, KIND_STATE, vcpu);
}

static int remove_breakpoints(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	char payload[GDBREGS__UNDO_TEXT];
	size_t length = gdbregs__step_over_remove(s, &r->moving, payload);

	if (length)
		return gdbregs__engine_send(&s->engine, &r->op, KIND_REMOVE, 0, payload, length);
	r->stage = STAGE_THREAD;
	return 0;
}

/* QEMU stops at once if the next instruction has a breakpoint, too. Other stubs may run
 * past a breakpoint that is at the pc, as OpenOCD does: look, as GDB does. */
static int look_where(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	r->stage = STAGE_LANDED;
	return gdbregs__stub_is_qemu(&s->stub) ? 0
					       : gdbregs__step_over_look(s, &r->op, r->moving.vcpu);
}

static int landed(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	r->stage = STAGE_INSERT;
	if (!gdbregs__stub_is_qemu(&s->stub) && gdbregs__step_over_is_at_one(s)) {
		r->ended_early = true;
		gdbregs__step_over_stopped(s, &r->stop, true);
	}
	return 0;
}

static int insert_breakpoints(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	char payload[GDBREGS__UNDO_TEXT];
	size_t length = gdbregs__step_over_insert(s, payload);

	if (length)
		return gdbregs__engine_send(&s->engine, &r->op, KIND_INSERT, 0, payload, length);
	r->stage = r->stepping_over && !r->ended_early ? STAGE_CHOOSE : STAGE_DONE;
	return r->failed.code < 0 ? gdbregs__engine_repeat(&s->engine, &r->failed) : 0;
}

/* ------------------------------------------------------------------ the resume --- */

static const struct gdbregs__thread_id *thread_of(struct gdbregs_session *s,
						  const struct gdbregs__run_op *r)
{
	uint32_t vcpu = r->moving.vcpu;

	return vcpu != GDBREGS__ALL_VCPUS && s->target.vcpus[vcpu].has_id
		       ? &s->target.vcpus[vcpu].id
		       : NULL;
}

/* Without vCont, Hc selects the thread that c and s apply to. */
static int send_thread(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	const struct gdbregs__thread_id *thread = thread_of(s, r);
	char text[2 + GDBREGS__THREAD_ID_TEXT] = "Hc-1";
	size_t length = 4;

	r->stage = STAGE_RESUME;
	if (s->stub.vcont == GDBREGS__VCONT_PRESENT ||
	    (s->target.vcpu_count && !s->target.vcpus[0].has_id))
		return 0;
	if (thread)
		length = 2 + gdbregs__thread_id_format(text + 2, thread);
	return gdbregs__engine_send(&s->engine, &r->op, KIND_THREAD, 0, text, length);
}

int gdbregs__run_send_interrupt(struct gdbregs_session *s)
{
	if (gdbregs__engine_send_raw_byte(&s->engine, 3) < 0)
		return gdbregs__engine_say_nomem(&s->engine);
	if (s->run.phase == GDBREGS__RUN_RESUMED) {
		s->run.phase = GDBREGS__RUN_INTERRUPTED;
		s->run.interrupted_ms = s->engine.now_ms;
	}
	return 0;
}

/* The run ends with the stop of the vCPU that steps over a breakpoint: it may be halted and never
 * complete its step. A step that took too long was interrupted before. */
static int interrupt_stepping_over(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	int result = r->overdue ? 0 : gdbregs__run_send_interrupt(s);

	if (result < 0)
		return result;
	r->interrupt_due = true;
	s->run.phase = GDBREGS__RUN_INTERRUPTED;
	s->run.interrupted_ms = s->engine.now_ms;
	return 0;
}

/* Only threads that the stub has listed are named: a process that does not exist kills
 * QEMU. Acks that are owed go out before the packet, in the same write. */
static int send_resume(struct gdbregs_session *s, struct gdbregs__run_op *r)
{
	const struct gdbregs__thread_id *thread = thread_of(s, r);
	bool vcont = s->stub.vcont == GDBREGS__VCONT_PRESENT;
	bool one = r->moving.vcpu != GDBREGS__ALL_VCPUS;
	char id[1 + GDBREGS__THREAD_ID_TEXT] = ":";

	if (thread && vcont)
		gdbregs__thread_id_format(id + 1, thread);
	else
		id[0] = '\0';
	r->op.no_timeout = !one;
	r->op.resumes = true;
	int result = gdbregs__engine_send_text(&s->engine, &r->op, KIND_RESUME, 0, "%s%c%s",
					       vcont ? "vCont;" : "", one ? 's' : 'c', id);
	if (result < 0)
		return result;
	gdbregs__expedited_clear(s);
	gdbregs__step_over_ran(s, &r->moving);
	r->stage = STAGE_INSERT;
	s->run.phase = r->stepping_over ? GDBREGS__RUN_STEPPING_OVER : GDBREGS__RUN_RESUMED;
	if (!r->interrupt_due)
		return result;
	if (r->stepping_over)
		return interrupt_stepping_over(s, r);
	r->interrupt_due = false;
	return gdbregs__run_send_interrupt(s);
}

static int (*const stages[])(struct gdbregs_session *s, struct gdbregs__run_op *r) = {
	[STAGE_BEGIN] = begin,
	[STAGE_LOCATE] = locate,
	[STAGE_PLAN] = plan,
	[STAGE_VCONT] = ask_vcont,
	[STAGE_CHOOSE] = choose,
	[STAGE_STATE] = ask_state,
	[STAGE_REMOVE] = remove_breakpoints,
	[STAGE_THREAD] = send_thread,
	[STAGE_RESUME] = send_resume,
	[STAGE_LANDING] = look_where,
	[STAGE_LANDED] = landed,
	[STAGE_INSERT] = insert_breakpoints,
};

/* An older read may find that g does not fit, and ask again by p: those packets must not
 * reach a running target. The stop before is reported before the next resume. */
static bool may_proceed(const struct gdbregs_session *s, const struct gdbregs__run_op *r)
{
	return !r->op.outstanding && s->engine.first == &r->op &&
	       s->run.phase != GDBREGS__RUN_READING_WATCHES &&
	       s->run.phase != GDBREGS__RUN_DELIVERING;
}

int gdbregs__run_produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__run_op *r = (struct gdbregs__run_op *)op;

	if (!may_proceed(s, r))
		return GDBREGS__PRODUCE_WAIT;
	while (may_proceed(s, r)) {
		if (r->stage == STAGE_DONE)
			return GDBREGS__PRODUCE_END;
		int result = stages[r->stage](s, r);
		if (result < 0)
			return result;
	}
	return GDBREGS__PRODUCED;
}

/* ---------------------------------------------------------------- the interrupt --- */

int gdbregs__run_interrupt(struct gdbregs_session *s)
{
	struct gdbregs__run_op *r = (struct gdbregs__run_op *)s->run.resume.last;
	int wrong = gdbregs__session_begin(s, GDBREGS__MAY_RUN);

	if (wrong)
		return wrong;
	if (!r || (s->engine.first == &r->op && s->run.phase == GDBREGS__RUN_INTERRUPTED))
		return 0;
	if (s->engine.first == &r->op && s->run.phase == GDBREGS__RUN_RESUMED)
		return gdbregs__run_send_interrupt(s);
	if (s->engine.first == &r->op && s->run.phase == GDBREGS__RUN_STEPPING_OVER)
		return interrupt_stepping_over(s, r);
	r->interrupt_due = true;
	return 0;
}

/* A target that is stopped here stays stopped if the detach does not get through, but
 * packets that are sent to a running QEMU are lost. */
void gdbregs__run_close(struct gdbregs_session *s)
{
	if (!gdbregs__run_is_resumed(&s->run))
		return;
	if (s->run.phase != GDBREGS__RUN_INTERRUPTED) {
		s->run.interrupted_ms = s->engine.now_ms;
		(void)gdbregs__run_send_interrupt(s);
	}
	/* From now on the stop reply has a deadline, whatever other replies are due. If the
	 * target was interrupted before, do not wait a second time. */
	s->engine.first->no_timeout = false;
	s->engine.deadline_ms = s->run.interrupted_ms + s->options.reply_timeout_ms;
}
