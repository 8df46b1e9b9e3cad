/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resuming: an op whose reply is the stop reply. From the moment it is queued until the
 * stop reply arrives, the session is RUNNING and takes no other requests: any byte stops
 * the guest of a running QEMU (10.0 without a stop reply). 0x03 is the only byte that is
 * sent. */
#include "session/op-run.h"
#include "session/expedited.h"
#include "session/order.h"
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

enum kind { KIND_VCONT = 1, KIND_THREAD, KIND_RESUME };

enum stage { STAGE_VCONT, STAGE_THREAD, STAGE_RESUME, STAGE_STOP };

struct run_op {
	struct gdbregs__op op;
	enum stage stage;
	bool step;
	uint32_t vcpu; /* of a step */
	bool interrupted; /* 0x03 was sent before the stop reply came */
	bool overdue; /* the step took too long and was interrupted */
	struct gdbregs_stop stop;
};

/* --------------------------------------------------------------- packets out --- */

static const struct gdbregs__thread_id *thread_of(struct gdbregs_session *s, const struct run_op *r)
{
	return r->step && s->target.vcpus[r->vcpu].has_id ? &s->target.vcpus[r->vcpu].id : NULL;
}

/* QEMU implements vCont in all versions. */
static int ask_vcont(struct gdbregs_session *s, struct run_op *r)
{
	if (gdbregs__stub_is_qemu(&s->stub) && s->stub.supported.vcont)
		s->stub.vcont = GDBREGS__VCONT_PRESENT;
	r->stage = s->stub.vcont == GDBREGS__VCONT_PRESENT ? STAGE_RESUME : STAGE_THREAD;
	if (s->stub.vcont != GDBREGS__VCONT_UNKNOWN)
		return 0;
	return gdbregs__engine_send_text(&s->engine, &r->op, KIND_VCONT, 0, "vCont?");
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

/* Only threads that the stub has listed are named: a process that does not exist kills
 * QEMU. Acks that are owed go out before the packet, in the same write. */
static int send_resume(struct gdbregs_session *s, struct run_op *r)
{
	const struct gdbregs__thread_id *thread = thread_of(s, r);
	bool vcont = s->stub.vcont == GDBREGS__VCONT_PRESENT;
	char id[1 + GDBREGS__THREAD_ID_TEXT] = ":";

	if (thread && vcont)
		gdbregs__thread_id_format(id + 1, thread);
	else
		id[0] = '\0';
	r->op.no_timeout = !r->step;
	int result = gdbregs__engine_send_text(&s->engine, &r->op, KIND_RESUME, 0, "%s%c%s",
					       vcont ? "vCont;" : "", r->step ? 's' : 'c', id);
	if (result < 0)
		return result;
	r->stage = STAGE_STOP;
	s->run.phase = GDBREGS__RUN_RESUMED;
	return s->run.resume.interrupt_due ? gdbregs__run_interrupt(s) : 0;
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct run_op *r = (struct run_op *)op;

	/* Each reply decides about the next packet, and nothing is sent behind the resume.
	 * An older read may find that g does not fit, and ask again by p: those packets
	 * must not reach a running target. */
	if (op->outstanding || s->engine.first != op)
		return GDBREGS__PRODUCE_WAIT;
	while (!op->outstanding) {
		int result = r->stage == STAGE_VCONT	? ask_vcont(s, r)
			     : r->stage == STAGE_THREAD ? send_thread(s, r)
							: send_resume(s, r);
		if (result < 0)
			return result;
	}
	return GDBREGS__PRODUCED;
}

int gdbregs__run_interrupt(struct gdbregs_session *s)
{
	s->run.resume.interrupt_due = s->run.phase == GDBREGS__RUN_PREPARING;
	if (s->run.phase != GDBREGS__RUN_RESUMED)
		return 0;
	if (gdbregs__engine_send_raw_byte(&s->engine, 3) < 0)
		return gdbregs__engine_say_nomem(&s->engine);
	s->run.phase = GDBREGS__RUN_INTERRUPTED;
	return 0;
}

/* ---------------------------------------------------------------- replies in --- */

static void on_vcont(struct gdbregs_session *s, struct run_op *r,
		     const struct gdbregs__answer *answer)
{
	bool present = memmem(answer->payload, answer->size, ";s", 2) &&
		       memmem(answer->payload, answer->size, ";c", 2);

	s->stub.vcont = present ? GDBREGS__VCONT_PRESENT : GDBREGS__VCONT_MISSING;
	r->stage = present ? STAGE_RESUME : STAGE_THREAD;
}

static int fail_refused(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	char text[80];

	if (answer->size == 0)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_UNSUPPORTED,
					   "%s can't resume the target", s->label);
	return gdbregs__engine_say(
		&s->engine, GDBREGS_ERR_REMOTE, "%s refused to resume the target: %s", s->label,
		gdbregs__reply_error_text(text, sizeof(text), answer->payload, answer->size));
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
	gdbregs__stop_describe(s, r->step ? r->vcpu : GDBREGS__ALL_VCPUS, &stop, &r->stop);
	if (r->stop.vcpu == UINT_MAX)
		gdbregs__expedited_clear(s);
	else
		gdbregs__expedited_set_vcpu(s, r->stop.vcpu);
	if (stop.kind == GDBREGS__STOP_EXITED || stop.kind == GDBREGS__STOP_TERMINATED)
		s->target.exited = true;
	r->op.ended = true;
	return 0;
}

