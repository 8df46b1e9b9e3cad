/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaving the target as the options demand: in order (op-detach.c), or blindly after the
 * session has failed (farewell.c). */
#ifndef GDBREGS_LIB_SESSION_DETACH_H
#define GDBREGS_LIB_SESSION_DETACH_H

#include "session/session.h"

/* As far as is known, the target is to be left halted: it is not detached. */
bool gdbregs__detach_halts(const struct gdbregs_session *s);
/* Returns true if the only reason to leave the target halted is that QEMU reported it must
 * not run. */
bool gdbregs__detach_may_run_again(const struct gdbregs_session *s);
/* A stub may know of multiprocess ids and still never name a process. */
bool gdbregs__detach_names_pids(const struct gdbregs_session *s);

/* Write the packet that takes back the next thing that we have changed in the stub: a
 * breakpoint, or the flags of QEMU. Returns its length (up to GDBREGS__UNDO_TEXT), or 0
 * if nothing is left. */
size_t gdbregs__detach_next_undo(struct gdbregs_session *s, char *payload);

#endif
