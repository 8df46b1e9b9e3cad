/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line on a terminal's stderr that shows the progress of long work. Hides: when it is
 * shown (after half a second, never with -q or without a terminal) and how it is erased. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* `done` of `all` targets; both may change while the loop runs. */
int progress_start(uv_loop_t *loop, bool quiet, const size_t *done, size_t all);
/* Let `describe` make the text of the line, without the program's name. */
void progress_describe(void (*describe)(void *arg, char *text, size_t capacity), void *arg);
/* Show no line, because the command writes to the terminal itself. */
void progress_silence(void);
void progress_stop(void);
/* Erase the line, if it is there, before something else is written. */
void progress_hide(void);

#endif
