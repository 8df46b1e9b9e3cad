/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing registers: read each for its size, write it with P, read it again. Stubs reply
 * OK to a P of any length and of any register: QEMU 10.0 on mips completes a short
 * value from other memory, and does not change read-only registers. So the value that
 * is read at the end decides. A description may have the size wrong (avr of QEMU 7.2).
 * Only a register that was read or written since the last stop is not read for its size.
 *
 * If the stub does not support P, or is not QEMU and has not taken the value, G is tried.
 * DeSmuME ignores G, and valgrind since 3.24 replies OK to G and does not write: P comes
 * first, also on a stub without p, like valgrind. If p ignores the selected thread, so
 * may P, and only G is used.
 *
 * Several registers are written side by side: with pipelining, all of them take two round
 * trips, or three if sizes have to be read. An msr that decides the byte order is written
 * after all others, because their bytes are in the order of before. */
#include "session/stop-values.h"
#include "session/op-read.h"
#include "session/order.h"
#include "session/requests.h"
#include "session/watch.h"

#include "util/alloc.h"
#include "util/error.h"

#include <string.h>

#define KIND_ANSWER 1

/* The steps for one register: each reply determines the next packet. */
enum stage { STAGE_READ, STAGE_WRITE, STAGE_VERIFY, STAGE_END };

/* A register to be written. */
struct entry {
	const struct gdbregs_register *reg;
	uint32_t vcpu;
	enum stage stage;
	bool is_msr; /* it decides the byte order of its vCPU */
	bool read_by_g, write_by_g;
	int status;
	struct gdbregs_buffer hex; /* digits of the value */
	struct gdbregs_buffer g; /* digits of the last g reply */
	struct gdbregs_buffer found; /* digits that were read after P, if it had no effect */
};

struct write_op {
	struct gdbregs__op op;
	struct gdbregs_write *writes; /* the caller's; NULL: a single register */
	struct entry *entries;
	size_t count;
	size_t left; /* entries that have not ended */
	size_t msrs_left; /* how many of them are an msr */
	size_t next; /* entry to be looked at */
	struct entry *g_user; /* between its g and its G, no other one may be written by G */
	struct entry one; /* of a single register */
};

/* Returns the layout of the vCPU's g if it has the register, or NULL. */
static const struct gdbregs__g_layout *layout_of(struct gdbregs_session *s, const struct entry *w)
{
	const struct gdbregs__process *process = gdbregs__process_of(&s->target, w->vcpu);
	const struct gdbregs__g_layout *layout = gdbregs__read_layout(s, process);

	if (!layout && !process->g_banned)
		layout = process->described_layout;
	return layout && layout->slots[w->reg->index].size_bytes ? layout : NULL;
}

/* ------------------------------------------------------------------ packets out --- */

static int send_read(struct gdbregs_session *s, struct gdbregs__op *op, const struct entry *w,
		     uint32_t index)
{
	return w->read_by_g ? gdbregs__engine_send(&s->engine, op, KIND_ANSWER, index, "g", 1)
			    : gdbregs__engine_send_text(&s->engine, op, KIND_ANSWER, index, "p%x",
							(unsigned)w->reg->regnum);
}

/* G with the digits of all registers, the new value among them. */
static int build_g(struct gdbregs_session *s, struct entry *w, struct gdbregs_buffer *packet)
{
	const struct gdbregs__g_slot *slot = &layout_of(s, w)->slots[w->reg->index];

	if (gdbregs__buffer_append(packet, "G", 1) < 0 ||
	    gdbregs__buffer_append(packet, w->g.data, w->g.size) < 0)
		return GDBREGS_ERR_NOMEM;
	memcpy(packet->data + 1 + 2 * (size_t)slot->off_bytes, w->hex.data, w->hex.size);
	return 0;
}

static int build_p(struct entry *w, struct gdbregs_buffer *packet)
{
	if (gdbregs__buffer_printf(packet, "P%x=", (unsigned)w->reg->regnum) < 0)
		return GDBREGS_ERR_NOMEM;
	return gdbregs__buffer_append(packet, w->hex.data, w->hex.size);
}

