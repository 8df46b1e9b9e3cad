/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A keyed hash function (SipHash-1-3). A stub chooses the strings that are stored in
 * hash tables. It does not know the key, so it cannot choose strings whose hashes
 * collide.
 * Hides: the rounds, and how the key is made. */
#ifndef GDBREGS_LIB_UTIL_SIPHASH_H
#define GDBREGS_LIB_UTIL_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct gdbregs__hash_key {
	uint64_t half[2];
};

/* Returns a key that a stub cannot predict. Only the time of lookups depends on it, never a
 * result. */
struct gdbregs__hash_key gdbregs__hash_key(void);

uint64_t gdbregs__hash_bytes(const struct gdbregs__hash_key *key, const void *data, size_t size);
/* Hash `text` up to its NUL. */
uint64_t gdbregs__hash_text(const struct gdbregs__hash_key *key, const char *text);

#endif
