/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* REG=VALUE. Hides: the notations of values, and how they become bytes. */
#ifndef CLI_ASSIGNMENT_H
#define CLI_ASSIGNMENT_H

#include "target/select.h"

struct assignment {
	char *pattern; /* [FEATURE:]NAME; owned */
	const char *value; /* as typed */
};

/* Split and look at the notation alone, before any guest is stopped for it. 0 or
 * an exit status, said on stderr. `pattern` is the caller's to free. */
int assignment_parse(struct assignment *a, const char *word);

/* The register of a description that is meant; NULL, with `message` in words, if
 * there is none or more than one. */
const struct gdbregs_register *assignment_find(const struct assignment *a,
					       const struct selected *all, char *message,
					       size_t capacity);

/* The bytes, `size` of them, in the given order. False, with `message` in words: it
 * does not fit, or it can't be said in that order. */
bool assignment_bytes(const struct assignment *a, const struct gdbregs_register *reg,
		      enum gdbregs_byte_order order, uint8_t *bytes, size_t size, char *message,
		      size_t capacity);

#endif
