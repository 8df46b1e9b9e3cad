/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deadlines, the end of the connection, and how to report a peer that is not a stub. */
#include "engine/engine-internal.h"

#include "util/error.h"

#include <string.h>

/* A silent peer may be a server of text lines: it is sent empty lines, and has this time to
 * answer, before the session fails. Stubs ignore bytes outside of packets. */
#define LINE_PROBE    "\r\n\r\n"
#define LINE_PROBE_MS 250
/* The time limit of an optional query. */
#define SHORT_MS 500
/* That of one whose reply matters more. */
#define PATIENT_MS 2000

static bool waits_for_first(const struct gdbregs__engine *e)
{
	return !e->replied && e->config.first_reply_timeout_ms;
}

static uint64_t reply_timeout_ms(const struct gdbregs__engine *e)
{
	return waits_for_first(e) ? e->config.first_reply_timeout_ms : e->config.reply_timeout_ms;
}

void gdbregs__engine_arm_deadline(struct gdbregs__engine *e)
{
	const struct gdbregs__in_flight *oldest = gdbregs__engine_oldest(e);
	bool has_deadline = oldest && !oldest->op->no_timeout;

	e->deadline_ms = has_deadline ? e->now_ms + reply_timeout_ms(e) : GDBREGS__FOREVER;
	e->short_ms = 0;
	if (e->blind) {
		e->deadline_ms = oldest ? e->now_ms + GDBREGS__BLIND_MS : GDBREGS__FOREVER;
		return;
	}
	e->resend_at_ms = has_deadline && !oldest->op->class->sends_once && !oldest->op->resumes &&
					  !e->pipelined && !e->no_ack && !e->lazy_ack
				  ? e->now_ms + e->resend_ms
				  : GDBREGS__FOREVER;
}

static void wait_at_most(struct gdbregs__engine *e, uint64_t most_ms)
{
	if (!e->no_ack && !e->pipelined && !e->lazy_ack && e->in_flight == 1 &&
	    e->deadline_ms != GDBREGS__FOREVER && e->deadline_ms > e->now_ms + most_ms) {
		e->deadline_ms = e->now_ms + most_ms;
		e->short_ms = most_ms;
	}
}

void gdbregs__engine_wait_shortly(struct gdbregs__engine *e)
{
	wait_at_most(e, SHORT_MS);
}

void gdbregs__engine_wait_patiently(struct gdbregs__engine *e)
{
	uint64_t half_ms = reply_timeout_ms(e) / 2;

	wait_at_most(e, half_ms < PATIENT_MS ? half_ms : PATIENT_MS);
}

void gdbregs__engine_give_empty_reply(struct gdbregs__engine *e)
{
	e->acked = false;
	gdbregs__engine_dispatch(e, (const uint8_t *)"", 0);
	e->deadline_dirty = false;
	if (!e->fatal || e->blind)
		gdbregs__engine_pump(e);
}

/* If the stub has acknowledged the optional query, give the op an empty reply. Returns false
 * if the packet that is overdue is not such a query. */
static bool skip_reply(struct gdbregs__engine *e)
{
	uint64_t waited_ms = e->short_ms;

	if (!waited_ms)
		return false;
	e->short_ms = 0;
	/* A packet that was lost proves nothing about the query. */
	if (!e->acked) {
		e->deadline_ms = e->now_ms + reply_timeout_ms(e) - waited_ms;
		return true;
	}
	gdbregs__engine_give_empty_reply(e);
	return true;
}

void gdbregs__engine_fail_not_a_stub(struct gdbregs__engine *e)
{
	char text[120];
	size_t count = e->decoder.junk_count;

	gdbregs__printable(text, sizeof(text), e->decoder.junk,
			   count < sizeof(e->decoder.junk) ? count : sizeof(e->decoder.junk));
	if (e->peer_is_child)
		gdbregs__engine_fail(e, GDBREGS_ERR_PROTOCOL,
				     "this is not a gdbstub: it wrote \"%s\"; it must serve GDB on "
				     "its standard input and output",
				     text);
	else
		gdbregs__engine_fail(e, GDBREGS_ERR_PROTOCOL,
				     "this is not a gdbstub: it answered \"%s\"; check the address",
				     text);
}

static const char *close_hint(const struct gdbregs__engine *e)
{
	return e->close_hint ? e->close_hint : "";
}

/* OpenOCD closes or resets the connection of a second client. */
static const char *reason_of_end(const struct gdbregs__engine *e)
{
	if (!e->heard)
		return " before it answered; it may be serving another client";
	return close_hint(e);
}

