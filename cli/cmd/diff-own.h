/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes a description of the registers of a snapshot. Roles and other names, such as `pc`, come
 * from the architecture and the features, and parts from shipped types. Hides: that the
 * description is XML. */
#ifndef CLI_DIFF_OWN_H
#define CLI_DIFF_OWN_H

#include "cmd/stored.h"

/* Make a description of the values from `first` to before `end`, which are those of one vCPU in a
 * file. Returns NULL if that is not possible: names work without it, too. The description belongs
 * to the context. */
const struct gdbregs_description *own_description(struct gdbregs_context *context,
						  const struct stored *s, size_t first, size_t end);

#endif
