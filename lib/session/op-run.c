/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resuming: an op whose reply is the stop reply. From its being queued until
 * that has come the session is RUNNING and takes no other requests, for any byte
 * stops a QEMU that runs (10.0 without a word). 0x03 is the one that may. */
#include "session/op-run.h"
#include "session/expedited.h"

#include "util/alloc.h"
#include "util/error.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define SIGNAL_INT  2
#define SIGNAL_TRAP 5
/* A stub that asks for File-I/O faster than it takes the answers. */
#define ANSWERS_MAX_BYTES 65536

enum kind { KIND_VCONT = 1, KIND_THREAD, KIND_RESUME };

enum stage { STAGE_VCONT, STAGE_THREAD, STAGE_RESUME, STAGE_STOP };

struct run_op {
	struct gdbregs__op op;
	enum stage stage;
	bool step;
	uint32_t vcpu; /* of a step */
	bool overdue; /* the step took too long: it was interrupted */
	struct gdbregs_stop stop;
};

/* --------------------------------------------------------------- packets out --- */

static const struct gdbregs__thread_id *thread_of(struct gdbregs_session *s, const struct run_op *r)
{
	return r->step && s->vcpus[r->vcpu].has_id ? &s->vcpus[r->vcpu].id : NULL;
}

/* QEMU has it in all versions, and it is 7.2's and 10.0's best tested way. */
static int ask_vcont(struct gdbregs_session *s, struct run_op *r)
{
	if (s->qemu && s->supported.vcont)
		s->resume.vcont = s->resume.vcont_known = true;
	r->stage = s->resume.vcont_known && s->resume.vcont ? STAGE_RESUME : STAGE_THREAD;
	return s->resume.vcont_known
		       ? 0
		       : gdbregs__engine_send_text(&s->engine, &r->op, KIND_VCONT, 0, "vCont?");
}

/* Before vCont there was Hc: the thread that c and s are about. */
static int send_thread(struct gdbregs_session *s, struct run_op *r)
{
	const struct gdbregs__thread_id *thread = thread_of(s, r);
	char text[2 + GDBREGS__THREAD_ID_TEXT] = "Hc-1";
	size_t length = 4;

	r->stage = STAGE_RESUME;
	if (s->resume.vcont || (s->vcpu_count && !s->vcpus[0].has_id))
		return 0;
	if (thread)
		length = 2 + gdbregs__thread_id_format(text + 2, thread);
	return gdbregs__engine_send(&s->engine, &r->op, KIND_THREAD, 0, text, length);
}

/* Only threads that the stub listed are named: a process that does not exist
 * kills QEMU. Acks owed stand before the packet, in the same write. */
static int send_resume(struct gdbregs_session *s, struct run_op *r)
{
	const struct gdbregs__thread_id *thread = thread_of(s, r);
	char id[1 + GDBREGS__THREAD_ID_TEXT] = ":";

	if (thread && s->resume.vcont)
		gdbregs__thread_id_format(id + 1, thread);
	else
		id[0] = '\0';
	r->op.no_timeout = !r->step;
	int result =
		gdbregs__engine_send_text(&s->engine, &r->op, KIND_RESUME, 0, "%s%c%s",
					  s->resume.vcont ? "vCont;" : "", r->step ? 's' : 'c', id);
	if (result < 0)
		return result;
	r->stage = STAGE_STOP;
	s->resume.out = true;
	s->resume.interrupted = false;
	return s->resume.interrupt_due ? gdbregs__run_interrupt(s) : 0;
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct run_op *r = (struct run_op *)op;
	size_t before = op->outstanding;

	/* Each answer decides about the next packet; nothing goes out behind the
	 * resume. */
	if (op->outstanding)
		return GDBREGS__PRODUCE_WAIT;
	/* A read ahead of it may find that g does not fit, and ask anew by p: that
	 * would reach a target that runs. */
	if (s->engine.first != op)
		return GDBREGS__PRODUCE_WAIT;
	while (op->outstanding == before && r->stage != STAGE_STOP) {
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
	if (!s->resume.op || s->resume.interrupted)
		return 0;
	s->resume.interrupt_due = !s->resume.out;
	if (!s->resume.out)
		return 0;
	if (gdbregs__engine_send_raw_byte(&s->engine, 3) < 0)
		return gdbregs__engine_say_nomem(&s->engine);
	s->resume.interrupted = true;
	return 0;
}

/* ---------------------------------------------------------------- replies in --- */

static void on_vcont(struct gdbregs_session *s, struct run_op *r,
		     const struct gdbregs__answer *answer)
{
	bool step = memmem(answer->payload, answer->size, ";s", 2);
	bool cont = memmem(answer->payload, answer->size, ";c", 2);

	s->resume.vcont = step && cont;
	s->resume.vcont_known = true;
	r->stage = s->resume.vcont ? STAGE_RESUME : STAGE_THREAD;
}

static int refused(struct gdbregs_session *s, const struct gdbregs__answer *answer)
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

	gdbregs__expedited_forget(s);
	int result = gdbregs__stop_parse(answer->payload, answer->size, &stop,
					 gdbregs__expedited_note, s);
	if (result < 0) {
		gdbregs__engine_fail(
			&s->engine, GDBREGS_ERR_PROTOCOL,
			"%s answered \"%s\" when the target was resumed", s->label,
			gdbregs__printable(text, sizeof(text), answer->payload, answer->size));
		return result;
	}
	gdbregs__stop_describe(s, r->step ? r->vcpu : GDBREGS__ALL_VCPUS, &stop, &r->stop);
	if (r->stop.vcpu == UINT_MAX)
		gdbregs__expedited_forget(s);
	else
		gdbregs__expedited_belong(s, r->stop.vcpu);
	if (stop.kind == GDBREGS__STOP_EXITED || stop.kind == GDBREGS__STOP_TERMINATED)
		s->exited = true;
	r->op.ended = true;
	return 0;
}

