/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading registers. Hides: p and g, and when each of them is sent. */
#ifndef GDBREGS_LIB_SESSION_OP_READ_H
#define GDBREGS_LIB_SESSION_OP_READ_H

#include "session/session.h"

/* Queue a read that the session makes for itself, ahead of an op that is in the queue, or
 * at the end for NULL. done may be NULL. Returns 0 or NOMEM. */
int gdbregs__read_ahead(struct gdbregs_session *s, struct gdbregs__op *before,
			struct gdbregs_read *reads, size_t count, struct gdbregs_buffer *storage,
			gdbregs__op_done done);

/* Returns the layout of g by which registers of this process are read, or NULL if they
 * are read by p. */
const struct gdbregs__g_layout *gdbregs__read_layout(const struct gdbregs_session *s,
						     const struct gdbregs__process *process);

#endif
