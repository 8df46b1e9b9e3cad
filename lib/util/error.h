/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Error codes and error messages.
 * Hides: how messages are truncated and made printable. */
#ifndef GDBREGS_LIB_UTIL_ERROR_H
#define GDBREGS_LIB_UTIL_ERROR_H

#include <gdbregs.h>
#include <stdarg.h>

/* Set err->code and err->text; err may be NULL. The text may quote a stub, so it is
 * made printable, and it is truncated to fit. If a member of struct gdbregs_options would have
 * to be changed to avoid the error, the text has its name in parentheses. Returns `code`, so
 * that callers can end with `return gdbregs__fail(err, GDBREGS_ERR_…, …)`. */
int gdbregs__fail(struct gdbregs_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

int gdbregs__fail_args(struct gdbregs_error *err, int code, const char *format, va_list args);

/* Put the name of the target in front of the text. The other functions do not name the target.
 * err may be NULL. */
void gdbregs__error_name_target(struct gdbregs_error *err, const char *target);

/* Set the error "out of memory". Returns GDBREGS_ERR_NOMEM. err may be NULL. */
int gdbregs__fail_nomem(struct gdbregs_error *err);

/* Copy `data` to `text` as printable, NUL-terminated text. Bytes outside 0x20..0x7e
 * become \xHH. Text that does not fit into `capacity` bytes is truncated and ends
 * with "...". Returns text. */
char *gdbregs__printable(char *text, size_t capacity, const void *data, size_t size);

#endif
