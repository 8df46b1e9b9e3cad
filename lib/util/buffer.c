/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/buffer.h"

#include "util/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int gdbregs__buffer_reserve(struct gdbregs_buffer *buf, size_t more)
{
	if (more <= buf->capacity - buf->size)
		return 0;
	if (more > SIZE_MAX / 2 - buf->size)
		return GDBREGS_ERR_NOMEM;

	size_t capacity = buf->capacity ? buf->capacity : 64;
	while (capacity < buf->size + more)
		capacity *= 2;
	uint8_t *data = gdbregs__realloc(buf->data, capacity);
	if (!data)
		return GDBREGS_ERR_NOMEM;
	buf->data = data;
	buf->capacity = capacity;
	return 0;
}

int gdbregs__buffer_append(struct gdbregs_buffer *buf, const void *data, size_t size)
{
	if (gdbregs__buffer_reserve(buf, size) < 0)
		return GDBREGS_ERR_NOMEM;
	if (size)
		memcpy(buf->data + buf->size, data, size);
	buf->size += size;
	return 0;
}

int gdbregs__buffer_append_text(struct gdbregs_buffer *buf, const char *text)
{
	return gdbregs__buffer_append(buf, text, strlen(text));
}

int gdbregs__buffer_printf(struct gdbregs_buffer *buf, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	int result =
		length < 0 ? GDBREGS_ERR_INVAL : gdbregs__buffer_reserve(buf, (size_t)length + 1);
	if (result == 0) {
		vsnprintf((char *)buf->data + buf->size, (size_t)length + 1, format, again);
		buf->size += (size_t)length;
	}
	va_end(again);
	return result;
}

void gdbregs__buffer_drop(struct gdbregs_buffer *buf, size_t size)
{
	buf->size -= size;
	if (buf->size)
		memmove(buf->data, buf->data + size, buf->size);
}

int gdbregs__buffer_terminate(struct gdbregs_buffer *buf)
{
	if (gdbregs__buffer_reserve(buf, 1) < 0)
		return GDBREGS_ERR_NOMEM;
	buf->data[buf->size] = '\0';
	return 0;
}

void gdbregs_buffer_fini(struct gdbregs_buffer *buf)
{
	if (!buf)
		return;
	gdbregs__free(buf->data);
	*buf = (struct gdbregs_buffer){0};
}

void gdbregs_free(void *array)
{
	gdbregs__free(array);
}
