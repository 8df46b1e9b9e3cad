/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only file of the tests that uses the members of a session. */
#include "inside.h"

/* -------------------------------------------------------------- what a transport does --- */

void inside_input(struct gdbregs_session *s, const void *data, size_t size, uint64_t now_ms)
{
	gdbregs__engine_input(&s->engine, data, size, now_ms);
}

void inside_eof(struct gdbregs_session *s, const char *why)
{
	gdbregs__engine_eof(&s->engine, why);
}

const uint8_t *inside_output(const struct gdbregs_session *s, size_t *size)
{
	*size = s->engine.out.size;
	return s->engine.out.data;
}

void inside_written(struct gdbregs_session *s)
{
	s->engine.out.size = 0;
}

void inside_pump(struct gdbregs_session *s)
{
	gdbregs__engine_pump(&s->engine);
}

void inside_tick(struct gdbregs_session *s, uint64_t now_ms)
{
	gdbregs__engine_tick(&s->engine, now_ms);
}

uint64_t inside_deadline(const struct gdbregs_session *s)
{
	return gdbregs__engine_next_deadline(&s->engine);
}

bool inside_deliver(struct gdbregs_session *s)
{
	return gdbregs__engine_deliver(&s->engine);
}

void inside_cancel(struct gdbregs_session *s, struct gdbregs__op *op)
{
	gdbregs__engine_cancel(&s->engine, op);
}

void inside_fail(struct gdbregs_session *s, int code, const char *text)
{
	gdbregs__engine_fail(&s->engine, code, "%s", text);
}

void inside_deliver_watches_outside(struct gdbregs_session *s)
{
	s->run.watches.outside_delivery = true;
}

void inside_set_spin_us(struct gdbregs_session *s, unsigned spin_us)
{
	s->options.spin_us = spin_us;
}

int inside_give(struct gdbregs_session *s, const struct gdbregs_document *document)
{
	return gdbregs__context_description(s->context, document, 1, &s->limits, &s->target.given,
					    NULL);
}

/* -------------------------------------------------------------- what the session knows --- */

struct inside inside_of(const struct gdbregs_session *s)
{
	const struct gdbregs__engine *e = &s->engine;

	return (struct inside){
		.state = s->state,
		.left = s->leaving.left,
		.fatal = e->fatal,
		.error = &e->error,
		.blind = e->blind,
		.pipelined = e->pipelined,
		.is_qemu = gdbregs__stub_is_qemu(&s->stub),
		.has_vcont = s->stub.vcont == GDBREGS__VCONT_PRESENT,
		.resumed = gdbregs__run_is_resumed(&s->run),
		.in_flight = e->in_flight,
		.acked = e->acked,
		.acks_owed = e->acks_owed,
		.sent_count = e->sent_count,
		.resends = e->resends,
		.has_copies = e->copies,
		.has_queue = e->first,
		.awaits_reply = e->ring_count && !e->ring[e->ring_head].op->no_timeout,
		.deadline_ms = e->deadline_ms,
		.payload_bytes = e->decoder.payload.size,
		.payload_limit_bytes = s->limits.packet_bytes,
		.in_packet = e->decoder.state,
		.halt_text_bytes = s->target.halt.text.size,
	};
}

/* ------------------------------------------------------------------------- the target --- */

size_t inside_vcpu_count(const struct gdbregs_session *s)
{
	return s->target.vcpu_count;
}

unsigned inside_tid(const struct gdbregs_session *s, unsigned vcpu)
{
	return s->target.vcpus[vcpu].has_id ? (unsigned)s->target.vcpus[vcpu].id.tid : 1;
}

const struct gdbregs_description *inside_description(const struct gdbregs_session *s, unsigned vcpu)
{
	return s->target.processes[s->target.vcpus[vcpu].process].description;
}

bool inside_has_register(const struct gdbregs_session *s, unsigned long regnum)
{
	for (size_t i = 0; i < s->target.process_count; i++) {
		const struct gdbregs_description *d = s->target.processes[i].description;

		for (size_t r = 0; d && r < d->register_count; r++)
			if (d->registers[r].regnum == regnum)
				return true;
	}
	return false;
}

bool inside_has_pid(const struct gdbregs_session *s, long pid)
{
	for (size_t i = 0; i < s->target.process_count; i++)
		if (s->target.processes[i].pid == pid)
			return true;
	return false;
}

bool inside_has_thread(const struct gdbregs_session *s, const struct gdbregs__thread_id *id)
{
	const struct gdbregs__target *t = &s->target;

	for (size_t i = 0; i < t->vcpu_count; i++)
		if (t->vcpus[i].has_id && gdbregs__thread_id_equal(&t->vcpus[i].id, id))
			return true;
	for (size_t i = 0; i < t->process_count; i++)
		if (t->processes[i].has_thread &&
		    gdbregs__thread_id_equal(&t->processes[i].thread, id))
			return true;
	return false;
}
