/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files of the blocking calls.
 * Hides: running the loop. */
#ifndef GDBREGS_LIB_API_BLOCKING_H
#define GDBREGS_LIB_API_BLOCKING_H

#include "uv/transport.h"

/* The result that a call waits for. */
struct gdbregs__waiting {
	bool done;
	int status;
	struct gdbregs__op *wakeable; /* gdbregs_wake() ends this wait; may be NULL */
};

/* The completion callback of an operation; `arg` is a struct gdbregs__waiting. */
void gdbregs__blocking_done(struct gdbregs_session *s, int status,
			    const struct gdbregs_error *error, void *arg);
/* Begin a call on a session of the blocking API. Returns 0 or GDBREGS_ERR_INVAL. */
int gdbregs__blocking_begin(struct gdbregs_session *s);
/* Wait for an operation that was queued. If `queued` is negative, the operation was
 * not queued, and `queued` is returned. Returns the status of the operation. */
int gdbregs__blocking_wait(struct gdbregs_session *s, int queued, struct gdbregs__waiting *waiting);

/* The body of a call that queues an operation and waits for it. `call` queues it; its last
 * arguments are GDBREGS__BLOCKING_DONE. */
#define GDBREGS__BLOCKING_CALL(s, call)                                                            \
	struct gdbregs__waiting waiting = {0};                                                     \
	int result = gdbregs__blocking_begin(s);                                                   \
                                                                                                   \
	if (result == 0)                                                                           \
		result = (call);                                                                   \
	return gdbregs__blocking_wait(s, result, &waiting)
#define GDBREGS__BLOCKING_DONE gdbregs__blocking_done, &waiting, NULL

/* Run the loop until everything is written, including a requested resume. */
void gdbregs__blocking_flush(struct gdbregs_session *s);
/* Process the input that has arrived, without waiting. */
void gdbregs__blocking_poll_input(struct gdbregs_session *s);

#endif
