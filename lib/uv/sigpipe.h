/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks SIGPIPE: libuv writes without MSG_NOSIGNAL, and a stub that ends must not
 * kill the caller's process.
 * Hides: signal masks. */
#ifndef GDBREGS_LIB_UV_SIGPIPE_H
#define GDBREGS_LIB_UV_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

struct gdbregs__pipe_guard {
	sigset_t before;
	bool was_pending;
};

/* Block SIGPIPE in this thread between the two calls. A SIGPIPE raised by a write in
 * between is discarded. */
void gdbregs__pipe_guard_begin(struct gdbregs__pipe_guard *guard);
void gdbregs__pipe_guard_end(struct gdbregs__pipe_guard *guard);

#endif
