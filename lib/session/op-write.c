/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing a register: read it for its size, write it with P, read it again. Stubs reply
 * OK to a P of any length and of any register: QEMU 10.0 on mips completes a short
 * value from other memory, and does not change read-only registers. So the value that
 * is read at the end decides.
 *
 * If the stub does not support P, or is not QEMU and has not taken the value, G is tried.
 * DeSmuME ignores G, and valgrind since 3.24 replies OK to G and does not write: P comes
 * first, also on a stub without p, like valgrind. If p ignores the selected thread, so
 * may P, and only G is used. */
#include "session/op-write.h"
#include "session/expedited.h"
#include "session/order.h"
#include "session/watch.h"

#include "util/alloc.h"
#include "util/error.h"

#include <string.h>

#define KIND_ANSWER 1

/* There is one packet at a time; its reply determines the next one. */
enum stage { STAGE_READ, STAGE_WRITE, STAGE_VERIFY, STAGE_END };

struct write_op {
	struct gdbregs__op op;
	const struct gdbregs_register *reg;
	uint32_t vcpu;
	enum stage stage;
	bool read_by_g, write_by_g;
	struct gdbregs_buffer hex; /* digits of the value */
	struct gdbregs_buffer g; /* digits of the last g reply */
	struct gdbregs_buffer found; /* digits that were read after P, if it had no effect */
};

static const struct gdbregs__g_slot *slot_of(struct gdbregs_session *s, const struct write_op *w,
					     size_t *g_hexlen)
{
	const struct gdbregs__process *process =
		&s->target.processes[s->target.vcpus[w->vcpu].process];
	const struct gdbregs__g_layout *layout = gdbregs__session_layout(s, process);

	if (!layout && !process->g_banned)
		layout = process->described_layout;
	if (!layout || !layout->slots[w->reg->index].size_bytes)
		return NULL;
	*g_hexlen = 2 * layout->size_bytes;
	return &layout->slots[w->reg->index];
}

/* ------------------------------------------------------------------ packets out --- */

static int send_read(struct gdbregs_session *s, struct write_op *w)
{
	return w->read_by_g
		       ? gdbregs__engine_send(&s->engine, &w->op, KIND_ANSWER, 0, "g", 1)
		       : gdbregs__engine_send_p(&s->engine, &w->op, KIND_ANSWER, 0, w->reg->regnum);
}

/* G with the digits of all registers, the new value among them. */
static int build_g(struct gdbregs_session *s, struct write_op *w, struct gdbregs_buffer *packet)
{
	size_t g_hexlen;
	const struct gdbregs__g_slot *slot = slot_of(s, w, &g_hexlen);

	if (gdbregs__buffer_append(packet, "G", 1) < 0 ||
	    gdbregs__buffer_append(packet, w->g.data, w->g.size) < 0)
		return GDBREGS_ERR_NOMEM;
	memcpy(packet->data + 1 + 2 * (size_t)slot->off_bytes, w->hex.data, w->hex.size);
	return 0;
}

static int build_p(struct write_op *w, struct gdbregs_buffer *packet)
{
	if (gdbregs__buffer_printf(packet, "P%x=", (unsigned)w->reg->regnum) < 0)
		return GDBREGS_ERR_NOMEM;
	return gdbregs__buffer_append(packet, w->hex.data, w->hex.size);
}

static int send_write(struct gdbregs_session *s, struct write_op *w)
{
	struct gdbregs_buffer packet = {0};
	int result = w->write_by_g ? build_g(s, w, &packet) : build_p(w, &packet);

	if (result == 0)
		result = gdbregs__stub_check_size(s, packet.size);
	if (result == 0)
		result = gdbregs__engine_send(&s->engine, &w->op, KIND_ANSWER, 0, packet.data,
					      packet.size);
	gdbregs_buffer_fini(&packet);
	gdbregs__expedited_clear(s);
	gdbregs__watch_stale(s);
	return result;
}

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct write_op *w = (struct write_op *)op;

	if (op->outstanding)
		return GDBREGS__PRODUCE_WAIT;
	if (w->stage == STAGE_END)
		return GDBREGS__PRODUCE_END;
	int sent = gdbregs__stub_select_vcpu(s, op, w->vcpu);
	if (!sent)
		sent = w->stage == STAGE_WRITE ? send_write(s, w) : send_read(s, w);
	return sent;
}

/* ------------------------------------------------------------------- replies in --- */

