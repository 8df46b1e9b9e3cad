/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Incoming packets: acknowledgements, damaged packets, packets that are not replies, and replies,
 * which go to the op of the oldest packet in flight. */
#include "engine/engine-internal.h"

#include "rsp/reply.h"

#include <string.h>

#define RESENDS_MAX 3
/* A server that is not a stub sends more bytes than this before its first packet. Bytes
 * that a stub has left over from another client are fewer. */
#define JUNK_MAX_BYTES 64
/* Replies that are taken together. */
#define BURST_MAX 64

/* In the text of a server that is not a stub, + or - may just be a character. */
static bool is_text(struct gdbregs__engine *e, uint8_t character)
{
	struct gdbregs__frame_decoder *d = &e->decoder;

	if (e->heard || !d->junk_count)
		return false;
	if (d->junk_count < sizeof(d->junk))
		d->junk[d->junk_count] = character;
	d->junk_count++;
	return true;
}

static void fail_damaged(struct gdbregs__engine *e, const char *how)
{
	gdbregs__engine_fail(e, GDBREGS_ERR_PROTOCOL, "the stub sent a damaged packet (%s)", how);
}

static void on_ack(struct gdbregs__engine *e)
{
	if (!is_text(e, '+'))
		e->heard = true;
	/* QEMU is the only stub that is pipelined in ack mode. It sends each reply right
	 * behind its ack, so two acks in a row are those of one packet. */
	e->acked = !e->no_ack && e->in_flight;
}

/* QEMU refuses the first packet of a new client if its previous client died in the
 * middle of a packet. With one packet in flight that packet can be sent again. */
static void on_nak(struct gdbregs__engine *e)
{
	/* A packet that was acknowledged must not be sent twice: it may have resumed the
	 * target. */
	if (is_text(e, '-') || e->no_ack || e->in_flight == 0 || e->acked)
		return;
	if (!e->only_packet.size) {
		gdbregs__engine_fail(
			e, GDBREGS_ERR_PROTOCOL,
			"the stub refused a packet as damaged; with %zu packets in flight "
			"it is not known which one",
			e->in_flight);
		return;
	}
	if (e->resends++ == RESENDS_MAX) {
		gdbregs__engine_fail(e, GDBREGS_ERR_PROTOCOL,
				     "the stub refused a packet as damaged %d times",
				     RESENDS_MAX + 1);
		return;
	}
	if (gdbregs__engine_send_again(e) < 0)
		gdbregs__engine_fail_nomem(e);
}

/* A stub repeats its last reply on a NAK. That reply is the damaged one only if no
 * other packet is in flight. */
static void on_damaged(struct gdbregs__engine *e, const char *how)
{
	if (e->in_flight == 0)
		return;
	if (e->no_ack || e->in_flight != 1 || e->resends++ == RESENDS_MAX) {
		fail_damaged(e, how);
		return;
	}
	if (gdbregs__buffer_append(&e->out, "-", 1) < 0)
		gdbregs__engine_fail_nomem(e);
	else
		gdbregs__engine_trace(e, GDBREGS_SENT, "-", 1);
}

static void owe_ack(struct gdbregs__engine *e)
{
	/* A single ack serves all packets: QEMU, which is the only stub that is pipelined in
	 * ack mode, drops the copy of its last reply at the next `$` or `+`. */
	if (e->no_ack || ((e->pipelined || e->lazy_ack) && e->acks_owed))
		return;
	e->acks_owed++;
	/* A stub may send endless console output and never read. */
	size_t unsent = e->acks_owed + (e->out.size ? e->acks_unsent : 0);
	if (unsent > e->config.packet_limit_bytes)
		gdbregs__engine_fail(e, GDBREGS_ERR_LIMIT,
				     "the stub sends packets but does not read: more than %zu "
				     "acknowledgements are unsent (max_packet_bytes)",
				     e->config.packet_limit_bytes);
}

/* The packet was not the reply, so no request follows that could carry the ack, and a
 * stub may wait for it. QEMU does not wait, and a single byte would stop its guest. */
