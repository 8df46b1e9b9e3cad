/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A resume: an op that ends with a stop reply. It starts once all requests before it have
 * been answered, and until its end no request behind it is sent: any byte stops the guest
 * of a running QEMU (10.0 without a stop reply). 0x03 is the only byte that is sent.
 *
 * The op reads the watched registers, lets vCPUs get off breakpoints (step-off.c), and
 * then sends the resume. Each reply decides about the next packet. */
#include "session/op-run.h"
#include "session/expedited.h"
#include "session/op-state.h"
#include "session/order.h"
#include "session/step-off.h"
#include "session/watch.h"

#include "util/alloc.h"
#include "util/error.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define SIGNAL_INT  2
#define SIGNAL_TRAP 5
/* Fail a stub that sends File-I/O requests faster than it reads the replies. */
#define ANSWERS_MAX_BYTES 65536

enum kind { KIND_VCONT = 1, KIND_STATE, KIND_REMOVE, KIND_THREAD, KIND_RESUME, KIND_INSERT };

enum stage {
	STAGE_BEGIN, /* nothing was done yet */
	STAGE_LOCATE, /* which vCPUs are at breakpoints? */
	STAGE_PLAN,
	STAGE_VCONT, /* is there vCont? */
	STAGE_CHOOSE, /* the next vCPU to get off, or the resume itself */
	STAGE_STATE, /* is that vCPU halted? */
	STAGE_REMOVE, /* its breakpoints */
	STAGE_THREAD,
	STAGE_RESUME,
	STAGE_LANDING, /* where is the vCPU that has got off? */
	STAGE_LANDED,
	STAGE_INSERT, /* those breakpoints again */
	STAGE_DONE,
};

struct run_op {
	struct gdbregs__op op;
	enum stage stage;
	bool step;
	uint32_t vcpu; /* of a step; GDBREGS__ALL_VCPUS for a continue */
	uint64_t number; /* which of the session's resumes this is */
	size_t next_step; /* of the plan to get off breakpoints */
	struct gdbregs__step moving; /* the vCPUs that run now, and the breakpoint there */
	bool getting_off; /* they only get off a breakpoint: the continue is still to come */
	bool interrupt_due; /* send 0x03 once the resume was sent; while a vCPU gets off: it was sent */
	bool interrupted; /* 0x03 was sent before the stop reply came */
	bool overdue; /* the step took too long and was interrupted */
	bool ended_early; /* by a stop while a vCPU got off a breakpoint */
	struct gdbregs_error failed; /* breakpoints are inserted again before the op fails */
	bool left; /* it is not counted in s->run.resume any more */
	struct gdbregs_stop stop;
};

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

static int begin(struct gdbregs_session *s, struct run_op *r)
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

static int locate(struct gdbregs_session *s, struct run_op *r)
{
	r->stage = STAGE_PLAN;
	return gdbregs__step_off_locate(s, &r->op, r->vcpu);
}

static int plan(struct gdbregs_session *s, struct run_op *r)
{
	gdbregs__step_off_plan(s);
	r->stage = STAGE_VCONT;
	return 0;
}

/* QEMU implements vCont in all versions. */
static int ask_vcont(struct gdbregs_session *s, struct run_op *r)
{
	if (gdbregs__stub_is_qemu(&s->stub) && s->stub.supported.vcont)
		s->stub.vcont = GDBREGS__VCONT_PRESENT;
	r->stage = STAGE_CHOOSE;
	if (s->stub.vcont != GDBREGS__VCONT_UNKNOWN)
		return 0;
	return gdbregs__engine_send_text(&s->engine, &r->op, KIND_VCONT, 0, "vCont?");
}

static int choose(struct gdbregs_session *s, struct run_op *r)
{
	const struct gdbregs__step_off *off = &s->run.step_off;

	r->getting_off = !r->step && r->next_step < off->step_count;
	r->moving = (struct gdbregs__step){.vcpu = r->vcpu};
	if (r->next_step < off->step_count)
		r->moving = off->steps[r->next_step++];
	r->stage = r->getting_off && r->moving.may_be_halted ? STAGE_STATE : STAGE_REMOVE;
	return 0;
}

