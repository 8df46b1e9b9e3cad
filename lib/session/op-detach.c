/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaving the target as the options say.
 *
 * A machine of QEMU runs again after the last attached process is detached, and stays halted if
 * the connection closes before that. Detaching a process that does not exist kills QEMU, so only
 * processes that the stub has named are detached.
 *
 * Some stubs refuse D (rp2040js, DeSmuME, Dolphin, mGBA), and OpenOCD confirms it but leaves the
 * target halted. They resume the target for `c`, if its reply is read before the connection is
 * closed. A stub that accepts `c` may answer it with OK (rp2040js), or not until the target stops.
 *
 * After the session has failed, the same op runs in the engine's blind mode: leaving a guest
 * halted is worse than sending packets whose replies cannot be matched. */
#include "session/op-points.h"
#include "session/qemu.h"

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

/* Whether the guest must not run, which is asked a second time. */
enum again { AGAIN_NOT_ASKED, AGAIN_ASKED, AGAIN_ANSWERED };

struct detach {
	struct gdbregs__op op;
	bool blind;
	bool sent_before; /* blind: a D was sent in order, and its reply is missing */
	bool stop_asked;
	enum again again;
	size_t detaches, confirmed, refused; /* numbers of D packets and of their replies */
	enum resume resume;
};

/* QEMU 7.2 aborts if a machine that was migrated away is resumed. */
static bool detach_halts(const struct gdbregs_session *s)
{
	return s->target.exited || s->target.halt.must_not_run[0] ||
	       s->options.on_close == GDBREGS_ON_CLOSE_HALT ||
	       (s->options.on_close == GDBREGS_ON_CLOSE_RESTORE &&
		(s->target.halt.was_halted || s->target.halt.by_others));
}

static bool may_run_again(const struct gdbregs_session *s)
{
	return s->target.halt.must_not_run[0] && !s->target.exited &&
	       s->options.on_close != GDBREGS_ON_CLOSE_HALT;
}

/* The session was closed before discovery asked which processes there are: ask for the one to
 * detach. */
static bool pid_unknown(const struct gdbregs_session *s)
{
	return s->stub.supported.multiprocess &&
	       (!s->target.process_count || s->target.processes[0].pid <= 0);
}

static bool names_pids(const struct gdbregs_session *s)
{
	for (size_t i = 0; i < s->target.process_count; i++)
		if (s->target.processes[i].pid > 0)
			return true;
	return false;
}

/* A stub whose processes are not known. In multiprocess mode QEMU refuses a D without a pid, and
 * every QEMU has a process 1; any other stub refuses a D with a pid that it does not know. A stub
 * that has sent no packet may be a QEMU: an ack alone proves nothing, QEMU sends it by itself. */
static bool may_be_qemu(const struct gdbregs_session *s)
{
	switch (s->stub.kind) {
	case GDBREGS__STUB_UNKNOWN:
		return true;
	case GDBREGS__STUB_GREETED:
	case GDBREGS__STUB_QEMU_SYSTEM:
		return s->stub.supported.multiprocess;
	default:
		return false;
	}
}

static int send_pid(struct gdbregs_session *s, struct detach *d, int64_t pid)
{
	s->leaving.detach_sent = true;
	d->detaches++;
	if (pid > 0)
		return gdbregs__engine_send_text(&s->engine, &d->op, KIND_DETACH, 0, "D;%llx",
						 (unsigned long long)pid);
	return gdbregs__engine_send_text(&s->engine, &d->op, KIND_DETACH, 0, "D");
}

/* Send the next D. A second D without a pid would reach a machine that already runs, and stop
 * it. */
