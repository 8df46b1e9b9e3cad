/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-status.h"

#include <string.h>

/* `info status`, as qRcmd wants it. */
#define INFO_STATUS "qRcmd,696e666f20737461747573"
#define STATUS_MAX_BYTES 512

/* Only QEMU: elsewhere a monitor command could mean anything. */
int gdbregs__status_ask(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind)
{
	if (s->status_asked || !s->qemu_system)
		return 0;
	/* Room for the answer now: without it a halted machine would be resumed. */
	if (gdbregs__buffer_reserve(&s->status, STATUS_MAX_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;
	int result = gdbregs__session_send_text(s, op, kind, 0, INFO_STATUS);
	s->status_asked = result == 0;
	return result < 0 ? result : 1;
}

void gdbregs__status_console(struct gdbregs_session *s, const uint8_t *payload, size_t size)
{
	bool nomem = false;

	if (size / 2 <= s->status.capacity - s->status.size)
		gdbregs__reply_console(payload, size, &s->status, &nomem);
}

/* Never started, or stopped by a debugger. Plain "paused" is also what our own
 * coming makes of a running machine. */
void gdbregs__status_reply(struct gdbregs_session *s)
{
	static const char *const proofs[] = {"paused (prelaunch)", "paused (debug)"};

	for (size_t i = 0; i < sizeof(proofs) / sizeof(*proofs); i++)
		if (s->status.size &&
		    memmem(s->status.data, s->status.size, proofs[i], strlen(proofs[i])))
			s->was_halted = true;
	s->status_known = true;
	gdbregs_buffer_fini(&s->status);
}