static int send_write(struct gdbregs_session *s, struct gdbregs__op *op, struct entry *w,
		      uint32_t index)
{
	struct gdbregs_buffer packet = {0};
	int result = w->write_by_g ? build_g(s, w, &packet) : build_p(w, &packet);

	if (result == 0)
		result = gdbregs__stub_check_size(s, packet.size);
	if (result == 0)
		result = gdbregs__engine_send(&s->engine, op, KIND_ANSWER, index, packet.data,
					      packet.size);
	gdbregs_buffer_fini(&packet);
	gdbregs__expedited_clear(s);
	gdbregs__watch_stale(s);
	return result;
}

/* The reason why an entry has failed is the error that was set last. */
static void report_error(struct gdbregs_session *s, const struct write_op *w,
			 const struct entry *entry, int status)
{
	struct gdbregs_error *error = w->writes ? w->writes[entry - w->entries].error : NULL;

	if (status >= 0 || !error)
		return;
	if (s->engine.error.code == status)
		*error = s->engine.error;
	else
		gdbregs__fail(error, status, "%s", gdbregs_strerror(status));
}

/* The entry has ended. Another one may use g. */
static void end_entry(struct gdbregs_session *s, struct write_op *w, struct entry *entry,
		      int status)
{
	report_error(s, w, entry, status);
	entry->stage = STAGE_END;
	entry->status = status;
	w->left--;
	w->msrs_left -= entry->is_msr;
	if (w->g_user == entry)
		w->g_user = NULL;
}

static bool can_go_on(const struct write_op *w, const struct entry *entry)
{
	return entry->stage != STAGE_END && (!entry->is_msr || w->left == w->msrs_left) &&
	       (!entry->read_by_g || !w->g_user || w->g_user == entry);
}

static int send_next(struct gdbregs_session *s, struct write_op *w, struct entry *entry)
{
	uint32_t index = (uint32_t)(entry - w->entries);

	if (entry->read_by_g)
		w->g_user = entry;
	if (entry->stage == STAGE_READ && !entry->read_by_g &&
	    gdbregs__sized_is(s, entry->vcpu, entry->reg, entry->hex.size / 2))
		entry->stage = STAGE_WRITE;
	return entry->stage == STAGE_WRITE ? send_write(s, &w->op, entry, index)
					   : send_read(s, &w->op, entry, index);
}

/* Each round sends the next packet of each entry. The next round begins when the replies have
 * arrived. */
static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct write_op *w = (struct write_op *)op;

	if (w->next == w->count && w->left && !op->outstanding)
		w->next = 0;
	while (w->next < w->count) {
		struct entry *entry = &w->entries[w->next];

		if (!can_go_on(w, entry)) {
			w->next++;
			continue;
		}
		int sent = gdbregs__stub_select_vcpu(s, op, entry->vcpu);
		if (sent)
			return sent;
		w->next++;
		sent = send_next(s, w, entry);
		if (sent >= 0 || sent == GDBREGS_ERR_NOMEM || !w->writes)
			return sent;
		end_entry(s, w, entry, sent);
	}
	if (!w->left)
		return GDBREGS__PRODUCE_END;
	/* Entries that could not be sent may have kept others from using g. */
	return op->outstanding ? GDBREGS__PRODUCE_WAIT : GDBREGS__PRODUCED;
}

/* ------------------------------------------------------------------- replies in --- */

/* Returns the register's digits in a reply to p or g, or NULL if it has no value. */
static const uint8_t *value_in(struct gdbregs_session *s, const struct entry *w,
			       const struct gdbregs__answer *answer, size_t *hexlen)
{
	*hexlen = answer->size;
	if (!w->read_by_g)
		return answer->payload;
	const struct gdbregs__g_layout *layout = layout_of(s, w);
	if (!layout || answer->size != 2 * layout->size_bytes)
		return NULL;
	const struct gdbregs__g_slot *slot = &layout->slots[w->reg->index];
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

static int unavailable(struct gdbregs_session *s, const struct entry *w)
{
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_UNAVAILABLE,
				   "the stub has no value for register %s of vCPU %u", w->reg->name,
				   w->vcpu);
}

static int on_read(struct gdbregs_session *s, struct entry *w, const struct gdbregs__answer *answer)
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

static int not_taken(struct gdbregs_session *s, const struct entry *w, const uint8_t *hex,
		     size_t hexlen)
{
	char text[40];

	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NOT_TAKEN,
				   "register %s of vCPU %u reads %s after it was written",
				   w->reg->name, w->vcpu,
				   gdbregs__printable(text, sizeof(text), hex, hexlen));
}

