/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of registers in a diff with a target. All registers of a target are read, and a
 * snapshot file may have parts. Hides: how their values are made of the registers. */
#ifndef CLI_DIFF_PARTS_H
#define CLI_DIFF_PARTS_H

#include "cmd/snapshot-file.h"

/* Add the values that the parts of `file` have in the targets. A part that a target does
 * not have is not added. Returns 0, or an exit status with a message on stderr. */
int diff_add_parts(struct stored *s, const struct targets *set, const struct stored *file);

/* Make the members that a snapshot file has for a part. Returns NULL when out of memory. */
json_t *diff_part_object(const struct value *v);

#endif
