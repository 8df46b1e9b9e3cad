/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which registers have the size of their description: replies at this stop said so. A
 * register that was read before it is written need not be read again for its size. Hides:
 * how that is remembered, and for how many registers. */
#ifndef GDBREGS_LIB_SESSION_SIZED_H
#define GDBREGS_LIB_SESSION_SIZED_H

#include "session/session.h"

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
