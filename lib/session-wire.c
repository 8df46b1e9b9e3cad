/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-wire.h"

#include "alloc.h"
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RESENDS_MAX 3
/* What else listens on a port talks more than this before we have heard a
 * single packet; a stub's left-overs are shorter. */
#define JUNK_MAX_BYTES 64
#define RUNS_FIRST 16
#define SEND_RUN_MAX 512
/* What a server of lines is given to show itself before we give up on it. Stubs
 * skip what stands outside of packets. */
#define LINE_PROBE "\r\n\r\n"
#define LINE_PROBE_MS 250

/* ------------------------------------------------------------ packets out --- */

static void trace(struct gdbregs_session *s, enum gdbregs_direction direction, const void *bytes,
		  size_t size)
{
	if (s->options.trace && size)
		s->options.trace(s->options.trace_arg, direction, bytes, size);
}

int gdbregs__session_send_acks(struct gdbregs_session *s)
{
	size_t start = s->out.size;

	if (!s->acks_owed)
		return 0;
	for (; s->acks_owed; s->acks_owed--)
		if (gdbregs__buffer_append(&s->out, "+", 1) < 0)
			return GDBREGS_ERR_NOMEM;
	trace(s, GDBREGS_SENT, s->out.data + start, s->out.size - start);
	return 0;
}

static int grow_runs(struct gdbregs_session *s)
{
	size_t capacity = s->runs_capacity ? 2 * s->runs_capacity : RUNS_FIRST;
	struct gdbregs__run *runs = gdbregs__realloc_array(NULL, capacity, sizeof(*runs));

	if (!runs)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < s->runs_count; i++)
		runs[i] = s->runs[(s->runs_head + i) & (s->runs_capacity - 1)];
	gdbregs__free(s->runs);
	s->runs = runs;
	s->runs_capacity = capacity;
	s->runs_head = 0;
	return 0;
}

/* Room for one more run, so that what follows can't fail half-way. */
static int reserve_run(struct gdbregs_session *s)
{
	return s->runs_count < s->runs_capacity ? 0 : grow_runs(s);
}

static void note_run(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
		     uint32_t index, uint32_t count)
{
	if (s->runs_count) {
		size_t last = (s->runs_head + s->runs_count - 1) & (s->runs_capacity - 1);
		struct gdbregs__run *run = &s->runs[last];

		if (run->op == op && run->kind == kind && run->first + run->count == index &&
		    run->count <= UINT32_MAX - count) {
			run->count += count;
			return;
		}
	}
	s->runs[(s->runs_head + s->runs_count) & (s->runs_capacity - 1)] =
		(struct gdbregs__run){op, kind, index, count};
	s->runs_count++;
}

static uint64_t reply_timeout_ms(const struct gdbregs_session *s)
{
	return !s->heard && s->options.first_reply_timeout_ms ? s->options.first_reply_timeout_ms
							       : s->options.reply_timeout_ms;
}

void gdbregs__session_aim(struct gdbregs_session *s)
{
	bool awaited = s->runs_count && !s->runs[s->runs_head].op->unhurried;

	s->deadline_ms = awaited ? s->now_ms + reply_timeout_ms(s) : GDBREGS__FOREVER;
}

/* The packet from `start` to the end of out belongs to op. */
static void note_sent(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
		      uint32_t index, size_t start)
{
	note_run(s, op, kind, index, 1);
	if (s->in_flight++ == 0) {
		gdbregs__session_aim(s);
		s->junk_ends = s->decoder.junk_ends;
		/* Without memory for the copy a NAK is simply final. */
		s->kept.size = 0;
		s->kept_at = s->sent_count;
		s->resends = 0;
		(void)gdbregs__buffer_append(&s->kept, s->out.data + start, s->out.size - start);
	}
	op->outstanding++;
	s->sent_count++;
	trace(s, GDBREGS_SENT, s->out.data + start, s->out.size - start);
}

