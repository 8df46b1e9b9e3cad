/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is answered to a read. Bytes go straight to the storage, behind each
 * other; where they stand is kept in the results until the end. */
#include "session-read.h"

#include "alloc.h"
#include "error.h"

static int garbled(struct gdbregs_session *s, const char *request, const struct gdbregs_read *read,
		   const uint8_t *payload, size_t size)
{
	char text[60];

	gdbregs__session_fail(
		s, GDBREGS_ERR_PROTOCOL,
		"%s answered `%s` (register %s) with \"%s\", which is no register data", s->label,
		request, read->reg->name, gdbregs__printable(text, sizeof(text), payload, size));
	return GDBREGS_ERR_PROTOCOL;
}

/* Decode one register's digits behind what storage holds. */
static int take_value(struct gdbregs_session *s, struct gdbregs__read_op *r, size_t index,
		      const uint8_t *payload, size_t size)
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
		return garbled(s, "p", &r->reads[index], payload, size);
	r->results[index] = (struct gdbregs__read_result){storage->size, status};
	if (status > 0)
		storage->size += (size_t)status;
	return 0;
}

static int on_p(struct gdbregs_session *s, struct gdbregs__read_op *r,
		const struct gdbregs__answer *answer)
{
	if (s->selection_failed) {
		r->results[answer->index].status = GDBREGS_ERR_NO_VCPU;
		return 0;
	}
	return take_value(s, r, answer->index, answer->payload, answer->size);
}

/* Every read that g was to serve gets this status. */
static void serve_none(struct gdbregs__read_op *r, size_t first, int status)
{
	for (size_t i = first; i < r->count && r->reads[i].vcpu == r->reads[first].vcpu; i++)
		if (r->results[i].status == GDBREGS__READ_BY_G)
			r->results[i].status = status;
}

/* All bytes of g are there. */
static void serve_whole(struct gdbregs__read_op *r, size_t first,
			const struct gdbregs__g_layout *layout, size_t base)
{
	unsigned vcpu = r->reads[first].vcpu;

	for (size_t i = first; i < r->count && r->reads[i].vcpu == vcpu; i++) {
		if (r->results[i].status != GDBREGS__READ_BY_G)
			continue;
		const struct gdbregs__g_slot *slot = &layout->slots[r->reads[i].reg->index];
		if (slot->size_bytes)
			r->results[i] = (struct gdbregs__read_result){base + slot->off_bytes,
								      (int)slot->size_bytes};
	}
}

/* Some bytes of g are unavailable: register by register. */
static int serve_pieces(struct gdbregs_session *s, struct gdbregs__read_op *r,
			const struct gdbregs__answer *answer,
			const struct gdbregs__g_layout *layout)
{
	size_t first = answer->index;

	for (size_t i = first; i < r->count && r->reads[i].vcpu == r->reads[first].vcpu; i++) {
		if (r->results[i].status != GDBREGS__READ_BY_G)
			continue;
		const struct gdbregs__g_slot *slot = &layout->slots[r->reads[i].reg->index];
		int failed =
			slot->size_bytes
				? take_value(s, r, i, answer->payload + 2 * (size_t)slot->off_bytes,
					     2 * (size_t)slot->size_bytes)
				: 0;
		if (failed)
			return failed;
	}
	return 0;
}

/* Hand out what stands in a g that has this layout. */
static int serve_g(struct gdbregs_session *s, struct gdbregs__read_op *r,
		   const struct gdbregs__answer *answer, const struct gdbregs__g_layout *layout)
{
	struct gdbregs_buffer *storage = r->storage;

	if (gdbregs__buffer_reserve(storage, layout->size_bytes) < 0)
		return GDBREGS_ERR_NOMEM;
	switch (gdbregs__hex_decode(storage->data + storage->size, answer->payload, answer->size)) {
	case GDBREGS__HEX_OK:
		serve_whole(r, answer->index, layout, storage->size);
		storage->size += layout->size_bytes;
		return 0;
	case GDBREGS__HEX_UNAVAILABLE:
		return serve_pieces(s, r, answer, layout);
	case GDBREGS__HEX_BAD:
		break;
	}
	return garbled(s, "g", &r->reads[answer->index], answer->payload, answer->size);
}

/* Without p there is only g, and its length may change with the target's state
 * (SVE), or it may fail for a while. What the description explains is taken. */
static int serve_other_g(struct gdbregs_session *s, struct gdbregs__read_op *r,
			 const struct gdbregs__answer *answer)
{
	const struct gdbregs__process *process = gdbregs__read_process(s, &r->reads[answer->index]);
	struct gdbregs__g_layout *layout = NULL;
	bool nomem = false;

	if (gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_DATA)
		layout = gdbregs__g_described(process->description, answer->size / 2, &nomem);
	int result = nomem ? GDBREGS_ERR_NOMEM : 0;
	if (layout)
		result = serve_g(s, r, answer, layout);
	gdbregs__free(layout);
	if (result == 0)
		serve_none(r, answer->index, GDBREGS_ERR_UNAVAILABLE);
	return result;
}

static int on_g(struct gdbregs_session *s, struct gdbregs__read_op *r,
		const struct gdbregs__answer *answer)
{
	struct gdbregs__process *process = gdbregs__read_process(s, &r->reads[answer->index]);
	const struct gdbregs__g_layout *layout = gdbregs__session_layout(s, process);

	if (s->selection_failed) {
		serve_none(r, answer->index, GDBREGS_ERR_NO_VCPU);
		return 0;
	}
	if (layout && answer->size == 2 * layout->size_bytes)
		return serve_g(s, r, answer, layout);
	if (s->p_missing)
		return serve_other_g(s, r, answer);
	/* It did not come as proven: what it should have served is asked for by p. */
	process->g_banned = true;
	r->p_alone = true;
	r->again = true;
	serve_none(r, answer->index, GDBREGS__READ_BY_P);
	return 0;
}

int gdbregs__read_reply(struct gdbregs_session *s, struct gdbregs__op *op,
			const struct gdbregs__answer *answer)
{
	struct gdbregs__read_op *r = (struct gdbregs__read_op *)op;

	return answer->kind == GDBREGS__READ_P ? on_p(s, r, answer) : on_g(s, r, answer);
}
