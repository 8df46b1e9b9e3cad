/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a read asks for. The reads are walked once, in the caller's order: where g
 * is proven for a segment's description and enough of its registers stand in it,
 * one g serves them; all others get a p each, sent in runs. */
#include "session-read.h"
#include "session-expedited.h"

#include "error.h"

/* A g costs the stub as much as a few p; fewer registers are cheaper alone. */
#define G_WORTH_REGISTERS 4
/* The proof costs a flight; a caller that reads once does without. */
#define G_INTEREST_TO_PROVE 2

const struct gdbregs__g_layout *gdbregs__session_layout(const struct gdbregs_session *s,
							const struct gdbregs__process *process)
{
	if (process->g_banned)
		return NULL;
	if (s->p_missing)
		return process->described_layout;
	return __atomic_load_n(&process->description->g_layout, __ATOMIC_ACQUIRE);
}

/* A batch of many vCPUs is one: who dumps once shall not pay for a proof. */
static bool wants_proof(struct gdbregs_session *s, struct gdbregs__process *process,
			const struct gdbregs__read_op *r)
{
	if (s->p_missing || process->g_banned || r->by_p_left < G_WORTH_REGISTERS ||
	    process->g_interest_batch == r->batch ||
	    __atomic_load_n(&process->description->g_layout, __ATOMIC_ACQUIRE))
		return false;
	process->g_interest_batch = r->batch;
	return ++process->g_interest == G_INTEREST_TO_PROVE;
}

/* The last stop reply brought it along. */
static bool take_expedited(struct gdbregs_session *s, struct gdbregs__read_op *r, size_t index)
{
	const struct gdbregs_read *read = &r->reads[index];
	size_t size, off_bytes = r->storage->size;
	const uint8_t *value = gdbregs__expedited_find(s, read->vcpu, read->reg, &size);

	if (!value || gdbregs__buffer_append(r->storage, value, size) < 0)
		return false;
	r->results[index] = (struct gdbregs__read_result){off_bytes, (int)size};
	return true;
}

/* By what the read is to come, or why it can't be asked for at all. */
static int classify(const struct gdbregs_read *read, const struct gdbregs_description *description,
		    const struct gdbregs__g_layout *layout)
{
	if (!read->reg)
		return GDBREGS_ERR_INVAL;
	if (read->reg->description != description)
		return GDBREGS_ERR_WRONG_VCPU_TYPE;
	return layout && layout->slots[read->reg->index].size_bytes ? GDBREGS__READ_BY_G
								    : GDBREGS__READ_BY_P;
}

/* Too few registers for a g. */
static void demote(struct gdbregs__read_op *r)
{
	for (size_t i = r->next; i < r->segment_end; i++)
		if (r->results[i].status == GDBREGS__READ_BY_G) {
			r->results[i].status = GDBREGS__READ_BY_P;
			r->by_p_left++;
		}
}

/* The segment that begins at next: where it ends, and by what its reads come. */
static void begin_segment(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	unsigned vcpu = r->reads[r->next].vcpu;
	struct gdbregs__process *process = gdbregs__read_process(s, &r->reads[r->next]);
	const struct gdbregs_description *description = process->description;
	const struct gdbregs__g_layout *layout =
		r->p_alone ? NULL : gdbregs__session_layout(s, process);
	bool expedited = s->expedited.count != 0;
	size_t by_g = 0, by_p = 0, i = r->next;

	for (; i < r->count && r->reads[i].vcpu == vcpu; i++) {
		if (r->results[i].status != GDBREGS__READ_BY_P)
			continue;
		int how = classify(&r->reads[i], description, layout);
		if (how == GDBREGS__READ_BY_G && !expedited) {
			r->results[i].status = how;
			by_g++;
			continue;
		}
		if (how < GDBREGS__READ_ASKED && expedited && take_expedited(s, r, i))
			continue;
		r->results[i].status = how;
		by_g += how == GDBREGS__READ_BY_G;
		by_p += how == GDBREGS__READ_BY_P;
	}
	r->segment_end = i;
	r->by_p_left = by_p;
	r->g_due = by_g >= (s->p_missing ? 1 : G_WORTH_REGISTERS);
	if (by_g && !r->g_due)
		demote(r);
	if (wants_proof(s, process, r))
		gdbregs__prove_g(s, vcpu);
}

/* The next read can't be asked for. */
static void refuse(struct gdbregs__read_op *r, int status)
{
	if (r->results[r->next].status == GDBREGS__READ_BY_P)
		r->results[r->next].status = status;
	r->next++;
}

/* The next read that needs a p, and how many follow it without a gap. */
static size_t find_run(struct gdbregs__read_op *r)
{
	size_t end;

	while (r->results[r->next].status != GDBREGS__READ_BY_P)
		r->next++;
	for (end = r->next; end < r->segment_end; end++)
		if (r->results[end].status != GDBREGS__READ_BY_P)
			break;
	return end - r->next;
}

static int send_run(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	size_t count = find_run(r);
	int sent = gdbregs__session_send_run(s, &r->op, GDBREGS__READ_P, (uint32_t)r->next,
					     &r->reads[r->next], count);

	if (sent < 0)
		return sent;
	r->next += (size_t)sent;
	r->by_p_left -= (size_t)sent;
	return GDBREGS__PRODUCED;
}

/* Send the next packets of the segment. */
static int send_next(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	int sent = gdbregs__session_select_vcpu(s, &r->op, r->reads[r->next].vcpu);

	if (sent)
		return sent < 0 ? sent : GDBREGS__PRODUCED;
	if (!r->g_due)
		return send_run(s, r);
	r->g_due = false;
	sent = gdbregs__session_send(s, &r->op, GDBREGS__READ_G, (uint32_t)r->next, "g", 1);
	return sent < 0 ? sent : GDBREGS__PRODUCED;
}

int gdbregs__read_produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__read_op *r = (struct gdbregs__read_op *)op;

	while (r->next < r->count) {
		if (r->reads[r->next].vcpu >= s->vcpu_count) {
			refuse(r, GDBREGS_ERR_NO_VCPU);
			continue;
		}
		if (r->next >= r->segment_end)
			begin_segment(s, r);
		if (r->g_due || (r->by_p_left && !s->p_missing))
			return send_next(s, r);
		/* What g did not bring there is no other way to. */
		while (r->by_p_left && r->next < r->segment_end)
			refuse(r, GDBREGS_ERR_UNAVAILABLE);
		r->next = r->segment_end;
	}
	return GDBREGS__PRODUCE_END;
}
