/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending a raw packet for the caller, and taking its reply. */
#include "session/stop-values.h"
#include "session/order.h"
#include "session/requests.h"
#include "session/watch.h"

#include "util/alloc.h"

struct packet_op {
	struct gdbregs__op op;
	struct gdbregs_buffer payload;
	struct gdbregs_buffer console;
	struct gdbregs_buffer *reply;
	bool sent;
};

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct packet_op *p = (struct packet_op *)op;

	/* The packet may select another thread, or resume: nothing is sent after it. */
	if (p->sent)
		return op->outstanding ? GDBREGS__PRODUCE_WAIT : GDBREGS__PRODUCE_END;
	/* An older read may still have to send packets, and none of them may follow this one. */
	if (s->engine.first != op)
		return GDBREGS__PRODUCE_WAIT;
	p->sent = true;
	gdbregs__stub_forget_selection(s);
	gdbregs__order_forget(s);
	gdbregs__sized_forget(s);
	gdbregs__expedited_clear(s);
	gdbregs__watch_stale(s);
	return gdbregs__engine_send(&s->engine, op, 1, 0, p->payload.data, p->payload.size);
}

static void add_console(struct gdbregs_session *s, struct packet_op *p, const uint8_t *payload,
			size_t size)
{
	bool nomem = false;

	if (p->console.size > s->limits.packet_bytes)
		gdbregs__engine_fail(&s->engine, GDBREGS_ERR_LIMIT,
				     "the stub prints more than %zu bytes (max_packet_bytes)",
				     s->limits.packet_bytes);
	else
		gdbregs__reply_console(payload, size, &p->console, &nomem);
	if (nomem)
		p->op.status = GDBREGS_ERR_NOMEM;
}

static bool unsolicited(struct gdbregs_session *s, struct gdbregs__op *op, const uint8_t *payload,
			size_t size)
{
	if (!gdbregs__reply_console(payload, size, NULL, NULL))
		return false;
	if (!op->canceled && op->status >= 0)
		add_console(s, (struct packet_op *)op, payload, size);
	return true;
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct packet_op *p = (struct packet_op *)op;
	struct gdbregs_buffer *out = p->reply;

	(void)s;
	/* If there is no memory, the caller's buffer keeps its contents. */
	if (gdbregs__buffer_reserve(out, answer->size + p->console.size) < 0)
		return GDBREGS_ERR_NOMEM;
	out->size = 0;
	int result = gdbregs__buffer_append(out, answer->payload, answer->size);
	if (gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_OK)
		result = gdbregs__buffer_append(out, p->console.data, p->console.size);
	return result;
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct packet_op *p = (struct packet_op *)op;

	(void)s;
	gdbregs_buffer_fini(&p->payload);
	gdbregs_buffer_fini(&p->console);
	gdbregs__free(p);
}

static const struct gdbregs__op_class packet_class = {
	.produce = produce,
	.reply = reply,
	.unsolicited = unsolicited,
	.destroy = destroy,
};

static struct gdbregs__op *make(const void *payload, size_t size, struct gdbregs_buffer *reply,
				gdbregs__op_done done, void *arg)
{
	struct packet_op *p = gdbregs__op_new(sizeof(*p), &packet_class, done, arg);

	if (!p)
		return NULL;
	p->reply = reply;
	if (gdbregs__buffer_append(&p->payload, payload, size) == 0)
		return &p->op;
	gdbregs__free(p);
	return NULL;
}

int gdbregs__raw_packet(struct gdbregs_session *s, const void *payload, size_t size,
			struct gdbregs_buffer *reply, gdbregs__op_done done, void *arg,
			struct gdbregs__op **out)
{
	int wrong = gdbregs__session_begin(s, 0);

	if (wrong)
		return wrong;
	if ((!payload && size) || !reply)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "no packet or no buffer given");
	wrong = gdbregs__stub_check_size(s, size);
	if (wrong)
		return wrong;
	return gdbregs__session_queue(s, make(payload, size, reply, done, arg), out);
}
