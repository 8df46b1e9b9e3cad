/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 6. Between the files of the blocking calls. Hides: running the loop, and
 * SIGPIPE, which is not the caller's affair. */
#ifndef GDBREGS_LIB_BLOCKING_H
#define GDBREGS_LIB_BLOCKING_H

#include "uv/transport.h"

/* What a call waits for. */
struct gdbregs__waiting {
	bool done;
	int status;
};

/* An op's done; arg is a gdbregs__waiting. */
void gdbregs__blocking_done(struct gdbregs_session *s, int status, void *arg);
/* A call on a session of ours: begin it, or say why not. */
int gdbregs__blocking_begin(struct gdbregs_session *s);
/* What was queued (`queued` is 0, else returned) is waited for: its status. */
int gdbregs__blocking_wait(struct gdbregs_session *s, int queued, struct gdbregs__waiting *waiting);
/* Until everything is written, a resume that was asked for included. */
void gdbregs__blocking_flush(struct gdbregs_session *s);
/* Take what has come, without waiting. */
void gdbregs__blocking_look(struct gdbregs_session *s);

#endif
