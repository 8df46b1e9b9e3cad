/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first pass over a packet's text: finds its end and sums up its bytes. Every
 * byte received passes through here.
 * Hides: how many bytes are processed at a time, with words and vector types that gcc
 * and clang support on every CPU. */
#ifndef GDBREGS_LIB_RSP_PACKET_SCAN_H
#define GDBREGS_LIB_RSP_PACKET_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The characters # $ * are below this value; register data is not. */
#define GDBREGS__SCAN_PLAIN 0x2b

#define GDBREGS__SCAN_SHORT  40 /* longer texts are processed in strides */
#define GDBREGS__SCAN_BLOCK  ((ptrdiff_t)16)
#define GDBREGS__SCAN_STRIDE (4 * GDBREGS__SCAN_BLOCK)

typedef uint8_t gdbregs__scan_block __attribute__((vector_size(GDBREGS__SCAN_BLOCK)));

static inline bool gdbregs__scan_ends(uint8_t byte)
{
	return byte == '#' || byte == '$' || byte == '*';
}

/* -------------------------------------------------------------- eight bytes --- */

/* Load eight bytes, the first one into the lowest bits. */
static inline uint64_t gdbregs__scan_word(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* Set the highest bit of every byte that is below GDBREGS__SCAN_PLAIN or above 0x7f.
 * Only the lowest bit set is reliable, and only that one is used. */
static inline uint64_t gdbregs__scan_special(uint64_t word)
{
	const uint64_t ones = UINT64_MAX / 0xff;

	return (word - ones * GDBREGS__SCAN_PLAIN) & ~word & ones << 7;
}

/* Add up the bytes in pairs. Each sum has room for 256 words. */
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

/* Load a block. Blocks are passed by pointer: how they are passed by value depends on
 * the CPU. */
static inline void gdbregs__scan_load(gdbregs__scan_block *block, const uint8_t *at)
{
	memcpy(block, at, sizeof(*block));
}

/* Returns true if no byte has its highest bit set. */
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

/* Skip a long run of plain text. Stops before the stride that holds another byte; it
 * may also stop before a stride with bytes above 0x7f. */
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
		sums += a + b + c + d; /* each sum is modulo 256, like the checksum */
	}
	*sum += gdbregs__scan_block_total(&sums);
	return at;
}

/* --------------------------------------------------------------------- all --- */

/* Returns the position of the first # $ or *, or `end` if there is none. Adds the bytes before it
 * to the checksum, of which only the low eight bits are valid. */
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
		/* The bits below the marked one belong to the bytes before it. */
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
