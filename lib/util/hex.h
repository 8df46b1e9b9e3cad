/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. Hexadecimal, strictly. Hides: the digit table. */
#ifndef GDBREGS_LIB_HEX_H
#define GDBREGS_LIB_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one character of register data is. */
enum gdbregs__digit {
	/* 0..15: a digit, either case */
	GDBREGS__DIGIT_UNAVAILABLE = 16, /* x */
	GDBREGS__DIGIT_BAD = 17,
};

enum gdbregs__hex_result {
	GDBREGS__HEX_OK,
	GDBREGS__HEX_UNAVAILABLE, /* at least one byte is `xx`, all others are good */
	GDBREGS__HEX_BAD, /* odd length, half a byte `x`, or another character */
};

/* hex.c's own: the digit each character is, the two lower-case digits of each
 * byte. Here so that single look-ups on the hot path are no calls. */
extern const uint8_t gdbregs__hex_values[256] __attribute__((visibility("hidden")));
extern const char gdbregs__hex_pairs[256][2] __attribute__((visibility("hidden")));

static inline unsigned gdbregs__hex_digit(uint8_t character)
{
	return gdbregs__hex_values[character];
}

/* Decode hexlen digits into hexlen/2 bytes. `out` holds garbage unless OK. */
enum gdbregs__hex_result gdbregs__hex_decode(uint8_t *out, const uint8_t *hex, size_t hexlen);

/* Two lower-case digits a byte, no NUL; `out` has room for 2*size. */
void gdbregs__hex_encode(char *out, const uint8_t *bytes, size_t size);

/* Lower-case digits of a number without leading zeros, no NUL; `out` has room
 * for 16. Returns how many. */
size_t gdbregs__hex_number(char *out, uint64_t value);

/* Read all digits that stand at in[*at..size), advance *at past them. false (and
 * *at, *value untouched) if there is none or the value does not fit; leading
 * zeros never make it too long. */
bool gdbregs__hex_parse(const uint8_t *in, size_t size, size_t *at, uint64_t *value);

#endif
