/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading registers of any vCPUs in one flight.
 *
 * The reads are walked once, in the caller's order. A run of reads of one vCPU
 * is a segment: where g is proven for its description and enough of its
 * registers stand in it, one g serves them; all others get a p each. Results go
 * to a list of our own and reach the caller at the end, all or none. */
#include "session-expedited.h"

#include "alloc.h"
#include "error.h"

#include <string.h>

enum kind { KIND_P = 1, KIND_G };

/* A g costs the stub as much as a few p; fewer registers are cheaper alone. */
#define G_WORTH_REGISTERS 4
/* The proof costs a flight; a caller that reads once does without. */
#define G_INTEREST_TO_PROVE 2
/* Results are kept between calls up to this many, so that reading the same
 * again allocates nothing. */
#define RESULTS_KEEP 1024

struct result {
	size_t off_bytes; /* in storage */
	int status;       /* as the caller will see it, unless pending */
	bool pending;
};

struct read_op {
	struct gdbregs__op op;
	struct gdbregs_read *reads;
	size_t count;
	struct gdbregs_buffer *storage;
	struct result *results;
	size_t results_capacity;
	size_t next; /* read to be produced */
	uint64_t batch; /* which of the session's reads this is */
	/* The segment that next is in. */
	size_t segment_end;
	const struct gdbregs__g_layout *layout; /* g serves what stands in it; NULL: p alone */
	bool g_due;                             /* the g is still to be sent */
	bool p_alone;                           /* g did not do what was proven */
	bool again;                             /* walk once more for what is pending */
	/* Of a single read; one_out is NULL for many. */
	struct gdbregs_read one;
	struct gdbregs_buffer scratch;
	struct gdbregs_buffer *one_out;
};

static struct gdbregs__process *process_of(struct gdbregs_session *s,
					   const struct gdbregs_read *read)
{
	return &s->processes[s->vcpus[read->vcpu].process];
}

const struct gdbregs__g_layout *gdbregs__session_layout(const struct gdbregs_session *s,
							const struct gdbregs__process *process)
{
	if (process->g_banned)
		return NULL;
	if (s->p_missing)
		return process->described_layout;
	return __atomic_load_n(&process->description->g_layout, __ATOMIC_ACQUIRE);
}

/* --------------------------------------------------------------- packets out --- */

/* Why a read can't even be asked for; 0 if it can. */
static int objection(struct gdbregs_session *s, const struct gdbregs_read *read)
{
	if (!read->reg)
		return GDBREGS_ERR_INVAL;
	if (read->vcpu >= s->vcpu_count)
		return GDBREGS_ERR_NO_VCPU;
	if (read->reg->description != process_of(s, read)->description)
		return GDBREGS_ERR_WRONG_VCPU_TYPE;
	return 0;
}

static bool in_layout(const struct gdbregs__g_layout *layout, const struct gdbregs_read *read)
{
	return layout->slots[read->reg->index].size_bytes != 0;
}

/* A batch of many vCPUs is one: who dumps once shall not pay for a proof. */
static bool wants_proof(struct gdbregs__process *process, const struct read_op *r)
{
	if (process->g_interest_batch == r->batch)
		return false;
	process->g_interest_batch = r->batch;
	return ++process->g_interest == G_INTEREST_TO_PROVE;
}

/* Find where the segment that begins at next ends, and whether g serves it. */
static void begin_segment(struct gdbregs_session *s, struct read_op *r)
{
	const struct gdbregs_read *first = &r->reads[r->next];
	struct gdbregs__process *process = process_of(s, first);
	const struct gdbregs__g_layout *layout =
		r->p_alone ? NULL : gdbregs__session_layout(s, process);
	size_t served = 0, end = r->next;

	for (; end < r->count && r->reads[end].vcpu == first->vcpu; end++)
		if (layout && !objection(s, &r->reads[end]) && in_layout(layout, &r->reads[end]))
			served++;
	if (served < (s->p_missing ? 1 : G_WORTH_REGISTERS))
		layout = NULL;
	r->segment_end = end;
	r->layout = layout;
	r->g_due = layout != NULL;
	if (!layout && !s->p_missing && !process->g_banned &&
	    end - r->next >= G_WORTH_REGISTERS &&
	    !__atomic_load_n(&process->description->g_layout, __ATOMIC_ACQUIRE) &&
	    wants_proof(process, r))
		gdbregs__prove_g(s, first->vcpu);
}

enum step { STEP_DONE, STEP_SENT, STEP_SENT_DONE };