static int on_resume(struct gdbregs_session *s, struct run_op *r,
		     const struct gdbregs__answer *answer)
{
	r->interrupted = s->run.phase == GDBREGS__RUN_INTERRUPTED;
	s->run.phase = GDBREGS__RUN_STOPPED;
	gdbregs__stub_forget_selection(s);
	r->op.no_timeout = false;
	/* The stub does not implement vCont, although it said so. */
	if (answer->size == 0 && s->stub.vcont == GDBREGS__VCONT_PRESENT && !r->op.canceled) {
		s->stub.vcont = GDBREGS__VCONT_MISSING;
		s->run.resume.interrupt_due = r->interrupted;
		s->run.phase = GDBREGS__RUN_PREPARING;
		r->stage = STAGE_THREAD;
		return 0;
	}
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(answer->payload, answer->size);
	if (kind == GDBREGS__REPLY_EMPTY || kind == GDBREGS__REPLY_ERROR)
		return fail_refused(s, answer);
	return on_stop(s, r, answer);
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct run_op *r = (struct run_op *)op;

	switch (answer->kind) {
	case KIND_VCONT:
		on_vcont(s, r, answer);
		return 0;
	case KIND_THREAD:
		/* GDB ignores this reply, but the wrong thread must not be stepped. */
		return r->step && gdbregs__reply_classify(answer->payload, answer->size) ==
					       GDBREGS__REPLY_ERROR
			       ? fail_refused(s, answer)
			       : 0;
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

	if (!r->step || r->overdue || op->canceled || !gdbregs__run_is_resumed(&s->run))
		return false;
	r->overdue = true;
	if (gdbregs__run_interrupt(s) < 0)
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
	if (r->op.status || !r->overdue || r->stop.kind != GDBREGS_STOP_SIGNAL ||
	    r->stop.signal == SIGNAL_TRAP)
		return r->op.status;
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_TIMEOUT,
				   "vCPU %u did not complete the step within %.1f s; it may be "
				   "halted (WFI, HLT)",
				   r->vcpu, (double)s->options.reply_timeout_ms / 1000);
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct run_op *r = (struct run_op *)op;
	struct gdbregs__halt_status *halt = &s->target.halt;

	if (s->engine.fatal)
		return;
	s->run.resume.op = NULL;
	s->run.phase = GDBREGS__RUN_STOPPED;
	s->state = GDBREGS__SESSION_STOPPED;
	gdbregs__order_forget(s);
	halt->by_others = stopped_by_others(s, r);
	/* The monitor's `stop` is the only such stop that may be undone. */
	if (halt->by_others && r->stop.signal != SIGNAL_INT)
		snprintf(halt->must_not_run, sizeof(halt->must_not_run), "signal %d",
			 r->stop.signal);
	gdbregs__stop_report(s, op->status < 0 ? NULL : &r->stop, outcome(s, r));
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (s->run.resume.op == op)
		s->run.resume.op = NULL;
	if (!s->run.resume.op && s->run.phase == GDBREGS__RUN_PREPARING)
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

/* Make a step of one vCPU, or a resume of all for GDBREGS__ALL_VCPUS. */
static struct gdbregs__op *make(uint32_t vcpu)
{
	struct run_op *r = gdbregs__calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	gdbregs__op_init(&r->op, &run_class, NULL, NULL);
	r->step = vcpu != GDBREGS__ALL_VCPUS;
	r->vcpu = vcpu;
	return &r->op;
}

/* ------------------------------------------------------------------- begins --- */

static int check(struct gdbregs_session *s)
{
	int wrong = gdbregs__session_begin(s, 0);

	if (wrong)
		return wrong;
	if (s->run.phase != GDBREGS__RUN_STOPPED)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_RUNNING,
					   "cannot resume: callbacks for the previous stop are "
					   "still running");
	if (s->target.halt.must_not_run[0])
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_REMOTE,
					   "the guest must not run: QEMU says that it is "
					   "paused (%s)",
					   s->target.halt.must_not_run);
	return 0;
}

/* Queue the requests that have to be answered before the resume is sent. */
static int prepare(struct gdbregs_session *s, uint32_t vcpu)
{
	int failed = vcpu != GDBREGS__ALL_VCPUS ? gdbregs__sstep_prepare(s) : 0;

	return failed ? failed : gdbregs__watch_prepare(s);
}

static int queue(struct gdbregs_session *s, uint32_t vcpu)
{
	int wrong = check(s);

	if (!wrong)
		wrong = prepare(s, vcpu);
	if (wrong)
		return wrong;
	struct gdbregs__op *op = make(vcpu);
	if (!op)
		return gdbregs__engine_say_nomem(&s->engine);
	gdbregs__expedited_clear(s);
	s->run.stopped.pending = false;
	s->run.resume.op = op;
	s->run.resume.interrupt_due = false;
	s->run.phase = GDBREGS__RUN_PREPARING;
	s->target.halt.by_others = false;
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

/* A target that is stopped here stays stopped if the detach does not get through, but
 * packets that are sent to a running QEMU are lost. */
void gdbregs__run_close(struct gdbregs_session *s)
{
	if (!gdbregs__run_is_resumed(&s->run))
		return;
	(void)gdbregs__run_interrupt(s);
	/* From now on the stop reply has a deadline, whatever other replies are due. */
	s->run.resume.op->no_timeout = false;
	s->engine.deadline_ms = s->engine.now_ms + s->options.reply_timeout_ms;
}
