/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Register names by architecture. Data only. */
#ifndef GDBREGS_LIB_ROLES_TABLE_H
#define GDBREGS_LIB_ROLES_TABLE_H

#include <gdbregs.h>

/* Texts are words with one space between them. */
struct gdbregs__family {
	const char *architectures; /* names of <architecture>; `*` at the end of one: any rest */
	const char *features; /* likewise; those that hold the core registers */
	const char *roles[GDBREGS_ROLE_RETURN_ADDRESS +
			  1]; /* names, the preferred one first; NULL: none */
	const char *const
		*synonyms; /* each row: names of one register; NULL ends them. May be NULL. */
	const char *types; /* shipped file with types for its registers; NULL: none */
};

/* The family of an architecture (NULL or "": unknown), else of one of the
 * features; the last one, which has no architecture, where nothing matches. */
extern const struct gdbregs__family gdbregs__families[];
extern const size_t gdbregs__family_count;

#endif