/* A halted vCPU does not complete a step. Only QEMU's text about a vCPU is known. */
static int ask_state(struct gdbregs_session *s, struct run_op *r)
{
	char text[sizeof("qThreadExtraInfo,") + GDBREGS__THREAD_ID_TEXT] = "qThreadExtraInfo,";
	const struct gdbregs__vcpu *vcpu = &s->target.vcpus[r->moving.vcpu];
	size_t length = strlen(text);

	r->stage = STAGE_REMOVE;
	if (!gdbregs__stub_is_qemu_system(&s->stub) || !vcpu->has_id)
		return 0;
	length += gdbregs__thread_id_format(text + length, &vcpu->id);
	return gdbregs__engine_send(&s->engine, &r->op, KIND_STATE, 0, text, length);
}

static int remove_breakpoints(struct gdbregs_session *s, struct run_op *r)
{
	char payload[GDBREGS__UNDO_TEXT];
	size_t length = gdbregs__step_off_remove(s, &r->moving, payload);

	if (length)
		return gdbregs__engine_send(&s->engine, &r->op, KIND_REMOVE, 0, payload, length);
	r->stage = STAGE_THREAD;
	return 0;
}

/* QEMU stops at once if the next instruction has a breakpoint, too. Other stubs may run
 * past a breakpoint that is at the pc, as OpenOCD does: look, as GDB does. */
static int look_where(struct gdbregs_session *s, struct run_op *r)
{
	r->stage = STAGE_LANDED;
	return gdbregs__stub_is_qemu(&s->stub) ? 0
					       : gdbregs__step_off_look(s, &r->op, r->moving.vcpu);
}

static int landed(struct gdbregs_session *s, struct run_op *r)
{
	r->stage = STAGE_INSERT;
	if (!gdbregs__stub_is_qemu(&s->stub) && gdbregs__step_off_is_at_one(s)) {
		r->ended_early = true;
		gdbregs__step_off_stopped(s, &r->stop, true);
	}
	return 0;
}

static int insert_breakpoints(struct gdbregs_session *s, struct run_op *r)
{
	char payload[GDBREGS__UNDO_TEXT];
	size_t length = gdbregs__step_off_insert(s, payload);

	if (length)
		return gdbregs__engine_send(&s->engine, &r->op, KIND_INSERT, 0, payload, length);
	r->stage = r->getting_off && !r->ended_early ? STAGE_CHOOSE : STAGE_DONE;
	return r->failed.code < 0
		       ? gdbregs__engine_say(&s->engine, r->failed.code, "%s", r->failed.text)
		       : 0;
}

/* ------------------------------------------------------------------ the resume --- */

static const struct gdbregs__thread_id *thread_of(struct gdbregs_session *s, const struct run_op *r)
{
	uint32_t vcpu = r->moving.vcpu;

	return vcpu != GDBREGS__ALL_VCPUS && s->target.vcpus[vcpu].has_id
		       ? &s->target.vcpus[vcpu].id
		       : NULL;
}

/* Without vCont, Hc selects the thread that c and s apply to. */
static int send_thread(struct gdbregs_session *s, struct run_op *r)
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

static int send_interrupt(struct gdbregs_session *s)
{
	if (gdbregs__engine_send_raw_byte(&s->engine, 3) < 0)
		return gdbregs__engine_say_nomem(&s->engine);
	if (s->run.phase == GDBREGS__RUN_RESUMED) {
		s->run.phase = GDBREGS__RUN_INTERRUPTED;
		s->run.interrupted_ms = s->engine.now_ms;
	}
	return 0;
}

/* The run ends with the stop of the vCPU that gets off: it may be halted and never complete
 * its step. A step that took too long was interrupted before. */
static int interrupt_getting_off(struct gdbregs_session *s, struct run_op *r)
{
	int result = r->overdue ? 0 : send_interrupt(s);

	if (result < 0)
		return result;
	r->interrupt_due = true;
	s->run.phase = GDBREGS__RUN_INTERRUPTED;
	s->run.interrupted_ms = s->engine.now_ms;
	return 0;
}

