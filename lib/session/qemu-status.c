/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/qemu-status.h"

#include <string.h>

/* `info status`, as qRcmd wants it. */
#define INFO_STATUS	 "qRcmd,696e666f20737461747573"
#define STATUS_MAX_BYTES 512

/* Only QEMU: elsewhere a monitor command could mean anything. */
int gdbregs__status_ask(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind)
{
	if (s->target.halt.asked || !gdbregs__stub_is_qemu_system(&s->stub))
		return 0;
	/* Room for the answer now: without it a halted machine would be resumed. */
	if (gdbregs__buffer_reserve(&s->target.halt.text, STATUS_MAX_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;
	int result = gdbregs__engine_send_text(&s->engine, op, kind, 0, INFO_STATUS);
	s->target.halt.asked = result > 0;
	return result;
}

bool gdbregs__status_console(struct gdbregs_session *s, const uint8_t *payload, size_t size)
{
	bool nomem = false,
	     fits = size / 2 < s->target.halt.text.capacity - s->target.halt.text.size;

	return gdbregs__reply_console(payload, size, fits ? &s->target.halt.text : NULL, &nomem);
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

/* Any other reason is one not to run: (inmigrate) and (postmigrate), where the guest
 * is elsewhere; (suspended), which QEMU 7.2 and 10.0 would not wake but spoil;
 * (shutdown), (guest-panicked), (io-error), … */
static void bar(struct gdbregs_session *s, const char *why)
{
	size_t length = strspn(why, "abcdefghijklmnopqrstuvwxyz-");

	if (skip(&why, "prelaunch)") || skip(&why, "debug)"))
		return;
	if (length >= sizeof(s->target.halt.must_not_run))
		length = sizeof(s->target.halt.must_not_run) - 1;
	memcpy(s->target.halt.must_not_run, why, length);
	s->target.halt.must_not_run[length] = '\0';
}

/* Why it is paused, where QEMU gives a reason: barred is set. */
static const char *take_reason(struct gdbregs_session *s)
{
	const char *why = NULL;

	/* There is room for it: a byte is kept. */
	if (s->target.halt.text.size) {
		s->target.halt.text.data[s->target.halt.text.size] = '\0';
		why = reason((const char *)s->target.halt.text.data);
	}
	if (why)
		bar(s, why);
	return why;
}

void gdbregs__status_reply(struct gdbregs_session *s)
{
	s->target.halt.was_halted = take_reason(s);
	s->target.halt.known = true;
	gdbregs_buffer_fini(&s->target.halt.text);
}

int gdbregs__status_ask_again(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind)
{
	s->target.halt.text.size = 0;
	if (gdbregs__buffer_reserve(&s->target.halt.text, STATUS_MAX_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;
	return gdbregs__engine_send_text(&s->engine, op, kind, 0, INFO_STATUS);
}

void gdbregs__status_answer_again(struct gdbregs_session *s)
{
	bool was_barred = s->target.halt.must_not_run[0] != '\0',
	     answered = s->target.halt.text.size > 0;

	/* A migration that was awaited has come in, say, and the guest runs. */
	if (answered)
		s->target.halt.must_not_run[0] = '\0';
	if (!take_reason(s) && answered && was_barred)
		s->target.halt.was_halted = s->target.halt.by_others = false;
	gdbregs_buffer_fini(&s->target.halt.text);
}