static int step_p(struct gdbregs_session *s, struct read_op *r, const struct gdbregs_read *read)
{
	int sent = gdbregs__session_select_vcpu(s, &r->op, read->vcpu);

	if (sent)
		return sent < 0 ? sent : STEP_SENT;
	sent = gdbregs__session_send_p(s, &r->op, KIND_P, (uint32_t)r->next, read->reg->regnum);
	return sent < 0 ? sent : STEP_SENT_DONE;
}

static int step_g(struct gdbregs_session *s, struct read_op *r, const struct gdbregs_read *read)
{
	int sent = gdbregs__session_select_vcpu(s, &r->op, read->vcpu);

	if (sent)
		return sent < 0 ? sent : STEP_SENT;
	r->g_due = false;
	sent = gdbregs__session_send(s, &r->op, KIND_G, (uint32_t)r->next, "g", 1);
	return sent < 0 ? sent : STEP_SENT;
}

/* The last stop reply brought it along. */
static bool take_expedited(struct gdbregs_session *s, struct read_op *r,
			   const struct gdbregs_read *read)
{
	size_t size, off_bytes = r->storage->size;
	const uint8_t *value = gdbregs__expedited_find(s, read->vcpu, read->reg, &size);

	if (!value || gdbregs__buffer_append(r->storage, value, size) < 0)
		return false;
	r->results[r->next] = (struct result){.off_bytes = off_bytes, .status = (int)size};
	return true;
}

/* Deal with the read at next. */
static int step(struct gdbregs_session *s, struct read_op *r)
{
	const struct gdbregs_read *read = &r->reads[r->next];
	struct result *result = &r->results[r->next];
	int wrong = objection(s, read);

	if (wrong) {
		*result = (struct result){.status = wrong};
		return STEP_DONE;
	}
	if (s->expedited.count && take_expedited(s, r, read))
		return STEP_DONE;
	if (r->next >= r->segment_end)
		begin_segment(s, r);
	if (r->g_due)
		return step_g(s, r, read);
	if (r->layout && in_layout(r->layout, read))
		return STEP_DONE;
	if (s->p_missing) {
		*result = (struct result){.status = GDBREGS_ERR_UNAVAILABLE};
		return STEP_DONE;
	}
	return step_p(s, r, read);
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct read_op *r = (struct read_op *)op;

	while (r->next < r->count) {
		int done = r->results[r->next].pending ? step(s, r) : STEP_DONE;

		if (done < 0)
			return done;
		if (done != STEP_SENT)
			r->next++;
		if (done != STEP_DONE)
			return GDBREGS__PRODUCED;
	}
	return GDBREGS__PRODUCE_END;
}

/* ---------------------------------------------------------------- replies in --- */

static int garbled(struct gdbregs_session *s, const char *request, const struct gdbregs_read *read,
		   const uint8_t *payload, size_t size)
{
	char text[60];

	gdbregs__session_fail(s, GDBREGS_ERR_PROTOCOL,
			      "%s answered `%s` (register %s) with \"%s\", which is no register data",
			      s->label, request, read->reg->name,
			      gdbregs__printable(text, sizeof(text), payload, size));
	return GDBREGS_ERR_PROTOCOL;
}

/* Decode one register's digits behind what storage holds. */
static int take_value(struct gdbregs_session *s, struct read_op *r, size_t index,
		      const uint8_t *payload, size_t size)
{
	struct result *result = &r->results[index];

	if (gdbregs__buffer_reserve(r->storage, size / 2 + 1) < 0)
		return GDBREGS_ERR_NOMEM;
	size_t most = s->limits.register_bits / 8;
	if (most > r->storage->capacity - r->storage->size)
		most = r->storage->capacity - r->storage->size;
	int status = gdbregs__reply_register(payload, size,
					     r->storage->data + r->storage->size, most);
	if (status == GDBREGS_ERR_PROTOCOL)
		return garbled(s, "p", &r->reads[index], payload, size);
	*result = (struct result){.off_bytes = r->storage->size, .status = status};
	if (status > 0)
		r->storage->size += (size_t)status;
	return 0;
}

static int on_p(struct gdbregs_session *s, struct read_op *r, const struct gdbregs__answer *answer)
{
	if (s->selection_failed) {
		r->results[answer->index] = (struct result){.status = GDBREGS_ERR_NO_VCPU};
		return 0;
	}
	return take_value(s, r, answer->index, answer->payload, answer->size);
}

/* Some bytes of g are unavailable: register by register. */
static int take_g_piecewise(struct gdbregs_session *s, struct read_op *r, size_t index,
			    const struct gdbregs__g_slot *slot,
			    const struct gdbregs__answer *answer)
{
	return take_value(s, r, index, answer->payload + 2 * (size_t)slot->off_bytes,
			  2 * (size_t)slot->size_bytes);
}

