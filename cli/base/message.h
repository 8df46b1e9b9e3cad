/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages on stderr: each is one printable line that begins with `gdbregs-cli: `. With an
 * error goes an exit status. Hides: which of them -q and -v select. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <gdbregs.h>
#include <stdbool.h>

/* Exit statuses: the same numbers as in gdbregs-cli(1). */
enum status {
	STATUS_OK = 0,
	STATUS_DIFFERENT = 1, /* diff: something changed */
	STATUS_USAGE = 2,
	STATUS_CONNECT = 3, /* no connection, or no reply in time */
	STATUS_STUB = 4, /* the stub broke the protocol, or its description is bad */
	STATUS_SELECTION = 5, /* no such register or vCPU, or (--strict) one unavailable */
	STATUS_FILE = 6, /* output not written, or a file not read */
};

/* Returns the exit status for a GDBREGS_ERR_*. `connected`: the session had been made. */
int status_of(int code, int connected);

/* Write the words of an error of the library to `text`. If they name an option of the library,
 * the text says which option of the tool may help. */
void library_error_text(const char *words, char *text, size_t capacity);

/* Make stderr line-buffered, so that lines of one process do not mix. Call it before any
 * output. */
void message_init(void);
void message_set(bool quiet, bool verbose);

/* Print an error. Returns `status`, so that callers end with `return fail(...)`. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fail_nomem(void);
/* Print an error of the library that belongs to no target. Returns its exit status. */
int fail_library(const struct gdbregs_error *error);
/* The same for a number that is bad: 08. `option` is what it is the value of. */
int fail_octal(const char *option, const char *number);
/* The text of the error that was printed last, without prefix; "" before the first one. */
const char *message_last(void);
/* Print a note, but not with -q. */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Print a note with -v. */
void log_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
