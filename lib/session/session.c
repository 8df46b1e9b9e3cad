/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The session's life and its op queue. What goes over the wire is session-send.c's and
 * session-receive.c's. */
#include "session/session.h"
#include "session/engine-internal.h"
#include "session/op-points.h"
#include "session/op-run.h"
#include "session/watch.h"

#include "util/alloc.h"
#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Enough to keep a stub busy, little enough to hold in memory. */
#define OUT_HIGH_WATER_BYTES 65536
/* Buffers above this are given back when a session falls idle. */
#define IDLE_KEEP_BYTES 8192

int gdbregs__session_new(struct gdbregs_context *ctx, const struct gdbregs_options *o,
			 const char *label, struct gdbregs_session **out)
{
	struct gdbregs_session *s = gdbregs__calloc(1, sizeof(*s));

	if (!s)
		return GDBREGS_ERR_NOMEM;
	if (!gdbregs__options_take(&s->options, o)) {
		gdbregs__free(s);
		return GDBREGS_ERR_INVAL;
	}
	s->limits = gdbregs__limits_from(&s->options);
	s->deadline_ms = GDBREGS__FOREVER;
	gdbregs__frame_decoder_init(&s->decoder, s->limits.packet_bytes);
	s->label = gdbregs__strdup(label);
	s->context = gdbregs_context_ref(ctx);
	if (!s->label || (!ctx && gdbregs_context_new(&s->context) < 0)) {
		gdbregs__session_free(s);
		return GDBREGS_ERR_NOMEM;
	}
	*out = s;
	return 0;
}

static void free_target(struct gdbregs_session *s)
{
	for (size_t i = 0; i < s->vcpu_count; i++) {
		gdbregs__free(s->vcpus[i].thread);
		gdbregs__free(s->vcpus[i].name);
	}
	for (size_t i = 0; i < s->process_count; i++)
		gdbregs__free(s->processes[i].described_layout);
	gdbregs__free(s->vcpus);
	gdbregs__free(s->vcpu_table);
	gdbregs__free(s->processes);
}

void gdbregs__session_free(struct gdbregs_session *s)
{
	struct gdbregs__op *op;

	if (!s)
		return;
	while ((op = s->first)) {
		s->first = op->next;
		/* Those on the completed list are freed below. */
		if (!op->completed || op->released)
			op->class->destroy(s, op);
	}
	while ((op = gdbregs__session_completed(s)))
		op->class->destroy(s, op);
	s->state = GDBREGS__SESSION_ENDED;
	if ((op = s->spare_read))
		op->class->destroy(s, op);
	gdbregs__stop_fini(s);
	gdbregs__watch_fini(s);
	gdbregs__points_fini(s);
	free_target(s);
	gdbregs_buffer_fini(&s->expedited.bytes);
	gdbregs__frame_decoder_fini(&s->decoder);
	gdbregs_buffer_fini(&s->out);
	gdbregs_buffer_fini(&s->kept);
	gdbregs_buffer_fini(&s->status);
	gdbregs__free(s->runs);
	gdbregs__free(s->label);
	gdbregs_context_unref(s->context);
	if (s->gone)
		*s->gone = true;
	gdbregs__free(s);
}

int gdbregs__session_start(struct gdbregs_session *s, uint64_t now_ms, gdbregs__op_done done,
			   void *arg)
{
	struct gdbregs__op *hello = gdbregs__hello_new();
	struct gdbregs__op *discover = gdbregs__discover_new(done, arg);

	if (!hello || !discover) {
		if (hello)
			hello->class->destroy(s, hello);
		if (discover)
			discover->class->destroy(s, discover);
		return GDBREGS_ERR_NOMEM;
	}
	s->now_ms = now_ms;
	s->state = GDBREGS__SESSION_CONNECTING;
	gdbregs__session_queue(s, hello);
	if (s->fatal) {
		discover->class->destroy(s, discover);
		return s->fatal;
	}
	gdbregs__session_queue(s, discover);
	return 0;
}

