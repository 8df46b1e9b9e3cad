/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shipped descriptions, for --arch NAME. Hides: where they are. */
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

/* Find the path of the description NAME. Returns false if there is no such description. */
bool shipped_find(const char *name, char path[PATH_MAX]);
/* Check that NAME is shipped. Returns 0, or an exit status with a message on stderr that
 * lists the names. */
int shipped_check(const char *name);
/* Get their names. The list is empty if the directory cannot be read or memory is short. */
void shipped_list(struct shipped_names *names);
void shipped_list_fini(struct shipped_names *names);

/* Load the description of --tdesc FILE, or the shipped one of --arch NAME, into a
 * new context. Returns 0, or an exit status with a message on stderr. The caller drops
 * *context. */
int offline_load(const struct options *o, struct gdbregs_context **context,
		 const struct gdbregs_description **out);

#endif
