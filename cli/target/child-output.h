/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Standard error of a stub that the tool has started, with -q. Messages are passed on, but
 * not after the tool has ended the stub: QEMU then says that it was terminated. Hides: the
 * pipe. */
#ifndef CLI_CHILD_OUTPUT_H
#define CLI_CHILD_OUTPUT_H

#include <stdbool.h>
#include <uv.h>

struct child_output {
	uv_poll_t poll;
	int fd; /* the end of the pipe that is read */
	bool open;
	bool (*wanted)(const void *arg); /* whether output is passed on now */
	const void *arg;
};

/* Make standard error a pipe for the command that is started next. Returns the descriptor
 * to give to child_output_restore(), or -1 if that cannot be done: the command then has
 * our standard error. */
int child_output_begin(struct child_output *c, uv_loop_t *loop);
/* Undo that for this process, after the command was started. */
void child_output_restore(int saved);
/* Pass on the rest and close the pipe, when the session has ended. */
void child_output_end(struct child_output *c);

#endif
