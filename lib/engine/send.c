/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Outgoing packets: requests, the acknowledgements that are sent with them, and the ring that
 * records which op each reply belongs to. */
#include "engine/engine-internal.h"

#include "util/alloc.h"

#include <stdio.h>

#define RING_FIRST 16

/* Trace the contents of out from `start` on. */
static void trace_sent(struct gdbregs__engine *e, size_t start)
{
	gdbregs__engine_trace(e, GDBREGS_SENT, e->out.data + start, e->out.size - start);
}

int gdbregs__engine_send_acks(struct gdbregs__engine *e)
{
	size_t start = e->out.size;

	if (!start)
		e->acks_unsent = 0;
	if (!e->acks_owed)
		return 0;
	e->acks_unsent += e->acks_owed;
	for (; e->acks_owed; e->acks_owed--)
		if (gdbregs__buffer_append(&e->out, "+", 1) < 0)
			return GDBREGS_ERR_NOMEM;
	trace_sent(e, start);
	return 0;
}

void gdbregs__engine_end_acks(struct gdbregs__engine *e)
{
	/* The OK itself is still acknowledged. If nothing follows it, a stub that waits for the ack
	 * would send the OK again, and the copy would be mistaken for a later reply. */
	e->acks_owed = 1;
	e->acked = false;
	e->no_ack = true;
	if (gdbregs__engine_send_acks(e) < 0)
		gdbregs__engine_fail_nomem(e);
}

void gdbregs__engine_close(struct gdbregs__engine *e)
{
	if (!e->lazy_ack && !e->no_ack && e->acks_owed && !e->fatal)
		(void)gdbregs__buffer_append(&e->out, "+", 1);
	e->acks_owed = 0;
	e->closed = true;
}

/* ------------------------------------------------------------------ ring --- */

static int grow_ring(struct gdbregs__engine *e)
{
	size_t capacity = e->ring_capacity ? 2 * e->ring_capacity : RING_FIRST;
	struct gdbregs__in_flight *ring = gdbregs__realloc_array(NULL, capacity, sizeof(*ring));

	if (!ring)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < e->ring_count; i++)
		ring[i] = e->ring[(e->ring_head + i) & (e->ring_capacity - 1)];
	gdbregs__free(e->ring);
	e->ring = ring;
	e->ring_capacity = capacity;
	e->ring_head = 0;
	return 0;
}

/* Make room for one more entry, so that the steps after it cannot fail half-way. */
static int reserve_entry(struct gdbregs__engine *e)
{
	return e->ring_count < e->ring_capacity ? 0 : grow_ring(e);
}

static void add_entry(struct gdbregs__engine *e, struct gdbregs__op *op, uint32_t kind,
		      uint32_t index, uint32_t count)
{
	if (e->ring_count) {
		size_t last = (e->ring_head + e->ring_count - 1) & (e->ring_capacity - 1);
		struct gdbregs__in_flight *entry = &e->ring[last];

		if (entry->op == op && entry->kind == kind &&
		    entry->first + entry->count == index && entry->count <= UINT32_MAX - count) {
			entry->count += count;
			return;
		}
	}
	e->ring[(e->ring_head + e->ring_count) & (e->ring_capacity - 1)] =
		(struct gdbregs__in_flight){op, kind, index, count};
	e->ring_count++;
}

/* --------------------------------------------------------------- packets --- */

/* The packet from `start` to the end of out belongs to op. */
static void note_sent(struct gdbregs__engine *e, struct gdbregs__op *op, uint32_t kind,
		      uint32_t index, size_t start)
{
	add_entry(e, op, kind, index, 1);
	e->only_packet.size = 0;
	if (e->in_flight++ == 0) {
		gdbregs__engine_arm_deadline(e);
		e->resends = 0;
		e->sent_at_ms = e->now_ms;
		e->copies = 0;
		/* If there is no memory for the copy, a NAK cannot be answered. */
		(void)gdbregs__buffer_append(&e->only_packet, e->out.data + start,
					     e->out.size - start);
	}
	op->outstanding++;
	e->sent_count++;
	trace_sent(e, start);
}

int gdbregs__engine_send(struct gdbregs__engine *e, struct gdbregs__op *op, uint32_t kind,
			 uint32_t index, const void *payload, size_t size)
{
	if (reserve_entry(e) < 0 || gdbregs__engine_send_acks(e) < 0)
		return GDBREGS_ERR_NOMEM;
	size_t start = e->out.size;
	if (gdbregs__frame_encode(&e->out, payload, size) < 0)
		return GDBREGS_ERR_NOMEM;
	note_sent(e, op, kind, index, start);
	return GDBREGS__PRODUCED;
}

int gdbregs__engine_send_text(struct gdbregs__engine *e, struct gdbregs__op *op, uint32_t kind,
			      uint32_t index, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(text))
		return GDBREGS_ERR_INVAL;
	return gdbregs__engine_send(e, op, kind, index, text, (size_t)length);
}

size_t gdbregs__engine_batch_size(const struct gdbregs__engine *e)
{
	/* The first packet in flight is kept for a NAK, and a trace gets each packet by
	 * itself. */
	bool single = !e->pipelined || e->in_flight == 0 || e->acks_owed || e->config.trace;

	return single ? 1 : GDBREGS__BATCH_MAX;
}

int gdbregs__engine_send_p_batch(struct gdbregs__engine *e, struct gdbregs__op *op, uint32_t kind,
				 uint32_t index, const uint32_t *regnums, size_t count)
{
	if (count == 1)
		return gdbregs__engine_send_text(e, op, kind, index, "p%x", (unsigned)regnums[0]);
	if (reserve_entry(e) < 0 ||
	    gdbregs__buffer_reserve(&e->out, count * GDBREGS__FRAME_P_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;
	uint8_t *to = e->out.data + e->out.size;
	for (size_t i = 0; i < count; i++)
		to += gdbregs__frame_put_p(to, regnums[i]);
	e->out.size = (size_t)(to - e->out.data);
	add_entry(e, op, kind, index, (uint32_t)count);
	e->only_packet.size = 0;
	e->in_flight += count;
	e->sent_count += count;
	op->outstanding += count;
	return GDBREGS__PRODUCED;
}

int gdbregs__engine_send_unacked(struct gdbregs__engine *e, const void *payload, size_t size)
{
	if (gdbregs__engine_send_acks(e) < 0)
		return GDBREGS_ERR_NOMEM;
	size_t start = e->out.size;
	if (gdbregs__frame_encode(&e->out, payload, size) < 0)
		return GDBREGS_ERR_NOMEM;
	trace_sent(e, start);
	return 0;
}

int gdbregs__engine_send_raw_byte(struct gdbregs__engine *e, uint8_t byte)
{
	if (gdbregs__buffer_append(&e->out, &byte, 1) < 0)
		return GDBREGS_ERR_NOMEM;
	trace_sent(e, e->out.size - 1);
	return 0;
}
