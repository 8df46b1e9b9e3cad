/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaving the target as promised.
 *
 * A machine of QEMU runs again once the last attached process is detached, and it stays
 * halted if the connection closes without that. Detaching a process that does not exist
 * kills QEMU, so only processes that the stub has named are detached.
 *
 * Some stubs refuse D (rp2040js, DeSmuME, Dolphin, mGBA), and OpenOCD confirms it but
 * leaves the target halted. They resume the target for `c`, if its reply is read before
 * the connection is closed. A stub that accepts `c` may answer it with OK (rp2040js), or
 * not until the target stops. */
#include "session/op-detach.h"
#include "session/op-points.h"
#include "session/op-run.h"
#include "session/qemu-status.h"

#include "util/alloc.h"

#include <string.h>

/* The time that a stub gets to refuse `c`. */
#define REFUSAL_MS 500

enum kind { KIND_UNDO = 1, KIND_STATUS, KIND_STATUS_AGAIN, KIND_STOP, KIND_DETACH, KIND_RESUME };

enum resume {
	RESUME_NONE,
	RESUME_SENT,
	RESUME_ACCEPTED,
	RESUME_REFUSED, /* or the target has stopped again */
	RESUME_LOST, /* not even acknowledged */
};

struct detach {
	struct gdbregs__op op;
	bool stop_asked;
	bool asked_again, again_due; /* whether it still must not run */
	size_t next; /* process */
	size_t detaches, confirmed, refused; /* how many D were sent, and their replies */
	enum resume resume;
};

/* QEMU 7.2 aborts where a machine is resumed that was migrated away. */
bool gdbregs__detach_halts(const struct gdbregs_session *s)
{
	return s->target.exited || s->target.halt.must_not_run[0] ||
	       s->options.on_close == GDBREGS_ON_CLOSE_HALT ||
	       (s->options.on_close == GDBREGS_ON_CLOSE_RESTORE &&
		(s->target.halt.was_halted || s->target.halt.by_others));
}

bool gdbregs__detach_may_run_again(const struct gdbregs_session *s)
{
	return s->target.halt.must_not_run[0] && !s->target.exited &&
	       s->options.on_close != GDBREGS_ON_CLOSE_HALT;
}

/* Closed before discovery came to ask: which process is there to detach? */
static bool pid_unknown(const struct gdbregs_session *s)
{
	return s->stub.supported.multiprocess &&
	       (!s->target.process_count || s->target.processes[0].pid <= 0);
}

bool gdbregs__detach_names_pids(const struct gdbregs_session *s)
{
	for (size_t i = 0; i < s->target.process_count; i++)
		if (s->target.processes[i].pid > 0)
			return true;
	return false;
}

static int send_detach(struct gdbregs_session *s, struct detach *d)
{
	size_t count = s->target.process_count ? s->target.process_count : 1;

	for (; d->next < count; d->next++) {
		int64_t pid = s->target.process_count ? s->target.processes[d->next].pid : 0;

		if (pid <= 0 && gdbregs__detach_names_pids(s))
			continue;
		/* QEMU takes no D without a pid, and there is a process 1 in any. */
		if (pid <= 0 && gdbregs__stub_is_qemu_system(&s->stub) &&
		    s->stub.supported.multiprocess)
			pid = 1;
		s->leaving.detach_sent = true;
		d->detaches++;
		if (s->target.process_count)
			s->target.processes[d->next].attached = false;
		int result = pid > 0 ? gdbregs__engine_send_text(&s->engine, &d->op, KIND_DETACH,
								 (uint32_t)d->next, "D;%llx",
								 (unsigned long long)pid)
				     : gdbregs__engine_send_text(&s->engine, &d->op, KIND_DETACH, 0,
								 "D");
		d->next++;
		return result;
	}
	return 0;
}

static int send_resume(struct gdbregs_session *s, struct detach *d)
{
	int result = gdbregs__engine_send(&s->engine, &d->op, KIND_RESUME, 0, "c", 1);

	d->resume = RESUME_SENT;
	s->engine.deadline_ms = s->engine.now_ms + REFUSAL_MS;
	return result;
}

/* QEMU refuses the D of a process that it has lost. A byte after the last D that it
 * confirmed would stop the machine. */
static bool is_refused(const struct gdbregs_session *s, const struct detach *d)
{
	return d->detaches && d->refused == d->detaches && !gdbregs__stub_is_qemu(&s->stub);
}

/* Resume the target by D, or by c. */
static int release(struct gdbregs_session *s, struct detach *d)
{
	if (s->stub.detach_effect != GDBREGS__DETACH_HALTS) {
		int sent = send_detach(s, d);

		if (sent)
			return sent;
	}
	if (d->op.outstanding)
		return GDBREGS__PRODUCE_WAIT;
	if (d->resume || (s->stub.detach_effect != GDBREGS__DETACH_HALTS && !is_refused(s, d)))
		return GDBREGS__PRODUCE_END;
	return send_resume(s, d);
}

size_t gdbregs__detach_next_undo(struct gdbregs_session *s, char *payload)
{
	if (s->target.exited)
		return 0;
	size_t length = gdbregs__points_withdraw(s, payload);
	return length ? length : gdbregs__sstep_withdraw(s, payload);
}

