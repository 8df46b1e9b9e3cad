/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifies which registers g has. On a stopped vCPU, g is read, and then by p each register that
 * could be in it. This is done once for each description, which keeps the result. */
#include "session/session.h"

#include "util/alloc.h"

enum kind { KIND_G = 1, KIND_P };

struct prove {
	struct gdbregs__op op;
	uint32_t vcpu;
	bool g_asked;
	struct gdbregs_buffer g; /* bytes */
	struct gdbregs_buffer values; /* of p, one after the other */
	uint32_t *candidates; /* indexes in the description, in order */
	size_t candidate_count, next;
	size_t *offs_bytes; /* of each candidate's value, count + 1 of them */
};

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct prove *p = (struct prove *)op;
	const struct gdbregs_description *d = gdbregs__process_of(&s->target, p->vcpu)->description;

	if (p->g_asked && !p->candidates)
		return GDBREGS__PRODUCE_WAIT;
	if (p->candidates && p->next == p->candidate_count)
		return GDBREGS__PRODUCE_END;
	int sent = gdbregs__stub_select_vcpu(s, op, p->vcpu);
	if (sent)
		return sent;
	if (!p->g_asked) {
		p->g_asked = true;
		sent = gdbregs__engine_send(&s->engine, op, KIND_G, 0, "g", 1);
	} else {
		uint32_t regnum = d->registers[p->candidates[p->next]].regnum;
		sent = gdbregs__engine_send_text(&s->engine, op, KIND_P, (uint32_t)p->next++, "p%x",
						 (unsigned)regnum);
	}
	return sent;
}

static int on_g(struct gdbregs_session *s, struct prove *p, const struct gdbregs__answer *answer)
{
	const struct gdbregs_description *d = gdbregs__process_of(&s->target, p->vcpu)->description;

	if (gdbregs__buffer_reserve(&p->g, answer->size / 2 + 1) < 0)
		return GDBREGS_ERR_NOMEM;
	int size = gdbregs__reply_register(answer->payload, answer->size, p->g.data, p->g.capacity);
	if (size <= 0)
		return GDBREGS_ERR_UNAVAILABLE;
	p->g.size = (size_t)size;
	p->candidates = gdbregs__realloc_array(NULL, d->register_count, sizeof(*p->candidates));
	if (!p->candidates)
		return GDBREGS_ERR_NOMEM;
	p->candidate_count = gdbregs__g_candidates(d, p->g.size, p->candidates);
	p->offs_bytes = gdbregs__calloc(p->candidate_count + 1, sizeof(*p->offs_bytes));
	return p->offs_bytes ? 0 : GDBREGS_ERR_NOMEM;
}

static int on_p(struct prove *p, const struct gdbregs__answer *answer)
{
	/* Values that are longer than g do not verify it. */
	if (answer->size / 2 > p->g.size || p->values.size > p->g.size)
		return GDBREGS_ERR_UNAVAILABLE;
	if (gdbregs__buffer_reserve(&p->values, answer->size / 2 + 1) < 0)
		return GDBREGS_ERR_NOMEM;
	int size = gdbregs__reply_register(answer->payload, answer->size,
					   p->values.data + p->values.size,
					   p->values.capacity - p->values.size);
	if (size > 0)
		p->values.size += (size_t)size;
	p->offs_bytes[answer->index + 1] = p->values.size;
	return 0;
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct prove *p = (struct prove *)op;

	if (s->stub.selection_failed)
		return GDBREGS_ERR_NO_VCPU;
	return answer->kind == KIND_G ? on_g(s, p, answer) : on_p(p, answer);
}

static struct gdbregs__g_layout *prove(const struct gdbregs_description *d, const struct prove *p)
{
	struct gdbregs__g_sample *samples = gdbregs__calloc(d->register_count, sizeof(*samples));
	bool nomem = false;

	if (!samples)
		return NULL;
	for (size_t i = 0; i < p->candidate_count; i++) {
		size_t size = p->offs_bytes[i + 1] - p->offs_bytes[i];

		if (size)
			samples[p->candidates[i]] =
				(struct gdbregs__g_sample){p->values.data + p->offs_bytes[i], size};
	}
	struct gdbregs__g_layout *layout =
		gdbregs__g_prove(d, p->g.data, p->g.size, samples, &nomem);
	gdbregs__free(samples);
	return layout;
}

/* Several sessions may verify the same description at once: the first layout is kept. */
static bool publish(const struct gdbregs_description *d, struct gdbregs__g_layout *layout)
{
	struct gdbregs__g_layout *none = NULL;
	struct gdbregs__g_layout **place = &((struct gdbregs_description *)d)->g_layout;

	return __atomic_compare_exchange_n(place, &none, layout, false, __ATOMIC_RELEASE,
					   __ATOMIC_ACQUIRE);
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct prove *p = (struct prove *)op;
	struct gdbregs__process *process = gdbregs__process_of(&s->target, p->vcpu);
	struct gdbregs__g_layout *layout =
		op->status == 0 && p->candidates ? prove(process->description, p) : NULL;

	if (!layout)
		process->g_banned = true;
	else if (!publish(process->description, layout))
		gdbregs__free(layout);
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct prove *p = (struct prove *)op;

	(void)s;
	gdbregs_buffer_fini(&p->g);
	gdbregs_buffer_fini(&p->values);
	gdbregs__free(p->candidates);
	gdbregs__free(p->offs_bytes);
	gdbregs__free(p);
}

static const struct gdbregs__op_class prove_class = {
	.produce = produce,
	.reply = reply,
	.finish = finish,
	.destroy = destroy,
};

/* A g with all registers could exceed the limit on packets, which would end the session. */
static bool fits(const struct gdbregs_session *s, const struct gdbregs_description *d)
{
	size_t hexlen = 0;

	for (size_t i = 0; i < d->register_count && hexlen <= s->limits.packet_bytes; i++)
		hexlen += 2 * gdbregs__bytes_of_bits(d->registers[i].bits);
	return hexlen <= s->limits.packet_bytes;
}

void gdbregs__prove_g(struct gdbregs_session *s, uint32_t vcpu)
{
	struct gdbregs__process *process = gdbregs__process_of(&s->target, vcpu);

	if (!fits(s, process->description)) {
		process->g_banned = true;
		return;
	}
	struct prove *p = gdbregs__op_new(sizeof(*p), &prove_class, NULL, NULL);
	/* When out of memory, go on reading the registers by p. */
	if (!p)
		return;
	p->vcpu = vcpu;
	gdbregs__engine_queue(&s->engine, &p->op);
}
