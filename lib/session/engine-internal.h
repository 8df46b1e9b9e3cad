/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 5. Between the session's queue and its wire: each calls the other here.
 * Hides: acks owed and due, resending, the ring of runs. */
#ifndef GDBREGS_LIB_SESSION_WIRE_H
#define GDBREGS_LIB_SESSION_WIRE_H

#include "session/session.h"

/* session.c: the payload that answers the oldest packet in flight. */
void gdbregs__session_dispatch(struct gdbregs_session *s, const uint8_t *payload, size_t size);

/* session.c: how many replies, from the oldest packet in flight on, may be dispatched
 * together where they are register data; and doing so with `count` of them. */
size_t gdbregs__session_takes_data(const struct gdbregs_session *s);
void gdbregs__session_dispatch_data(struct gdbregs_session *s,
				    const struct gdbregs__frame_text *texts, size_t count);

/* session.c: the op still takes replies. */
bool gdbregs__op_hears(const struct gdbregs__op *op);

/* session-silence.c: the awaited reply did not come in time. */
void gdbregs__session_overdue(struct gdbregs_session *s);

/* session-send.c: acknowledge what was taken, ahead of a packet or alone. */
int gdbregs__session_send_acks(struct gdbregs_session *s);

/* session-silence.c: the deadline of the oldest packet in flight, from now. */
void gdbregs__session_aim(struct gdbregs_session *s);

/* session-send.c: the byte that stops a running target. 0 or NOMEM. */
int gdbregs__session_send_interrupt(struct gdbregs_session *s);

/* session-send.c: a packet that has no reply, behind the acks owed. 0 or NOMEM. */
int gdbregs__session_send_aside(struct gdbregs_session *s, const void *payload, size_t size);

/* session-send.c: tell the caller's trace callback, if there is one. */
void gdbregs__session_trace(struct gdbregs_session *s, enum gdbregs_direction direction,
			    const void *bytes, size_t size);

/* session-silence.c: what came so far is no gdbstub's. */
void gdbregs__session_fail_not_a_stub(struct gdbregs_session *s);

#endif
