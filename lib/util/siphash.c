/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/siphash.h"

#include <string.h>
#include <sys/random.h>

struct state {
	uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static void mix(struct state *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = rotate(s->b, 13) ^ s->a;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a = rotate(s->a, 32);
	s->c += s->b;
	s->a += s->d;
	s->b = rotate(s->b, 17) ^ s->c;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c = rotate(s->c, 32);
}

static void absorb(struct state *s, uint64_t word)
{
	s->d ^= word;
	mix(s);
	s->a ^= word;
}

uint64_t gdbregs__hash_bytes(const struct gdbregs__hash_key *key, const void *data, size_t size)
{
	/* The constant "somepseudorandomlygeneratedbytes", from the definition of
	 * SipHash. */
	struct state s = {
		key->half[0] ^ 0x736f6d6570736575,
		key->half[1] ^ 0x646f72616e646f6d,
		key->half[0] ^ 0x6c7967656e657261,
		key->half[1] ^ 0x7465646279746573,
	};
	const uint8_t *in = data;
	uint64_t word;

	for (size_t left = size; left >= sizeof(word); left -= sizeof(word), in += sizeof(word)) {
		memcpy(&word, in, sizeof(word));
		absorb(&s, word);
	}
	word = (uint64_t)size << 56;
	for (size_t i = 0; i < size % sizeof(word); i++)
		word |= (uint64_t)in[i] << 8 * i;
	absorb(&s, word);
	s.c ^= 0xff;
	for (int i = 0; i < 3; i++)
		mix(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}

uint64_t gdbregs__hash_text(const struct gdbregs__hash_key *key, const char *text)
{
	return gdbregs__hash_bytes(key, text, strlen(text));
}

struct gdbregs__hash_key gdbregs__hash_key(void)
{
	struct gdbregs__hash_key key;

	/* Early in boot there may be no entropy yet. Do not wait for it: use an
	 * address, which the loader randomises. */
	if (getrandom(&key, sizeof(key), GRND_NONBLOCK) != (ssize_t)sizeof(key)) {
		key.half[0] = (uintptr_t)&key;
		key.half[1] = (uintptr_t)&gdbregs__hash_key;
	}
	return key;
}
