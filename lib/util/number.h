/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in text: 255, 0xff, 0377, 0o377, 0b11111111, with or without a sign.
 * Hides: the syntax. */
#ifndef GDBREGS_LIB_UTIL_NUMBER_H
#define GDBREGS_LIB_UTIL_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gdbregs__number {
	GDBREGS__NUMBER_OK,
	GDBREGS__NUMBER_NONE, /* not a number */
	GDBREGS__NUMBER_NEGATIVE,
	GDBREGS__NUMBER_TOO_LARGE, /* larger than 64 bits */
};

/* Parse the whole text of an attribute of a description. GDB reads these with strtoul() and base
 * 0: leading blanks and a sign are accepted. So are 0b and 0o, which LLDB accepts. Unlike
 * strtoul(), this function rejects numbers that are too large and text after the number. *value is
 * set only if the result is GDBREGS__NUMBER_OK. */
enum gdbregs__number gdbregs__number_parse(const char *text, uint64_t *value);

/* A number of any size. */
struct gdbregs__number_text {
	bool negative;
	bool prefixed; /* 0x, 0o or 0b */
	unsigned base;
	const char *digits; /* up to the end of the text */
};

/* Split the whole text of a number. Returns false if it is not a number. */
bool gdbregs__number_split(const char *text, struct gdbregs__number_text *out);
/* Convert the digits to bytes, the least significant first. Returns false if they do not fit. */
bool gdbregs__number_magnitude(const struct gdbregs__number_text *text, uint8_t *bytes,
			       size_t size);

/* Parse a text of decimal digits alone: no sign, no blanks. Returns false if it is empty
 * or has another character, or if the number is above `most`; *value is left alone then. */
bool gdbregs__number_decimal(const void *text, size_t size, uint64_t most, uint64_t *value);

#endif
