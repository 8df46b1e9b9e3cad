/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue of ops, the list of waits, and how both end. */
#include "engine/engine-internal.h"

#include "util/alloc.h"
#include "util/error.h"

/* Enough to keep a stub busy, and few enough to hold in memory. */
#define OUT_HIGH_WATER_BYTES 65536
/* Buffers above this size are freed when the engine falls idle. */
#define IDLE_KEEP_BYTES 8192
/* A packet that is not acknowledged in this time is sent again, as GDB does. Wine's
 * winedbg leaves the first packet alone until more bytes come. */
#define RESEND_MS 2000
/* The reply to a copy of a packet may be later than the first reply by this much. */
#define HOLD_MS 100

/* ------------------------------------------------------------------ life --- */

void gdbregs__engine_init(struct gdbregs__engine *e, const struct gdbregs__engine_config *config)
{
	*e = (struct gdbregs__engine){.config = *config,
				      .deadline_ms = GDBREGS__FOREVER,
				      .resend_at_ms = GDBREGS__FOREVER,
				      .resend_ms = RESEND_MS};
	gdbregs__frame_decoder_init(&e->decoder, config->packet_limit_bytes);
}

static void destroy(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	gdbregs__free(op->error);
	op->error = NULL;
	if (op->class->destroy)
		op->class->destroy(e->config.session, op);
	else
		gdbregs__free(op);
}

static struct gdbregs__op *take_completed(struct gdbregs__engine *e)
{
	struct gdbregs__op *op = e->completed_first;

	if (op) {
		e->completed_first = op->next_completed;
		if (!e->completed_first)
			e->completed_last = NULL;
	}
	return op;
}

void gdbregs__engine_fini(struct gdbregs__engine *e)
{
	struct gdbregs__op *op;

	while ((op = e->first)) {
		e->first = op->next;
		/* Those on the list of completed ops are destroyed below. */
		if (!op->completed || op->released)
			destroy(e, op);
	}
	while ((op = take_completed(e)))
		destroy(e, op);
	while ((op = e->waits))
		gdbregs__engine_discard(e, op);
	gdbregs__frame_decoder_fini(&e->decoder);
	gdbregs_buffer_fini(&e->out);
	gdbregs_buffer_fini(&e->only_packet);
	gdbregs__free(e->ring);
}

/* ----------------------------------------------------------------- queue --- */

void gdbregs__op_init(struct gdbregs__op *op, const struct gdbregs__op_class *class,
		      gdbregs__op_done done, void *arg)
{
	*op = (struct gdbregs__op){.class = class, .done = done, .arg = arg};
}

void *gdbregs__op_new(size_t size, const struct gdbregs__op_class *class, gdbregs__op_done done,
		      void *arg)
{
	struct gdbregs__op *op = gdbregs__calloc(1, size);

	if (op)
		gdbregs__op_init(op, class, done, arg);
	return op;
}

void gdbregs__engine_complete(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	if (op->completed)
		return;
	op->session = e->config.session;
	op->completed = true;
	op->next_completed = NULL;
	if (e->completed_last)
		e->completed_last->next_completed = op;
	else
		e->completed_first = op;
	e->completed_last = op;
}

/* Take an op off the queue or the list of waits. */
static void unlink_op(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	bool waiting = op->place == GDBREGS__OP_WAITING;

	if (op->previous)
		op->previous->next = op->next;
	else
		*(waiting ? &e->waits : &e->first) = op->next;
	if (op->next)
		op->next->previous = op->previous;
	else if (!waiting)
		e->last = op->previous;
	if (e->sending == op)
		e->sending = op->next;
	op->place = GDBREGS__OP_LOOSE;
	op->next = op->previous = NULL;
}

static void complete_or_destroy(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	if (op->released)
		destroy(e, op);
	else
		gdbregs__engine_complete(e, op);
}

/* Take an op off the queue once none of its packets is in flight. */
static void settle(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	if (op->place != GDBREGS__OP_QUEUED || !op->ended || op->outstanding)
		return;
	if (!op->canceled)
		gdbregs__engine_call_finish(e, op);
	/* finish() may have found more to send, for example because g did not have the
	 * expected size. An older op may have done so just before. */
	if (!op->ended) {
		for (e->sending = e->first; e->sending->ended;)
			e->sending = e->sending->next;
		return;
	}
	unlink_op(e, op);
	complete_or_destroy(e, op);
}