/* Breakpoints are removed and flags restored in any case. */
static int send_undo(struct gdbregs_session *s, struct gdbregs__op *op)
{
	char payload[GDBREGS__UNDO_TEXT];
	size_t length = gdbregs__detach_next_undo(s, payload);

	if (!length)
		return 0;
	return gdbregs__engine_send(&s->engine, op, KIND_UNDO, 0, payload, length);
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct detach *d = (struct detach *)op;

	/* What is still to come may name processes. */
	if (s->engine.in_flight > op->outstanding)
		return GDBREGS__PRODUCE_WAIT;
	int undone = send_undo(s, op);
	if (undone)
		return undone;
	if (s->options.on_close != GDBREGS_ON_CLOSE_HALT) {
		int sent = gdbregs__status_ask(s, op, KIND_STATUS);
		if (sent)
			return sent;
	}
	if (pid_unknown(s) && !d->stop_asked) {
		d->stop_asked = true;
		return gdbregs__engine_send_text(&s->engine, op, KIND_STOP, 0, "?");
	}
	if (op->outstanding && (pid_unknown(s) || !s->target.halt.known || d->again_due))
		return GDBREGS__PRODUCE_WAIT;
	if (gdbregs__detach_may_run_again(s) && !d->asked_again) {
		d->asked_again = d->again_due = true;
		return gdbregs__status_ask_again(s, op, KIND_STATUS_AGAIN);
	}
	return gdbregs__detach_halts(s) ? GDBREGS__PRODUCE_END : release(s, d);
}

static void on_stop(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	struct gdbregs__stop stop;

	if (gdbregs__stop_parse(answer->payload, answer->size, &stop, NULL, NULL) < 0)
		return;
	s->target.exited =
		stop.kind == GDBREGS__STOP_EXITED || stop.kind == GDBREGS__STOP_TERMINATED;
	if (!stop.has_thread || !stop.thread.has_pid || stop.thread.pid <= 0)
		return;
	if (gdbregs__target_note_pid(s, stop.thread.pid) < 0)
		s->target.exited = true; /* no memory, no detach */
}

static void on_detached(struct detach *d, const struct gdbregs__answer *answer)
{
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(answer->payload, answer->size);

	d->confirmed += kind == GDBREGS__REPLY_OK;
	d->refused += kind == GDBREGS__REPLY_EMPTY || kind == GDBREGS__REPLY_ERROR;
}

static void on_resumed(struct gdbregs_session *s, struct detach *d,
		       const struct gdbregs__answer *answer)
{
	struct gdbregs__stop stop;

	/* overdue() has given up on the reply. */
	if (d->resume != RESUME_SENT)
		return;
	d->resume = gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_OK
			    ? RESUME_ACCEPTED
			    : RESUME_REFUSED;
	if (d->resume == RESUME_REFUSED &&
	    gdbregs__stop_parse(answer->payload, answer->size, &stop, NULL, NULL) == 0)
		s->target.exited =
			stop.kind == GDBREGS__STOP_EXITED || stop.kind == GDBREGS__STOP_TERMINATED;
}

/* No refusal has come: the stub has resumed the target, if it has received the packet. */
static bool overdue(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct detach *d = (struct detach *)op;

	if (d->resume != RESUME_SENT)
		return false;
	d->resume = s->engine.no_ack || s->engine.acked ? RESUME_ACCEPTED : RESUME_LOST;
	gdbregs__engine_give_empty_reply(&s->engine);
	return true;
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	if (answer->kind == KIND_DETACH)
		on_detached((struct detach *)op, answer);
	else if (answer->kind == KIND_RESUME)
		on_resumed(s, (struct detach *)op, answer);
	else if (answer->kind == KIND_STATUS)
		gdbregs__status_reply(s);
	else if (answer->kind == KIND_STATUS_AGAIN)
		gdbregs__status_answer_again(s);
	else if (answer->kind == KIND_STOP)
		on_stop(s, answer);
	((struct detach *)op)->again_due &= answer->kind != KIND_STATUS_AGAIN;
	return 0;
}

static bool unsolicited(struct gdbregs_session *s, struct gdbregs__op *op, const uint8_t *payload,
			size_t size)
{
	(void)op;
	return gdbregs__status_console(s, payload, size);
}

static enum gdbregs_left how_left(const struct gdbregs_session *s, const struct detach *d)
{
	if (s->target.exited)
		return GDBREGS_LEFT_ENDED;
	if (d->resume)
		return d->resume == RESUME_ACCEPTED  ? GDBREGS_LEFT_RUNNING
		       : d->resume == RESUME_REFUSED ? GDBREGS_LEFT_HALTED
						     : GDBREGS_LEFT_UNKNOWN;
	if (!d->detaches)
		return GDBREGS_LEFT_HALTED;
	if (d->confirmed != d->detaches)
		return GDBREGS_LEFT_UNKNOWN;
	return s->stub.detach_effect == GDBREGS__DETACH_RESUMES ? GDBREGS_LEFT_RUNNING
								: GDBREGS_LEFT_DETACHED;
}

/* gdbserver waits for its last OK to be acknowledged. QEMU has resumed its guest by
 * now, and one more byte would stop it again; it needs no ack. */
static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	/* A session that has failed is detached blindly. */
	if (s->engine.fatal)
		return;
	s->leaving.left = how_left(s, (const struct detach *)op);
	gdbregs__engine_close(&s->engine);
	s->state = GDBREGS__SESSION_ENDED;
}

static const struct gdbregs__op_class detach_class = {
	.sends_once = true,
	.produce = produce,
	.reply = reply,
	.overdue = overdue,
	.finish = finish,
	.unsolicited = unsolicited,
};

struct gdbregs__op *gdbregs__detach_new(gdbregs__op_done done, void *arg)
{
	struct detach *d = gdbregs__calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	gdbregs__op_init(&d->op, &detach_class, done, arg);
	return &d->op;
}
