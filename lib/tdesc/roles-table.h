/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Register names by architecture. Data only. */
#ifndef GDBREGS_LIB_TDESC_ROLES_TABLE_H
#define GDBREGS_LIB_TDESC_ROLES_TABLE_H

#include <gdbregs.h>

/* Each text is a list of words, separated by one space. */
struct gdbregs__family {
	const char *architectures; /* names of <architecture>; a `*` at the end matches any rest */
	const char *features; /* names of the features with the core registers; `*` as above */
	const char
		*roles[GDBREGS_ROLE_RETURN_ADDRESS + 1]; /* names, preferred one first, or NULL */
	const char *const *synonyms; /* a row per register, NULL at the end; or NULL */
	const char *types; /* shipped file with types of its registers, or NULL */
};

/* The families. The family is found by the architecture; if that is NULL or "", by
 * one of the features. The last family has no architecture and is used if none
 * matches. */
extern const struct gdbregs__family gdbregs__families[];
extern const size_t gdbregs__family_count;

#endif
