/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans a read and sends its packets. If a layout of g is known for the vCPU and has enough
 * registers of the run, one g serves all of these. Registers that came with the stop reply are not
 * requested. Each of the others gets a p. */
#include "session/op-read-internal.h"
#include "session/stop-values.h"
#include "session/order.h"

/* A g costs the stub as much as a few p, so fewer registers are cheaper by p. */
#define G_WORTH_REGISTERS 4
/* Verifying g costs a round trip, which a caller that reads once should not pay. */
#define G_INTEREST_TO_PROVE 2

const struct gdbregs__g_layout *gdbregs__read_layout(const struct gdbregs_session *s,
						     const struct gdbregs__process *process)
{
	if (process->g_banned || !process->description)
		return NULL;
	if (s->stub.p_missing || process->g_preferred)
		return process->described_layout;
	return __atomic_load_n(&process->description->g_layout, __ATOMIC_ACQUIRE);
}

static size_t count_source(const struct gdbregs__read_op *r, enum gdbregs__read_source source)
{
	size_t count = 0;

	for (size_t i = r->next; i < r->planned; i++)
		count += r->results[i].source == source;
	return count;
}

/* Count a batch once, however many vCPUs it covers: a single dump should not pay for the
 * verification of the layout. */
static bool wants_proof(struct gdbregs_session *s, struct gdbregs__process *process,
			const struct gdbregs__read_op *r)
{
	if (s->stub.p_missing || process->g_banned || process->g_preferred ||
	    process->g_interest_batch == r->batch ||
	    count_source(r, GDBREGS__READ_FROM_P) < G_WORTH_REGISTERS ||
	    __atomic_load_n(&process->description->g_layout, __ATOMIC_ACQUIRE))
		return false;
	process->g_interest_batch = r->batch;
	return ++process->g_interest == G_INTEREST_TO_PROVE;
}

/* Plan one read. g_place is the offset of the g in storage. */
static struct gdbregs__read_result plan_read(const struct gdbregs_session *s,
					     const struct gdbregs_read *read,
					     const struct gdbregs_description *description,
					     const struct gdbregs__g_layout *layout, size_t g_place)
{
	const struct gdbregs_register *reg = read->reg;

	if (!reg)
		return (struct gdbregs__read_result){.status = GDBREGS_ERR_INVAL};
	if (reg->description != description)
		return (struct gdbregs__read_result){.status = GDBREGS_ERR_WRONG_VCPU_TYPE};
	if (layout && layout->slots[reg->index].size_bytes) {
		const struct gdbregs__g_slot *slot = &layout->slots[reg->index];
		return (struct gdbregs__read_result){g_place + slot->off_bytes,
						     (int)slot->size_bytes, GDBREGS__READ_FROM_G};
	}
	if (s->stub.p_missing)
		return (struct gdbregs__read_result){.status = GDBREGS_ERR_UNAVAILABLE};
	return (struct gdbregs__read_result){.source = GDBREGS__READ_FROM_P};
}

/* The stop reply had values of some registers of this vCPU: these are not requested. Returns 0 or
 * NOMEM. */
static int use_expedited(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	for (size_t i = r->next; i < r->planned; i++) {
		struct gdbregs__read_result *result = &r->results[i];
		size_t size;

		if (result->source == GDBREGS__READ_SETTLED)
			continue;
		const uint8_t *value =
			gdbregs__expedited_find(s, r->reads[i].vcpu, r->reads[i].reg, &size);
		if (!value || size > gdbregs__read_room(s, r))
			continue;
		*result = (struct gdbregs__read_result){.off_bytes = r->storage->size,
							.status = (int)size};
		if (gdbregs__buffer_append(r->storage, value, size) < 0)
			return GDBREGS_ERR_NOMEM;
	}
	return 0;
}

/* Plan the reads of the run that begins at next, and find its end. Returns 0 or NOMEM. */
static int plan_reads(struct gdbregs_session *s, struct gdbregs__read_op *r,
		      const struct gdbregs_description *description,
		      const struct gdbregs__g_layout *layout, size_t g_place)
{
	const struct gdbregs_read *reads = r->reads;
	unsigned vcpu = reads[r->next].vcpu;
	size_t i = r->next;

	for (; i < r->count && reads[i].vcpu == vcpu; i++)
		r->results[i] = plan_read(s, &reads[i], description, layout, g_place);
	r->planned = i;
	return s->run.expedited.count ? use_expedited(s, r) : 0;
}