/* The g did not come as proven: what it should have served is asked for by p. */
static int give_up_g(struct read_op *r, struct gdbregs__process *process)
{
	process->g_banned = true;
	r->p_alone = true;
	r->again = true;
	return 0;
}

/* Hand out what stands in a g that has this layout. */
static int serve_g(struct gdbregs_session *s, struct read_op *r,
		   const struct gdbregs__answer *answer, const struct gdbregs__g_layout *layout)
{
	const struct gdbregs_read *first = &r->reads[answer->index];
	size_t base = r->storage->size;

	if (gdbregs__buffer_reserve(r->storage, layout->size_bytes) < 0)
		return GDBREGS_ERR_NOMEM;
	enum gdbregs__hex_result hex = GDBREGS__HEX_OK;
	if (!s->selection_failed)
		hex = gdbregs__hex_decode(r->storage->data + base, answer->payload, answer->size);
	if (hex == GDBREGS__HEX_BAD)
		return garbled(s, "g", first, answer->payload, answer->size);
	if (hex == GDBREGS__HEX_OK && !s->selection_failed)
		r->storage->size += layout->size_bytes;

	for (size_t i = answer->index; i < r->count && r->reads[i].vcpu == first->vcpu; i++) {
		struct result *result = &r->results[i];
		int failed = 0;

		if (!result->pending || objection(s, &r->reads[i]))
			continue;
		const struct gdbregs__g_slot *slot = &layout->slots[r->reads[i].reg->index];
		if (!slot->size_bytes)
			continue;
		if (s->selection_failed)
			*result = (struct result){.status = GDBREGS_ERR_NO_VCPU};
		else if (hex == GDBREGS__HEX_OK)
			*result = (struct result){base + slot->off_bytes, (int)slot->size_bytes,
						  false};
		else
			failed = take_g_piecewise(s, r, i, slot, answer);
		if (failed)
			return failed;
	}
	return 0;
}

/* Without p there is only g, and its length may change with the target's state
 * (SVE), or it may fail for a while. What the description explains is taken. */
static int serve_other_g(struct gdbregs_session *s, struct read_op *r,
			 const struct gdbregs__answer *answer)
{
	const struct gdbregs_read *first = &r->reads[answer->index];
	struct gdbregs__g_layout *layout = NULL;
	bool nomem = false;

	if (gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_DATA)
		layout = gdbregs__g_described(process_of(s, first)->description, answer->size / 2,
					      &nomem);
	int result = nomem ? GDBREGS_ERR_NOMEM : 0;
	if (layout)
		result = serve_g(s, r, answer, layout);
	gdbregs__free(layout);
	if (result < 0)
		return result;
	for (size_t i = answer->index; i < r->count && r->reads[i].vcpu == first->vcpu; i++)
		if (r->results[i].pending && !objection(s, &r->reads[i]))
			r->results[i] = (struct result){.status = GDBREGS_ERR_UNAVAILABLE};
	return 0;
}

static int on_g(struct gdbregs_session *s, struct read_op *r, const struct gdbregs__answer *answer)
{
	struct gdbregs__process *process = process_of(s, &r->reads[answer->index]);
	const struct gdbregs__g_layout *layout = gdbregs__session_layout(s, process);

	if (layout && (s->selection_failed || answer->size == 2 * layout->size_bytes))
		return serve_g(s, r, answer, layout);
	return s->p_missing ? serve_other_g(s, r, answer) : give_up_g(r, process);
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct read_op *r = (struct read_op *)op;

	return answer->kind == KIND_P ? on_p(s, r, answer) : on_g(s, r, answer);
}

/* --------------------------------------------------------------------- ends --- */

static int deliver_one(struct gdbregs_session *s, struct read_op *r)
{
	const struct result *result = &r->results[0];
	const char *name = r->one.reg ? r->one.reg->name : "?";

	switch (result->status) {
	case GDBREGS_ERR_INVAL:
		return gdbregs__session_say(s, result->status, "no register given");
	case GDBREGS_ERR_NO_VCPU:
		return gdbregs__session_say(s, result->status, "%s has no vCPU %u", s->label,
					    r->one.vcpu);
	case GDBREGS_ERR_WRONG_VCPU_TYPE:
		return gdbregs__session_say(
			s, result->status, "register %s is of another type of vCPU than vCPU %u",
			name, r->one.vcpu);
	case GDBREGS_ERR_UNAVAILABLE:
		return gdbregs__session_say(s, result->status,
					    "the stub has no value for register %s of vCPU %u",
					    name, r->one.vcpu);
	case GDBREGS_ERR_LIMIT:
		return gdbregs__session_say(s, result->status,
					    "register %s is larger than %zu bits "
					    "(max_register_bits)",
					    name, s->limits.register_bits);
	}
	r->one_out->size = 0;
	if (gdbregs__buffer_append(r->one_out, r->scratch.data + result->off_bytes,
				   (size_t)result->status) < 0)
		return gdbregs__session_say(s, GDBREGS_ERR_NOMEM, "out of memory");
	return result->status;
}