/* ------------------------------------------------------------ the queue --- */

void gdbregs__op_init(struct gdbregs__op *op, const struct gdbregs__op_class *class,
		      gdbregs__op_done done, void *arg)
{
	*op = (struct gdbregs__op){.class = class, .done = done, .arg = arg};
}

void gdbregs__session_complete(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (op->completed)
		return;
	op->completed = true;
	op->next_completed = NULL;
	if (s->completed_last)
		s->completed_last->next_completed = op;
	else
		s->completed_first = op;
	s->completed_last = op;
}

static void unlink_op(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (op->previous)
		op->previous->next = op->next;
	else
		s->first = op->next;
	if (op->next)
		op->next->previous = op->previous;
	else
		s->last = op->previous;
	if (s->sending == op)
		s->sending = op->next;
	op->queued = false;
	op->next = op->previous = NULL;
}

/* Take an op off the queue once nothing of it is in flight. */
static void settle(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (!op->queued || !op->ended || op->outstanding)
		return;
	if (op->class->finish && !op->canceled)
		op->class->finish(s, op);
	/* finish may have found more to do, as when g turned out not to fit. An older
	 * one may have done so just before. */
	if (!op->ended) {
		for (s->sending = s->first; s->sending->ended;)
			s->sending = s->sending->next;
		return;
	}
	unlink_op(s, op);
	if (op->released)
		op->class->destroy(s, op);
	else
		gdbregs__session_complete(s, op);
}

void gdbregs__session_queue(struct gdbregs_session *s, struct gdbregs__op *op)
{
	op->session = s;
	op->queued = true;
	op->previous = s->last;
	op->next = NULL;
	if (s->last)
		s->last->next = op;
	else
		s->first = op;
	s->last = op;
	if (!s->sending)
		s->sending = op;
	gdbregs__session_pump(s);
}

struct gdbregs__op *gdbregs__session_completed(struct gdbregs_session *s)
{
	struct gdbregs__op *op = s->completed_first;

	if (op) {
		s->completed_first = op->next_completed;
		if (!s->completed_first)
			s->completed_last = NULL;
	}
	return op;
}

void gdbregs__session_release(struct gdbregs_session *s, struct gdbregs__op *op)
{
	/* A canceled op stays in the queue, silent, until its replies are in. */
	op->done = NULL;
	op->released = true;
	if (!op->queued)
		op->class->destroy(s, op);
}

bool gdbregs__op_hears(const struct gdbregs__op *op)
{
	return op->class->hears_all || (!op->canceled && op->status >= 0);
}

static void op_fail(struct gdbregs_session *s, struct gdbregs__op *op, int code)
{
	if (op->class->vital) {
		gdbregs__session_fail(s, code, "%s", gdbregs_strerror(code));
		return;
	}
	if (op->status >= 0)
		op->status = code;
	op->ended = true;
	if (s->sending == op)
		s->sending = op->next;
	settle(s, op);
}

void gdbregs__session_cancel(struct gdbregs_session *s, struct gdbregs__op *op)
{
	/* What is complete, and not told yet, can only be told otherwise. */
	if (op->completed) {
		op->status = GDBREGS_ERR_CANCELED;
		return;
	}
	op->canceled = true;
	op->status = GDBREGS_ERR_CANCELED;
	gdbregs__session_complete(s, op);
	op->ended = true;
	if (s->sending == op)
		s->sending = op->next;
	if (op->queued && !op->outstanding)
		unlink_op(s, op);
}

/* Something may be sent: the connection is good and, where the stub does not
 * bear pipelining, nothing is in flight. */
bool gdbregs__session_may_send(const struct gdbregs_session *s)
{
	if (s->fatal || s->state == GDBREGS__SESSION_ENDED)
		return false;
	return s->pipelined ? s->out.size < OUT_HIGH_WATER_BYTES : s->in_flight == 0;
}

