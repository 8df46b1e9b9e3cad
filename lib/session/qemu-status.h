/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Was the target halted before we connected, and may it run? QEMU's monitor reports both.
 * Hides: the question, and how its reply is read. */
#ifndef GDBREGS_LIB_SESSION_QEMU_STATUS_H
#define GDBREGS_LIB_SESSION_QEMU_STATUS_H

#include "session/session.h"

/* Ask, once: 1 sent, 0 known or not to be asked of this stub, or NOMEM. */
int gdbregs__status_ask(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind);
/* Take console output that came before the reply. Returns true if the packet is that. */
bool gdbregs__status_console(struct gdbregs_session *s, const uint8_t *payload, size_t size);
/* Take the reply to the question: sets was_halted and must_not_run of s->target.halt. */
void gdbregs__status_reply(struct gdbregs_session *s);
/* Ask again before the target is left. Returns 1 or NOMEM. The reply sets must_not_run anew.
 * It proves nothing about was_halted, because our connection has stopped the machine. */
int gdbregs__status_ask_again(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind);
void gdbregs__status_answer_again(struct gdbregs_session *s);

#endif