/* Only threads that the stub has listed are named: a process that does not exist kills
 * QEMU. Acks that are owed go out before the packet, in the same write. */
static int send_resume(struct gdbregs_session *s, struct run_op *r)
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
	gdbregs__step_off_ran(s, r->moving.vcpu);
	r->stage = STAGE_INSERT;
	s->run.phase = r->getting_off ? GDBREGS__RUN_STEPPING_OFF : GDBREGS__RUN_RESUMED;
	if (!r->interrupt_due)
		return result;
	if (r->getting_off)
		return interrupt_getting_off(s, r);
	r->interrupt_due = false;
	return send_interrupt(s);
}

static int (*const stages[])(struct gdbregs_session *s, struct run_op *r) = {
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
static bool may_proceed(const struct gdbregs_session *s, const struct run_op *r)
{
	return !r->op.outstanding && s->engine.first == &r->op &&
	       s->run.phase != GDBREGS__RUN_READING_WATCHES &&
	       s->run.phase != GDBREGS__RUN_DELIVERING;
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct run_op *r = (struct run_op *)op;

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

int gdbregs__run_interrupt(struct gdbregs_session *s)
{
	struct run_op *r = (struct run_op *)s->run.resume.last;

	if (!r || (s->engine.first == &r->op && s->run.phase == GDBREGS__RUN_INTERRUPTED))
		return 0;
	if (s->engine.first == &r->op && s->run.phase == GDBREGS__RUN_RESUMED)
		return send_interrupt(s);
	if (s->engine.first == &r->op && s->run.phase == GDBREGS__RUN_STEPPING_OFF)
		return interrupt_getting_off(s, r);
	r->interrupt_due = true;
	return 0;
}

/* ---------------------------------------------------------------- replies in --- */

static void on_vcont(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	bool present = memmem(answer->payload, answer->size, ";s", 2) &&
		       memmem(answer->payload, answer->size, ";c", 2);

	s->stub.vcont = present ? GDBREGS__VCONT_PRESENT : GDBREGS__VCONT_MISSING;
}

static void on_state(struct run_op *r, const struct gdbregs__answer *answer)
{
	if (gdbregs__state_in(answer) == GDBREGS_VCPU_HALTED)
		r->stage = STAGE_CHOOSE;
}

/* The vCPU has got off its breakpoint, and nothing else has happened. */
static bool is_off(const struct run_op *r)
{
	const struct gdbregs_stop *stop = &r->stop;

	if (!r->getting_off || stop->kind != GDBREGS_STOP_SIGNAL)
		return false;
	/* It was halted, and did not complete the step. */
	if (r->overdue && stop->signal == SIGNAL_INT)
		return true;
	return stop->signal == SIGNAL_TRAP && stop->reason <= GDBREGS_REASON_HWBREAK &&
	       (stop->vcpu == r->moving.vcpu || stop->vcpu == UINT_MAX);
}

/* The step was completed while the interrupt was on its way. Its stop reply is the only
 * one that comes. */
static void take_as_interrupted(struct run_op *r)
{
	r->overdue = false;
	r->stop.signal = SIGNAL_INT;
	r->stop.reason = GDBREGS_REASON_SIGNAL;
}

static void note_stop(struct gdbregs_session *s, struct run_op *r)
{
	bool program_ended =
		r->stop.kind == GDBREGS_STOP_EXITED || r->stop.kind == GDBREGS_STOP_TERMINATED;

	if (is_off(r) && r->interrupt_due) {
		take_as_interrupted(r);
	} else if (is_off(r)) {
		r->stage = r->overdue ? STAGE_INSERT : STAGE_LANDING;
		r->overdue = false;
		return;
	}
	r->ended_early = r->getting_off;
	gdbregs__step_off_stopped(s, &r->stop, !r->step && !r->getting_off);
	s->target.exited = program_ended;
	r->op.ended = program_ended || !(r->getting_off || r->moving.has_address);
}

static int on_stop(struct gdbregs_session *s, struct run_op *r,
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
			"%s answered \"%s\" when the target was resumed", s->label,
			gdbregs__printable(text, sizeof(text), answer->payload, answer->size));
		return result;
	}
	gdbregs__stop_describe(s, r->moving.vcpu, &stop, &r->stop);
	if (r->stop.vcpu == UINT_MAX)
		gdbregs__expedited_clear(s);
	else
		gdbregs__expedited_set_vcpu(s, r->stop.vcpu);
	note_stop(s, r);
	return 0;
}

