/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaving the target as the options demand. Hides: what each stub needs for that, and how
 * far a detach got before the session failed. */
#ifndef GDBREGS_LIB_SESSION_OP_DETACH_H
#define GDBREGS_LIB_SESSION_OP_DETACH_H

#include "session/session.h"

/* Make the op for gdbregs__detach_blindly(), which is kept in s->leaving.reserve because a session
 * may fail for lack of memory. Returns NULL when out of memory. */
struct gdbregs__op *gdbregs__detach_new(gdbregs__op_done done, void *arg);
/* Detach in order. Returns 0 or NOMEM. done is called at the end, or when the session has failed
 * meanwhile. */
int gdbregs__detach(struct gdbregs_session *s, gdbregs__op_done done, void *arg);
/* Detach a session that has failed, in the engine's blind mode. Returns 0, or INVAL if that was
 * done before. */
int gdbregs__detach_blindly(struct gdbregs_session *s, gdbregs__op_done done, void *arg);

#endif
