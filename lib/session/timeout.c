/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What it means when nothing comes: deadlines, the connection's end, and peers that
 * are no stubs. */
#include "session/engine-internal.h"

#include "util/error.h"

#include <string.h>

/* What a server of lines is given to show itself before we give up on it. Stubs
 * skip what stands outside of packets. */
#define LINE_PROBE    "\r\n\r\n"
#define LINE_PROBE_MS 250

static uint64_t reply_timeout_ms(const struct gdbregs_session *s)
{
	return !s->heard && s->options.first_reply_timeout_ms ? s->options.first_reply_timeout_ms
							      : s->options.reply_timeout_ms;
}

void gdbregs__session_aim(struct gdbregs_session *s)
{
	bool awaited = s->runs_count && !s->runs[s->runs_head].op->unhurried;

	s->deadline_ms = awaited ? s->now_ms + reply_timeout_ms(s) : GDBREGS__FOREVER;
}

void gdbregs__session_fail_not_a_stub(struct gdbregs_session *s)
{
	char text[120];
	size_t count = s->decoder.junk_count;

	gdbregs__printable(text, sizeof(text), s->decoder.junk,
			   count < sizeof(s->decoder.junk) ? count : sizeof(s->decoder.junk));
	gdbregs__session_fail(s, GDBREGS_ERR_PROTOCOL,
			      "%s is not a gdbstub: it answered \"%s\"; check the address",
			      s->label, text);
}

void gdbregs__session_eof(struct gdbregs_session *s, const char *why)
{
	if (!s->heard && s->decoder.junk_count)
		gdbregs__session_fail_not_a_stub(s);
	else if (why)
		gdbregs__session_fail(s, GDBREGS_ERR_CLOSED, "the connection to %s broke: %s",
				      s->label, why);
	else
		gdbregs__session_fail(s, GDBREGS_ERR_CLOSED, "%s closed the connection%s", s->label,
				      s->heard ? "" : " before it answered");
}

void gdbregs__session_overdue(struct gdbregs_session *s)
{
	uint64_t timeout_ms = reply_timeout_ms(s);
	struct gdbregs__op *op = s->runs_count ? s->runs[s->runs_head].op : NULL;

	if (op && op->class->overdue && op->class->overdue(s, op))
		return;
	if (!s->heard && !s->decoder.junk_count && !s->line_probed) {
		s->line_probed = true;
		s->deadline_ms = s->now_ms + LINE_PROBE_MS;
		(void)gdbregs__buffer_append(&s->out, LINE_PROBE, strlen(LINE_PROBE));
		return;
	}
	if (!s->heard && s->decoder.junk_count)
		gdbregs__session_fail_not_a_stub(s);
	else if (!s->heard && s->is_child)
		gdbregs__session_fail(s, GDBREGS_ERR_TIMEOUT,
				      "%s runs, but has not answered for %.1f s: does it serve gdb "
				      "on its standard input and output?",
				      s->label, (double)timeout_ms / 1000);
	else if (!s->heard)
		gdbregs__session_fail(
			s, GDBREGS_ERR_TIMEOUT,
			"%s accepts connections but has not answered for %.1f s; a gdbstub serves "
			"one client at a time: is another debugger connected?",
			s->label, (double)timeout_ms / 1000);
	else
		gdbregs__session_fail(s, GDBREGS_ERR_TIMEOUT, "%s has not answered for %.1f s",
				      s->label, (double)timeout_ms / 1000);
}
