/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All parts of a register, one after the other. Hides: how deep types are nested, and that
 * the parts of a hostile type cannot all be listed. */
#ifndef CLI_PART_WALK_H
#define CLI_PART_WALK_H

#include <gdbregs.h>

struct part_step {
	const struct gdbregs_field *field;
	const char *path;
	/* The number of elements, if this one is visited for all elements of its vector; else 1. */
	size_t count;
};

/* Returns false to end the walk. */
typedef bool (*part_fn)(void *arg, const struct part_step *step);

/* Visit the parts of a field whose path is `path`: each one before its own parts. Of a
 * vector, only the first element is visited, unless `each` is true. Ends after 4096 parts.
 * Returns false if `visit` did, or if memory ran out. */
bool part_walk(const struct gdbregs_field *from, const char *path, bool each, part_fn visit,
	       void *arg);

#endif
