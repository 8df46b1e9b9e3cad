/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. Errors in words. Hides: truncation and making text printable. */
#ifndef GDBREGS_LIB_ERROR_H
#define GDBREGS_LIB_ERROR_H

#include <gdbregs.h>

/* Set code and text, made printable (what a stub sent may stand in it) and cut
 * to fit; err may be NULL. Returns code, so that callers end with
 * `return gdbregs__fail(err, GDBREGS_ERR_…, …)`. */
int gdbregs__fail(struct gdbregs_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Out of memory, with the standing text. */
int gdbregs__fail_nomem(struct gdbregs_error *err);

/* Copy up to capacity-1 bytes of `data` as printable text: bytes outside
 * 0x20..0x7e become \xHH; what does not fit is cut with "...". Returns text. */
char *gdbregs__printable(char *text, size_t capacity, const void *data, size_t size);

#endif
