/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The status of QEMU's monitor, and single-step flags. By default a step of QEMU holds interrupts
 * and timers back, and two flags say so. The option step_irq clears them. QEMU keeps its flags
 * beyond the connection, so the session restores them when it ends. */
#include "session/qemu.h"

#include <stdio.h>
#include <string.h>

/* `info status`, as qRcmd wants it. */
#define INFO_STATUS	 "qRcmd,696e666f20737461747573"
#define STATUS_MAX_BYTES 512

/* ----------------------------------------------------------------- the status --- */

int gdbregs__status_ask_again(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind)
{
	struct gdbregs_buffer *text = &s->target.halt.text;

	/* Room for the answer now: without it a halted machine would be resumed. */
	text->size = 0;
	if (gdbregs__buffer_reserve(text, STATUS_MAX_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;
	return gdbregs__engine_send_text(&s->engine, op, kind, 0, INFO_STATUS);
}

/* Only QEMU is asked: for another stub, a monitor command could mean anything. */
int gdbregs__status_ask(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind)
{
	if (s->target.halt.asked || !gdbregs__stub_is_qemu_system(&s->stub))
		return 0;
	int result = gdbregs__status_ask_again(s, op, kind);
	s->target.halt.asked = result > 0;
	return result;
}

bool gdbregs__status_console(struct gdbregs_session *s, const uint8_t *payload, size_t size)
{
	struct gdbregs_buffer *text = &s->target.halt.text;
	bool fits = size / 2 < text->capacity - text->size;

	return gdbregs__reply_console(payload, size, fits ? text : NULL, NULL);
}

/* If the text begins with a word, skip it. */
static bool skip(const char **text, const char *word)
{
	size_t length = strlen(word);
	bool begins = strncmp(*text, word, length) == 0;

	if (begins)
		*text += length;
	return begins;
}

/* "VM status: paused (prelaunch)" means that it was never started, and (debug) that a
 * debugger has stopped it. Plain "paused" is also reported for a running guest that our own
 * connection has just stopped. QEMU 7.2 has a remark between the two if it was started
 * with -singlestep. Returns the text in parentheses, or NULL. */
static const char *reason(const char *text)
{
	text = strstr(text, "paused");
	if (!text)
		return NULL;
	skip(&text, "paused");
	skip(&text, " (single step mode)");
	return skip(&text, " (") ? text : NULL;
}

/* Any other reason means that the guest must not run: (inmigrate) and (postmigrate), because the
 * guest is elsewhere; (suspended), which QEMU 7.2 and 10.0 would corrupt instead of waking;
 * (shutdown), (guest-panicked), (io-error), … */
static void set_must_not_run(struct gdbregs__halt_status *halt, const char *why)
{
	int length = (int)strspn(why, "abcdefghijklmnopqrstuvwxyz-");

	if (!skip(&why, "prelaunch)") && !skip(&why, "debug)"))
		snprintf(halt->must_not_run, sizeof(halt->must_not_run), "%.*s", length, why);
}

/* Returns true if QEMU gives a reason why the machine is paused. */
static bool take_reason(struct gdbregs__halt_status *halt)
{
	const char *why = NULL;

	/* There is room for it: a byte is kept. */
	if (halt->text.size) {
		halt->text.data[halt->text.size] = '\0';
		why = reason((const char *)halt->text.data);
	}
	bool given = why;
	if (given)
		set_must_not_run(halt, why);
	gdbregs_buffer_fini(&halt->text);
	return given;
}

void gdbregs__status_reply(struct gdbregs_session *s)
{
	s->target.halt.was_halted = take_reason(&s->target.halt);
	s->target.halt.known = true;
}

void gdbregs__status_answer_again(struct gdbregs_session *s)
{
	struct gdbregs__halt_status *halt = &s->target.halt;
	bool had_to_stay = halt->must_not_run[0], answered = halt->text.size > 0;

	/* For example, an incoming migration has completed, and the guest runs. */
	if (answered)
		halt->must_not_run[0] = '\0';
	if (!take_reason(halt) && answered && had_to_stay)
		halt->was_halted = halt->by_others = false;
}

/* ------------------------------------------------------- the single-step flags --- */

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
