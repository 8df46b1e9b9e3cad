/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames in: acknowledgements, damage, what is no answer, and the replies, which
 * go to the op of the oldest run. */
#include "session/engine-internal.h"

#include "util/error.h"

#include <string.h>

#define RESENDS_MAX 3
/* What else listens on a port talks more than this before we have heard a
 * single packet; a stub's left-overs are shorter. */
#define JUNK_MAX_BYTES 64
/* Replies that are looked at together. */
#define BURST_MAX 64

/* Among other text a + or - may just be a character. */
static bool is_text(struct gdbregs_session *s, uint8_t character)
{
	struct gdbregs__frame_decoder *d = &s->decoder;

	if (s->heard || !d->junk_count)
		return false;
	if (d->junk_count < sizeof(d->junk))
		d->junk[d->junk_count] = character;
	d->junk_count++;
	return true;
}

static void fail_damaged(struct gdbregs_session *s, const char *how)
{
	gdbregs__session_fail(s, GDBREGS_ERR_PROTOCOL, "%s sent a damaged packet (%s)", s->label,
			      how);
}

static void on_ack(struct gdbregs_session *s)
{
	if (!is_text(s, '+'))
		s->heard = true;
	if (s->no_ack)
		return;
	/* QEMU, the one stub we pipeline in ack mode, replies right behind its ack.
	 * Where other bytes stand between two acks, one of them was a reply; two acks
	 * in a row are but one. */
	if (s->pipelined && s->acked) {
		if (s->junk_at_ack != s->decoder.junk_count)
			fail_damaged(s, "it has no beginning");
		return;
	}
	if (s->acked < s->in_flight)
		s->acked++;
	s->junk_at_ack = s->decoder.junk_count;
}

/* QEMU NAKs a new client's first packet when the one before it died in the
 * middle of one. With one packet in flight it can simply be sent again. */
static void on_nak(struct gdbregs_session *s)
{
	/* Of what was acknowledged no second copy may go out: it may have resumed the
	 * target. */
	if (is_text(s, '-') || s->no_ack || s->in_flight == 0 || s->acked)
		return;
	if (s->in_flight != 1 || s->kept_at + 1 != s->sent_count || !s->kept.size) {
		gdbregs__session_fail(
			s, GDBREGS_ERR_PROTOCOL,
			"%s refused a packet as damaged with %zu in flight; which one "
			"can't be known",
			s->label, s->in_flight);
		return;
	}
	if (s->resends++ == RESENDS_MAX) {
		gdbregs__session_fail(s, GDBREGS_ERR_PROTOCOL,
				      "%s refused a packet as damaged %d times", s->label,
				      RESENDS_MAX + 1);
		return;
	}
	if (gdbregs__buffer_append(&s->out, s->kept.data, s->kept.size) < 0)
		gdbregs__session_fail(s, GDBREGS_ERR_NOMEM, "out of memory");
	else
		gdbregs__session_trace(s, GDBREGS_SENT, s->kept.data, s->kept.size);
}

/* A stub repeats its last reply on a NAK. That is the one that was damaged only
 * while nothing else is in flight. */
static void on_damaged(struct gdbregs_session *s, const char *how)
{
	if (s->in_flight == 0)
		return;
	if (s->no_ack || s->in_flight != 1 || s->resends++ == RESENDS_MAX) {
		fail_damaged(s, how);
		return;
	}
	if (gdbregs__buffer_append(&s->out, "-", 1) < 0)
		gdbregs__session_fail(s, GDBREGS_ERR_NOMEM, "out of memory");
	else
		gdbregs__session_trace(s, GDBREGS_SENT, "-", 1);
}

static void owe_ack(struct gdbregs_session *s)
{
	/* Replies in flight are acknowledged by what follows: QEMU, the one stub
	 * we pipeline in ack mode, drops its copy at the next `$` or `+`. */
	if (s->no_ack || (s->pipelined && s->acks_owed))
		return;
	s->acks_owed++;
}

/* The packet was not the reply, so nothing follows to take the ack along, and a
 * stub may wait for it before it goes on. QEMU does not, and one byte would stop
 * it while it runs. */
static void ack_now(struct gdbregs_session *s)
{
	if (!s->fatal && !s->qemu && gdbregs__session_send_acks(s) < 0)
		gdbregs__session_fail(s, GDBREGS_ERR_NOMEM, "out of memory");
}

static bool is_console(struct gdbregs_session *s, const struct gdbregs__frame *frame)
{
	bool nomem = false;

	if (frame->size == 0 || frame->payload[0] != 'O' ||
	    !gdbregs__reply_console(frame->payload, frame->size, NULL, &nomem))
		return false;
	struct gdbregs__op *op = s->runs[s->runs_head].op;
	if (op->class->console && gdbregs__op_hears(op))
		op->class->console(s, op, frame->payload, frame->size);
	return true;
}

static bool is_aside(struct gdbregs_session *s, const struct gdbregs__frame *frame)
{
	struct gdbregs__op *op = s->runs[s->runs_head].op;

	return op->class->aside && op->class->aside(s, op, frame->payload, frame->size);
}

static void trace_frame(struct gdbregs_session *s, const struct gdbregs__frame *frame)
{
	struct gdbregs_buffer text = {0};

	if (gdbregs__buffer_append(&text, frame->kind == GDBREGS__FRAME_PACKET ? "$" : "%", 1) ==
		    0 &&
	    gdbregs__buffer_append(&text, frame->payload, frame->size) == 0)
		gdbregs__session_trace(s, GDBREGS_RECEIVED, text.data, text.size);
	gdbregs_buffer_fini(&text);
}

