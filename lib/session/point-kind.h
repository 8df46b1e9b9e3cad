/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of breakpoints that GDB uses. Hides: the table of architectures. */
#ifndef GDBREGS_LIB_SESSION_POINT_KIND_H
#define GDBREGS_LIB_SESSION_POINT_KIND_H

#include "session/session.h"

#define GDBREGS__KIND_OF_INSTRUCTION (~0u)

/* Returns the kind of a breakpoint at an address, 0 if none is known for the architecture,
 * or GDBREGS__KIND_OF_INSTRUCTION if it depends on the instruction there. */
unsigned gdbregs__point_kind(const struct gdbregs_session *s, uint64_t address);
/* Returns the kind for the reply to `m` for one byte of the instruction. */
unsigned gdbregs__point_kind_of_byte(const struct gdbregs__answer *answer);

#endif