/* vCont that is not there after all, though it was said to be. */
static int on_resume(struct gdbregs_session *s, struct run_op *r,
		     const struct gdbregs__answer *answer)
{
	s->resume.out = false;
	s->selected = false;
	r->op.no_timeout = false;
	if (answer->size == 0 && s->resume.vcont && !r->op.canceled) {
		s->resume.vcont = false;
		s->resume.interrupt_due |= s->resume.interrupted;
		r->stage = STAGE_THREAD;
		return 0;
	}
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(answer->payload, answer->size);
	if (kind == GDBREGS__REPLY_EMPTY || kind == GDBREGS__REPLY_ERROR)
		return refused(s, answer);
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
		/* GDB does not look at it; but the wrong thread must not step. */
		return r->step && gdbregs__reply_classify(answer->payload, answer->size) ==
					       GDBREGS__REPLY_ERROR
			       ? refused(s, answer)
			       : 0;
	default:
		return on_resume(s, r, answer);
	}
}

/* A guest under semihosting asks for a system call, and waits for its result.
 * It gets EINVAL and goes on; or, where it shall stop, EINTR with the flag that
 * makes QEMU send a stop reply (it has not seen our 0x03: it was stopped). */
static bool unsolicited(struct gdbregs_session *s, struct gdbregs__op *op, const uint8_t *payload,
			size_t size)
{
	const char *answer = s->resume.interrupted ? "F-1,4,C" : "F-1,16";

	(void)op;
	if (!s->resume.out || size < 2 || payload[0] != 'F')
		return false;
	if (s->engine.out.size > ANSWERS_MAX_BYTES)
		gdbregs__engine_fail(&s->engine, GDBREGS_ERR_PROTOCOL,
				     "%s asks for system calls and does not take the answers",
				     s->label);
	else if (gdbregs__engine_send_unacked(&s->engine, answer, strlen(answer)) < 0)
		gdbregs__engine_fail(&s->engine, GDBREGS_ERR_NOMEM, "out of memory");
	return true;
}

/* A vCPU that is halted (WFI, an AP that waits for its SIPI) never ends its
 * step; QEMU then has to be interrupted. */
static bool overdue(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct run_op *r = (struct run_op *)op;

	if (!r->step || r->overdue || op->canceled || !s->resume.out)
		return false;
	r->overdue = true;
	if (gdbregs__run_interrupt(s) < 0)
		return false;
	gdbregs__engine_arm_deadline(&s->engine);
	return true;
}

/* --------------------------------------------------------------------- ends --- */

/* Neither a step or a point nor our 0x03: the monitor's `stop`, a panic, a watchdog,
 * the end of a migration. Who stopped it wants it to stay so. */
static bool stopped_by_others(const struct gdbregs_session *s, const struct run_op *r)
{
	return s->qemu_system && r->stop.kind == GDBREGS_STOP_SIGNAL && r->stop.signal > 0 &&
	       r->stop.signal != SIGNAL_TRAP &&
	       !(r->stop.signal == SIGNAL_INT && s->resume.interrupted);
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct run_op *r = (struct run_op *)op;
	int code = op->status;

	if (s->engine.fatal)
		return;
	s->resume.op = NULL;
	s->state = GDBREGS__SESSION_STOPPED;
	s->others_halted = stopped_by_others(s, r);
	/* Of those only the monitor's `stop` is one that may be undone. */
	if (s->others_halted && r->stop.signal != SIGNAL_INT)
		snprintf(s->barred, sizeof(s->barred), "signal %d", r->stop.signal);
	if (code == GDBREGS_ERR_NOMEM)
		gdbregs__engine_say(&s->engine, code, "out of memory");
	/* It may have got through after all, just before the interrupt. */
	if (code == 0 && r->overdue && r->stop.kind == GDBREGS_STOP_SIGNAL &&
	    r->stop.signal != SIGNAL_TRAP)
		code = gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_TIMEOUT,
			"vCPU %u has not got through one instruction in %.1f s: is it halted?",
			r->vcpu, (double)s->options.reply_timeout_ms / 1000);
	gdbregs__stop_take(s, op->status < 0 ? NULL : &r->stop, code);
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (s->resume.op == op)
		s->resume.op = NULL;
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

struct gdbregs__op *gdbregs__run_new(uint32_t vcpu)
{
	struct run_op *r = gdbregs__calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	gdbregs__op_init(&r->op, &run_class, NULL, NULL);
	r->step = vcpu != GDBREGS__ALL_VCPUS;
	r->vcpu = vcpu;
	return &r->op;
}
