/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU's single-step flags, for options.step_irq. Hides: their names and values. */
#ifndef GDBREGS_LIB_SESSION_QEMU_SSTEP_H
#define GDBREGS_LIB_SESSION_QEMU_SSTEP_H

#include "session/session.h"

/* Queue, ahead of an op, an op that lets interrupts through during steps, once, if the caller
 * wants that and the stub is QEMU. Returns 0 or NOMEM. */
int gdbregs__sstep_prepare(struct gdbregs_session *s, struct gdbregs__op *before);
/* Write the packet that restores the flags of QEMU, once. Returns its length, or 0. */
size_t gdbregs__sstep_withdraw(struct gdbregs_session *s, char *payload);

#endif
