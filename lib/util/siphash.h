/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 0. A keyed hash (SipHash-1-3). Hides: its rounds, and where the key
 * comes from. A stub chooses the strings we put into tables; with a key it
 * cannot know it cannot choose strings that collide. */
#ifndef GDBREGS_LIB_HASH_H
#define GDBREGS_LIB_HASH_H

#include <stddef.h>
#include <stdint.h>

struct gdbregs__hash_key {
	uint64_t half[2];
};

/* A key nobody can foretell. No result depends on it, only time does. */
struct gdbregs__hash_key gdbregs__hash_key(void);

uint64_t gdbregs__hash_bytes(const struct gdbregs__hash_key *key, const void *data, size_t size);
/* Up to the NUL. */
uint64_t gdbregs__hash_text(const struct gdbregs__hash_key *key, const char *text);

#endif
