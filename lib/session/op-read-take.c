/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the replies to a read. The bytes are appended to the storage; the results have their
 * offsets until the end. */
#include "session/op-read-internal.h"
#include "session/order.h"
#include "session/stop-values.h"

#include "util/alloc.h"
#include "util/error.h"

static int garbled(struct gdbregs_session *s, const char *request, const struct gdbregs_read *read,
		   const uint8_t *payload, size_t size)
{
	char text[60];

	gdbregs__engine_fail(
		&s->engine, GDBREGS_ERR_PROTOCOL,
		"the stub sent an invalid reply to `%s` (register %s): \"%s\" is not register data",
		request, read->reg->name, gdbregs__printable(text, sizeof(text), payload, size));
	return GDBREGS_ERR_PROTOCOL;
}

/* Decode the digits of one register from the reply to `request`, and append the bytes
 * to the storage. */
static int take_value(struct gdbregs_session *s, struct gdbregs__read_op *r, const char *request,
		      size_t index, const uint8_t *payload, size_t size)
{
	struct gdbregs_buffer *storage = r->storage;

	if (size / 2 >= storage->capacity - storage->size &&
	    gdbregs__buffer_reserve(storage, size / 2 + 1) < 0)
		return GDBREGS_ERR_NOMEM;
	size_t most = s->limits.register_bits / 8;
	if (most > storage->capacity - storage->size)
		most = storage->capacity - storage->size;
	int status = gdbregs__reply_register(payload, size, storage->data + storage->size, most);
	if (status == GDBREGS_ERR_PROTOCOL)
		return garbled(s, request, &r->reads[index], payload, size);
	if (status > 0 && (size_t)status > gdbregs__read_room(s, r))
		status = GDBREGS_ERR_LIMIT;
	r->results[index] =
		(struct gdbregs__read_result){storage->size, status, GDBREGS__READ_SETTLED};
	if (status > 0)
		storage->size += (size_t)status;
	return 0;
}

/* The reply to a p has a value. A write needs to know its size. */
static void note_size(struct gdbregs_session *s, const struct gdbregs__read_op *r, size_t index)
{
	const struct gdbregs_read *read = &r->reads[index];

	if (s->options.access == GDBREGS_RW_REGS && r->results[index].status > 0)
		gdbregs__sized_note(s, read->vcpu, read->reg, (size_t)r->results[index].status);
}

static int on_p(struct gdbregs_session *s, struct gdbregs__read_op *r,
		const struct gdbregs__answer *answer)
{
	if (s->stub.selection_failed) {
		r->results[answer->index] =
			(struct gdbregs__read_result){.status = GDBREGS_ERR_NO_VCPU};
		return 0;
	}
	int result = take_value(s, r, "p", answer->index, answer->payload, answer->size);
	note_size(s, r, answer->index);
	return result;
}

/* Make room in storage for the values of all these replies. */
static int reserve_values(struct gdbregs_buffer *storage, const struct gdbregs__span *texts,
			  size_t count)
{
	size_t hexlen = 0;

	for (size_t i = 0; i < count; i++)
		hexlen += texts[i].size;
	return gdbregs__buffer_reserve(storage, hexlen / 2 + 1);
}

/* A read that was canceled or has failed takes msr, and nothing else. */
static bool is_wanted(const struct gdbregs__op *op)
{
	return !op->canceled && op->status >= 0;
}

int gdbregs__read_data(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t first,
		       const struct gdbregs__span *texts, size_t count)
{
	struct gdbregs__read_op *r = (struct gdbregs__read_op *)op;
	struct gdbregs_buffer *storage = r->storage;
	size_t most_bytes = s->stub.selection_failed ? 0 : s->limits.register_bits / 8;

	if (!is_wanted(op))
		return 0;
	if (reserve_values(storage, texts, count) < 0)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *payload = texts[i].text;
		size_t size = texts[i].size, bytes = size / 2;

		if (bytes <= most_bytes && bytes <= gdbregs__read_room(s, r) &&
		    gdbregs__hex_decode(storage->data + storage->size, payload, size) ==
			    GDBREGS__HEX_OK) {
			r->results[first + i] = (struct gdbregs__read_result){
				storage->size, (int)bytes, GDBREGS__READ_SETTLED};
			storage->size += bytes;
			note_size(s, r, first + i);
			continue;
		}
		struct gdbregs__answer answer = {GDBREGS__READ_P, first + (uint32_t)i, payload,
						 size};
		int failed = on_p(s, r, &answer);
		if (failed)
			return failed;
	}
	return 0;
}

/* The g of the run has no values: set this result for the reads that wait for it. */
static void serve_none(struct gdbregs__read_op *r, size_t first, struct gdbregs__read_result result)
{
	for (size_t i = first; i < r->count && r->reads[i].vcpu == r->reads[first].vcpu; i++)
		if (r->results[i].source == GDBREGS__READ_FROM_G)
			r->results[i] = result;
}

static void fail_all(struct gdbregs__read_op *r, size_t first, int status)
{
	serve_none(r, first, (struct gdbregs__read_result){.status = status});
}

/* The g has another layout than the verified one: read its registers by p. The first pass sends
 * those that it has not reached yet, and finish() begins another pass for the others. */