static void pump_once(struct gdbregs_session *s)
{
	while (s->sending && gdbregs__session_may_send(s)) {
		struct gdbregs__op *op = s->sending;

		if (op->ended) {
			s->sending = op->next;
			continue;
		}
		int produced = op->class->produce(s, op);
		if (produced == GDBREGS__PRODUCE_WAIT)
			return;
		if (produced == GDBREGS__PRODUCE_END) {
			op->ended = true;
			s->sending = op->next;
			settle(s, op);
		} else if (produced < 0) {
			op_fail(s, op, produced);
		}
	}
}

static void give_back(struct gdbregs_session *s)
{
	if (s->first || s->out.size)
		return;
	if (s->out.capacity > IDLE_KEEP_BYTES)
		gdbregs_buffer_fini(&s->out);
	if (s->decoder.payload.capacity > IDLE_KEEP_BYTES && s->decoder.payload.size == 0)
		gdbregs_buffer_fini(&s->decoder.payload);
	if (s->runs_capacity * sizeof(*s->runs) > IDLE_KEEP_BYTES) {
		gdbregs__free(s->runs);
		s->runs = NULL;
		s->runs_capacity = s->runs_head = 0;
	}
}

void gdbregs__session_pump(struct gdbregs_session *s)
{
	/* produce may queue ops itself. */
	if (s->pumping)
		return;
	s->pumping = true;
	pump_once(s);
	s->pumping = false;
	if (s->in_flight == 0)
		s->deadline_ms = GDBREGS__FOREVER;
	give_back(s);
}

/* --------------------------------------------------------------- replies --- */

/* A stub with a single thread need not know Hg. */
static bool refuses_selection(const struct gdbregs_session *s, const uint8_t *payload, size_t size)
{
	switch (gdbregs__reply_classify(payload, size)) {
	case GDBREGS__REPLY_OK:
		return false;
	case GDBREGS__REPLY_EMPTY:
		return s->vcpu_count > 1;
	default:
		return true;
	}
}

/* The oldest `count` packets in flight are answered; all of one run. */
static void answered(struct gdbregs_session *s, uint32_t count)
{
	struct gdbregs__run *run = &s->runs[s->runs_head];

	run->op->outstanding -= count;
	s->in_flight -= count;
	s->aim_due = true;
	run->first += count;
	run->count -= count;
	if (run->count == 0) {
		s->runs_head = (s->runs_head + 1) & (s->runs_capacity - 1);
		s->runs_count--;
	}
}

static void after_reply(struct gdbregs_session *s, struct gdbregs__op *op, int result)
{
	if (s->fatal)
		return;
	if (result < 0)
		op_fail(s, op, result);
	else if (op->ended && !op->outstanding)
		settle(s, op);
}

void gdbregs__session_dispatch(struct gdbregs_session *s, const uint8_t *payload, size_t size)
{
	struct gdbregs__run *run = &s->runs[s->runs_head];
	struct gdbregs__op *op = run->op;
	struct gdbregs__answer answer = {run->kind, run->first, payload, size};
	int result = 0;

	answered(s, 1);
	if (answer.kind == GDBREGS__KIND_SELECT)
		s->selection_failed = refuses_selection(s, payload, size);
	else if (gdbregs__op_hears(op))
		result = op->class->reply(s, op, &answer);
	after_reply(s, op, result);
}

size_t gdbregs__session_takes_data(const struct gdbregs_session *s)
{
	if (!s->runs_count)
		return 0;
	const struct gdbregs__run *run = &s->runs[s->runs_head];
	return run->op->class->data && run->kind == run->op->class->data_kind ? run->count : 0;
}

void gdbregs__session_dispatch_data(struct gdbregs_session *s,
				    const struct gdbregs__frame_text *texts, size_t count)
{
	struct gdbregs__op *op = s->runs[s->runs_head].op;
	uint32_t first = s->runs[s->runs_head].first;
	int result = 0;

	answered(s, (uint32_t)count);
	if (gdbregs__op_hears(op))
		result = op->class->data(s, op, first, texts, count);
	after_reply(s, op, result);
}

/* ---------------------------------------------------------------- errors --- */