static void ack_now(struct gdbregs__engine *e)
{
	if (!e->fatal && !e->lazy_ack && gdbregs__engine_send_acks(e) < 0)
		gdbregs__engine_fail_nomem(e);
}

/* The op did not request this packet: console output, or another packet that the op consumes. */
static bool is_unsolicited(struct gdbregs__engine *e, const struct gdbregs__frame *frame)
{
	struct gdbregs__op *op = gdbregs__engine_oldest(e)->op;
	bool consumed = false;

	if (op->class->unsolicited) {
		struct gdbregs__op *previous = gdbregs__engine_enter(e, op);

		consumed =
			op->class->unsolicited(e->config.session, op, frame->payload, frame->size);
		gdbregs__engine_leave(e, previous);
	}
	return consumed || gdbregs__reply_console(frame->payload, frame->size, NULL, NULL);
}

static void trace_frame(struct gdbregs__engine *e, const struct gdbregs__frame *frame)
{
	struct gdbregs_buffer text = {0};

	if (gdbregs__buffer_append(&text, frame->kind == GDBREGS__FRAME_PACKET ? "$" : "%", 1) ==
		    0 &&
	    gdbregs__buffer_append(&text, frame->payload, frame->size) == 0)
		gdbregs__engine_trace(e, GDBREGS_RECEIVED, text.data, text.size);
	gdbregs_buffer_fini(&text);
}

/* A packet that came before our request was acknowledged is not its reply. QEMU 7.2
 * sends a stop reply when a client connects, which our first `+` acknowledges, and
 * whenever the guest stops. While requests are pipelined, any other packet is a reply
 * whose ack was lost. If it were ignored, every later reply would be matched to the
 * wrong request. */
static void on_unasked(struct gdbregs__engine *e, const struct gdbregs__frame *frame)
{
	bool stop = frame->size && memchr("TSWXwN", frame->payload[0], 6);

	if (e->pipelined && !stop &&
	    !gdbregs__reply_console(frame->payload, frame->size, NULL, NULL))
		fail_damaged(e, "its acknowledgement is missing");
	else if (e->heard)
		owe_ack(e);
}

/* A single flipped bit turns `$` into `%`, and the checksum does not cover it. Every
 * notification has a name, `:` and an event; register data has no `:`. */
static void on_notification(struct gdbregs__engine *e, const struct gdbregs__frame *frame)
{
	if (e->config.trace)
		trace_frame(e, frame);
	if (e->pipelined && e->in_flight && !memchr(frame->payload, ':', frame->size))
		fail_damaged(e, "a notification without a name");
}

/* No reply is awaited. QEMU 7.2 reports every stop, also one that its monitor has
 * caused. A stub that is slow answers each copy of a packet. */
static void on_idle_packet(struct gdbregs__engine *e, const struct gdbregs__frame *frame)
{
	if (e->heard)
		owe_ack(e);
	if (!e->hold_until_ms || gdbregs__reply_console(frame->payload, frame->size, NULL, NULL))
		return;
	if (--e->copies == 0)
		e->hold_until_ms = 0;
	else
		ack_now(e);
}

static void on_packet(struct gdbregs__engine *e, const struct gdbregs__frame *frame)
{
	if (e->in_flight == 0) {
		on_idle_packet(e, frame);
		return;
	}
	if (!e->no_ack && !e->acked) {
		on_unasked(e, frame);
		return;
	}
	e->heard = e->replied = true;
	owe_ack(e);
	if (e->fatal)
		return;
	if (is_unsolicited(e, frame)) {
		ack_now(e);
		return;
	}
	/* Nothing that could carry the ack is sent before the replies to copies have come, and
	 * the stub may look at the next copy only when it has the ack. */
	if (e->copies)
		ack_now(e);
	e->acked = false;
	gdbregs__engine_dispatch(e, frame->payload, frame->size);
}

