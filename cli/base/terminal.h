/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terminal that a screen is shown on. Hides: the alternate screen, the modes of the
 * keyboard, and that all of it is given back at every exit and at ^Z. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "base/signals.h"

#include <stdbool.h>
#include <uv.h>

enum { TERMINAL_SIGNALS = 3 };

struct terminal {
	/* Set by the caller. */
	void (*on_key)(void *arg, char key);
	/* Its size has changed, or somebody else has written to it. */
	void (*on_redraw)(void *arg);
	/* Nothing waits for this process: it may be stopped by ^Z now. If not, the caller calls
	 * terminal_stop_if_asked() as soon as it may. */
	bool (*may_stop)(void *arg);
	void *arg;
	/* Its own. */
	struct tty_reset reset;
	int keyboard; /* -1: none */
	bool shown, asked, started;
	uv_poll_t poll;
	uv_signal_t signals[TERMINAL_SIGNALS];
	size_t signal_count;
};

/* Begin to look at keys and signals. `fd`: where the screen is shown. Keys come from
 * standard input if that is a terminal. Returns 0 or a negative uv error. */
int terminal_start(struct terminal *t, uv_loop_t *loop, int fd);
/* Close the handles. They are closed when the loop has run once more. */
void terminal_close(struct terminal *t);

/* Switch to the alternate screen and hide the cursor; does nothing the second time. */
void terminal_enter(struct terminal *t);
/* Give the terminal back at the end; does nothing if it was never started. */
void terminal_fini(struct terminal *t);
/* Stop the process if ^Z was typed when it could not be. */
void terminal_stop_if_asked(struct terminal *t);

/* Its size now, 80 by 24 where it is unknown. */
void terminal_size(const struct terminal *t, unsigned *rows, unsigned *columns);

#endif
