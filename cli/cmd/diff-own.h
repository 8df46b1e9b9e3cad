/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The description that the registers of a snapshot make. Its roles and other names, such as
 * `pc`, come from the architecture and the features; parts come from types that are shipped.
 * Hides: that it is XML. */
#ifndef CLI_DIFF_OWN_H
#define CLI_DIFF_OWN_H

#include "cmd/snapshot-file.h"

/* Make it from the values `first` to `end`, which are those of one vCPU in a file. Returns
 * NULL if they make none: it is a help, no more. The description belongs to the context. */
const struct gdbregs_description *own_description(struct gdbregs_context *context,
						  const struct stored *s, size_t first, size_t end);

#endif
