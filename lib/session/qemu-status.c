/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/qemu-status.h"

#include <stdio.h>
#include <string.h>

/* `info status`, as qRcmd wants it. */
#define INFO_STATUS	 "qRcmd,696e666f20737461747573"
#define STATUS_MAX_BYTES 512

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
