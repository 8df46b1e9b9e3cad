/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in text.
 *
 * Those in the attributes of a description GDB reads with strtoul() and base 0: leading blanks, a sign, 0x, and a leading 0 for octal are accepted; so is 0b,
 * which LLDB accepts. Unlike strtoul(), this parser rejects numbers that are too
 * large and text after the number.
 * Hides: the syntax. */
#ifndef GDBREGS_LIB_UTIL_NUMBER_H
#define GDBREGS_LIB_UTIL_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gdbregs__number {
	GDBREGS__NUMBER_OK,
	GDBREGS__NUMBER_NONE, /* not a number */
	GDBREGS__NUMBER_RANGE, /* negative, or larger than 64 bits */
};

/* Parse the whole text of an attribute. *value is set only if the result is GDBREGS__NUMBER_OK. */
enum gdbregs__number gdbregs__number_parse(const char *text, uint64_t *value);

/* Parse a text of decimal digits alone: no sign, no blanks. Returns false if it is empty
 * or has another character, or if the number is above `most`; *value is left alone then. */
bool gdbregs__number_decimal(const void *text, size_t size, uint64_t most, uint64_t *value);

#endif