/* Go on with G if that is possible. The last g reply is sent back. */
static bool try_g(struct gdbregs_session *s, struct entry *w)
{
	if (w->write_by_g || !layout_of(s, w))
		return false;
	w->write_by_g = true;
	w->stage = w->read_by_g ? STAGE_WRITE : STAGE_READ;
	w->read_by_g = true;
	return true;
}

static int on_no_write(struct gdbregs_session *s, struct entry *w)
{
	if (w->found.size)
		return not_taken(s, w, w->found.data, w->found.size);
	if (try_g(s, w))
		return 0;
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_UNSUPPORTED,
				   "the stub cannot write register %s: it supports neither P nor G",
				   w->reg->name);
}

static int on_written(struct gdbregs_session *s, struct entry *w,
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
		&s->engine, GDBREGS_ERR_REMOTE, "the stub refused to write register %s: %s",
		w->reg->name,
		gdbregs__reply_error_text(text, sizeof(text), answer->payload, answer->size));
}

/* An msr with another MSR.LE comes in another byte order than it was written in: swapped. */
static bool is_same(const struct entry *w, const uint8_t *hex, size_t hexlen, bool swapped)
{
	bool same = hexlen == w->hex.size;

	for (size_t i = 0; same && i < hexlen; i++)
		same = gdbregs__hex_digit(hex[i]) ==
		       gdbregs__hex_digit(w->hex.data[swapped ? (hexlen - 1 - i) ^ 1 : i]);
	return same;
}

static int on_verify(struct gdbregs_session *s, struct entry *w,
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
	if (is_same(w, value, hexlen, false) || (is_msr && is_same(w, value, hexlen, true)))
		return 0;
	if (s->stub.kind != GDBREGS__STUB_OTHER || !is_data(answer) || w->write_by_g)
		return not_taken(s, w, value, hexlen);
	w->g.size = 0;
	if (gdbregs__buffer_append(&w->found, value, hexlen) < 0 ||
	    (w->read_by_g && gdbregs__buffer_append(&w->g, answer->payload, answer->size) < 0))
		return GDBREGS_ERR_NOMEM;
	return try_g(s, w) ? 0 : not_taken(s, w, value, hexlen);
}

static int take(struct gdbregs_session *s, struct entry *w, const struct gdbregs__answer *answer)
{
	if (s->stub.selection_failed)
		return gdbregs__stub_say_refused(s, w->vcpu);
	switch (w->stage) {
	case STAGE_READ:
		return on_read(s, w, answer);
	case STAGE_WRITE:
		return on_written(s, w, answer);
	default:
		return on_verify(s, w, answer);
	}
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct write_op *w = (struct write_op *)op;
	struct entry *entry = &w->entries[answer->index];
	int result = take(s, entry, answer);

	if (result < 0 || entry->stage == STAGE_END)
		end_entry(s, w, entry, result);
	return w->writes && result != GDBREGS_ERR_NOMEM ? 0 : result;
}

/* Other registers may have another size now, as z0 does on gdbserver after a write of vg.
 * Those of QEMU have the same sizes always. */
static void forget_sizes(struct gdbregs_session *s)
{
	if (!gdbregs__stub_is_qemu(&s->stub))
		gdbregs__sized_forget(s);
}

static void note_sizes(struct gdbregs_session *s, const struct write_op *w)
{
	forget_sizes(s);
	for (size_t i = 0; i < w->count; i++) {
		const struct entry *entry = &w->entries[i];

		if (entry->stage == STAGE_END && entry->status == 0 && !entry->read_by_g)
			gdbregs__sized_note(s, entry->vcpu, entry->reg, entry->hex.size / 2);
	}
}

static void finish(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct write_op *w = (struct write_op *)op;

	note_sizes(s, w);
	for (size_t i = 0; w->writes && op->status == 0 && i < w->count; i++)
		w->writes[i].status = w->entries[i].status;
}

static void discard(struct write_op *w)
{
	for (size_t i = 0; i < w->count; i++) {
		gdbregs_buffer_fini(&w->entries[i].hex);
		gdbregs_buffer_fini(&w->entries[i].g);
		gdbregs_buffer_fini(&w->entries[i].found);
	}
	if (w->entries != &w->one)
		gdbregs__free(w->entries);
	gdbregs__free(w);
}