/* It came before our request was acknowledged, so it is no answer: QEMU 7.2 sends
 * a stop reply as soon as it is connected to, which our first `+` acknowledges,
 * and whenever else it stops. Where requests are pipelined anything but that is an
 * answer whose ack was lost: taken for nothing, it would leave its place to the
 * answer to another request. */
static void on_unasked(struct gdbregs_session *s, const struct gdbregs__frame *frame)
{
	bool stop = frame->size && memchr("TSWXwN", frame->payload[0], 6);

	if (s->pipelined && !stop &&
	    !gdbregs__reply_console(frame->payload, frame->size, NULL, NULL))
		fail_damaged(s, "its acknowledgement is missing");
	else if (s->heard)
		owe_ack(s);
}

/* Without acks a reply whose `$` was damaged shows by its `#` alone. */
static bool lost_beginning(struct gdbregs_session *s)
{
	bool lost = s->no_ack && s->pipelined && s->junk_ends != s->decoder.junk_ends;

	s->junk_ends = s->decoder.junk_ends;
	return lost;
}

/* One bit makes a `%` of a `$`, and no checksum tells. Every notification has a
 * name, `:` and an event; register data has no `:`. */
static void on_notification(struct gdbregs_session *s, const struct gdbregs__frame *frame)
{
	if (s->options.trace)
		trace_frame(s, frame);
	if (s->pipelined && s->in_flight && !memchr(frame->payload, ':', frame->size))
		fail_damaged(s, "a notification without a name");
	s->junk_at_ack = SIZE_MAX;
}

static void on_packet(struct gdbregs_session *s, const struct gdbregs__frame *frame)
{
	if (s->in_flight == 0) {
		/* QEMU 7.2 tells of any stop, also of the monitor's. */
		if (s->heard)
			owe_ack(s);
		return;
	}
	if (!s->no_ack && s->acked == 0) {
		on_unasked(s, frame);
		return;
	}
	if (lost_beginning(s)) {
		fail_damaged(s, "it has no beginning");
		return;
	}
	s->heard = true;
	owe_ack(s);
	if (is_console(s, frame) || is_aside(s, frame)) {
		ack_now(s);
		return;
	}
	if (!s->no_ack)
		s->acked--;
	gdbregs__session_dispatch(s, frame->payload, frame->size);
}

static void on_frame(struct gdbregs_session *s, const struct gdbregs__frame *frame)
{
	switch (frame->kind) {
	case GDBREGS__FRAME_ACK:
		on_ack(s);
		break;
	case GDBREGS__FRAME_NAK:
		gdbregs__session_trace(s, GDBREGS_RECEIVED, "-", 1);
		on_nak(s);
		break;
	case GDBREGS__FRAME_PACKET:
		if (s->options.trace)
			trace_frame(s, frame);
		on_packet(s, frame);
		break;
	case GDBREGS__FRAME_NOTIFICATION:
		on_notification(s, frame);
		break;
	case GDBREGS__FRAME_BAD:
		/* Of a notification there is no second copy to be had. */
		if (!s->decoder.notification)
			on_damaged(s, "checksum or run length");
		break;
	case GDBREGS__FRAME_TRUNCATED:
		/* The new packet may well be the same one, sent again. */
		if (s->in_flight > 1)
			on_damaged(s, "cut short by another one");
		break;
	case GDBREGS__FRAME_TOO_LARGE:
		gdbregs__session_fail(s, GDBREGS_ERR_LIMIT,
				      "%s sent a packet of more than %zu bytes (max_packet_bytes)",
				      s->label, s->limits.packet_bytes);
		break;
	case GDBREGS__FRAME_NONE:
		break;
	}
}

/* Nothing but plain replies can come next, as far as what came before tells. */
static bool expects_burst(const struct gdbregs_session *s)
{
	return s->pipelined && s->heard && s->acked == 0 && !s->options.trace &&
	       (!s->no_ack || s->junk_ends == s->decoder.junk_ends);
}

/* The replies to a batch, many at a time: what on_ack() and on_packet() would do of
 * each. False if something else comes next. */
static bool take_burst(struct gdbregs_session *s, const uint8_t *data, size_t size, size_t *used)
{
	struct gdbregs__frame_text texts[BURST_MAX];
	size_t most = expects_burst(s) ? gdbregs__session_takes_data(s) : 0;

	if (most > BURST_MAX)
		most = BURST_MAX;
	size_t count = most ? gdbregs__frame_take_data(&s->decoder, data, size, used, !s->no_ack,
						       texts, most)
			    : 0;
	if (!count)
		return false;
	owe_ack(s);
	gdbregs__session_dispatch_data(s, texts, count);
	return true;
}

void gdbregs__session_input(struct gdbregs_session *s, const uint8_t *data, size_t size,
			    uint64_t now_ms)
{
	size_t used = 0;
	struct gdbregs__frame frame;

	s->now_ms = now_ms;
	while (used < size && !s->fatal) {
		if (take_burst(s, data, size, &used))
			continue;
		if (gdbregs__frame_next(&s->decoder, data, size, &used, &frame) < 0) {
			gdbregs__session_fail(s, GDBREGS_ERR_NOMEM, "out of memory");
			return;
		}
		on_frame(s, &frame);
	}
	if (s->aim_due) {
		s->aim_due = false;
		gdbregs__session_aim(s);
	}
	if (!s->fatal && !s->heard && s->decoder.junk_count > JUNK_MAX_BYTES)
		gdbregs__session_fail_not_a_stub(s);
	if (!s->fatal)
		gdbregs__session_pump(s);
}
