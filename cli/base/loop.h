/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The uv loop all sessions run on. Hides: signals while it runs. The first one
 * calls `on_interrupt`, which ends what runs, and then ends the process, unless
 * the loop keep_running_after_signal it; a second one ends it at once. */
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
	bool keep_running_after_signal; /* loop_run() returns in spite of a signal; the caller dies by it */
	void (*on_interrupt)(void *arg);
	void *arg;
	void (*on_end)(
		void *arg); /* nothing is left to do: close handles without work; may be NULL */
	void *end_arg;
};

/* Returns 0 or a negative uv error. */
int loop_init(struct loop *loop, void (*on_interrupt)(void *arg), void *arg);
/* Until nothing is left to do. Does not return if a signal came, unless it keep_running_after_signal. */
void loop_run(struct loop *loop);

#endif
