/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the parts of registers that a snapshot file has in a target. Hides: how the register of a
 * part is found. */
#ifndef CLI_DIFF_PARTS_H
#define CLI_DIFF_PARTS_H

#include "cmd/stored.h"

/* Add the values that the parts of `file` have in the targets. A part that a target does
 * not have is not added. Returns 0, or an exit status with a message on stderr. */
int parts_add(struct stored *s, const struct targets *set, const struct stored *file);

#endif
