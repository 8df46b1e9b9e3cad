/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets out: requests with the acknowledgements that travel with them, and the
 * ring of runs that remembers whose reply comes next. */
#include "session/engine-internal.h"

#include "util/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RUNS_FIRST 16

void gdbregs__session_trace(struct gdbregs_session *s, enum gdbregs_direction direction,
			    const void *bytes, size_t size)
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
	gdbregs__session_trace(s, GDBREGS_SENT, s->out.data + start, s->out.size - start);
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
	gdbregs__session_trace(s, GDBREGS_SENT, s->out.data + start, s->out.size - start);
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
	gdbregs__session_trace(s, GDBREGS_SENT, &interrupt, 1);
	return 0;
}

int gdbregs__session_send_aside(struct gdbregs_session *s, const void *payload, size_t size)
{
	if (gdbregs__session_send_acks(s) < 0)
		return GDBREGS_ERR_NOMEM;
	size_t start = s->out.size;
	if (gdbregs__frame_encode(&s->out, payload, size, true) < 0)
		return GDBREGS_ERR_NOMEM;
	gdbregs__session_trace(s, GDBREGS_SENT, s->out.data + start, s->out.size - start);
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
	if (count > GDBREGS__SEND_RUN_MAX)
		count = GDBREGS__SEND_RUN_MAX;
	if (reserve_run(s) < 0 ||
	    gdbregs__buffer_reserve(&s->out, count * GDBREGS__FRAME_P_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;
	uint8_t *to = s->out.data + s->out.size;
	for (size_t i = 0; i < count; i++)
		to += gdbregs__frame_put_p(to, reads[i].reg->regnum);
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
