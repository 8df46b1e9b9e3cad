/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about registers that the session knows at this stop, and need not ask for: values that
 * came with the stop reply ("expedited" ones), and which registers have the size of their
 * description. Hides: how both are kept, and for how many registers. */
#ifndef GDBREGS_LIB_SESSION_STOP_VALUES_H
#define GDBREGS_LIB_SESSION_STOP_VALUES_H

#include "session/session.h"

/* --- values; they count as read until the target is resumed or a register is written ------- */

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

/* --- sizes: a register that was read is not read again for its size before it is written --- */

/* A value of so many bytes came for a register. It is not remembered if it has another size
 * than its description gives, or if too many vCPUs have too many registers. */
void gdbregs__sized_note(struct gdbregs_session *s, uint32_t vcpu,
			 const struct gdbregs_register *reg, size_t size_bytes);
/* Returns true if it is known that the register has this size. */
bool gdbregs__sized_is(const struct gdbregs_session *s, uint32_t vcpu,
		       const struct gdbregs_register *reg, size_t size_bytes);
/* Sizes may have changed, as those of vector registers do with a control register. */
void gdbregs__sized_forget(struct gdbregs_session *s);

#endif
