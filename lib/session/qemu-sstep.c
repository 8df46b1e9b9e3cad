/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU's single-step flags. By default a step holds interrupts and timers back, and two
 * flags say so. The option step_irq clears them. QEMU keeps its flags beyond the
 * connection, so the session restores them when it ends. */
#include "session/qemu-sstep.h"

#include <stdio.h>
#include <string.h>

enum kind { KIND_BITS = 1, KIND_FLAGS, KIND_SET };

struct sstep_op {
	struct gdbregs__op op;
	enum kind next;
	uint32_t hold; /* the flags that hold back interrupts and timers */
};

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct sstep_op *p = (struct sstep_op *)op;
	uint32_t before = s->run.sstep.before;

	if (op->outstanding)
		return GDBREGS__PRODUCE_WAIT;
	if (p->next == KIND_BITS)
		return gdbregs__engine_send_text(&s->engine, op, KIND_BITS, 0, "qqemu.sstepbits");
	if (p->next == KIND_FLAGS)
		return gdbregs__engine_send_text(&s->engine, op, KIND_FLAGS, 0, "qqemu.sstep");
	if (s->run.sstep.changed || !(before & p->hold))
		return GDBREGS__PRODUCE_END;
	s->run.sstep.changed = true;
	return gdbregs__engine_send_text(&s->engine, op, KIND_SET, 0, "Qqemu.sstep=%x",
					 (unsigned)(before & ~p->hold));
}

/* Returns the value of `NAME=HEX` in a comma-separated list, or 0. */
static uint32_t bit_of(const struct gdbregs__answer *answer, const char *name)
{
	const uint8_t *found = memmem(answer->payload, answer->size, name, strlen(name));
	uint64_t value;

	if (!found)
		return 0;
	size_t at = (size_t)(found - answer->payload) + strlen(name);
	if (!gdbregs__hex_parse(answer->payload, answer->size, &at, &value) || value > UINT32_MAX)
		return 0;
	return (uint32_t)value;
}

static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct sstep_op *p = (struct sstep_op *)op;
	size_t at = 2; /* 0x */
	uint64_t value;

	if (answer->kind == KIND_BITS) {
		p->hold = bit_of(answer, "NOIRQ=") | bit_of(answer, "NOTIMER=");
		p->next = KIND_FLAGS;
	} else if (answer->kind == KIND_FLAGS) {
		p->next = KIND_SET;
		if (gdbregs__hex_parse(answer->payload, answer->size, &at, &value) &&
		    value <= UINT32_MAX)
			s->run.sstep.before = (uint32_t)value;
	}
	return 0;
}

static const struct gdbregs__op_class sstep_class = {
	.produce = produce,
	.reply = reply,
};

int gdbregs__sstep_prepare(struct gdbregs_session *s, struct gdbregs__op *before)
{
	if (!s->options.step_irq || !gdbregs__stub_is_qemu(&s->stub) || s->run.sstep.asked)
		return 0;
	struct sstep_op *p = gdbregs__op_new(sizeof(*p), &sstep_class, NULL, NULL);
	if (!p)
		return gdbregs__engine_say_nomem(&s->engine);
	s->run.sstep.asked = true;
	p->next = KIND_BITS;
	gdbregs__engine_queue_ahead(&s->engine, &p->op, before);
	return 0;
}

size_t gdbregs__sstep_withdraw(struct gdbregs_session *s, char *payload)
{
	if (!s->run.sstep.changed)
		return 0;
	s->run.sstep.changed = false;
	return (size_t)snprintf(payload, GDBREGS__UNDO_TEXT, "Qqemu.sstep=%x",
				(unsigned)s->run.sstep.before);
}
