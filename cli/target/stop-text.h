/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stop that ends a trace or a watch is called. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <gdbregs.h>

/* "exited 0", "signal 11", ... */
void stop_write(char *out, size_t capacity, const struct gdbregs_stop *stop);
/* There is no guest any more. */
bool stop_is_end(const struct gdbregs_stop *stop);

#endif
