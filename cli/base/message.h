/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What we say on stderr: always one printable line beginning `gdbregs-cli: `.
 * Hides: who wants to hear what (-q, -v). */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <stdbool.h>

/* Line-buffered, so that lines of one process do not mix. Call before any output. */
void message_init(void);
void message_set(bool quiet, bool verbose);

/* An error; returns `status`, so that callers end with `return fail(...)`. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fail_nomem(void);
/* Worth knowing; silent with -q. */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Only with -v. */
void log_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
