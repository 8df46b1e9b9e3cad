/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers as people type them (decimal, or after 0x, 0b, 0o or a leading 0), and values of
 * registers as digits in several bases (--as). The library parses values of registers; the
 * numbers here are those that the tool checks before it stops a guest. Hides: digits and
 * carries. */
#ifndef CLI_NUMBER_H
#define CLI_NUMBER_H

#include "base/text.h"

/* Returns the value of a hexadecimal digit, upper or lower case. 16 for any other character. */
unsigned number_digit(char c);
/* Take the decimal digits that begin at *at, and move it past them. Returns false if there
 * is no digit, or if the number is above `most`. */
bool number_take(const char **at, uint64_t most, uint64_t *number);
/* Parse an address or a count of up to 64 bits, which has no sign. Returns false if the text
 * is not such a number. */
bool number_plain(const char *text, uint64_t *number);
/* Returns whether it is a whole number. */
bool number_is(const char *text);
/* Returns whether it looks decimal, but begins with 0 and is not an octal number: 09. */
bool number_is_bad_octal(const char *text);
/* Returns whether it could be a value of some register: a whole number, a fraction such as 1.5,
 * -2e10 or 0x1.8p3, or a name such as inf or that of an enum's value. */
bool number_is_value(const char *text);

enum digits_form {
	DIGITS_USUAL, /* as without --as */
	DIGITS_DEC,
	DIGITS_HEX,
	DIGITS_OCT,
	DIGITS_BIN,
	DIGITS_FLOAT, /* of 32 and 64 bits: IEEE floats; others: DIGITS_HEX */
	DIGITS_RAW, /* the bytes, in their order */
};

struct digits {
	const uint8_t *bytes;
	size_t size;
	size_t bits; /* of the bytes, from the least significant bit on */
	bool is_big; /* the most significant byte comes first */
	bool is_signed; /* of DIGITS_DEC */
};

/* Add the number. Hexadecimal, octal and binary digits are as many as its bits have. */
void digits_add(struct text *text, const struct digits *d, enum digits_form form);

#endif
