/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses and applies REG=VALUE. Hides: the notations of values, and how they become bytes. */
#ifndef CLI_ASSIGNMENT_H
#define CLI_ASSIGNMENT_H

#include "target/select.h"

struct assignment {
	char *pattern; /* [FEATURE:]NAME[.FIELD...][[INDEX]]; owned */
	const char *value; /* as typed */
};

/* Split a word and check its notation, before any guest is stopped for it. Returns 0, or
 * an exit status with a message on stderr. The caller frees `pattern`. */
int assignment_parse(struct assignment *a, const char *word);

/* Find the register or the part that is meant. Returns false, with a text in `message`,
 * if there is none or more than one. The path in *out belongs to the assignment. */
bool assignment_find(const struct assignment *a, const struct selected *all, struct chosen *out,
		     char *message, size_t capacity);

/* Set the register or the part in the bytes of a register. All other bits stay as they
 * are. Returns false, with a text in `message`, if the value does not fit. */
bool assignment_apply(const struct assignment *a, const struct chosen *chosen,
		      enum gdbregs_byte_order order, uint8_t *bytes, size_t size, char *message,
		      size_t capacity);

#endif
