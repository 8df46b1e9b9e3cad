/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. Numbers as a description's attributes write them. Hides: strtoul's
 * habits with base 0, which GDB uses, less its silent truncation: leading
 * blanks, a sign, 0x, a leading 0 for octal; also LLDB's 0b. Nothing may follow. */
#ifndef GDBREGS_LIB_NUMBER_H
#define GDBREGS_LIB_NUMBER_H

#include <stdint.h>

enum gdbregs__number {
	GDBREGS__NUMBER_OK,
	GDBREGS__NUMBER_NONE, /* not a number */
	GDBREGS__NUMBER_RANGE, /* negative, or more than 64 bits */
};

/* *value untouched unless OK. */
enum gdbregs__number gdbregs__number_parse(const char *text, uint64_t *value);

#endif