int gdbregs__session_send(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			  uint32_t index, const void *payload, size_t size)
{
	if (reserve_run(s) < 0 || gdbregs__session_send_acks(s) < 0)
		return GDBREGS_ERR_NOMEM;
	size_t start = s->out.size;
	if (gdbregs__frame_encode(&s->out, payload, size, true) < 0)
		return GDBREGS_ERR_NOMEM;
	note_sent(s, op, kind, index, start);
	return 0;
}

int gdbregs__session_send_interrupt(struct gdbregs_session *s)
{
	static const char interrupt = 3;

	if (gdbregs__buffer_append(&s->out, &interrupt, 1) < 0)
		return GDBREGS_ERR_NOMEM;
	trace(s, GDBREGS_SENT, &interrupt, 1);
	return 0;
}

int gdbregs__session_send_aside(struct gdbregs_session *s, const void *payload, size_t size)
{
	if (gdbregs__session_send_acks(s) < 0)
		return GDBREGS_ERR_NOMEM;
	size_t start = s->out.size;
	if (gdbregs__frame_encode(&s->out, payload, size, true) < 0)
		return GDBREGS_ERR_NOMEM;
	trace(s, GDBREGS_SENT, s->out.data + start, s->out.size - start);
	return 0;
}

int gdbregs__session_send_text(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			       uint32_t index, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(text))
		return GDBREGS_ERR_INVAL;
	return gdbregs__session_send(s, op, kind, index, text, (size_t)length);
}

int gdbregs__session_send_p(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			    uint32_t index, uint32_t regnum)
{
	if (reserve_run(s) < 0 || (s->acks_owed && gdbregs__session_send_acks(s) < 0))
		return GDBREGS_ERR_NOMEM;
	size_t start = s->out.size;
	if (gdbregs__frame_encode_p(&s->out, regnum) < 0)
		return GDBREGS_ERR_NOMEM;
	note_sent(s, op, kind, index, start);
	return 0;
}