static void deliver(struct read_op *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct result *result = &r->results[i];

		r->reads[i].status = result->status;
		r->reads[i].data =
			result->status > 0 ? r->storage->data + result->off_bytes : NULL;
	}
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct read_op *r = (struct read_op *)op;

	if (op->status < 0) {
		r->storage->size = 0;
		if (op->status == GDBREGS_ERR_NOMEM)
			gdbregs__session_say(s, op->status, "out of memory");
	} else if (r->again) {
		r->again = false;
		r->next = r->segment_end = 0;
		op->ended = false;
	} else if (r->one_out) {
		op->status = deliver_one(s, r);
	} else {
		deliver(r);
	}
}

static void discard(struct read_op *r)
{
	gdbregs_buffer_fini(&r->scratch);
	gdbregs__free(r->results);
	gdbregs__free(r);
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct read_op *r = (struct read_op *)op;

	if (s->spare_read == op || s->spare_read || s->state == GDBREGS__SESSION_ENDED ||
	    r->results_capacity > RESULTS_KEEP)
		discard(r);
	else
		s->spare_read = op;
}

static const struct gdbregs__op_class read_class = {
	.name = "read",
	.produce = produce,
	.reply = reply,
	.finish = finish,
	.destroy = destroy,
};

static struct read_op *make(struct gdbregs_session *s, size_t count, gdbregs__op_done done,
			    void *arg)
{
	struct read_op *r = (struct read_op *)s->spare_read;

	s->spare_read = NULL;
	if (!r && !(r = gdbregs__calloc(1, sizeof(*r))))
		return NULL;
	/* A thread that could not be selected may be there again. */
	if (s->selection_failed && s->in_flight == 0)
		s->selected = false;
	if (count > r->results_capacity) {
		struct result *results =
			gdbregs__realloc_array(r->results, count, sizeof(*results));
		if (!results) {
			discard(r);
			return NULL;
		}
		r->results = results;
		r->results_capacity = count;
	}
	for (size_t i = 0; i < count; i++)
		r->results[i] = (struct result){.pending = true};
	gdbregs__op_init(&r->op, &read_class, done, arg);
	r->batch = ++s->batches;
	r->next = r->segment_end = 0;
	r->p_alone = r->again = r->g_due = false;
	r->layout = NULL;
	r->count = count;
	r->one_out = NULL;
	return r;
}

static int check(struct gdbregs_session *s)
{
	int wrong = gdbregs__session_check(s);

	if (wrong)
		return wrong;
	if (s->options.access == GDBREGS_NO_REGS)
		return gdbregs__session_say(s, GDBREGS_ERR_ACCESS,
					    "the session was opened without access to registers");
	return 0;
}

int gdbregs__read_many(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
		       struct gdbregs_buffer *storage, gdbregs__op_done done, void *arg,
		       struct gdbregs__op **out)
{
	int wrong = check(s);

	if (wrong)
		return wrong;
	if ((!reads && count) || !storage || count > UINT32_MAX)
		return gdbregs__session_say(s, GDBREGS_ERR_INVAL, "no list of reads, or no storage");
	struct read_op *r = make(s, count, done, arg);
	if (!r)
		return gdbregs__session_say(s, GDBREGS_ERR_NOMEM, "out of memory");
	storage->size = 0;
	r->reads = reads;
	r->storage = storage;
	if (out)
		*out = &r->op;
	gdbregs__session_queue(s, &r->op);
	return 0;
}

int gdbregs__read_one(struct gdbregs_session *s, uint32_t vcpu, const struct gdbregs_register *h,
		      struct gdbregs_buffer *buf, gdbregs__op_done done, void *arg,
		      struct gdbregs__op **out)
{
	int wrong = check(s);

	if (wrong)
		return wrong;
	if (!h || !buf)
		return gdbregs__session_say(s, GDBREGS_ERR_INVAL, "no register or no buffer given");
	struct read_op *r = make(s, 1, done, arg);
	if (!r)
		return gdbregs__session_say(s, GDBREGS_ERR_NOMEM, "out of memory");
	r->one = (struct gdbregs_read){.vcpu = vcpu, .reg = h};
	r->scratch.size = 0;
	r->reads = &r->one;
	r->storage = &r->scratch;
	r->one_out = buf;
	if (out)
		*out = &r->op;
	gdbregs__session_queue(s, &r->op);
	return 0;
}