static void set_error(struct gdbregs_session *s, int code, const char *format, va_list args)
{
	char text[2 * sizeof(s->error.text)];

	vsnprintf(text, sizeof(text), format, args);
	gdbregs__fail(&s->error, code, "%s", text);
}

int gdbregs__session_say(struct gdbregs_session *s, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_error(s, code, format, args);
	va_end(args);
	return code;
}

/* The op at the front is completed with the session's own error, and so are
 * those behind it. */
static void fail_all(struct gdbregs_session *s, int code)
{
	struct gdbregs__op *op;

	while ((op = s->first)) {
		op->ended = true;
		op->outstanding = 0;
		if (!op->canceled)
			op->status = code;
		if (op->class->finish && !op->canceled)
			op->class->finish(s, op);
		unlink_op(s, op);
		op->ended = true;
		if (op->released)
			op->class->destroy(s, op);
		else
			gdbregs__session_complete(s, op);
	}
	s->runs_count = 0;
	s->runs_head = 0;
	s->in_flight = 0;
	s->acked = 0;
	s->deadline_ms = GDBREGS__FOREVER;
}

void gdbregs__session_fail(struct gdbregs_session *s, int code, const char *format, ...)
{
	va_list args;

	if (s->fatal)
		return;
	va_start(args, format);
	set_error(s, code, format, args);
	va_end(args);
	s->fatal = code;
	s->state = GDBREGS__SESSION_ENDED;
	fail_all(s, code);
	gdbregs__stop_fail(s, code);
}

int gdbregs__session_check(struct gdbregs_session *s)
{
	/* s->error still says why. */
	if (s->fatal)
		return s->fatal;
	switch (s->state) {
	case GDBREGS__SESSION_STOPPED:
		return s->exited ? gdbregs__session_say(s, GDBREGS_ERR_NO_VCPU,
							"the program behind %s has ended", s->label)
				 : 0;
	case GDBREGS__SESSION_RUNNING:
		return gdbregs__session_say(s, GDBREGS_ERR_RUNNING,
					    "the target is running: interrupt it first");
	case GDBREGS__SESSION_CONNECTING:
		return gdbregs__session_say(s, GDBREGS_ERR_INVAL,
					    "the session is not connected yet");
	default:
		return gdbregs__session_say(s, GDBREGS_ERR_CLOSED, "the session is closed");
	}
}

/* ---------------------------------------------------------------- ending --- */

int gdbregs__session_stop(struct gdbregs_session *s, uint64_t now_ms, gdbregs__op_done done,
			  void *arg)
{
	struct gdbregs__op *detach = gdbregs__detach_new(done, arg);

	if (!detach)
		return GDBREGS_ERR_NOMEM;
	s->now_ms = now_ms;
	for (struct gdbregs__op *op = s->first, *next; op; op = next) {
		next = op->next;
		if (!op->class->keep)
			gdbregs__session_cancel(s, op);
	}
	gdbregs__stop_fail(s, GDBREGS_ERR_CANCELED);
	if (s->fatal || s->state == GDBREGS__SESSION_ENDED) {
		/* The stream can't be trusted any more; a detach that goes out
		 * blind is the transport's last word, see session-detach.c. */
		detach->session = s;
		detach->status = s->fatal;
		gdbregs__session_complete(s, detach);
		return 0;
	}
	s->state = GDBREGS__SESSION_CLOSING;
	gdbregs__run_close(s);
	gdbregs__session_queue(s, detach);
	return 0;
}

void gdbregs__session_tick(struct gdbregs_session *s, uint64_t now_ms)
{
	s->now_ms = now_ms;
	if (now_ms >= s->deadline_ms)
		gdbregs__session_overdue(s);
	gdbregs__stop_tick(s);
}

uint64_t gdbregs__session_deadline(const struct gdbregs_session *s)
{
	uint64_t wait_ms = gdbregs__stop_deadline(s);

	return wait_ms < s->deadline_ms ? wait_ms : s->deadline_ms;
}