/* Returns the register's digits in a reply to p or g, or NULL if it has no value. */
static const uint8_t *value_in(struct gdbregs_session *s, const struct write_op *w,
			       const struct gdbregs__answer *answer, size_t *hexlen)
{
	const struct gdbregs__g_slot *slot;
	size_t g_hexlen;

	*hexlen = answer->size;
	if (!w->read_by_g)
		return answer->payload;
	slot = slot_of(s, w, &g_hexlen);
	if (!slot || answer->size != g_hexlen)
		return NULL;
	*hexlen = 2 * (size_t)slot->size_bytes;
	return answer->payload + 2 * (size_t)slot->off_bytes;
}

static bool is_data(const struct gdbregs__answer *answer)
{
	for (size_t i = 0; i < answer->size; i++)
		if (gdbregs__hex_digit(answer->payload[i]) > 15)
			return false;
	return answer->size && answer->size % 2 == 0;
}

static int unavailable(struct gdbregs_session *s, const struct write_op *w)
{
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_UNAVAILABLE,
				   "the stub has no value for register %s of vCPU %u", w->reg->name,
				   w->vcpu);
}

static int on_read(struct gdbregs_session *s, struct write_op *w,
		   const struct gdbregs__answer *answer)
{
	size_t hexlen;
	const uint8_t *value = value_in(s, w, answer, &hexlen);

	/* A g with unavailable digits cannot be sent back with G. */
	if (!value || !is_data(answer))
		return unavailable(s, w);
	if (hexlen != w->hex.size)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "register %s has %zu bytes, not %zu", w->reg->name,
					   hexlen / 2, w->hex.size / 2);
	w->g.size = 0;
	if (w->read_by_g && gdbregs__buffer_append(&w->g, answer->payload, answer->size) < 0)
		return GDBREGS_ERR_NOMEM;
	w->stage = STAGE_WRITE;
	return 0;
}

static int not_taken(struct gdbregs_session *s, const struct write_op *w, const uint8_t *hex,
		     size_t hexlen)
{
	char text[40];

	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NOT_TAKEN,
				   "register %s of vCPU %u reads %s after it was written",
				   w->reg->name, w->vcpu,
				   gdbregs__printable(text, sizeof(text), hex, hexlen));
}

/* Go on with G if that is possible. The last g reply is sent back. */
static bool try_g(struct gdbregs_session *s, struct write_op *w)
{
	size_t g_hexlen;

	if (w->write_by_g || !slot_of(s, w, &g_hexlen))
		return false;
	w->write_by_g = true;
	w->stage = w->read_by_g ? STAGE_WRITE : STAGE_READ;
	w->read_by_g = true;
	return true;
}

static int on_no_write(struct gdbregs_session *s, struct write_op *w)
{
	if (w->found.size)
		return not_taken(s, w, w->found.data, w->found.size);
	if (try_g(s, w))
		return 0;
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_UNSUPPORTED,
				   "%s cannot write register %s: it supports neither P nor G",
				   s->label, w->reg->name);
}

static int on_written(struct gdbregs_session *s, struct write_op *w,
		      const struct gdbregs__answer *answer)
{
	enum gdbregs__reply_kind kind = gdbregs__reply_classify(answer->payload, answer->size);
	char text[80];

	if (kind == GDBREGS__REPLY_OK) {
		if (gdbregs__order_is_msr(s, w->vcpu, w->reg))
			gdbregs__order_forget_vcpu(s, w->vcpu);
		w->stage = STAGE_VERIFY;
		return 0;
	}
	/* A stub that replies to each p with an error does so to each P. */
	if (kind == GDBREGS__REPLY_EMPTY || w->found.size || (s->stub.p_missing && !w->write_by_g))
		return on_no_write(s, w);
	return gdbregs__engine_say(
		&s->engine, GDBREGS_ERR_REMOTE, "%s refused to write register %s: %s", s->label,
		w->reg->name,
		gdbregs__reply_error_text(text, sizeof(text), answer->payload, answer->size));
}

static bool same_value(const struct write_op *w, const uint8_t *hex, size_t hexlen)
{
	bool same = hexlen == w->hex.size;

	for (size_t i = 0; same && i < hexlen; i++)
		same = gdbregs__hex_digit(hex[i]) == gdbregs__hex_digit(w->hex.data[i]);
	return same;
}

/* An msr with another MSR.LE comes in another byte order than it was written in. */
static bool same_swapped(const struct write_op *w, const uint8_t *hex, size_t hexlen)
{
	bool same = hexlen == w->hex.size;

	for (size_t i = 0; same && i < hexlen; i++)
		same = gdbregs__hex_digit(hex[i]) ==
		       gdbregs__hex_digit(w->hex.data[(hexlen - 1 - i) ^ 1]);
	return same;
}

