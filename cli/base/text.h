/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that grows. Hides: memory. If it runs out, `failed` is set and the text remains as it
 * was. All zero is an empty text. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <gdbregs.h>
#include <stdio.h>

struct text {
	char *data; /* NUL-terminated once anything was added */
	size_t size;
	size_t capacity;
	bool failed;
};

void text_clear(struct text *t);
void text_fini(struct text *t);
void text_add(struct text *t, const void *data, size_t size);
void text_adds(struct text *t, const char *string);
void text_add_blanks(struct text *t, size_t count);
/* Add a text as printf(3) makes it. */
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Add two lower-case digits for each byte, in the order given. */
void text_add_bytes(struct text *t, const uint8_t *bytes, size_t size);
/* Add `0x` and the number. `padded`: with all digits of its size, else without leading
 * zeros. */
void text_add_number(struct text *t, enum gdbregs_byte_order order, const uint8_t *bytes,
		     size_t size, bool padded);
/* Add a text, with bytes outside 0x20..0x7e as \xHH: text of a stub must not control a
 * terminal. */
void text_add_printable(struct text *t, const void *data, size_t size);

/* Add a text with the characters escaped that end or open something in XML. */
void text_add_xml(struct text *t, const char *string);

/* Write printable text, broken at blanks into lines of `width` characters; the first one
 * has `used` already, the others begin with `indent` blanks. */
void text_put_wrapped(FILE *stream, const char *text, size_t used, size_t indent, size_t width);

/* The width of a string that is made printable, and writing it, padded with blanks to
 * `width`. */
size_t printable_width(const char *string);
void printable_put(FILE *stream, const char *string, size_t width);

#endif
