/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/hex.h"

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

/* Builds a function in a baseline and an AVX2 variant; the dynamic loader picks one
 * (ifunc). clang 14 does not support this, and sanitizers are not set up yet when the
 * loader picks. <stdint.h> defines __GLIBC__. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) &&                            \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WITH_AVX2_CLONE __attribute__((target_clones("avx2", "default")))
#else
#define WITH_AVX2_CLONE
#endif

#define BLOCK 32 /* digits decoded at once */

typedef uint8_t block_bytes __attribute__((vector_size(BLOCK)));
typedef int8_t block_signed __attribute__((vector_size(BLOCK)));
typedef uint16_t block_pairs __attribute__((vector_size(BLOCK)));
typedef uint8_t half_block __attribute__((vector_size(BLOCK / 2)));

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define JOIN_PAIRS(pairs) ((pairs) >> 4 | (pairs))
#else
#define JOIN_PAIRS(pairs) ((pairs) << 4 | (pairs) >> 8)
#endif

/* Decode 32 lower-case digits to 16 bytes, with vector types that gcc and clang
 * support on every CPU. Sets one of the upper four bits of `invalid_bits` for every
 * byte that is not a lower-case digit. */
static inline void decode_block(uint8_t *out, const uint8_t *hex, block_bytes *invalid_bits)
{
	block_bytes in;
	memcpy(&in, hex, sizeof(in));

	block_bytes is_letter = (block_bytes)((block_signed)in > '`');
	block_bytes value = in - '0' - (is_letter & ('a' - 10 - '0'));
	block_pairs pairs = (block_pairs)value;
	half_block bytes = __builtin_convertvector(JOIN_PAIRS(pairs) & 0xff, half_block);

	memcpy(out, &bytes, sizeof(bytes));
	/* Characters that follow '9' and are not letters also have a value of 10 to
	 * 15. */
	*invalid_bits |= value | (value + (~is_letter & 6));
}

/* Pass by pointer: clones built for different CPUs disagree on how vectors are passed
 * in registers. */
static inline bool all_digits(const block_bytes *invalid_bits)
{
	uint64_t words[BLOCK / 8];
	uint64_t all = 0;

	memcpy(words, invalid_bits, sizeof(words));
	for (size_t i = 0; i < BLOCK / 8; i++)
		all |= words[i];
	return (all & UINT64_MAX / 0xff * 0xf0) == 0;
}

/* Decode digits, two at a time. Returns false if there are other characters. */
static bool decode_digits(uint8_t *out, const uint8_t *hex, size_t hexlen)
{
	uint8_t all = 0;

	for (const uint8_t *end = hex + hexlen; hex < end; hex += 2) {
		uint8_t high = gdbregs__hex_values[hex[0]], low = gdbregs__hex_values[hex[1]];

		all |= high | low;
		*out++ = (uint8_t)(high << 4 | low);
	}
	return all < 16;
}

/* Decode any characters, two at a time. */
static enum gdbregs__hex_result decode_pairs(uint8_t *out, const uint8_t *hex, size_t hexlen)
{
	enum gdbregs__hex_result result = GDBREGS__HEX_OK;

	for (const uint8_t *end = hex + hexlen; hex < end; hex += 2, out++) {
		unsigned high = gdbregs__hex_digit(hex[0]), low = gdbregs__hex_digit(hex[1]);

		if ((high | low) < 16)
			*out = (uint8_t)(high << 4 | low);
		else if (high == GDBREGS__DIGIT_UNAVAILABLE && low == GDBREGS__DIGIT_UNAVAILABLE)
			result = GDBREGS__HEX_UNAVAILABLE;
		else
			return GDBREGS__HEX_BAD;
	}
	return result;
}

WITH_AVX2_CLONE enum gdbregs__hex_result gdbregs__hex_decode(uint8_t *out, const uint8_t *hex,
							     size_t hexlen)
{
	block_bytes invalid_bits = {0};

	if (hexlen % 2)
		return GDBREGS__HEX_BAD;
	if (hexlen < BLOCK)
		return decode_digits(out, hex, hexlen) ? GDBREGS__HEX_OK
						       : decode_pairs(out, hex, hexlen);
	for (size_t i = 0; i <= hexlen - BLOCK; i += BLOCK)
		decode_block(out + i / 2, hex + i, &invalid_bits);
	/* Decode the last block; it may overlap the one before. */
	decode_block(out + (hexlen - BLOCK) / 2, hex + hexlen - BLOCK, &invalid_bits);
	/* On any other character decode again, to accept capitals and `xx`. */
	return all_digits(&invalid_bits) ? GDBREGS__HEX_OK : decode_pairs(out, hex, hexlen);
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

bool gdbregs__hex_parse_all(const uint8_t *in, size_t size, uint64_t *value)
{
	size_t at = 0;

	return gdbregs__hex_parse(in, size, &at, value) && at == size;
}