static int send_detach(struct gdbregs_session *s, struct detach *d)
{
	if (!names_pids(s))
		return s->leaving.detach_sent ? 0 : send_pid(s, d, may_be_qemu(s) ? 1 : 0);
	for (size_t i = 0; i < s->target.process_count; i++) {
		struct gdbregs__process *process = &s->target.processes[i];

		if (!process->attached || process->pid <= 0)
			continue;
		process->attached = false;
		return send_pid(s, d, process->pid);
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

static size_t next_undo(struct gdbregs_session *s, char *payload)
{
	if (s->target.exited)
		return 0;
	size_t length = gdbregs__points_withdraw(s, payload);
	return length ? length : gdbregs__sstep_withdraw(s, payload);
}

/* Breakpoints are removed and flags are restored in any case. */
static int send_undo(struct gdbregs_session *s, struct gdbregs__op *op)
{
	char payload[GDBREGS__UNDO_TEXT];
	size_t length = next_undo(s, payload);

	if (!length)
		return 0;
	return gdbregs__engine_send(&s->engine, op, KIND_UNDO, 0, payload, length);
}

static int ask_again(struct gdbregs_session *s, struct detach *d)
{
	int sent = gdbregs__status_ask_again(s, &d->op, KIND_STATUS_AGAIN);

	d->again = sent > 0 ? AGAIN_ASKED : AGAIN_ANSWERED;
	return sent;
}

/* ----------------------------------------------------------------- blind mode --- */

/* QEMU does not answer 0x03 if the machine does not run, for example because it was suspended
 * after the resume. A D would start it (7.2 and 10.0). Also, a machine that must not run when we
 * connected may have run since, and may be stopped by us. So ask for its status first: QEMU
 * answers at once, if at all. */
static bool asks_first(const struct gdbregs_session *s)
{
	return gdbregs__stub_is_qemu_system(&s->stub) &&
	       (gdbregs__run_is_resumed(&s->run) || s->target.halt.must_not_run[0]);
}

/* A stub that never answered may be a QEMU that is serving another client. Our connection is then
 * still in its listen backlog. When QEMU accepts it later, it stops the guest, reads what we
 * wrote, sees that the connection is closed, and leaves the guest stopped. So send a detach packet
 * in any case. */
static int produce_blindly(struct gdbregs_session *s, struct detach *d)
{
	int sent = send_undo(s, &d->op);

	if (sent)
		return sent;
	if (d->again == AGAIN_ASKED)
		return GDBREGS__PRODUCE_WAIT;
	if (detach_halts(s) && !may_run_again(s))
		return GDBREGS__PRODUCE_END;
	if (d->again == AGAIN_NOT_ASKED && asks_first(s) && ask_again(s, d) > 0)
		return GDBREGS__PRODUCED;
	return detach_halts(s) ? GDBREGS__PRODUCE_END : send_detach(s, d);
}

/* ------------------------------------------------------------------- in order --- */

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct detach *d = (struct detach *)op;

	if (d->blind)
		return produce_blindly(s, d);
	/* The replies that are due may name processes. */
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
	if (op->outstanding && (pid_unknown(s) || !s->target.halt.known || d->again == AGAIN_ASKED))
		return GDBREGS__PRODUCE_WAIT;
	if (may_run_again(s) && d->again == AGAIN_NOT_ASKED)
		return ask_again(s, d);
	return detach_halts(s) ? GDBREGS__PRODUCE_END : release(s, d);
}

static void on_stop(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	struct gdbregs__stop stop;

	if (gdbregs__stop_parse(answer->payload, answer->size, &stop, NULL, NULL) < 0)
		return;
	s->target.exited = gdbregs__stop_is_end(stop.kind);
	if (!stop.has_thread || !stop.thread.has_pid || stop.thread.pid <= 0)
		return;
	if (gdbregs__target_note_pid(s, stop.thread.pid) < 0)
		s->target.exited = true; /* out of memory: no detach */
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
		s->target.exited = gdbregs__stop_is_end(stop.kind);
}

/* No refusal has come: the stub has resumed the target, if it has received the packet. */
static bool overdue(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct detach *d = (struct detach *)op;

	if (d->blind && d->again == AGAIN_ASKED) {
		gdbregs__engine_give_empty_reply(&s->engine);
		return true;
	}
	if (d->resume != RESUME_SENT)
		return false;
	d->resume = s->engine.no_ack || s->engine.acked ? RESUME_ACCEPTED : RESUME_LOST;
	gdbregs__engine_give_empty_reply(&s->engine);
	return true;
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct detach *d = (struct detach *)op;

	switch ((enum kind)answer->kind) {
	case KIND_UNDO:
		break;
	case KIND_STATUS:
		gdbregs__status_reply(s);
		break;
	case KIND_STATUS_AGAIN:
		gdbregs__status_answer_again(s);
		d->again = AGAIN_ANSWERED;
		break;
	case KIND_STOP:
		on_stop(s, answer);
		break;
	case KIND_DETACH:
		on_detached(d, answer);
		break;
	case KIND_RESUME:
		on_resumed(s, d, answer);
		break;
	}
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
	if (d->sent_before || d->confirmed != d->detaches)
		return GDBREGS_LEFT_UNKNOWN;
	if (!d->detaches)
		return gdbregs__run_is_resumed(&s->run) ? GDBREGS_LEFT_UNKNOWN
							: GDBREGS_LEFT_HALTED;
	return s->stub.detach_effect == GDBREGS__DETACH_RESUMES ? GDBREGS_LEFT_RUNNING
								: GDBREGS_LEFT_DETACHED;
}

/* gdbserver waits for its last OK to be acknowledged. QEMU has resumed its guest by
 * now, and one more byte would stop it again; it needs no ack. */
static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct detach *d = (struct detach *)op;

	/* A blind detach follows. */
	if (s->engine.fatal && !d->blind)
		return;
	s->leaving.left = how_left(s, d);
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
	return gdbregs__op_new(sizeof(struct detach), &detach_class, done, arg);
}

int gdbregs__detach(struct gdbregs_session *s, gdbregs__op_done done, void *arg)
{
	struct gdbregs__op *op = gdbregs__detach_new(done, arg);

	if (!op)
		return GDBREGS_ERR_NOMEM;
	gdbregs__engine_queue(&s->engine, op);
	return 0;
}

/* A connection that is closed, or a peer that is not a stub, is not written to. */
int gdbregs__detach_blindly(struct gdbregs_session *s, gdbregs__op_done done, void *arg)
{
	struct gdbregs__engine *e = &s->engine;
	struct detach *d = (struct detach *)s->leaving.reserve;
	bool useless = e->fatal == GDBREGS_ERR_CLOSED || (!e->heard && e->decoder.junk_count);

	if (!d)
		return GDBREGS_ERR_INVAL;
	s->leaving.reserve = NULL;
	d->op.done = done;
	d->op.arg = arg;
	d->blind = true;
	d->sent_before = s->leaving.detach_sent;
	/* The rest of a D that was partly written must still be written. */
	gdbregs__engine_go_blind(e, s->leaving.detach_sent);
	if (!useless) {
		/* A running target is stopped first, even if it is to be left running: QEMU would
		 * take the first byte of the next packet as an interrupt, and lose the rest. */
		if (gdbregs__run_is_resumed(&s->run))
			(void)gdbregs__engine_send_raw_byte(e, 3);
		gdbregs__engine_queue(e, &d->op);
		return 0;
	}
	if (s->target.exited)
		s->leaving.left = GDBREGS_LEFT_ENDED;
	d->op.status = e->fatal;
	gdbregs__engine_complete(e, &d->op);
	return 0;
}
