/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scripted stubs of random kinds on a libuv loop, which the sessions under test use too. */
#ifndef GDBREGS_TESTS_WIRE_SERVE_LOOP_H
#define GDBREGS_TESTS_WIRE_SERVE_LOOP_H

#include "../session/script.h"

#include <uv.h>

struct listener {
	uv_tcp_t tcp;
	char address[40];
	unsigned clients, violations, left_halted;
	unsigned drop_after; /* the stub closes the connection after so many requests; 0: never */
	bool silent;
};

/* Returns the next pseudo-random number below `limit`. */
extern unsigned serve_dice_state;
unsigned serve_dice(unsigned sides);

/* Serve any number of clients. This does not keep the loop running. */
void serve_on_loop(struct listener *l, uv_loop_t *loop);
/* Run until all sessions have ended, and then until the loop is empty. */
void serve_run_out(struct listener *l, uv_loop_t *loop);

#endif
