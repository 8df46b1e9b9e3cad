/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers of any size as digits in several bases (--as). Hides: arithmetic. */
#ifndef CLI_DIGITS_H
#define CLI_DIGITS_H

#include "base/text.h"

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
