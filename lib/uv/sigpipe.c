/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "uv/sigpipe.h"

#include <pthread.h>
#include <time.h>

static void sigpipe_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGPIPE);
}

void gdbregs__pipe_guard_begin(struct gdbregs__pipe_guard *guard)
{
	sigset_t set, pending;

	sigpipe_set(&set);
	sigpending(&pending);
	guard->was_pending = sigismember(&pending, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, &guard->before);
}

void gdbregs__pipe_guard_end(struct gdbregs__pipe_guard *guard)
{
	sigset_t set, pending;
	struct timespec now = {0, 0};

	sigpending(&pending);
	if (!guard->was_pending && sigismember(&pending, SIGPIPE)) {
		sigpipe_set(&set);
		sigtimedwait(&set, NULL, &now);
	}
	pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
