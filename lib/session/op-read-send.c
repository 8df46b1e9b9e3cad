/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a read asks for. The reads are walked once, in the caller's order: where g
 * is proven for a segment's description and enough of its registers stand in it,
 * one g serves them; all others get a p each, sent in runs. */
#include "session/op-read.h"
#include "session/expedited.h"

#include "util/error.h"

/* A g costs the stub as much as a few p; fewer registers are cheaper alone. */
#define G_WORTH_REGISTERS 4
/* The proof costs a flight; a caller that reads once does without. */
#define G_INTEREST_TO_PROVE 2

const struct gdbregs__g_layout *gdbregs__session_layout(const struct gdbregs_session *s,
							const struct gdbregs__process *process)
{
	if (process->g_banned)
		return NULL;
	if (s->stub.p_missing)
		return process->described_layout;
	return __atomic_load_n(&process->description->g_layout, __ATOMIC_ACQUIRE);
}

/* Count a batch once, however many vCPUs it covers: a single dump must not pay for the
 * proof of the layout. */
static bool wants_proof(struct gdbregs_session *s, struct gdbregs__process *process,
			const struct gdbregs__read_op *r)
{
	if (s->stub.p_missing || process->g_banned || r->by_p_left < G_WORTH_REGISTERS ||
	    process->g_interest_batch == r->batch ||
	    __atomic_load_n(&process->description->g_layout, __ATOMIC_ACQUIRE))
		return false;
	process->g_interest_batch = r->batch;
	return ++process->g_interest == G_INTEREST_TO_PROVE;
}

/* Every read of the segment that begins at next: what it can't be asked for with, its
 * place in the g that will stand at off_bytes in storage, or that it needs a p.
 * Returns how many g is to bring. */
static size_t claim(struct gdbregs__read_op *r, const struct gdbregs_description *description,
		    const struct gdbregs__g_layout *layout, size_t off_bytes)
{
	unsigned vcpu = r->reads[r->next].vcpu;
	size_t by_g = 0, by_p = 0, i = r->next;

	for (; i < r->count && r->reads[i].vcpu == vcpu; i++) {
		const struct gdbregs_register *reg = r->reads[i].reg;
		struct gdbregs__read_result *result = &r->results[i];

		if (!reg || reg->description != description) {
			int why = reg ? GDBREGS_ERR_WRONG_VCPU_TYPE : GDBREGS_ERR_INVAL;
			*result = (struct gdbregs__read_result){.status = why};
		} else if (layout && layout->slots[reg->index].size_bytes) {
			const struct gdbregs__g_slot *slot = &layout->slots[reg->index];
			*result = (struct gdbregs__read_result){off_bytes + slot->off_bytes,
								(int)slot->size_bytes, true};
			by_g++;
		} else {
			*result = (struct gdbregs__read_result){.status = GDBREGS__READ_BY_P};
			by_p++;
		}
	}
	r->segment_end = i;
	r->by_p_left = by_p;
	return by_g;
}

/* The second walk: what is left of the segment. */
static void reclaim(struct gdbregs__read_op *r)
{
	unsigned vcpu = r->reads[r->next].vcpu;
	size_t i = r->next;

	r->by_p_left = 0;
	for (; i < r->count && r->reads[i].vcpu == vcpu; i++)
		r->by_p_left += r->results[i].status == GDBREGS__READ_BY_P;
	r->segment_end = i;
}

/* Of the segment's reads that g is to bring, those that the last stop reply did not
 * bring along already. */
static size_t not_expedited(const struct gdbregs_session *s, const struct gdbregs__read_op *r)
{
	size_t count = 0, size_bytes;

	for (size_t i = r->next; i < r->segment_end; i++)
		count +=
			r->results[i].in_g &&
			!gdbregs__expedited_find(s, r->reads[i].vcpu, r->reads[i].reg, &size_bytes);
	return count;
}

/* There will be no g: a p each. */
static void demote(struct gdbregs__read_op *r)
{
	for (size_t i = r->next; i < r->segment_end; i++)
		if (r->results[i].in_g) {
			r->results[i] = (struct gdbregs__read_result){.status = GDBREGS__READ_BY_P};
			r->by_p_left++;
		}
}

/* What the last stop reply brought along is not asked for. If there is a g for others,
 * it may still not come, or have no value there. */
