/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which registers are meant. Hides: globs, derived groups, and the search for
 * what a pattern that fits nothing might have meant. */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "opt/options.h"

/* The selected registers of one description, in its order. */
struct selected {
	const struct gdbregs_description *description;
	const struct gdbregs_register **registers;
	const char **aliases; /* the name that one was asked for by, e.g. pc; else NULL */
	size_t count;
	size_t total; /* registers of the description */
};

/* What has been selected in the descriptions of one target. */
struct selection {
	const struct options *options;
	struct selected *item;
	size_t count;
	bool *fits; /* per pattern, --feature, --group and --exclude, in this order: it fitted
		     * something */
	/* Per pattern: the register of the description under way that it is another name of. */
	const struct gdbregs_register **others;
};

/* 0 or GDBREGS_ERR_NOMEM. */
int selection_init(struct selection *s, const struct options *options);
void selection_fini(struct selection *s);
/* Select from a description, once for all its vCPUs; *index is its place in
 * `item`. 0 or GDBREGS_ERR_NOMEM. */
int selection_add(struct selection *s, const struct gdbregs_description *d, size_t *index);
/* All descriptions are in: 0, or GDBREGS_ERR_NO_REGISTER with `message` in words,
 * if a pattern fitted nothing or nothing is left. */
int selection_check(const struct selection *s, char *message, size_t capacity);

/* Does [FEATURE:]NAME, a glob, fit a register of that feature (NULL: of none) and name? */
bool select_fits(const char *pattern, const char *feature, const char *name);
bool select_glob(const char *pattern, const char *text);
/* The register that a description knows by [FEATURE:]NAME: its own name, or the one of a
 * role or of the ABI. NULL: none, or several. */
const struct gdbregs_register *select_find(const struct gdbregs_description *d,
					   const char *pattern);
/* It was asked for by a pattern without wildcards. */
bool select_named(const struct options *o, const struct gdbregs_register *reg);
/* The group as the description writes it, else as GDB derives it from the type. */
const char *select_group(const struct gdbregs_register *reg);

#endif