static void on_frame(struct gdbregs__engine *e, const struct gdbregs__frame *frame)
{
	switch (frame->kind) {
	case GDBREGS__FRAME_ACK:
		on_ack(e);
		break;
	case GDBREGS__FRAME_NAK:
		gdbregs__engine_trace(e, GDBREGS_RECEIVED, "-", 1);
		on_nak(e);
		break;
	case GDBREGS__FRAME_PACKET:
		if (e->config.trace)
			trace_frame(e, frame);
		on_packet(e, frame);
		break;
	case GDBREGS__FRAME_NOTIFICATION:
		on_notification(e, frame);
		break;
	case GDBREGS__FRAME_BAD:
		/* A damaged notification is not sent again. */
		if (!e->decoder.notification)
			on_damaged(e, "checksum or run length");
		break;
	case GDBREGS__FRAME_TRUNCATED:
		/* The new packet may be the same packet, sent again. */
		if (e->in_flight > 1)
			on_damaged(e, "cut short by another packet");
		break;
	case GDBREGS__FRAME_HEADLESS:
		/* If a reply is lost, each later reply would be matched to the wrong
		 * request. */
		if (e->pipelined && e->in_flight)
			fail_damaged(e, "its beginning is missing");
		break;
	case GDBREGS__FRAME_TOO_LARGE:
		gdbregs__engine_fail(e, GDBREGS_ERR_LIMIT,
				     "the stub sent a packet of more than %zu bytes "
				     "(max_packet_bytes)",
				     e->config.packet_limit_bytes);
		break;
	case GDBREGS__FRAME_NONE:
		break;
	}
}

/* As far as is known, only plain replies can come next. */
static bool expects_burst(const struct gdbregs__engine *e)
{
	return e->pipelined && e->heard && !e->acked && !e->config.trace;
}

/* Take the replies to a batch, many at a time, as on_ack() and on_packet() would take
 * them one by one. Returns false if something else comes next. */
static bool take_burst(struct gdbregs__engine *e, const uint8_t *data, size_t size, size_t *used)
{
	struct gdbregs__span texts[BURST_MAX];
	size_t most = expects_burst(e) ? gdbregs__engine_takes_data(e) : 0;

	if (most > BURST_MAX)
		most = BURST_MAX;
	size_t count = most ? gdbregs__frame_take_data(&e->decoder, data, size, used, !e->no_ack,
						       texts, most)
			    : 0;
	if (!count)
		return false;
	owe_ack(e);
	gdbregs__engine_dispatch_data(e, texts, count);
	return true;
}

static void on_blind_packet(struct gdbregs__engine *e, const struct gdbregs__frame *frame)
{
	if (e->in_flight && !is_unsolicited(e, frame) &&
	    gdbregs__reply_classify(frame->payload, frame->size) == GDBREGS__REPLY_OK)
		gdbregs__engine_dispatch(e, frame->payload, frame->size);
}

/* See gdbregs__engine_go_blind(). */
static void take_blindly(struct gdbregs__engine *e, const uint8_t *data, size_t size)
{
	struct gdbregs__frame frame;
	size_t used = 0;

	while (used < size && gdbregs__frame_next(&e->decoder, data, size, &used, &frame) == 0)
		if (frame.kind == GDBREGS__FRAME_PACKET)
			on_blind_packet(e, &frame);
	e->deadline_dirty = false;
	gdbregs__engine_pump(e);
}

void gdbregs__engine_input(struct gdbregs__engine *e, const uint8_t *data, size_t size,
			   uint64_t now_ms)
{
	size_t used = 0;
	struct gdbregs__frame frame;

	e->now_ms = now_ms;
	if (e->blind) {
		take_blindly(e, data, size);
		return;
	}
	while (used < size && !e->fatal) {
		if (take_burst(e, data, size, &used))
			continue;
		if (gdbregs__frame_next(&e->decoder, data, size, &used, &frame) < 0) {
			gdbregs__engine_fail_nomem(e);
			return;
		}
		on_frame(e, &frame);
	}
	if (e->deadline_dirty) {
		e->deadline_dirty = false;
		gdbregs__engine_arm_deadline(e);
	}
	if (!e->fatal && !e->heard && e->decoder.junk_count > JUNK_MAX_BYTES)
		gdbregs__engine_fail_not_a_stub(e);
	if (!e->fatal)
		gdbregs__engine_pump(e);
}
