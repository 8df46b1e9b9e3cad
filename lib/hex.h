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
	GDBREGS__HEX_BAD,         /* odd length, half a byte `x`, or another character */
};

unsigned gdbregs__hex_digit(uint8_t character);

/* Decode hexlen digits into hexlen/2 bytes. `out` holds garbage unless OK. */
enum gdbregs__hex_result gdbregs__hex_decode(uint8_t *out, const uint8_t *hex, size_t hexlen);

/* Two lower-case digits a byte, no NUL; `out` has room for 2*size. */
void gdbregs__hex_encode(char *out, const uint8_t *bytes, size_t size);

/* Lower-case digits of a number without leading zeros, no NUL; `out` has room
 * for 16. Returns how many. */
size_t gdbregs__hex_number(char *out, uint64_t value);

/* Read 1..16 digits from in[*at..size), advance *at past them. false (and *at,
 * *value untouched) if there is none or the value does not fit. */
bool gdbregs__hex_parse(const uint8_t *in, size_t size, size_t *at, uint64_t *value);

#endif
