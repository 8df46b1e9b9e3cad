/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. Growing byte buffers: struct gdbregs_buffer from inside. Hides: how
 * capacity grows (by doubling, so appending is linear). */
#ifndef GDBREGS_LIB_BUFFER_H
#define GDBREGS_LIB_BUFFER_H

#include <gdbregs.h>

/* Make room for `more` bytes beyond size. 0 or GDBREGS_ERR_NOMEM. */
int gdbregs__buffer_reserve(struct gdbregs_buffer *buf, size_t more);
/* Append; 0 or GDBREGS_ERR_NOMEM with the buffer unchanged. */
int gdbregs__buffer_append(struct gdbregs_buffer *buf, const void *data, size_t size);
int gdbregs__buffer_append_text(struct gdbregs_buffer *buf, const char *text);
int gdbregs__buffer_printf(struct gdbregs_buffer *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A NUL behind the contents, not counted in size. */
int gdbregs__buffer_terminate(struct gdbregs_buffer *buf);

#endif
