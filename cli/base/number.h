/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole numbers as people type them: decimal, 0x, 0o or a leading 0, 0b, with a sign;
 * as long as the widest register, 524288 bits. Hides: digits and carries. */
#ifndef CLI_NUMBER_H
#define CLI_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool number_is(const char *text);
/* It begins with 0x, 0o or 0b: bits are meant, whatever the type. */
bool number_is_bits(const char *text);
/* It looks decimal, begins with 0, and is no octal number: 09. */
bool number_is_bad_octal(const char *text);
/* Write a number for which number_is() holds to `size` bytes, little-endian, two's
 * complement, `bits` of them in use. False: it does not fit. */
bool number_fits(const char *text, uint8_t *bytes, size_t size, size_t bits);

#endif
