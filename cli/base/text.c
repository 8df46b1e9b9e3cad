/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

void text_clear(struct text *t)
{
	t->size = 0;
	t->failed = false;
	if (t->data)
		t->data[0] = '\0';
}

void text_fini(struct text *t)
{
	free(t->data);
	*t = (struct text){0};
}

static bool reserve(struct text *t, size_t more)
{
	if (t->failed || more > SIZE_MAX / 4 || t->size > SIZE_MAX / 4) {
		t->failed = true;
		return false;
	}
	if (t->size + more < t->capacity)
		return true;
	size_t capacity = (t->size + more + 64) * 2;
	char *data = realloc(t->data, capacity);
	if (!data) {
		t->failed = true;
		return false;
	}
	t->data = data;
	t->capacity = capacity;
	return true;
}

void text_add(struct text *t, const void *data, size_t size)
{
	if (!reserve(t, size))
		return;
	if (size > 0)
		memcpy(t->data + t->size, data, size);
	t->size += size;
	t->data[t->size] = '\0';
}

void text_adds(struct text *t, const char *string)
{
	text_add(t, string, strlen(string));
}

void text_addf(struct text *t, const char *format, ...)
{
	enum { USUAL = 64 };
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	if (reserve(t, USUAL)) {
		size_t room = t->capacity - t->size;
		int size = vsnprintf(t->data + t->size, room, format, args);
		t->failed = size < 0;
		if (size >= 0 && (size_t)size >= room && reserve(t, (size_t)size))
			vsnprintf(t->data + t->size, (size_t)size + 1, format, again);
		t->size += t->failed ? 0 : (size_t)size;
		t->data[t->size] = '\0';
	}
	va_end(again);
	va_end(args);
}

void text_add_blanks(struct text *t, size_t count)
{
	for (; count > 0; count--)
		text_add(t, " ", 1);
}

static void put_byte(struct text *t, uint8_t byte)
{
	t->data[t->size++] = digits[byte >> 4];
	t->data[t->size++] = digits[byte & 15];
}

void text_add_bytes(struct text *t, const uint8_t *bytes, size_t size)
{
	if (size > SIZE_MAX / 8 || !reserve(t, 2 * size))
		return;
	for (size_t i = 0; i < size; i++)
		put_byte(t, bytes[i]);
	t->data[t->size] = '\0';
}

static void strip_zeros(struct text *t, size_t start)
{
	size_t skip = start;
	while (skip + 1 < t->size && t->data[skip] == '0')
		skip++;
	memmove(t->data + start, t->data + skip, t->size - skip + 1);
	t->size -= skip - start;
}

void text_add_number(struct text *t, enum gdbregs_byte_order order, const uint8_t *bytes,
		     size_t size, bool padded)
{
	text_adds(t, "0x");
	size_t start = t->size;
	if (size > SIZE_MAX / 8 || !reserve(t, 2 * size + 1))
		return;
	for (size_t i = 0; i < size; i++)
		put_byte(t, bytes[order == GDBREGS_BYTE_ORDER_BIG ? i : size - 1 - i]);
	t->data[t->size] = '\0';
	if (!padded)
		strip_zeros(t, start);
}

static bool is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte <= 0x7e;
}

void text_add_printable(struct text *t, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	if (size > SIZE_MAX / 16 || !reserve(t, 4 * size))
		return;
	for (size_t i = 0; i < size; i++) {
		if (is_printable(bytes[i])) {
			t->data[t->size++] = (char)bytes[i];
			continue;
		}
		t->data[t->size++] = '\\';
		t->data[t->size++] = 'x';
		put_byte(t, bytes[i]);
	}
	t->data[t->size] = '\0';
}

void text_add_xml(struct text *t, const char *string)
{
	static const char special[] = "&<>\"";
	static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
	while (*string != '\0') {
		size_t size = strcspn(string, special);
		text_add(t, string, size);
		string += size;
		if (*string == '\0')
			return;
		text_adds(t, names[strchr(special, *string) - special]);
		string++;
	}
}

/* Returns how much of the text fits, up to a blank if there is one. */
static size_t fitting(const char *text, size_t room)
{
	size_t size = strlen(text), cut = room;
	if (size <= room)
		return size;
	while (cut > 0 && text[cut] != ' ')
		cut--;
	return cut > 0 ? cut : room;
}

void text_put_wrapped(FILE *stream, const char *text, size_t used, size_t indent, size_t width)
{
	while (*text != '\0') {
		size_t size = used < width ? fitting(text, width - used) : 0;
		fwrite(text, 1, size, stream);
		text += size + (text[size] == ' ');
		if (*text != '\0')
			fprintf(stream, "\n%*s", (int)indent, "");
		used = indent < width ? indent : 0;
	}
}

size_t printable_width(const char *string)
{
	size_t width = 0;
	for (; *string != '\0'; string++)
		width += is_printable((uint8_t)*string) ? 1 : 4;
	return width;
}

void printable_put(FILE *stream, const char *string, size_t width)
{
	size_t done = printable_width(string);
	for (; *string != '\0'; string++) {
		if (is_printable((uint8_t)*string))
			fputc(*string, stream);
		else
			fprintf(stream, "\\x%02x", (unsigned)(uint8_t)*string);
	}
	for (; done < width; done++)
		fputc(' ', stream);
}
