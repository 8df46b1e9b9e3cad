/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files of the engine: engine.c has the queue of ops, errors.c their errors,
 * send.c and receive.c the packets, timeout.c the deadlines. */
#ifndef GDBREGS_LIB_ENGINE_ENGINE_INTERNAL_H
#define GDBREGS_LIB_ENGINE_ENGINE_INTERNAL_H

#include "engine/engine.h"

static inline struct gdbregs__in_flight *gdbregs__engine_oldest(const struct gdbregs__engine *e)
{
	return e->ring_count ? &e->ring[e->ring_head] : NULL;
}

/* Begin a call of a function of the op's class. Errors that are set from now on are the
 * op's. Returns the previous op, for gdbregs__engine_leave(). */
static inline struct gdbregs__op *gdbregs__engine_enter(struct gdbregs__engine *e,
							struct gdbregs__op *op)
{
	struct gdbregs__op *previous = e->current;

	e->current = op;
	e->error.code = 0;
	return previous;
}

static inline void gdbregs__engine_leave(struct gdbregs__engine *e, struct gdbregs__op *previous)
{
	e->current = previous;
}

/* errors.c: set the error of an op; keep that of the engine with the op, if the op has failed
 * with its code; get it. */
void gdbregs__op_set_error(struct gdbregs__op *op, const struct gdbregs_error *error);
void gdbregs__engine_keep_error(struct gdbregs__engine *e, struct gdbregs__op *op);
void gdbregs__engine_op_error(const struct gdbregs__engine *e, const struct gdbregs__op *op,
			      struct gdbregs_error *error);
/* Call finish() or overdue() of the op's class, if there is one. */
void gdbregs__engine_call_finish(struct gdbregs__engine *e, struct gdbregs__op *op);
bool gdbregs__engine_call_overdue(struct gdbregs__engine *e, struct gdbregs__op *op);

/* Give the payload to the op of the oldest packet in flight. */
void gdbregs__engine_dispatch(struct gdbregs__engine *e, const uint8_t *payload, size_t size);

/* Returns how many replies, from the oldest packet in flight on, may be dispatched
 * together if they are register data. */
size_t gdbregs__engine_takes_data(const struct gdbregs__engine *e);
void gdbregs__engine_dispatch_data(struct gdbregs__engine *e, const struct gdbregs__span *texts,
				   size_t count);

/* Acknowledge the packets that were taken. Returns 0 or NOMEM. */
int gdbregs__engine_send_acks(struct gdbregs__engine *e);
/* Pass bytes to the caller's trace callback, if there is one. */
static inline void gdbregs__engine_trace(struct gdbregs__engine *e,
					 enum gdbregs_direction direction, const void *bytes,
					 size_t size)
{
	if (e->config.trace && size)
		e->config.trace(e->config.trace_arg, direction, bytes, size);
}

/* Send the only packet in flight again. Returns 0 or NOMEM. */
static inline int gdbregs__engine_send_again(struct gdbregs__engine *e)
{
	if (gdbregs__buffer_append(&e->out, e->only_packet.data, e->only_packet.size) < 0)
		return GDBREGS_ERR_NOMEM;
	gdbregs__engine_trace(e, GDBREGS_SENT, e->only_packet.data, e->only_packet.size);
	return 0;
}

/* Called when the time of the op that was sent blindly has passed. */
void gdbregs__engine_end_blind(struct gdbregs__engine *e);
/* The bytes that have arrived were not sent by a gdbstub. */
void gdbregs__engine_fail_not_a_stub(struct gdbregs__engine *e);

#endif