/* No g is sent: each of its reads needs a p. */
static void do_without_g(struct gdbregs__read_op *r)
{
	for (size_t i = r->next; i < r->planned; i++)
		if (r->results[i].source == GDBREGS__READ_FROM_G)
			r->results[i] =
				(struct gdbregs__read_result){.source = GDBREGS__READ_FROM_P};
}

/* Plan the run that begins at next. The values of a g stay where it is decoded: its
 * place in storage is reserved first. Returns 0 or NOMEM. */
static int plan_run(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	unsigned vcpu = r->reads[r->next].vcpu;
	struct gdbregs__process *process = gdbregs__process_of(&s->target, vcpu);
	const struct gdbregs__g_layout *layout = gdbregs__read_layout(s, process);
	size_t g_place = r->storage->size;

	if (layout && layout->size_bytes > gdbregs__read_room(s, r))
		layout = NULL;
	if (layout && gdbregs__buffer_reserve(r->storage, layout->size_bytes) < 0)
		return GDBREGS_ERR_NOMEM;
	r->storage->size += layout ? layout->size_bytes : 0;
	if (plan_reads(s, r, process->description, layout, g_place) < 0)
		return GDBREGS_ERR_NOMEM;
	size_t by_g = layout ? count_source(r, GDBREGS__READ_FROM_G) : 0;
	r->g_due = by_g >= (s->stub.p_missing || process->g_preferred ? 1 : G_WORTH_REGISTERS);
	if (layout && !r->g_due) {
		do_without_g(r);
		if (r->storage->size == g_place + layout->size_bytes)
			r->storage->size = g_place;
	}
	if (wants_proof(s, process, r))
		gdbregs__prove_g(s, vcpu);
	return 0;
}

/* Send the next consecutive p packets of the planned reads, beginning with `next`. */
static int send_row(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	uint32_t regnums[GDBREGS__BATCH_MAX];
	size_t most = gdbregs__engine_batch_size(&s->engine), first = r->next, count = 0;
	unsigned vcpu = r->reads[first].vcpu;

	if (most > r->planned - first)
		most = r->planned - first;
	for (; count < most && r->results[first + count].source == GDBREGS__READ_FROM_P &&
	       r->reads[first + count].vcpu == vcpu;
	     count++)
		regnums[count] = r->reads[first + count].reg->regnum;
	r->next += count;
	return gdbregs__engine_send_p_batch(&s->engine, &r->op, GDBREGS__READ_P, (uint32_t)first,
					    regnums, count);
}

/* Send the next packet of the planned reads, beginning with `next`. */
static int send_next(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	int sent = gdbregs__stub_select_vcpu(s, &r->op, r->reads[r->next].vcpu);

	if (sent)
		return sent;
	if (!r->g_due)
		return send_row(s, r);
	r->g_due = false;
	return gdbregs__engine_send(&s->engine, &r->op, GDBREGS__READ_G, (uint32_t)r->next, "g", 1);
}

/* Set `next` to the first of the planned reads that needs a p, or to the end. */
static void skip_others(struct gdbregs__read_op *r)
{
	while (r->next < r->planned && r->results[r->next].source != GDBREGS__READ_FROM_P)
		r->next++;
}

/* Begin with the next run. Returns 0, GDBREGS__PRODUCED if its msr was sent, or NOMEM. */
static int begin_run(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	unsigned vcpu = r->reads[r->next].vcpu;

	if (vcpu >= s->target.vcpu_count) {
		r->results[r->planned++] =
			(struct gdbregs__read_result){.status = GDBREGS_ERR_NO_VCPU};
		return 0;
	}
	int sent = gdbregs__order_ask(s, &r->op, GDBREGS__READ_MSR, vcpu);
	return sent ? sent : plan_run(s, r);
}

int gdbregs__read_produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__read_op *r = (struct gdbregs__read_op *)op;

	for (;;) {
		if (!r->g_due)
			skip_others(r);
		if (r->g_due || r->next < r->planned)
			return send_next(s, r);
		if (r->next == r->count)
			return GDBREGS__PRODUCE_END;
		int sent = begin_run(s, r);
		if (sent)
			return sent;
	}
}
