/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptions without a stub: --tdesc FILE, or a shipped one by --arch NAME.
 * Hides: where shipped ones are (GDBREGS_XML_DIR, from the environment or the
 * build). */
#ifndef CLI_OFFLINE_H
#define CLI_OFFLINE_H

#include "options.h"

#include <limits.h>

/* Load it into a new context. 0 or an exit status, said on stderr. The caller
 * unrefs *context. */
int offline_load(const struct options *o, struct gdbregs_context **context,
		 const struct gdbregs_description **out);
/* The path of the shipped description NAME; false: there is none. */
bool offline_find_arch(const char *name, char path[PATH_MAX]);
/* Is NAME shipped? 0, or an exit status, with those that are said on stderr. */
int offline_check_arch(const char *name);

#endif
