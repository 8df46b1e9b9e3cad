/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strict conversion between bytes and hexadecimal digits.
 * Hides: the vector code. */
#ifndef GDBREGS_LIB_UTIL_HEX_H
#define GDBREGS_LIB_UTIL_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The meaning of one character of register data. */
enum gdbregs__digit {
	/* Values 0..15 are digits, in either case. */
	GDBREGS__DIGIT_UNAVAILABLE = 16, /* x */
	GDBREGS__DIGIT_BAD = 17,
};

enum gdbregs__hex_result {
	GDBREGS__HEX_OK,
	GDBREGS__HEX_UNAVAILABLE, /* at least one byte is `xx`, and all others are valid */
	GDBREGS__HEX_BAD, /* odd length, half a byte `x`, or another character */
};

/* Tables for the inline functions here: the value of each character as a digit, and
 * the two lower-case digits of each byte. Only hex.c and this header use them. */
extern const uint8_t gdbregs__hex_values[256] __attribute__((visibility("hidden")));
extern const char gdbregs__hex_pairs[256][2] __attribute__((visibility("hidden")));

static inline unsigned gdbregs__hex_digit(uint8_t character)
{
	return gdbregs__hex_values[character];
}

/* Decode `hexlen` digits to hexlen/2 bytes. The contents of `out` are undefined
 * unless the result is GDBREGS__HEX_OK. */
enum gdbregs__hex_result gdbregs__hex_decode(uint8_t *out, const uint8_t *hex, size_t hexlen);

/* Encode each byte as two lower-case digits, without a NUL. `out` has room for 2*size
 * characters. */
void gdbregs__hex_encode(char *out, const uint8_t *bytes, size_t size);

/* Write a number as lower-case digits without leading zeros and without a NUL. `out`
 * has room for 16 characters. Returns the number of digits. */
size_t gdbregs__hex_number(char *out, uint64_t value);

/* Read all the digits that begin at in[*at], and advance *at past them. Leading zeros
 * are skipped. Returns false and leaves *at and *value alone if there is no digit or
 * if the number does not fit into 64 bits. */
bool gdbregs__hex_parse(const uint8_t *in, size_t size, size_t *at, uint64_t *value);
/* The same for a number that is the whole text. */
bool gdbregs__hex_parse_all(const uint8_t *in, size_t size, uint64_t *value);

#endif