void gdbregs__engine_queue_ahead(struct gdbregs__engine *e, struct gdbregs__op *op,
				 struct gdbregs__op *before)
{
	op->session = e->config.session;
	op->place = GDBREGS__OP_QUEUED;
	op->next = before;
	op->previous = before ? before->previous : e->last;
	if (op->previous)
		op->previous->next = op;
	else
		e->first = op;
	if (before)
		before->previous = op;
	else
		e->last = op;
	if (e->sending == before)
		e->sending = op;
	gdbregs__engine_pump(e);
}

void gdbregs__engine_queue(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	gdbregs__engine_queue_ahead(e, op, NULL);
}

/* A canceled op stays in the queue until its replies have arrived. */
static void release(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	op->done = NULL;
	op->released = true;
	if (op->place != GDBREGS__OP_QUEUED)
		destroy(e, op);
}

bool gdbregs__engine_deliver(struct gdbregs__engine *e)
{
	struct gdbregs__op *op = take_completed(e);
	struct gdbregs_error error;

	if (!op)
		return false;
	gdbregs__op_done done = op->done;
	void *arg = op->arg;
	int status = op->status;
	if (status < 0)
		gdbregs__engine_op_error(e, op, &error);
	release(e, op);
	if (!done)
		return true;
	if (status < 0)
		e->last_failure = error;
	done(e->config.session, status, status < 0 ? &error : NULL, arg);
	return true;
}

static bool wants_reply(const struct gdbregs__op *op)
{
	return op->class->wants_all_replies || (!op->canceled && op->status >= 0);
}

static void end_sending(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	op->ended = true;
	if (e->sending == op)
		e->sending = op->next;
}

static void fail_op(struct gdbregs__engine *e, struct gdbregs__op *op, int code)
{
	if (op->class->fatal_on_error) {
		if (e->error.code != code)
			gdbregs__fail(&e->error, code, "%s", gdbregs_strerror(code));
		gdbregs__engine_fail_with(e, &e->error);
		return;
	}
	if (op->status >= 0)
		op->status = code;
	gdbregs__engine_keep_error(e, op);
	end_sending(e, op);
	settle(e, op);
}

void gdbregs__engine_fail_after(struct gdbregs__engine *e, struct gdbregs__op *op, int code)
{
	for (struct gdbregs__op *later = op->next, *next; later; later = next) {
		next = later->next;
		if (!later->outstanding && !later->ended)
			fail_op(e, later, code);
	}
}

/* ----------------------------------------------------------------- waits --- */

void gdbregs__engine_wait(struct gdbregs__engine *e, struct gdbregs__op *op, uint64_t deadline_ms)
{
	op->session = e->config.session;
	op->ended = true;
	op->place = GDBREGS__OP_WAITING;
	op->deadline_ms = deadline_ms;
	op->previous = NULL;
	op->next = e->waits;
	if (op->next)
		op->next->previous = op;
	e->waits = op;
}

void gdbregs__engine_end_wait(struct gdbregs__engine *e, struct gdbregs__op *op, int status)
{
	op->status = status;
	gdbregs__engine_keep_error(e, op);
	gdbregs__engine_call_finish(e, op);
	unlink_op(e, op);
	gdbregs__engine_complete(e, op);
}

static void end_waits(struct gdbregs__engine *e, int status)
{
	for (struct gdbregs__op *op = e->waits, *next; op; op = next) {
		next = op->next;
		gdbregs__engine_end_wait(e, op, status);
	}
}

void gdbregs__engine_discard(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	if (!op)
		return;
	if (op->place == GDBREGS__OP_WAITING)
		unlink_op(e, op);
	destroy(e, op);
}

/* ------------------------------------------------------------- canceling --- */

static void cancel(struct gdbregs__engine *e, struct gdbregs__op *op, const char *why)
{
	struct gdbregs_error error;

	op->status = gdbregs__fail(&error, GDBREGS_ERR_CANCELED, "%s", why);
	gdbregs__op_set_error(op, &error);
	/* The op has completed but its callback has not run: only what it reports changes. */
	if (op->completed)
		return;
	op->canceled = true;
	gdbregs__engine_complete(e, op);
	end_sending(e, op);
	if (op->place != GDBREGS__OP_LOOSE && !op->outstanding)
		unlink_op(e, op);
}