int gdbregs__session_send_run(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			      uint32_t index, const struct gdbregs_read *reads, size_t count)
{
	/* The first in flight is kept for a NAK, and a trace wants every one. */
	if (!s->pipelined || s->in_flight == 0 || s->acks_owed || s->options.trace) {
		int result = gdbregs__session_send_p(s, op, kind, index, reads->reg->regnum);
		return result < 0 ? result : 1;
	}
	if (count > SEND_RUN_MAX)
		count = SEND_RUN_MAX;
	if (reserve_run(s) < 0 ||
	    gdbregs__buffer_reserve(&s->out, count * GDBREGS__FRAME_P_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;
	uint8_t *to = s->out.data + s->out.size;
	for (size_t i = 0; i < count; i++) {
		const struct gdbregs_register *reg = reads[i].reg;

		memcpy(to, reg->p_packet, sizeof(reg->p_packet));
		to += reg->p_packet_size;
	}
	s->out.size = (size_t)(to - s->out.data);
	note_run(s, op, kind, index, (uint32_t)count);
	s->in_flight += count;
	s->sent_count += count;
	op->outstanding += count;
	return (int)count;
}

int gdbregs__session_select(struct gdbregs_session *s, struct gdbregs__op *op,
			    const struct gdbregs__thread_id *thread)
{
	char text[2 + GDBREGS__THREAD_ID_TEXT] = "Hg";

	if (s->selected && gdbregs__thread_id_equal(&s->selected_thread, thread))
		return 0;
	size_t length = gdbregs__thread_id_format(text + 2, thread);
	if (gdbregs__session_send(s, op, GDBREGS__KIND_SELECT, 0, text, 2 + length) < 0)
		return GDBREGS_ERR_NOMEM;
	s->selected = true;
	s->selected_thread = *thread;
	return 1;
}

int gdbregs__session_select_vcpu(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t vcpu)
{
	return s->vcpus[vcpu].has_id ? gdbregs__session_select(s, op, &s->vcpus[vcpu].id) : 0;
}

/* -------------------------------------------------------------- frames in --- */

static void fail_not_a_stub(struct gdbregs_session *s)
{
	char text[120];
	size_t count = s->decoder.junk_count;

	gdbregs__printable(text, sizeof(text), s->decoder.junk,
			   count < sizeof(s->decoder.junk) ? count : sizeof(s->decoder.junk));
	gdbregs__session_fail(s, GDBREGS_ERR_PROTOCOL,
			      "%s is not a gdbstub: it answered \"%s\"; check the address", s->label,
			      text);
}

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
		gdbregs__session_fail(s, GDBREGS_ERR_PROTOCOL,
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
		trace(s, GDBREGS_SENT, s->kept.data, s->kept.size);
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
		trace(s, GDBREGS_SENT, "-", 1);
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

	if (gdbregs__buffer_append(&text, frame->kind == GDBREGS__FRAME_PACKET ? "$" : "%", 1) == 0 &&
	    gdbregs__buffer_append(&text, frame->payload, frame->size) == 0)
		trace(s, GDBREGS_RECEIVED, text.data, text.size);
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

	if (s->pipelined && !stop && !gdbregs__reply_console(frame->payload, frame->size, NULL, NULL))
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
		trace(s, GDBREGS_RECEIVED, "-", 1);
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

void gdbregs__session_input(struct gdbregs_session *s, const uint8_t *data, size_t size,
			    uint64_t now_ms)
{
	size_t used = 0;
	struct gdbregs__frame frame;

	s->now_ms = now_ms;
	while (used < size && !s->fatal) {
		/* Every reply is preceded by one: no event is made of it. */
		if (data[used] == '+' && gdbregs__frame_idle(&s->decoder)) {
			used++;
			on_ack(s);
			continue;
		}
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
		fail_not_a_stub(s);
	if (!s->fatal)
		gdbregs__session_pump(s);
}

/* ------------------------------------------------------------------- ends --- */

void gdbregs__session_eof(struct gdbregs_session *s, const char *why)
{
	if (!s->heard && s->decoder.junk_count)
		fail_not_a_stub(s);
	else if (why)
		gdbregs__session_fail(s, GDBREGS_ERR_CLOSED, "the connection to %s broke: %s",
				      s->label, why);
	else
		gdbregs__session_fail(s, GDBREGS_ERR_CLOSED, "%s closed the connection%s", s->label,
				      s->heard ? "" : " before it answered");
}

void gdbregs__session_overdue(struct gdbregs_session *s)
{
	uint64_t timeout_ms = reply_timeout_ms(s);
	struct gdbregs__op *op = s->runs_count ? s->runs[s->runs_head].op : NULL;

	if (op && op->class->overdue && op->class->overdue(s, op))
		return;
	if (!s->heard && !s->decoder.junk_count && !s->line_probed) {
		s->line_probed = true;
		s->deadline_ms = s->now_ms + LINE_PROBE_MS;
		(void)gdbregs__buffer_append(&s->out, LINE_PROBE, strlen(LINE_PROBE));
		return;
	}
	if (!s->heard && s->decoder.junk_count)
		fail_not_a_stub(s);
	else if (!s->heard && s->is_child)
		gdbregs__session_fail(s, GDBREGS_ERR_TIMEOUT,
				      "%s runs, but has not answered for %.1f s: does it serve gdb "
				      "on its standard input and output?",
				      s->label, (double)timeout_ms / 1000);
	else if (!s->heard)
		gdbregs__session_fail(
			s, GDBREGS_ERR_TIMEOUT,
			"%s accepts connections but has not answered for %.1f s; a gdbstub serves "
			"one client at a time: is another debugger connected?",
			s->label, (double)timeout_ms / 1000);
	else
		gdbregs__session_fail(s, GDBREGS_ERR_TIMEOUT, "%s has not answered for %.1f s",
				      s->label, (double)timeout_ms / 1000);
}
