/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Best-effort detach for a failed session. Replies can no longer be matched to requests,
 * but the guest that we have stopped must still be resumed. Detach packets are sent without
 * waiting, and only OK replies are counted. */
#include "session/op-detach.h"
#include "session/qemu-status.h"

/* As far as the stub got before it fell silent. In multiprocess mode QEMU refuses a
 * D without a pid; any other stub refuses one with a pid that it does not know. An ack
 * alone says nothing: QEMU sends it by itself. */
static bool may_be_qemu(const struct gdbregs_session *s)
{
	switch (s->stub.kind) {
	case GDBREGS__STUB_UNKNOWN:
	case GDBREGS__STUB_QEMU_SYSTEM:
		return true;
	case GDBREGS__STUB_GREETED:
		return s->stub.supported.multiprocess;
	default:
		return false;
	}
}

static int farewell_detach(struct gdbregs_session *s, int64_t pid)
{
	char payload[24] = "D;";
	size_t length = pid > 0 ? 2 + gdbregs__hex_number(payload + 2, (uint64_t)pid) : 1;

	if (gdbregs__frame_encode(&s->engine.out, payload, length) < 0)
		return GDBREGS_ERR_NOMEM;
	s->leaving.oks_awaited++;
	s->leaving.detach_sent_blindly = true;
	return 0;
}

/* A target that runs is stopped first, even to be left running: QEMU would take
 * the first byte of what follows for that, and lose the rest. */
static int farewell_undo(struct gdbregs_session *s)
{
	char payload[GDBREGS__UNDO_TEXT];
	size_t length;

	if (gdbregs__run_is_resumed(&s->run) && gdbregs__engine_send_raw_byte(&s->engine, 3) < 0)
		return GDBREGS_ERR_NOMEM;
	for (; (length = gdbregs__detach_next_undo(s, payload)); s->leaving.oks_awaited++)
		if (gdbregs__frame_encode(&s->engine.out, payload, length) < 0)
			return GDBREGS_ERR_NOMEM;
	return 0;
}

static void release(struct gdbregs_session *s)
{
	/* A second D would reach a machine that runs already, and stop it. */
	if (!gdbregs__detach_names_pids(s)) {
		if (!s->leaving.detach_sent)
			farewell_detach(s, may_be_qemu(s) ? 1 : 0);
		return;
	}
	for (size_t i = 0; i < s->target.process_count; i++)
		if (s->target.processes[i].attached && s->target.processes[i].pid > 0 &&
		    farewell_detach(s, s->target.processes[i].pid) < 0)
			return;
}

/* QEMU's answer to 0x03 is missing where the machine does not run: suspended, say,
 * since it was resumed. A D would start it (7.2 and 10.0). And one that must not run
 * when we came may have run since, and be stopped by us. It is asked what it is first,
 * and answers at once, if at all. */
static bool ask_first(struct gdbregs_session *s)
{
	if (!gdbregs__stub_is_qemu_system(&s->stub) ||
	    !(gdbregs__run_is_resumed(&s->run) || s->target.halt.must_not_run[0]) ||
	    gdbregs__status_ask_again(s, NULL, 0) < 0)
		return false;
	s->leaving.status_asked = true;
	s->leaving.oks_awaited++;
	return true;
}

/* A stub that never answered may be a QEMU that is serving another client. Our connection
 * is then still in its listen backlog. When QEMU accepts it later, it stops the guest, sees
 * the connection closed and leaves the guest stopped, but it first reads what we wrote.
 * Therefore write a detach packet before closing. Every QEMU has a process 1. */
void gdbregs__session_farewell(struct gdbregs_session *s)
{
	s->leaving.oks_awaited = 0;
	s->leaving.status_asked = false;
	/* What is still to be written of a D that was begun stands in out. */
	if (!s->leaving.detach_sent)
		s->engine.out.size = 0;
	if (s->engine.fatal == GDBREGS_ERR_CLOSED ||
	    (!s->engine.heard && s->engine.decoder.junk_count))
		return;
	gdbregs__frame_decoder_fini(&s->engine.decoder);
	gdbregs__frame_decoder_init(&s->engine.decoder, s->limits.packet_bytes);
	bool halts = gdbregs__detach_halts(s) && !gdbregs__detach_may_run_again(s);
	if (farewell_undo(s) < 0 || halts)
		return;
	if (!ask_first(s) && !gdbregs__detach_halts(s))
		release(s);
}

bool gdbregs__session_farewell_late(struct gdbregs_session *s)
{
	if (!s->leaving.status_asked)
		return false;
	s->leaving.status_asked = false;
	s->leaving.oks_awaited = 0;
	gdbregs__status_answer_again(s);
	if (!gdbregs__detach_halts(s))
		release(s);
	return s->leaving.oks_awaited > 0;
}

/* The last D was answered with OK. */
static void note_left(struct gdbregs_session *s)
{
	if (s->leaving.detach_sent_blindly)
		s->leaving.left = s->stub.detach_effect == GDBREGS__DETACH_RESUMES
					  ? GDBREGS_LEFT_RUNNING
					  : GDBREGS_LEFT_DETACHED;
}

static void on_ok(struct gdbregs_session *s)
{
	if (s->leaving.oks_awaited == 1 && !s->leaving.status_asked)
		note_left(s);
	if (--s->leaving.oks_awaited || !s->leaving.status_asked)
		return;
	s->leaving.status_asked = false;
	gdbregs__status_answer_again(s);
	if (!gdbregs__detach_halts(s))
		release(s);
}

void gdbregs__session_farewell_input(struct gdbregs_session *s, const uint8_t *data, size_t size)
{
	struct gdbregs__frame frame;
	size_t used = 0;

	while (used < size && s->leaving.oks_awaited &&
	       gdbregs__frame_next(&s->engine.decoder, data, size, &used, &frame) == 0) {
		if (frame.kind != GDBREGS__FRAME_PACKET)
			continue;
		if (s->leaving.status_asked)
			gdbregs__status_console(s, frame.payload, frame.size);
		if (gdbregs__reply_classify(frame.payload, frame.size) == GDBREGS__REPLY_OK)
			on_ok(s);
	}
}
