/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Growing byte buffers: the internal functions of struct gdbregs_buffer.
 * Hides: how the capacity grows (by doubling, so that appending takes linear time). */
#ifndef GDBREGS_LIB_UTIL_BUFFER_H
#define GDBREGS_LIB_UTIL_BUFFER_H

#include <gdbregs.h>

/* Make room for `more` bytes after the contents. Returns 0 or GDBREGS_ERR_NOMEM. */
int gdbregs__buffer_reserve(struct gdbregs_buffer *buf, size_t more);
/* Append to the contents. Returns 0, or GDBREGS_ERR_NOMEM and leaves the buffer
 * unchanged. */
int gdbregs__buffer_append(struct gdbregs_buffer *buf, const void *data, size_t size);
int gdbregs__buffer_append_text(struct gdbregs_buffer *buf, const char *text);
int gdbregs__buffer_printf(struct gdbregs_buffer *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Remove the first `size` bytes of the contents. */
void gdbregs__buffer_drop(struct gdbregs_buffer *buf, size_t size);
/* Write a NUL after the contents, without counting it in size. Returns 0 or
 * GDBREGS_ERR_NOMEM. */
int gdbregs__buffer_terminate(struct gdbregs_buffer *buf);

#endif