void gdbregs__engine_cancel(struct gdbregs__engine *e, struct gdbregs__op *op)
{
	cancel(e, op, "the request was canceled");
}

void gdbregs__engine_cancel_all(struct gdbregs__engine *e)
{
	static const char why[] = "the session was closed before the request had completed";

	for (struct gdbregs__op *op = e->first, *next; op; op = next) {
		next = op->next;
		if (!op->class->survives_stop && !op->completed)
			cancel(e, op, why);
	}
	gdbregs__fail(&e->error, GDBREGS_ERR_CANCELED, "%s", why);
	end_waits(e, GDBREGS_ERR_CANCELED);
}

/* --------------------------------------------------------------- pumping --- */

/* The connection is good and, unless the stub supports pipelining, nothing is in flight. */
static bool may_send(const struct gdbregs__engine *e)
{
	if (e->blind)
		return !e->closed;
	if (e->fatal || e->closed || e->hold_until_ms)
		return false;
	return e->pipelined ? e->out.size < OUT_HIGH_WATER_BYTES : e->in_flight == 0;
}

static void produce_packets(struct gdbregs__engine *e)
{
	while (e->sending && may_send(e)) {
		struct gdbregs__op *op = e->sending;

		if (op->ended) {
			e->sending = op->next;
			continue;
		}
		struct gdbregs__op *previous = gdbregs__engine_enter(e, op);
		int produced = op->class->produce(e->config.session, op);
		gdbregs__engine_leave(e, previous);
		if (produced == GDBREGS__PRODUCE_WAIT)
			return;
		if (produced == GDBREGS__PRODUCE_END) {
			end_sending(e, op);
			settle(e, op);
		} else if (produced < 0) {
			fail_op(e, op, produced);
		}
	}
}

static void free_idle_buffers(struct gdbregs__engine *e)
{
	if (e->first || e->out.size)
		return;
	if (e->out.capacity > IDLE_KEEP_BYTES)
		gdbregs_buffer_fini(&e->out);
	if (e->decoder.payload.capacity > IDLE_KEEP_BYTES && e->decoder.payload.size == 0)
		gdbregs_buffer_fini(&e->decoder.payload);
	if (e->ring_capacity * sizeof(*e->ring) > IDLE_KEEP_BYTES) {
		gdbregs__free(e->ring);
		e->ring = NULL;
		e->ring_capacity = e->ring_head = 0;
	}
}

void gdbregs__engine_pump(struct gdbregs__engine *e)
{
	/* An op's produce() may queue other ops. */
	if (e->pumping)
		return;
	e->pumping = true;
	produce_packets(e);
	e->pumping = false;
	if (e->in_flight == 0)
		e->deadline_ms = e->resend_at_ms = GDBREGS__FOREVER;
	free_idle_buffers(e);
}

/* --------------------------------------------------------------- replies --- */

/* A packet that was sent more than once was answered. A stub that is slow, and has lost
 * nothing, answers each copy. Therefore, nothing is sent until these replies have come,
 * or as long as it took the first reply to come. Later packets get more time. */
static void hold_for_copies(struct gdbregs__engine *e)
{
	uint64_t took_ms = e->now_ms - e->sent_at_ms;

	e->hold_until_ms = e->copied_at_ms + took_ms + HOLD_MS;
	if (took_ms * 2 > e->resend_ms)
		e->resend_ms = took_ms < UINT32_MAX / 2 ? (unsigned)took_ms * 2 : UINT32_MAX;
}

/* The oldest `count` packets in flight were answered. All are of one ring entry. */
static void count_answers(struct gdbregs__engine *e, uint32_t count)
{
	struct gdbregs__in_flight *oldest = gdbregs__engine_oldest(e);

	oldest->op->outstanding -= count;
	e->in_flight -= count;
	e->deadline_dirty = true;
	if (e->copies)
		hold_for_copies(e);
	oldest->first += count;
	oldest->count -= count;
	if (oldest->count == 0) {
		e->ring_head = (e->ring_head + 1) & (e->ring_capacity - 1);
		e->ring_count--;
	}
}

