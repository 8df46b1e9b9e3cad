/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scripted stubs of random kinds on a libuv loop, beside the sessions that speak
 * to them. */
#ifndef GDBREGS_TESTS_WIRE_SERVE_LOOP_H
#define GDBREGS_TESTS_WIRE_SERVE_LOOP_H

#include "../session/script.h"

#include <uv.h>

struct listener {
	uv_tcp_t tcp;
	char address[40];
	unsigned clients, violations, left_halted;
	unsigned drop_after; /* requests after which a stub hangs up; 0: never */
	bool silent;
};

/* The same numbers from the same state. */
extern unsigned serve_dice_state;
unsigned serve_dice(unsigned sides);

/* Serve any number of clients; does not keep the loop alive by itself. */
void serve_on_loop(struct listener *l, uv_loop_t *loop);
/* Run until nothing is left of the sessions, then until nothing is left at all. */
void serve_run_out(struct listener *l, uv_loop_t *loop);

#endif
