/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registers by meaning in a diff: `pc`, and parts such as `eflags.ZF`. A snapshot file has
 * neither types nor other names of registers. Hides: the descriptions that have them, which
 * are those of the targets and the shipped ones. */
#ifndef CLI_DIFF_NAMES_H
#define CLI_DIFF_NAMES_H

#include "cmd/snapshot-file.h"

/* Returns whether the pattern is a name of the value as it is. The name of a register selects its
 * parts, too. */
bool names_fit(const char *pattern, const struct stored_value *v);

/* For a pattern that fits none of a vCPU's values as it is: mark the values that it means by
 * another name, and add those of a part. `set` may be NULL. `seen` has an element per
 * pattern, --feature and --exclude, set to true where it means something. Returns 0, or an
 * exit status with a message on stderr. */
int names_add(struct stored *s, const struct options *o, const struct targets *set, bool *seen);

#endif