void gdbregs__engine_eof(struct gdbregs__engine *e, const char *why)
{
	if (!e->heard && e->decoder.junk_count)
		gdbregs__engine_fail_not_a_stub(e);
	else if (why)
		gdbregs__engine_fail(e, GDBREGS_ERR_CLOSED, "the connection broke: %s%s", why,
				     reason_of_end(e));
	else
		gdbregs__engine_fail(e, GDBREGS_ERR_CLOSED, "the stub closed the connection%s",
				     reason_of_end(e));
}

void gdbregs__engine_child_ended(struct gdbregs__engine *e, const char *how)
{
	if (!e->heard && e->decoder.junk_count)
		gdbregs__engine_fail_not_a_stub(e);
	else
		gdbregs__engine_fail(e, GDBREGS_ERR_CLOSED, "the command %s%s", how,
				     e->heard ? close_hint(e) : " before it answered");
}

/* ----------------------------------------------------------------- overdue --- */

static void fail_silent(struct gdbregs__engine *e)
{
	const char *who = "stub has", *why = "";

	if (!e->heard && e->peer_is_child) {
		who = "command runs, but has";
		why = "; it must serve GDB on its standard input and output";
	} else if (!e->heard) {
		who = "stub accepts connections but has";
		why = "; is another debugger connected? A gdbstub serves one client at a time";
	}
	gdbregs__engine_fail(e, GDBREGS_ERR_TIMEOUT, "the %s not answered for %.1f s (%s)%s", who,
			     (double)reply_timeout_ms(e) / 1000,
			     waits_for_first(e) ? "first_reply_timeout_ms" : "reply_timeout_ms",
			     why);
}

/* The awaited reply did not come in time. */
static void overdue(struct gdbregs__engine *e)
{
	const struct gdbregs__in_flight *oldest = gdbregs__engine_oldest(e);
	struct gdbregs__op *op = oldest ? oldest->op : NULL;

	if ((op && gdbregs__engine_call_overdue(e, op)) || skip_reply(e))
		return;
	if (e->blind) {
		gdbregs__engine_end_blind(e);
	} else if (!e->heard && e->decoder.junk_count) {
		gdbregs__engine_fail_not_a_stub(e);
	} else if (!e->heard && !e->line_probed) {
		e->line_probed = true;
		e->deadline_ms = e->now_ms + LINE_PROBE_MS;
		(void)gdbregs__buffer_append(&e->out, LINE_PROBE, strlen(LINE_PROBE));
	} else {
		fail_silent(e);
	}
}

/* A packet that was acknowledged is not sent again: it may have resumed the target. */
static void resend(struct gdbregs__engine *e)
{
	bool lost = e->in_flight && !e->acked && e->only_packet.size;

	e->resend_at_ms = GDBREGS__FOREVER;
	if (!lost || (!e->heard && e->decoder.junk_count))
		return;
	e->resend_at_ms = e->now_ms + e->resend_ms;
	e->copied_at_ms = e->now_ms;
	e->copies++;
	if (gdbregs__engine_send_again(e) < 0)
		gdbregs__engine_fail_nomem(e);
}

static void tick_waits(struct gdbregs__engine *e)
{
	for (struct gdbregs__op *op = e->waits, *next; op; op = next) {
		next = op->next;
		if (op->deadline_ms <= e->now_ms && !gdbregs__engine_call_overdue(e, op))
			gdbregs__engine_end_wait(e, op, op->status);
	}
}

void gdbregs__engine_tick(struct gdbregs__engine *e, uint64_t now_ms)
{
	e->now_ms = now_ms;
	if (e->hold_until_ms && now_ms >= e->hold_until_ms) {
		e->hold_until_ms = 0;
		gdbregs__engine_pump(e);
	}
	if (now_ms >= e->deadline_ms)
		overdue(e);
	else if (now_ms >= e->resend_at_ms)
		resend(e);
	tick_waits(e);
}

uint64_t gdbregs__engine_next_deadline(const struct gdbregs__engine *e)
{
	uint64_t at_ms = e->deadline_ms < e->resend_at_ms ? e->deadline_ms : e->resend_at_ms;

	if (e->hold_until_ms && e->hold_until_ms < at_ms)
		at_ms = e->hold_until_ms;
	for (const struct gdbregs__op *op = e->waits; op; op = op->next)
		if (op->deadline_ms < at_ms)
			at_ms = op->deadline_ms;
	return at_ms;
}
