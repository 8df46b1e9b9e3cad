/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registers that came with a stop reply. They count as read until the target is resumed or
 * a register is written. Hides: how they are kept. */
#ifndef GDBREGS_LIB_SESSION_EXPEDITED_H
#define GDBREGS_LIB_SESSION_EXPEDITED_H

#include "session/session.h"

/* Keep a register, as a callback of gdbregs__stop_parse(); arg is the session. A register for
 * which there is no room is read when it is needed. */
int gdbregs__expedited_add(void *arg, uint64_t regnum, const uint8_t *hex, size_t hexlen);
/* The registers that were kept belong to this vCPU, or to an unknown one (UINT_MAX). */
void gdbregs__expedited_set_vcpu(struct gdbregs_session *s, uint32_t vcpu);
void gdbregs__expedited_clear(struct gdbregs_session *s);
/* Returns the value of a register if it was kept with the size in the description, or NULL if it
 * has to be read. Borrowed until the next call here. */
const uint8_t *gdbregs__expedited_find(const struct gdbregs_session *s, uint32_t vcpu,
				       const struct gdbregs_register *reg, size_t *size_bytes);

#endif