static int use_expedited(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	for (size_t i = r->next; i < r->segment_end; i++) {
		struct gdbregs__read_result *result = &r->results[i];
		size_t size, off_bytes = r->storage->size;
		bool in_g = result->in_g;

		if (!in_g && result->status != GDBREGS__READ_BY_P)
			continue;
		const uint8_t *value =
			gdbregs__expedited_find(s, r->reads[i].vcpu, r->reads[i].reg, &size);
		if (!value)
			continue;
		if (size > gdbregs__read_room(s, r))
			continue;
		if (gdbregs__buffer_append(r->storage, value, size) < 0)
			return GDBREGS_ERR_NOMEM;
		*result = (struct gdbregs__read_result){off_bytes, (int)size, false};
		r->by_p_left -= !in_g;
	}
	return 0;
}

/* The segment that begins at next: where it ends, and by what its reads come. */
static int begin_segment(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	unsigned vcpu = r->reads[r->next].vcpu;
	struct gdbregs__process *process = gdbregs__read_process(s, &r->reads[r->next]);
	const struct gdbregs__g_layout *layout =
		r->p_alone ? NULL : gdbregs__session_layout(s, process);
	size_t claimed = claim(r, process->description, layout, r->storage->size);
	size_t by_g = claimed && s->run.expedited.count ? not_expedited(s, r) : claimed;

	r->g_due = layout && by_g >= (s->stub.p_missing ? 1 : G_WORTH_REGISTERS) &&
		   layout->size_bytes <= gdbregs__read_room(s, r);
	if (r->g_due) {
		if (gdbregs__buffer_reserve(r->storage, layout->size_bytes) < 0)
			return GDBREGS_ERR_NOMEM;
		r->storage->size += layout->size_bytes;
	} else if (claimed) {
		demote(r);
	}
	if (s->run.expedited.count && use_expedited(s, r) < 0)
		return GDBREGS_ERR_NOMEM;
	if (wants_proof(s, process, r))
		gdbregs__prove_g(s, vcpu);
	return 0;
}

/* The next read can't be asked for. */
static void refuse(struct gdbregs__read_op *r, int status)
{
	r->results[r->next++] = (struct gdbregs__read_result){.status = status};
}

/* Registers missing from the g reply cannot be read any other way: mark them unavailable. */
static void refuse_rest(struct gdbregs__read_op *r)
{
	for (; r->by_p_left; r->next++)
		if (r->results[r->next].status == GDBREGS__READ_BY_P) {
			r->results[r->next].status = GDBREGS_ERR_UNAVAILABLE;
			r->by_p_left--;
		}
}

/* Find the next read that needs a p. Returns how many such reads are there in a row,
 * at most `most` and at most as many as are left: reads of a g that came meanwhile and
 * was not as expected are left to the second walk. */
static size_t find_run(struct gdbregs__read_op *r, size_t most)
{
	size_t count = 0;

	if (most > r->by_p_left)
		most = r->by_p_left;
	while (r->results[r->next].status != GDBREGS__READ_BY_P)
		r->next++;
	while (count < most && r->results[r->next + count].status == GDBREGS__READ_BY_P)
		count++;
	return count;
}

static int send_run(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	uint32_t regnums[GDBREGS__BATCH_MAX];
	size_t first, count = find_run(r, gdbregs__engine_batch_size(&s->engine));

	first = r->next;
	for (size_t i = 0; i < count; i++)
		regnums[i] = r->reads[first + i].reg->regnum;
	int sent = gdbregs__engine_send_p_batch(&s->engine, &r->op, GDBREGS__READ_P,
						(uint32_t)first, regnums, count);
	if (sent < 0)
		return sent;
	r->next += count;
	r->by_p_left -= count;
	return sent;
}

/* Send the next packets of the segment. */
static int send_next(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	int sent = gdbregs__stub_select_vcpu(s, &r->op, r->reads[r->next].vcpu);

	if (sent)
		return sent;
	if (!r->g_due)
		return send_run(s, r);
	r->g_due = false;
	sent = gdbregs__engine_send(&s->engine, &r->op, GDBREGS__READ_G, (uint32_t)r->next, "g", 1);
	return sent;
}

int gdbregs__read_produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__read_op *r = (struct gdbregs__read_op *)op;

	while (r->next < r->count) {
		if (r->reads[r->next].vcpu >= s->target.vcpu_count) {
			refuse(r, GDBREGS_ERR_NO_VCPU);
			continue;
		}
		if (r->next >= r->segment_end) {
			if (r->walked)
				reclaim(r);
			else if (begin_segment(s, r) < 0)
				return GDBREGS_ERR_NOMEM;
		}
		if (r->g_due || (r->by_p_left && !s->stub.p_missing))
			return send_next(s, r);
		refuse_rest(r);
		r->next = r->segment_end;
	}
	return GDBREGS__PRODUCE_END;
}