static int on_verify(struct gdbregs_session *s, struct write_op *w,
		     const struct gdbregs__answer *answer)
{
	size_t hexlen;
	const uint8_t *value = value_in(s, w, answer, &hexlen);

	w->stage = STAGE_END;
	if (!value)
		return unavailable(s, w);
	bool is_msr = gdbregs__order_is_msr(s, w->vcpu, w->reg);
	if (is_msr)
		gdbregs__order_take(s, w->vcpu, value, hexlen);
	if (same_value(w, value, hexlen) || (is_msr && same_swapped(w, value, hexlen)))
		return 0;
	if (s->stub.kind != GDBREGS__STUB_OTHER || !is_data(answer) || w->write_by_g)
		return not_taken(s, w, value, hexlen);
	w->g.size = 0;
	if (gdbregs__buffer_append(&w->found, value, hexlen) < 0 ||
	    (w->read_by_g && gdbregs__buffer_append(&w->g, answer->payload, answer->size) < 0))
		return GDBREGS_ERR_NOMEM;
	return try_g(s, w) ? 0 : not_taken(s, w, value, hexlen);
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct write_op *w = (struct write_op *)op;

	if (s->stub.selection_failed)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU,
					   "%s refused to select vCPU %u", s->label, w->vcpu);
	switch (w->stage) {
	case STAGE_READ:
		return on_read(s, w, answer);
	case STAGE_WRITE:
		return on_written(s, w, answer);
	default:
		return on_verify(s, w, answer);
	}
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	if (op->status == GDBREGS_ERR_NOMEM && !s->engine.fatal)
		gdbregs__engine_say_nomem(&s->engine);
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct write_op *w = (struct write_op *)op;

	(void)s;
	gdbregs_buffer_fini(&w->hex);
	gdbregs_buffer_fini(&w->g);
	gdbregs_buffer_fini(&w->found);
	gdbregs__free(w);
}

static const struct gdbregs__op_class write_class = {
	.produce = produce,
	.reply = reply,
	.finish = finish,
	.destroy = destroy,
};

/* ----------------------------------------------------------------------- begins --- */

static int check(struct gdbregs_session *s, uint32_t vcpu, const struct gdbregs_register *h,
		 const void *bytes, size_t size)
{
	int wrong = gdbregs__session_begin(s, GDBREGS__NEED_WRITE);

	if (wrong)
		return wrong;
	if (!h || !bytes || size == 0)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "no register or no value given");
	if (size > s->limits.register_bits / 8)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
					   "a register has at most %zu bits (max_register_bits)",
					   s->limits.register_bits);
	return gdbregs__target_check_register(s, vcpu, h);
}

/* Is the register read by g, though the stub has p? */
static bool is_preferred_in_g(struct gdbregs_session *s, const struct write_op *w)
{
	const struct gdbregs__process *process =
		&s->target.processes[s->target.vcpus[w->vcpu].process];
	size_t g_hexlen;

	return process->g_preferred && !process->g_banned && slot_of(s, w, &g_hexlen);
}

static struct write_op *make(const void *bytes, size_t size, gdbregs__op_done done, void *arg)
{
	struct write_op *w = gdbregs__calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	gdbregs__op_init(&w->op, &write_class, done, arg);
	if (gdbregs__buffer_reserve(&w->hex, 2 * size) < 0) {
		gdbregs__free(w);
		return NULL;
	}
	gdbregs__hex_encode((char *)w->hex.data, bytes, size);
	w->hex.size = 2 * size;
	return w;
}

int gdbregs__write_register(struct gdbregs_session *s, uint32_t vcpu,
			    const struct gdbregs_register *h, const void *bytes, size_t size,
			    gdbregs__op_done done, void *arg, struct gdbregs__op **out)
{
	int wrong = check(s, vcpu, h, bytes, size);

	if (wrong)
		return wrong;
	struct write_op *w = make(bytes, size, done, arg);
	if (!w)
		return gdbregs__engine_say_nomem(&s->engine);
	w->reg = h;
	w->vcpu = vcpu;
	w->read_by_g = s->stub.p_missing || is_preferred_in_g(s, w);
	w->write_by_g = s->stub.p_ignores_thread;
	if (out)
		*out = &w->op;
	gdbregs__engine_queue(&s->engine, &w->op);
	return 0;
}
