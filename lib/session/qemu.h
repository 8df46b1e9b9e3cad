/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Features of QEMU alone: the status of its monitor, which says whether the target was halted
 * before we connected and whether it may run, and single-step flags, for options.step_irq. Hides:
 * the requests, the names and values of the flags, and how the replies are parsed. */
#ifndef GDBREGS_LIB_SESSION_QEMU_H
#define GDBREGS_LIB_SESSION_QEMU_H

#include "session/session.h"

/* Send the request, once. Returns 1 if it was sent, 0 if the state is known or this stub is not to
 * be asked, or NOMEM. */
int gdbregs__status_ask(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind);
/* Take console output that came before the reply. Returns true if the packet is that. */
bool gdbregs__status_console(struct gdbregs_session *s, const uint8_t *payload, size_t size);
/* Take the reply to the question: sets was_halted and must_not_run of s->target.halt. */
void gdbregs__status_reply(struct gdbregs_session *s);
/* Send the request again before the target is left. Returns 1 or NOMEM. The reply sets
 * must_not_run anew. It proves nothing about was_halted, because our connection has stopped the
 * machine. */
int gdbregs__status_ask_again(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind);
void gdbregs__status_answer_again(struct gdbregs_session *s);

/* Queue, ahead of an op, an op that lets interrupts through during steps, once, if the caller
 * wants that and the stub is QEMU. Returns 0 or NOMEM. */
int gdbregs__sstep_prepare(struct gdbregs_session *s, struct gdbregs__op *before);
/* Write the packet that restores the flags of QEMU, once. Returns its length, or 0. */
size_t gdbregs__sstep_withdraw(struct gdbregs_session *s, char *payload);

#endif