static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	/* Some of the registers may have been written. */
	if (op->canceled)
		forget_sizes(s);
	discard((struct write_op *)op);
}

static const struct gdbregs__op_class write_class = {
	.produce = produce,
	.reply = reply,
	.finish = finish,
	.destroy = destroy,
};

/* ----------------------------------------------------------------------- begins --- */

static int check(struct gdbregs_session *s, const struct gdbregs_write *write)
{
	if (!write->reg || !write->bytes || write->size == 0)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "no register or no value given");
	if (write->size > s->limits.register_bits / 8)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
					   "a register has at most %zu bits (max_register_bits)",
					   s->limits.register_bits);
	return gdbregs__target_check_register(s, write->vcpu, write->reg);
}

/* Returns whether the register is read by g although the stub has p. */
static bool is_preferred_in_g(struct gdbregs_session *s, const struct entry *w)
{
	const struct gdbregs__process *process = gdbregs__process_of(&s->target, w->vcpu);

	return process->g_preferred && !process->g_banned && layout_of(s, w);
}

static int fill(struct gdbregs_session *s, struct entry *entry, const struct gdbregs_write *write)
{
	*entry = (struct entry){.reg = write->reg, .vcpu = write->vcpu};
	entry->is_msr = gdbregs__order_is_msr(s, write->vcpu, write->reg);
	entry->read_by_g = s->stub.p_missing || is_preferred_in_g(s, entry);
	entry->write_by_g = s->stub.p_ignores_thread;
	if (gdbregs__buffer_reserve(&entry->hex, 2 * write->size) < 0)
		return GDBREGS_ERR_NOMEM;
	gdbregs__hex_encode((char *)entry->hex.data, write->bytes, write->size);
	entry->hex.size = 2 * write->size;
	return 0;
}

static struct write_op *make(size_t count, gdbregs__op_done done, void *arg)
{
	struct write_op *w = gdbregs__op_new(sizeof(*w), &write_class, done, arg);

	if (!w)
		return NULL;
	w->entries = count == 1 ? &w->one : gdbregs__calloc(count, sizeof(*w->entries));
	if (w->entries)
		return w;
	gdbregs__free(w);
	return NULL;
}

/* An entry that cannot be written has ended. */
static int add(struct gdbregs_session *s, struct write_op *w, const struct gdbregs_write *write)
{
	struct entry *entry = &w->entries[w->count];
	int wrong = check(s, write);

	w->count++;
	w->left++;
	if (wrong) {
		end_entry(s, w, entry, wrong);
		return 0;
	}
	int result = fill(s, entry, write);
	w->msrs_left += entry->is_msr;
	return result;
}

static int queue(struct gdbregs_session *s, struct write_op *w, const struct gdbregs_write *writes,
		 size_t count, struct gdbregs__op **out)
{
	for (size_t i = 0; w && i < count; i++) {
		if (add(s, w, &writes[i]) < 0) {
			discard(w);
			w = NULL;
		}
	}
	return gdbregs__session_queue(s, w ? &w->op : NULL, out);
}

int gdbregs__write_register(struct gdbregs_session *s, uint32_t vcpu,
			    const struct gdbregs_register *h, const void *bytes, size_t size,
			    gdbregs__op_done done, void *arg, struct gdbregs__op **out)
{
	const struct gdbregs_write write = {.vcpu = vcpu, .reg = h, .bytes = bytes, .size = size};
	int wrong = gdbregs__session_begin(s, GDBREGS__NEED_WRITE);

	if (!wrong)
		wrong = check(s, &write);
	return wrong ? wrong : queue(s, make(1, done, arg), &write, 1, out);
}

int gdbregs__write_many(struct gdbregs_session *s, struct gdbregs_write *writes, size_t count,
			gdbregs__op_done done, void *arg, struct gdbregs__op **out)
{
	int wrong = gdbregs__session_begin(s, GDBREGS__NEED_WRITE);

	if (wrong)
		return wrong;
	if ((!writes && count) || count > UINT32_MAX)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "writes must not be NULL");
	struct write_op *w = make(count ? count : 1, done, arg);
	if (w)
		w->writes = writes;
	return queue(s, w, writes, count, out);
}
