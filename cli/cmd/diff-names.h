/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds registers by meaning in a diff: `pc`, and parts such as `eflags.ZF`. A snapshot file has
 * neither types nor other names of registers. Hides: the descriptions that have them, which are
 * those of the targets, the shipped ones, and those that snapshots make. */
#ifndef CLI_DIFF_NAMES_H
#define CLI_DIFF_NAMES_H

#include "cmd/stored.h"

/* Returns whether a pattern fits the own name of a value. The name of a register fits its parts,
 * too. */
bool names_fit(const char *pattern, const struct stored_value *v);

/* Apply patterns that fit no own name among the values of a vCPU: mark the values that such a
 * pattern means by another name, and add those of a part. `set` may be NULL. `seen` has an
 * element for each pattern, --feature and --exclude, which becomes true if it means something.
 * Returns 0, or an exit status with a message on stderr. */
int names_add(struct stored *s, const struct options *o, const struct targets *set, bool *seen);

#endif
