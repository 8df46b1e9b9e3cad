/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The breakpoints and watchpoints of the session. Hides: the list of those that the stub has, and
 * their packets. */
#ifndef GDBREGS_LIB_SESSION_OP_POINTS_H
#define GDBREGS_LIB_SESSION_OP_POINTS_H

#include "session/session.h"

int gdbregs__points_insert(struct gdbregs_session *s, enum gdbregs_point type, uint64_t address,
			   unsigned kind, gdbregs__op_done done, void *arg,
			   struct gdbregs__op **out);
int gdbregs__points_remove(struct gdbregs_session *s, enum gdbregs_point type, uint64_t address,
			   unsigned kind, gdbregs__op_done done, void *arg,
			   struct gdbregs__op **out);

/* Write the packet that inserts ('Z') or removes ('z') a point. It takes up to
 * GDBREGS__UNDO_TEXT bytes. Returns its length. */
size_t gdbregs__points_format(char *payload, char letter, const struct gdbregs__point *point);
/* Remove a point that the stub may have from the list, and write the packet that removes it from
 * the stub. The packet takes up to GDBREGS__UNDO_TEXT bytes. Returns its length, or 0 if the list
 * is empty. */
size_t gdbregs__points_withdraw(struct gdbregs_session *s, char *payload);
void gdbregs__points_fini(struct gdbregs_session *s);

#endif
