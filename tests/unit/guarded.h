/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Input that ends where readable memory ends, so that reading one byte past it faults. */
#ifndef GDBREGS_TESTS_GUARDED_H
#define GDBREGS_TESTS_GUARDED_H

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ck_assert() for loops. It does not report success to the runner, which makes it a hundred times
 * faster. */
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			ck_abort_msg("%s", #condition);                                            \
	} while (0)

#define GUARDED_BYTES (1 << 16) /* maximum size of the input; a multiple of any page size */

/* Returns a copy of `size` bytes that ends where readable memory ends. It is valid until the next
 * call. */
static inline const uint8_t *guarded(const void *data, size_t size)
{
	static uint8_t *area;

	if (!area) {
		area = mmap(NULL, 2 * GUARDED_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (area == MAP_FAILED || mprotect(area + GUARDED_BYTES, GUARDED_BYTES, PROT_NONE))
			abort();
	}
	if (size > GUARDED_BYTES)
		abort();
	if (size)
		memcpy(area + GUARDED_BYTES - size, data, size);
	return area + GUARDED_BYTES - size;
}

/* Returns a pseudo-random number (xorshift), the same ones in every run. */
static inline uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Fill `out` with up to `most` characters of `alphabet`. Returns how many. */
static inline size_t random_text(uint32_t *state, uint8_t *out, size_t most, const char *alphabet,
				 size_t alphabet_size)
{
	size_t size = random_next(state) % (most + 1);

	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)alphabet[random_next(state) % alphabet_size];
	return size;
}

#endif
