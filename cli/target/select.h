/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The selection of registers and parts of registers. Hides: patterns, derived groups, and the
 * search for what a pattern that matches nothing might have meant. */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "opt/options.h"

/* A register that was selected, or a part of one. */
struct chosen {
	const struct gdbregs_register *reg;
	struct gdbregs_field field; /* that of the whole register, or the part */
	char *path; /* of the part, such as "ZF"; NULL: the whole register */
	const char *alias; /* another name that it was asked for by, such as "pc"; or NULL */
	size_t place; /* of its register among those that are read */
};

/* The selection in one description, in the order of its registers. The parts of a
 * register follow it in the order in which they were asked for. */
struct selected {
	const struct gdbregs_description *description;
	struct chosen *item;
	size_t count, capacity;
	/* The registers to read: each of them once, however many of its parts are selected. */
	const struct gdbregs_register **registers;
	size_t register_count;
	size_t total; /* registers of the description */
};

struct named; /* select.c: what a pattern names in the description at hand */

/* The selection in the descriptions of one target. */
struct selection {
	const struct options *options;
	struct selected *item;
	size_t count;
	bool *fits; /* per pattern, --feature, --group and --exclude, in this order: whether
		     * it has fitted something */
	struct named *named; /* per pattern, then per --exclude */
};

/* Returns 0 or GDBREGS_ERR_NOMEM. */
int selection_init(struct selection *s, const struct options *options);
void selection_fini(struct selection *s);
/* Select from a description, once for all its vCPUs. *index is its place in `item`.
 * Returns 0 or GDBREGS_ERR_NOMEM. */
int selection_add(struct selection *s, const struct gdbregs_description *d, size_t *index);
/* Check the selection once all descriptions are in. Returns 0, or
 * GDBREGS_ERR_NO_REGISTER with a text in `message` if a pattern fitted nothing or
 * nothing is selected. */
int selection_check(const struct selection *s, char *message, size_t capacity);

/* Returns whether a register was asked for by a name without wildcards. */
bool select_named(const struct options *o, const struct gdbregs_register *reg);
/* Returns the group as the description writes it, else the one that GDB derives from the type. */
const char *select_group(const struct gdbregs_register *reg);

#endif
