/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 6. Keeps SIGPIPE from the caller: libuv writes without MSG_NOSIGNAL, and a
 * stub that dies must not take the caller's process with it. Hides: signal masks. */
#ifndef GDBREGS_LIB_PIPE_GUARD_H
#define GDBREGS_LIB_PIPE_GUARD_H

#include <signal.h>
#include <stdbool.h>

struct gdbregs__pipe_guard {
	sigset_t before;
	bool was_pending;
};

/* Between the two no SIGPIPE reaches this thread; one that a write in between
 * raised is taken away. */
void gdbregs__pipe_guard_begin(struct gdbregs__pipe_guard *guard);
void gdbregs__pipe_guard_end(struct gdbregs__pipe_guard *guard);

#endif
