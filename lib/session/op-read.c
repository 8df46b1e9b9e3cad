/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads registers of any vCPUs: the beginning and the end of a read. Results go to a list of the
 * op, and are all copied to the caller at the end, or none of them. */
#include "session/op-read-internal.h"

#include "util/alloc.h"

/* A list of up to this many results is kept between reads, so that repeated reads
 * allocate nothing. */
#define RESULTS_KEEP 1024

static int deliver_one(struct gdbregs_session *s, struct gdbregs__read_op *r)
{
	const struct gdbregs__read_result *result = &r->results[0];
	const char *name = r->one.reg->name, *note;
	int wrong = gdbregs__target_check_register(s, r->one.vcpu, r->one.reg);

	if (wrong)
		return wrong;
	switch (result->status) {
	case GDBREGS_ERR_NO_VCPU:
		return gdbregs__stub_say_refused(s, r->one.vcpu);
	case GDBREGS_ERR_UNAVAILABLE:
		note = gdbregs_vcpu_note(s, r->one.vcpu);
		return gdbregs__engine_say(&s->engine, result->status,
					   "the stub has no value for register %s of vCPU %u%s%s",
					   name, r->one.vcpu, note ? ": " : "", note ? note : "");
	case GDBREGS_ERR_LIMIT:
		return gdbregs__engine_say(
			&s->engine, result->status,
			"the value of register %s is larger than %zu bits or %zu bytes "
			"(%s)",
			name, s->limits.register_bits, s->limits.value_bytes,
			s->limits.register_bits / 8 < s->limits.value_bytes ? "max_register_bits"
									    : "max_value_bytes");
	}
	r->one_out->size = 0;
	if (gdbregs__buffer_append(r->one_out, r->scratch.data + result->off_bytes,
				   (size_t)result->status) < 0)
		return GDBREGS_ERR_NOMEM;
	return result->status;
}

static void deliver(struct gdbregs__read_op *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct gdbregs__read_result *result = &r->results[i];

		r->reads[i].status = result->status;
		r->reads[i].data = result->status > 0 ? r->storage->data + result->off_bytes : NULL;
	}
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__read_op *r = (struct gdbregs__read_op *)op;

	if (op->status < 0) {
		r->storage->size = 0;
	} else if (r->again != GDBREGS__READ_NONE) {
		r->next = r->again;
		r->again = GDBREGS__READ_NONE;
		op->ended = false;
	} else if (r->one_out) {
		op->status = deliver_one(s, r);
	} else {
		deliver(r);
	}
}

static void discard(struct gdbregs__read_op *r)
{
	gdbregs_buffer_fini(&r->scratch);
	gdbregs__free(r->results);
	gdbregs__free(r);
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct gdbregs__read_op *r = (struct gdbregs__read_op *)op;

	if (s->reading.spare == op || s->reading.spare || s->state == GDBREGS__SESSION_ENDED ||
	    r->results_capacity > RESULTS_KEEP)
		discard(r);
	else
		s->reading.spare = op;
}

static const struct gdbregs__op_class read_class = {
	.wants_all_replies = true, /* of msr */
	.produce = gdbregs__read_produce,
	.reply = gdbregs__read_reply,
	.data_kind = GDBREGS__READ_P,
	.data = gdbregs__read_data,
	.finish = finish,
	.destroy = destroy,
};

/* storage NULL: a single read, which the op holds itself, and its storage. */
static struct gdbregs__op *make(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
				struct gdbregs_buffer *storage, gdbregs__op_done done, void *arg)
{
	struct gdbregs__read_op *r = (struct gdbregs__read_op *)s->reading.spare;

	s->reading.spare = NULL;
	if (r)
		gdbregs__op_init(&r->op, &read_class, done, arg);
	else
		r = gdbregs__op_new(sizeof(*r), &read_class, done, arg);
	if (!r)
		return NULL;
	/* A thread that could not be selected may exist again. */
	if (s->stub.selection_failed && s->engine.in_flight == 0)
		gdbregs__stub_forget_selection(s);
	if (count > r->results_capacity) {
		struct gdbregs__read_result *results =
			gdbregs__realloc_array(r->results, count, sizeof(*results));
		if (!results) {
			discard(r);
			return NULL;
		}
		r->results = results;
		r->results_capacity = count;
	}
	r->reads = storage ? reads : &r->one;
	r->count = count;
	r->storage = storage ? storage : &r->scratch;
	r->storage->size = 0;
	r->batch = ++s->reading.batches;
	r->planned = r->next = 0;
	r->g_due = false;
	r->again = GDBREGS__READ_NONE;
	r->one_out = NULL;
	return &r->op;
}

int gdbregs__read_ahead(struct gdbregs_session *s, struct gdbregs__op *before,
			struct gdbregs_read *reads, size_t count, struct gdbregs_buffer *storage,
			gdbregs__op_done done)
{
	struct gdbregs__op *op = make(s, reads, count, storage, done, NULL);

	if (!op)
		return gdbregs__engine_say_nomem(&s->engine);
	gdbregs__engine_queue_ahead(&s->engine, op, before);
	return 0;
}

int gdbregs__read_many(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
		       struct gdbregs_buffer *storage, gdbregs__op_done done, void *arg,
		       struct gdbregs__op **out)
{
	int wrong = gdbregs__session_begin(s, GDBREGS__NEED_READ);

	if (wrong)
		return wrong;
	if ((!reads && count) || !storage || count > UINT32_MAX)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "reads and storage must not be NULL");
	return gdbregs__session_queue(s, make(s, reads, count, storage, done, arg), out);
}

int gdbregs__read_one(struct gdbregs_session *s, uint32_t vcpu, const struct gdbregs_register *h,
		      struct gdbregs_buffer *buf, gdbregs__op_done done, void *arg,
		      struct gdbregs__op **out)
{
	int wrong = gdbregs__session_begin(s, GDBREGS__NEED_READ);

	if (wrong)
		return wrong;
	if (!h || !buf)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "no register or no buffer given");
	struct gdbregs__op *op = make(s, NULL, 1, NULL, done, arg);
	if (op) {
		struct gdbregs__read_op *r = (struct gdbregs__read_op *)op;
		r->one = (struct gdbregs_read){.vcpu = vcpu, .reg = h};
		r->one_out = buf;
	}
	return gdbregs__session_queue(s, op, out);
}
