/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages on stderr: each is one printable line that begins with `gdbregs-cli: `. Hides:
 * which of them -q and -v select. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <stdbool.h>

/* Make stderr line-buffered, so that lines of one process do not mix. Call it before any
 * output. */
void message_init(void);
void message_set(bool quiet, bool verbose);

/* Print an error. Returns `status`, so that callers end with `return fail(...)`. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fail_nomem(void);
/* The same for a number that is bad: 08. `option` is what it is the value of. */
int fail_octal(const char *option, const char *number);
/* Print a note, but not with -q. */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Print a note with -v. */
void log_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
