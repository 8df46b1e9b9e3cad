/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 1. The first look at a packet's text: where it ends, and its checksum.
 * Hides: many bytes at a time, with the words and vectors that gcc and clang have on
 * any machine. This sees every byte that ever arrives. */
#ifndef GDBREGS_LIB_FRAME_SCAN_H
#define GDBREGS_LIB_FRAME_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What # $ and * lie below and register data lies above. */
#define GDBREGS__SCAN_PLAIN 0x2b

#define GDBREGS__SCAN_SHORT  40 /* texts longer than this are worth strides */
#define GDBREGS__SCAN_BLOCK  16
#define GDBREGS__SCAN_STRIDE (4 * GDBREGS__SCAN_BLOCK)

typedef uint8_t gdbregs__scan_block __attribute__((vector_size(GDBREGS__SCAN_BLOCK)));

static inline bool gdbregs__scan_ends(uint8_t byte)
{
	return byte == '#' || byte == '$' || byte == '*';
}

/* -------------------------------------------------------------- eight bytes --- */

/* The eight bytes at `at`, the first one lowest. */
static inline uint64_t gdbregs__scan_word(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* A bit in every byte that is not plain; right up to the first of them, which is all
 * that counts. */
static inline uint64_t gdbregs__scan_special(uint64_t word)
{
	const uint64_t ones = UINT64_MAX / 0xff;

	return (word - ones * GDBREGS__SCAN_PLAIN) & ~word & ones << 7;
}

/* Of the bytes, two by two: sums of pairs that have room for 256 words. */
static inline uint64_t gdbregs__scan_pair_sums(uint64_t word)
{
	const uint64_t low = UINT64_MAX / 0xffff * 0xff;

	return (word & low) + (word >> 8 & low);
}

static inline unsigned gdbregs__scan_total(uint64_t pair_sums)
{
	return (unsigned)(pair_sums * (UINT64_MAX / 0xffff) >> 48);
}

/* ----------------------------------------------------------------- strides --- */

/* Blocks go by address: how one is passed by value depends on the machine. */
static inline void gdbregs__scan_load(gdbregs__scan_block *block, const uint8_t *at)
{
	memcpy(block, at, sizeof(*block));
}

/* No byte has its highest bit. */
static inline bool gdbregs__scan_low(const gdbregs__scan_block *block)
{
	uint64_t halves[2];

	memcpy(halves, block, sizeof(halves));
	return ((halves[0] | halves[1]) & UINT64_MAX / 0xff << 7) == 0;
}

static inline unsigned gdbregs__scan_block_total(const gdbregs__scan_block *block)
{
	uint64_t halves[2];

	memcpy(halves, block, sizeof(halves));
	return gdbregs__scan_total(gdbregs__scan_pair_sums(halves[0]) +
				   gdbregs__scan_pair_sums(halves[1]));
}

/* Past a long run of plain text. It stops in front of the stride in which other bytes
 * come up, and maybe in front of one with bytes above 0x7f. */
static inline const uint8_t *gdbregs__scan_strides(const uint8_t *at, const uint8_t *end,
						   unsigned *sum)
{
	gdbregs__scan_block sums = {0};

	for (; end - at >= GDBREGS__SCAN_STRIDE; at += GDBREGS__SCAN_STRIDE) {
		gdbregs__scan_block a, b, c, d;

		gdbregs__scan_load(&a, at);
		gdbregs__scan_load(&b, at + GDBREGS__SCAN_BLOCK);
		gdbregs__scan_load(&c, at + 2 * GDBREGS__SCAN_BLOCK);
		gdbregs__scan_load(&d, at + 3 * GDBREGS__SCAN_BLOCK);
		gdbregs__scan_block above = (a - GDBREGS__SCAN_PLAIN) | (b - GDBREGS__SCAN_PLAIN) |
					    (c - GDBREGS__SCAN_PLAIN) | (d - GDBREGS__SCAN_PLAIN);
		if (!gdbregs__scan_low(&above))
			break;
		sums += a + b + c + d; /* each lane modulo 256, as the checksum is */
	}
	*sum += gdbregs__scan_block_total(&sums);
	return at;
}

/* --------------------------------------------------------------------- all --- */

/* The first # $ or * in the input, or its end; adds the bytes before it to the
 * checksum, of which the low eight bits count. */
static inline const uint8_t *gdbregs__scan(const uint8_t *at, const uint8_t *end, unsigned *sum)
{
	const uint8_t *far = end - at > GDBREGS__SCAN_SHORT ? at + GDBREGS__SCAN_SHORT : NULL;

	while (end - at >= 8) {
		uint64_t word = gdbregs__scan_word(at);
		uint64_t special = gdbregs__scan_special(word);

		if (!special) {
			*sum += gdbregs__scan_total(gdbregs__scan_pair_sums(word));
			at += 8;
			if (at == far)
				at = gdbregs__scan_strides(at, end, sum);
			continue;
		}
		/* The bits below the one that marks it are those of the bytes before it. */
		unsigned before_bits = (unsigned)__builtin_ctzll(special) & ~7u;
		word &= ((uint64_t)1 << before_bits) - 1;
		*sum += gdbregs__scan_total(gdbregs__scan_pair_sums(word));
		at += before_bits / 8;
		if (gdbregs__scan_ends(*at))
			return at;
		*sum += *at++;
	}
	for (; at < end && !gdbregs__scan_ends(*at); at++)
		*sum += *at;
	return at;
}

#endif