static int fail_refused(struct gdbregs_session *s, struct run_op *r,
			const struct gdbregs__answer *answer)
{
	char text[80];

	if (answer->size == 0)
		gdbregs__fail(&r->failed, GDBREGS_ERR_UNSUPPORTED, "%s cannot resume the target",
			      s->label);
	else
		gdbregs__fail(&r->failed, GDBREGS_ERR_REMOTE, "%s refused to resume the target: %s",
			      s->label,
			      gdbregs__reply_error_text(text, sizeof(text), answer->payload,
							answer->size));
	r->ended_early = true;
	r->stage = STAGE_INSERT;
	return 0;
}

static int on_resume(struct gdbregs_session *s, struct run_op *r,
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
		return fail_refused(s, r, answer);
	return on_stop(s, r, answer);
}

static int on_thread(struct gdbregs_session *s, struct run_op *r,
		     const struct gdbregs__answer *answer)
{
	/* GDB ignores this reply, but the wrong thread must not be stepped. */
	if (r->moving.vcpu == GDBREGS__ALL_VCPUS ||
	    gdbregs__reply_classify(answer->payload, answer->size) != GDBREGS__REPLY_ERROR)
		return 0;
	return fail_refused(s, r, answer);
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct run_op *r = (struct run_op *)op;

	switch (answer->kind) {
	case KIND_VCONT:
		on_vcont(s, answer);
		return 0;
	case KIND_STATE:
		on_state(r, answer);
		return 0;
	case KIND_REMOVE:
		return gdbregs__step_off_removed(s, answer);
	case KIND_INSERT:
		return gdbregs__step_off_inserted(s, answer);
	case KIND_THREAD:
		return on_thread(s, r, answer);
	default:
		return on_resume(s, r, answer);
	}
}

/* A guest under semihosting requests a system call and waits for its result. The result
 * is EINVAL. If the guest is to be stopped, it is EINTR with the flag that makes QEMU send
 * a stop reply: QEMU was not running and has not seen our 0x03. */
static bool unsolicited(struct gdbregs_session *s, struct gdbregs__op *op, const uint8_t *payload,
			size_t size)
{
	const char *answer = s->run.phase == GDBREGS__RUN_INTERRUPTED ? "F-1,4,C" : "F-1,16";

	(void)op;
	if (!gdbregs__run_is_resumed(&s->run) || size < 2 || payload[0] != 'F')
		return false;
	if (s->engine.out.size > ANSWERS_MAX_BYTES)
		gdbregs__engine_fail(&s->engine, GDBREGS_ERR_PROTOCOL,
				     "%s sends system call requests but does not read the replies",
				     s->label);
	else if (gdbregs__engine_send_unacked(&s->engine, answer, strlen(answer)) < 0)
		gdbregs__engine_fail(&s->engine, GDBREGS_ERR_NOMEM, "%s",
				     gdbregs_strerror(GDBREGS_ERR_NOMEM));
	return true;
}

/* A halted vCPU (WFI, an AP that waits for its SIPI) never completes a step: interrupt
 * QEMU. */
static bool overdue(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct run_op *r = (struct run_op *)op;

	if (r->moving.vcpu == GDBREGS__ALL_VCPUS || r->overdue || op->canceled ||
	    !gdbregs__run_is_resumed(&s->run))
		return false;
	r->overdue = true;
	if (s->run.phase != GDBREGS__RUN_INTERRUPTED && send_interrupt(s) < 0)
		return false;
	gdbregs__engine_arm_deadline(&s->engine);
	return true;
}

/* --------------------------------------------------------------------- ends --- */

/* The stop was not caused by a step, a breakpoint or our 0x03, but by the monitor's `stop`,
 * a panic, a watchdog or the end of a migration: the guest has to stay stopped. */
