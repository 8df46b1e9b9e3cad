/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The breakpoints and watchpoints of the session. Hides: the list of those that the stub has,
 * their packets, and the table of architectures. */
#ifndef GDBREGS_LIB_SESSION_OP_POINTS_H
#define GDBREGS_LIB_SESSION_OP_POINTS_H

#include "session/session.h"

/* Write the packet that inserts ('Z') or removes ('z') a point. It takes up to
 * GDBREGS__UNDO_TEXT bytes. Returns its length. */
size_t gdbregs__points_format(char *payload, char letter, const struct gdbregs__point *point);
/* Remove a point that the stub may have from the list, and write the packet that removes it from
 * the stub. The packet takes up to GDBREGS__UNDO_TEXT bytes. Returns its length, or 0 if the list
 * is empty. */
size_t gdbregs__points_withdraw(struct gdbregs_session *s, char *payload);
void gdbregs__points_fini(struct gdbregs_session *s);

/* --- point-kind.c: the kinds of breakpoints that GDB uses --------------------------------- */

#define GDBREGS__KIND_OF_INSTRUCTION (~0u)

/* Returns the kind of a breakpoint at an address, 0 if none is known for the architecture,
 * or GDBREGS__KIND_OF_INSTRUCTION if it depends on the instruction there. */
unsigned gdbregs__point_kind(const struct gdbregs_session *s, uint64_t address);
/* Returns the kind for the reply to `m` for one byte of the instruction. */
unsigned gdbregs__point_kind_of_byte(const struct gdbregs__answer *answer);

#endif