static void read_by_p_instead(struct gdbregs__read_op *r, size_t first)
{
	serve_none(r, first, (struct gdbregs__read_result){.source = GDBREGS__READ_FROM_P});
	if (first < r->again)
		r->again = first;
}

/* Returns the first read of the run that waits for its g. There is one. Reads before
 * it may have no register. */
static size_t first_of_g(const struct gdbregs__read_op *r, const struct gdbregs__answer *answer)
{
	size_t first = answer->index;

	while (r->results[first].source != GDBREGS__READ_FROM_G)
		first++;
	return first;
}

static int garbled_g(struct gdbregs_session *s, const struct gdbregs__read_op *r,
		     const struct gdbregs__answer *answer)
{
	return garbled(s, "g", &r->reads[first_of_g(r, answer)], answer->payload, answer->size);
}

/* Returns the offset in storage that is reserved for the g of the run. */
static size_t place_of_g(const struct gdbregs__read_op *r, const struct gdbregs__answer *answer,
			 const struct gdbregs__g_layout *layout)
{
	size_t first = first_of_g(r, answer);

	return r->results[first].off_bytes - layout->slots[r->reads[first].reg->index].off_bytes;
}

/* Some bytes of g are unavailable, or g has another size than expected: decode it
 * register by register, with this layout. */
static int serve_pieces(struct gdbregs_session *s, struct gdbregs__read_op *r,
			const struct gdbregs__answer *answer,
			const struct gdbregs__g_layout *layout)
{
	size_t first = answer->index;

	for (size_t i = first; i < r->count && r->reads[i].vcpu == r->reads[first].vcpu; i++) {
		const struct gdbregs__g_slot *slot;

		if (r->results[i].source != GDBREGS__READ_FROM_G)
			continue;
		slot = &layout->slots[r->reads[i].reg->index];
		r->results[i] = (struct gdbregs__read_result){.status = GDBREGS_ERR_UNAVAILABLE};
		if (!slot->size_bytes)
			continue;
		int failed = take_value(s, r, "g", i, answer->payload + 2 * (size_t)slot->off_bytes,
					2 * (size_t)slot->size_bytes);
		if (failed)
			return failed;
	}
	return 0;
}

/* The g has the expected size: decode it into the place that is reserved for it. */
static int serve_g(struct gdbregs_session *s, struct gdbregs__read_op *r,
		   const struct gdbregs__answer *answer, const struct gdbregs__g_layout *layout)
{
	uint8_t *place = r->storage->data + place_of_g(r, answer, layout);

	switch (gdbregs__hex_decode(place, answer->payload, answer->size)) {
	case GDBREGS__HEX_OK:
		return 0;
	case GDBREGS__HEX_UNAVAILABLE:
		return serve_pieces(s, r, answer, layout);
	case GDBREGS__HEX_BAD:
		break;
	}
	return garbled_g(s, r, answer);
}

/* A g of another size, from a stub without p. The size may change with the state of the
 * target (SVE), and g may fail for a while. Take the registers whose places in it
 * follow from the description. */
static int serve_other_g(struct gdbregs_session *s, struct gdbregs__read_op *r,
			 const struct gdbregs__answer *answer)
{
	struct gdbregs__process *process =
		gdbregs__process_of(&s->target, r->reads[answer->index].vcpu);
	struct gdbregs__g_layout *layout = NULL;
	bool nomem = false;

	bool data = gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_DATA;
	if (data && answer->size % 2)
		return garbled_g(s, r, answer);
	if (data)
		layout = gdbregs__g_described(process->description, answer->size / 2, &nomem);
	int result = nomem ? GDBREGS_ERR_NOMEM : 0;
	if (data && !layout && !nomem)
		gdbregs__process_note_size(process, answer->size / 2);
	if (layout)
		result = serve_pieces(s, r, answer, layout);
	else
		fail_all(r, answer->index, GDBREGS_ERR_UNAVAILABLE);
	gdbregs__free(layout);
	return result;
}

static int on_g(struct gdbregs_session *s, struct gdbregs__read_op *r,
		const struct gdbregs__answer *answer)
{
	struct gdbregs__process *process =
		gdbregs__process_of(&s->target, r->reads[answer->index].vcpu);
	const struct gdbregs__g_layout *layout = gdbregs__read_layout(s, process);

	if (s->stub.selection_failed) {
		fail_all(r, answer->index, GDBREGS_ERR_NO_VCPU);
		return 0;
	}
	if (layout && answer->size == 2 * layout->size_bytes)
		return serve_g(s, r, answer, layout);
	if (s->stub.p_missing)
		return serve_other_g(s, r, answer);
	process->g_banned = true;
	read_by_p_instead(r, answer->index);
	return 0;
}

int gdbregs__read_reply(struct gdbregs_session *s, struct gdbregs__op *op,
			const struct gdbregs__answer *answer)
{
	struct gdbregs__read_op *r = (struct gdbregs__read_op *)op;

	if (answer->kind == GDBREGS__READ_MSR)
		gdbregs__order_take(s, answer->index, answer->payload, answer->size);
	if (answer->kind == GDBREGS__READ_MSR || !is_wanted(op))
		return 0;
	return answer->kind == GDBREGS__READ_P ? on_p(s, r, answer) : on_g(s, r, answer);
}
