/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the fuzz targets: reading an input, and REQUIRE(). A target is a function of bytes,
 * which libFuzzer or replay.c calls. It must not depend on the clock, on addresses or on an earlier
 * input. */
#ifndef GDBREGS_TESTS_FUZZ_H
#define GDBREGS_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A condition that must hold for every input. */
#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__,           \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

struct fuzz_input {
	const uint8_t *at, *end;
};

static inline size_t fuzz_left(const struct fuzz_input *in)
{
	return (size_t)(in->end - in->at);
}

/* Returns the next byte, or 0 after the end. */
static inline uint8_t fuzz_byte(struct fuzz_input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static inline unsigned fuzz_word(struct fuzz_input *in)
{
	unsigned high = fuzz_byte(in);

	return high << 8 | fuzz_byte(in);
}

/* Returns a copy of the next bytes, at most `size`, and sets `size`. The copy ends where its memory
 * ends. free() it. */
static inline uint8_t *fuzz_take(struct fuzz_input *in, size_t *size)
{
	if (*size > fuzz_left(in))
		*size = fuzz_left(in);
	uint8_t *copy = malloc(*size);
	REQUIRE(copy || !*size);
	if (*size)
		memcpy(copy, in->at, *size);
	in->at += *size;
	return copy;
}

/* Require a single printable line. */
static inline void fuzz_require_printable(const char *text, size_t capacity)
{
	size_t length = strnlen(text, capacity);

	REQUIRE(length < capacity);
	for (size_t i = 0; i < length; i++)
		REQUIRE(text[i] >= 0x20 && text[i] < 0x7f);
}

/* Returns a pseudo-random number (xorshift). */
static inline uint32_t fuzz_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

#endif
