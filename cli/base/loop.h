/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The uv loop that all sessions run on. Hides: signals while it runs. The first one calls
 * `on_interrupt`, which ends the work, and then the process dies by it, unless
 * `keep_running_after_signal` is set. A second one ends the process at once. */
#ifndef CLI_LOOP_H
#define CLI_LOOP_H

#include "base/signals.h"

#include <stdbool.h>
#include <uv.h>

struct loop {
	uv_loop_t uv;
	uv_signal_t signals[SIGNALS_MOST];
	size_t signal_count;
	int signo; /* 0: none came */
	bool keep_running_after_signal; /* loop_run() returns, and the caller dies by it */
	void (*on_interrupt)(void *arg);
	void *arg;
	void (*on_end)(void *arg); /* no work is left: close handles without work; may be NULL */
	void *end_arg;
};

/* Returns 0 or a negative uv error. */
int loop_init(struct loop *loop, void (*on_interrupt)(void *arg), void *arg);
/* Run until no work is left. If a signal came, returns only if `keep_running_after_signal` is
 * set. */
void loop_run(struct loop *loop);

#endif
