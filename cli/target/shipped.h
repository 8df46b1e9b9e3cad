/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptions that come with us, for --arch NAME. Hides: where they are. */
#ifndef CLI_SHIPPED_H
#define CLI_SHIPPED_H

#include "opt/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <limits.h>

struct shipped_names {
	char **item; /* sorted */
	size_t count;
};

/* The path of the description NAME; false: there is none. */
bool shipped_find(const char *name, char path[PATH_MAX]);
/* Is NAME shipped? 0, or an exit status, with those that are said on stderr. */
int shipped_check(const char *name);
/* Their names; none where the directory can't be read or memory is short. */
void shipped_list(struct shipped_names *names);
void shipped_list_fini(struct shipped_names *names);

/* Load the description of --tdesc FILE, or the shipped one of --arch NAME, into a
 * new context. 0 or an exit status, said on stderr. The caller unrefs *context. */
int offline_load(const struct options *o, struct gdbregs_context **context,
		 const struct gdbregs_description **out);

#endif