static void after_reply(struct gdbregs__engine *e, struct gdbregs__op *op, int result)
{
	if (e->fatal && !e->blind)
		return;
	if (result < 0)
		fail_op(e, op, result);
	else if (op->ended && !op->outstanding)
		settle(e, op);
}

void gdbregs__engine_dispatch(struct gdbregs__engine *e, const uint8_t *payload, size_t size)
{
	const struct gdbregs__in_flight *oldest = gdbregs__engine_oldest(e);
	struct gdbregs__op *op = oldest->op;
	struct gdbregs__answer answer = {oldest->kind, oldest->first, payload, size};
	int result = 0;

	count_answers(e, 1);
	struct gdbregs__op *previous = gdbregs__engine_enter(e, op);
	if (answer.kind == GDBREGS__KIND_SHARED)
		e->config.on_shared_reply(e->config.session, &answer);
	else if (wants_reply(op))
		result = op->class->reply(e->config.session, op, &answer);
	gdbregs__engine_leave(e, previous);
	after_reply(e, op, result);
}

size_t gdbregs__engine_takes_data(const struct gdbregs__engine *e)
{
	const struct gdbregs__in_flight *oldest = gdbregs__engine_oldest(e);

	if (!oldest || !oldest->op->class->data || oldest->kind != oldest->op->class->data_kind)
		return 0;
	return oldest->count;
}

void gdbregs__engine_dispatch_data(struct gdbregs__engine *e, const struct gdbregs__span *texts,
				   size_t count)
{
	const struct gdbregs__in_flight *oldest = gdbregs__engine_oldest(e);
	struct gdbregs__op *op = oldest->op;
	uint32_t first = oldest->first;
	int result = 0;

	count_answers(e, (uint32_t)count);
	struct gdbregs__op *previous = gdbregs__engine_enter(e, op);
	if (wants_reply(op))
		result = op->class->data(e->config.session, op, first, texts, count);
	gdbregs__engine_leave(e, previous);
	after_reply(e, op, result);
}

/* --------------------------------------------------------------- failure --- */

/* Complete all queued ops with the error of the session, oldest first. */
static void fail_queue(struct gdbregs__engine *e, int code)
{
	struct gdbregs__op *op;

	while ((op = e->first)) {
		op->ended = true;
		op->outstanding = 0;
		if (!op->canceled) {
			op->status = code;
			gdbregs__op_set_error(op, &e->ended_by);
			gdbregs__engine_call_finish(e, op);
		}
		unlink_op(e, op);
		op->ended = true;
		complete_or_destroy(e, op);
	}
	e->ring_count = 0;
	e->ring_head = 0;
	e->in_flight = 0;
	e->acked = false;
	e->deadline_ms = e->resend_at_ms = GDBREGS__FOREVER;
	e->hold_until_ms = 0;
}

void gdbregs__engine_fail_with(struct gdbregs__engine *e, const struct gdbregs_error *error)
{
	if (e->fatal)
		return;
	e->fatal = error->code;
	e->ended_by = *error;
	if (e->config.peer)
		gdbregs__error_name_target(&e->ended_by, e->config.peer);
	e->last_failure = e->error = e->ended_by;
	e->config.on_fail(e->config.session);
	fail_queue(e, e->fatal);
	e->error = e->ended_by;
	end_waits(e, e->fatal);
}

void gdbregs__engine_fail(struct gdbregs__engine *e, int code, const char *format, ...)
{
	struct gdbregs_error error;
	va_list args;

	va_start(args, format);
	gdbregs__fail_args(&error, code, format, args);
	va_end(args);
	gdbregs__engine_fail_with(e, &error);
}

void gdbregs__engine_go_blind(struct gdbregs__engine *e, bool keep_output)
{
	e->blind = true;
	if (!keep_output)
		e->out.size = 0;
	e->acks_owed = 0;
	gdbregs__frame_decoder_fini(&e->decoder);
	gdbregs__frame_decoder_init(&e->decoder, e->config.packet_limit_bytes);
}

void gdbregs__engine_end_blind(struct gdbregs__engine *e)
{
	fail_queue(e, e->fatal);
}

void gdbregs__engine_fail_nomem(struct gdbregs__engine *e)
{
	gdbregs__engine_fail(e, GDBREGS_ERR_NOMEM, "%s", gdbregs_strerror(GDBREGS_ERR_NOMEM));
}