static bool stopped_by_others(const struct gdbregs_session *s, const struct run_op *r)
{
	return gdbregs__stub_is_qemu_system(&s->stub) && r->stop.kind == GDBREGS_STOP_SIGNAL &&
	       r->stop.signal > 0 && r->stop.signal != SIGNAL_TRAP &&
	       !(r->stop.signal == SIGNAL_INT && r->interrupted);
}

/* Returns op->status, or an error if a step was interrupted because it took too long. The
 * step may have completed just before the interrupt. */
static int outcome(struct gdbregs_session *s, const struct run_op *r)
{
	if (r->op.status || !r->step || !r->overdue || r->stop.kind != GDBREGS_STOP_SIGNAL ||
	    r->stop.signal == SIGNAL_TRAP)
		return r->op.status;
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_TIMEOUT,
				   "vCPU %u did not complete the step within %.1f s; it may be "
				   "halted (WFI, HLT)",
				   r->vcpu, (double)s->options.reply_timeout_ms / 1000);
}

/* The op is not one of the session's resumes any more. */
static void leave(struct gdbregs_session *s, struct run_op *r)
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

/* Requests that are queued behind the end of the program cannot be carried out. */
static void fail_behind(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (!s->target.exited || !op->next)
		return;
	int code = gdbregs__session_say_exited(s);
	gdbregs__engine_fail_behind(&s->engine, op, code);
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct run_op *r = (struct run_op *)op;
	struct gdbregs__halt_status *halt = &s->target.halt;

	if (s->engine.fatal)
		return;
	leave(s, r);
	s->run.phase = GDBREGS__RUN_STOPPED;
	s->state = s->run.resume.count ? GDBREGS__SESSION_RUNNING : GDBREGS__SESSION_STOPPED;
	gdbregs__order_forget(s);
	halt->by_others = stopped_by_others(s, r);
	/* The monitor's `stop` is the only such stop that may be undone. */
	if (halt->by_others && r->stop.signal != SIGNAL_INT)
		snprintf(halt->must_not_run, sizeof(halt->must_not_run), "signal %d",
			 r->stop.signal);
	struct gdbregs__stopped stopped = {
		.number = r->number, .continued = !r->step, .stop = r->stop};
	stopped.status = outcome(s, r);
	gdbregs__stop_report(s, op->next, &stopped, op->status >= 0);
	fail_behind(s, op);
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	leave(s, (struct run_op *)op);
	if (!s->run.resume.count && s->run.phase == GDBREGS__RUN_PREPARING)
		s->run.phase = GDBREGS__RUN_STOPPED;
	gdbregs__free(op);
}

static const struct gdbregs__op_class run_class = {
	.wants_all_replies = true,
	.produce = produce,
	.reply = reply,
	.unsolicited = unsolicited,
	.overdue = overdue,
	.finish = finish,
	.destroy = destroy,
};

struct gdbregs__op *gdbregs__run_new(struct gdbregs_session *s, uint32_t vcpu)
{
	struct run_op *r = gdbregs__calloc(1, sizeof(*r));
	struct gdbregs__resume *resume = &s->run.resume;

	if (!r)
		return NULL;
	gdbregs__op_init(&r->op, &run_class, NULL, NULL);
	r->step = vcpu != GDBREGS__ALL_VCPUS;
	r->vcpu = r->moving.vcpu = vcpu;
	r->number = ++resume->requested;
	resume->last = &r->op;
	resume->count++;
	resume->continues += !r->step;
	return &r->op;
}

/* A target that is stopped here stays stopped if the detach does not get through, but
 * packets that are sent to a running QEMU are lost. */
void gdbregs__run_close(struct gdbregs_session *s)
{
	if (!gdbregs__run_is_resumed(&s->run))
		return;
	if (s->run.phase != GDBREGS__RUN_INTERRUPTED) {
		s->run.interrupted_ms = s->engine.now_ms;
		(void)send_interrupt(s);
	}
	/* From now on the stop reply has a deadline, whatever other replies are due. If the
	 * target was interrupted before, do not wait a second time. */
	s->engine.first->no_timeout = false;
	s->engine.deadline_ms = s->run.interrupted_ms + s->options.reply_timeout_ms;
}
