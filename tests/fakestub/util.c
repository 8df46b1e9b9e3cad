/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Helpers of the fake stub: errors, memory, buffers. */
#include "fake.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void fake_die(const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	fputs("fake: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

void *fake_alloc(void *old, size_t count, size_t size)
{
	size_t bytes = count * size;
	void *p = realloc(old, bytes > 0 ? bytes : 1);
	if (!p)
		fake_die("out of memory");
	return p;
}

char *fake_copy(const char *text)
{
	size_t size = strlen(text) + 1;
	return memcpy(fake_alloc(NULL, size, 1), text, size);
}

static void reserve(struct fake_buffer *b, size_t more)
{
	if (b->size + more < b->capacity)
		return;
	b->capacity = (b->size + more) * 2 + 64;
	b->data = fake_alloc(b->data, b->capacity, 1);
}

void fake_put(struct fake_buffer *b, const void *bytes, size_t size)
{
	reserve(b, size);
	if (size)
		memcpy(b->data + b->size, bytes, size);
	b->size += size;
	b->data[b->size] = 0;
}

void fake_puts(struct fake_buffer *b, const char *text)
{
	fake_put(b, text, strlen(text));
}

void fake_printf(struct fake_buffer *b, const char *format, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fake_puts(b, text);
}

void fake_put_hex(struct fake_buffer *b, const void *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = bytes;
	reserve(b, size * 2);
	for (size_t i = 0; i < size; i++) {
		b->data[b->size++] = digits[in[i] >> 4];
		b->data[b->size++] = digits[in[i] & 15];
	}
	b->data[b->size] = 0;
}

void fake_put_fill(struct fake_buffer *b, char byte, size_t count)
{
	reserve(b, count);
	memset(b->data + b->size, byte, count);
	b->size += count;
	b->data[b->size] = 0;
}

void fake_drop(struct fake_buffer *b, size_t count)
{
	if (!count)
		return;
	memmove(b->data, b->data + count, b->size - count);
	b->size -= count;
	b->data[b->size] = 0;
}

int fake_digit(int character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	if (character >= 'A' && character <= 'F')
		return character - 'A' + 10;
	return -1;
}

size_t fake_unhex(uint8_t *out, size_t room, const char *hex)
{
	size_t n = 0;
	while (n < room && fake_digit(hex[0]) >= 0 && fake_digit(hex[1]) >= 0) {
		out[n++] = (uint8_t)(fake_digit(hex[0]) << 4 | fake_digit(hex[1]));
		hex += 2;
	}
	return n;
}

void fake_unescape(struct fake_buffer *out, const char *text)
{
	for (; *text; text++) {
		char byte = *text;
		if (byte == '\\' && text[1] == '\\') {
			text++;
		} else if (byte == '\\' && text[1] == 'x' && fake_digit(text[2]) >= 0 &&
			   fake_digit(text[3]) >= 0) {
			byte = (char)(fake_digit(text[2]) << 4 | fake_digit(text[3]));
			text += 3;
		}
		fake_put(out, &byte, 1);
	}
}

void fake_set_parse(struct fake_set *set, const char *text)
{
	char *at = (char *)text;
	while (*at) {
		struct fake_pair pair = {0};
		pair.first = pair.last = strtoull(at, &at, 0);
		if (*at == '-')
			pair.last = strtoull(at + 1, &at, 0);
		if (*at == '=')
			pair.value = strtoull(at + 1, &at, 0);
		if (*at && *at != ',')
			fake_die("not a list of numbers: %s", text);
		set->pairs = fake_alloc(set->pairs, set->count + 1, sizeof(pair));
		set->pairs[set->count++] = pair;
		at += *at == ',';
	}
}

const struct fake_pair *fake_set_find(const struct fake_set *set, uint64_t number)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct fake_pair *pair = &set->pairs[i];
		if (number >= pair->first && number <= pair->last)
			return pair;
	}
	return NULL;
}

const char *fake_when_parse(struct fake_when *when, const char *text)
{
	char *end = (char *)text;
	when->at = 1;
	when->onward = false;
	if (*text != '@')
		return text;
	if (text[1] == '*') {
		when->onward = true;
		return text + 2;
	}
	when->at = strtoull(text + 1, &end, 0);
	when->onward = *end == '+';
	return end + when->onward;
}

bool fake_when_hits(const struct fake_when *when, uint64_t count)
{
	return when->onward ? count >= when->at : count == when->at;
}
