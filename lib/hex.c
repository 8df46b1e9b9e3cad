/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hex.h"

#include <string.h>

// clang-format off
#define BAD GDBREGS__DIGIT_BAD
#define UNA GDBREGS__DIGIT_UNAVAILABLE
#define BAD4 BAD, BAD, BAD, BAD
#define BAD16 BAD4, BAD4, BAD4, BAD4

const uint8_t gdbregs__hex_values[256] = {
	/* 00 */ BAD16, BAD16, BAD16,
	/* 30 */ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, BAD, BAD, BAD4,
	/* 40 */ BAD, 10, 11, 12, 13, 14, 15, BAD, BAD4, BAD4,
	/* 50 */ BAD16,
	/* 60 */ BAD, 10, 11, 12, 13, 14, 15, BAD, BAD4, BAD4,
	/* 70 */ BAD4, BAD4, UNA, BAD, BAD, BAD, BAD4,
	/* 80 */ BAD16, BAD16, BAD16, BAD16, BAD16, BAD16, BAD16, BAD16,
};

#define PAIRS(h) \
	{h, '0'}, {h, '1'}, {h, '2'}, {h, '3'}, {h, '4'}, {h, '5'}, {h, '6'}, {h, '7'}, \
	{h, '8'}, {h, '9'}, {h, 'a'}, {h, 'b'}, {h, 'c'}, {h, 'd'}, {h, 'e'}, {h, 'f'}

const char gdbregs__hex_pairs[256][2] = {
	PAIRS('0'), PAIRS('1'), PAIRS('2'), PAIRS('3'), PAIRS('4'), PAIRS('5'), PAIRS('6'), PAIRS('7'),
	PAIRS('8'), PAIRS('9'), PAIRS('a'), PAIRS('b'), PAIRS('c'), PAIRS('d'), PAIRS('e'), PAIRS('f'),
};
// clang-format on

#define BLOCK 16 /* digits decoded at once */

typedef uint8_t block_bytes __attribute__((vector_size(BLOCK)));
typedef uint16_t block_pairs __attribute__((vector_size(BLOCK)));
typedef uint8_t half_block __attribute__((vector_size(BLOCK / 2)));

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define JOIN_PAIRS(pairs) ((pairs) >> 4 | (pairs))
#else
#define JOIN_PAIRS(pairs) ((pairs) << 4 | (pairs) >> 8)
#endif

/* Sixteen digits to eight bytes, with the vectors that gcc and clang have on any
 * machine. Clears in `good` the lanes of characters that are no digits. */
static inline void decode_block(uint8_t *out, const uint8_t *hex, block_bytes *good)
{
	block_bytes in;
	memcpy(&in, hex, sizeof(in));

	block_bytes digit = in - '0';
	block_bytes letter = (in | 0x20) - 'a';
	block_bytes is_digit = (block_bytes)(digit < 10);
	block_bytes is_letter = (block_bytes)(letter < 6);
	block_pairs pairs = (block_pairs)((digit & is_digit) | ((letter + 10) & is_letter));
	half_block bytes = __builtin_convertvector(JOIN_PAIRS(pairs) & 0xff, half_block);

	memcpy(out, &bytes, sizeof(bytes));
	*good &= is_digit | is_letter;
}

static inline bool all_good(block_bytes good)
{
	uint64_t halves[2];

	memcpy(halves, &good, sizeof(halves));
	return (halves[0] & halves[1]) == UINT64_MAX;
}

/* Any characters, two at a time. */
static enum gdbregs__hex_result decode_pairs(uint8_t *out, const uint8_t *hex, size_t hexlen)
{
	enum gdbregs__hex_result result = GDBREGS__HEX_OK;

	for (size_t i = 0; i < hexlen; i += 2) {
		unsigned high = gdbregs__hex_digit(hex[i]), low = gdbregs__hex_digit(hex[i + 1]);

		if ((high | low) < 16)
			out[i / 2] = (uint8_t)(high << 4 | low);
		else if (high == GDBREGS__DIGIT_UNAVAILABLE && low == GDBREGS__DIGIT_UNAVAILABLE)
			result = GDBREGS__HEX_UNAVAILABLE;
		else
			return GDBREGS__HEX_BAD;
	}
	return result;
}

enum gdbregs__hex_result gdbregs__hex_decode(uint8_t *out, const uint8_t *hex, size_t hexlen)
{
	block_bytes good = (block_bytes)((block_bytes){0} == 0);
	size_t i = 0;

	if (hexlen % 2)
		return GDBREGS__HEX_BAD;
	for (; hexlen - i >= BLOCK; i += BLOCK)
		decode_block(out + i / 2, hex + i, &good);
	/* All over again, to tell x from worse. */
	if (!all_good(good))
		i = 0;
	return i == hexlen ? GDBREGS__HEX_OK : decode_pairs(out + i / 2, hex + i, hexlen - i);
}

void gdbregs__hex_encode(char *out, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		out[2 * i] = gdbregs__hex_pairs[bytes[i]][0];
		out[2 * i + 1] = gdbregs__hex_pairs[bytes[i]][1];
	}
}

size_t gdbregs__hex_number(char *out, uint64_t value)
{
	size_t length = 1;

	while (length < 16 && value >> (4 * length))
		length++;
	for (size_t i = length; i-- > 0; value >>= 4)
		out[i] = gdbregs__hex_pairs[value & 15][1];
	return length;
}

bool gdbregs__hex_parse(const uint8_t *in, size_t size, size_t *at, uint64_t *value)
{
	uint64_t sum = 0;
	size_t i = *at;

	for (; i < size && gdbregs__hex_digit(in[i]) < 16; i++) {
		if (sum >> 60)
			return false;
		sum = sum << 4 | gdbregs__hex_digit(in[i]);
	}
	if (i == *at)
		return false;
	*at = i;
	*value = sum;
	return true;
}
