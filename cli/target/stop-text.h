/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of stops that end a trace or a watch. */
#ifndef CLI_STOP_TEXT_H
#define CLI_STOP_TEXT_H

#include <gdbregs.h>

/* Write "exited 0", "signal 11", ... */
void stop_write(char *out, size_t capacity, const struct gdbregs_stop *stop);
/* Returns whether the guest has ended. */
bool stop_is_end(const struct gdbregs_stop *stop);

#endif
