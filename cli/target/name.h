/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of registers as people type them: [FEATURE:]NAME, a glob or another name of the
 * register. Hides: globs, and upper and lower case. */
#ifndef CLI_NAME_H
#define CLI_NAME_H

#include <gdbregs.h>

/* The colon between FEATURE and NAME, or NULL. Colons in bracket expressions such as
 * [[:digit:]] do not count. */
const char *name_colon(const char *pattern);
/* Whether the text fits a glob, upper and lower case alike. */
bool name_glob(const char *pattern, const char *text);
/* Whether [FEATURE:]NAME, two globs, fits a register; feature NULL: it has none. */
bool name_fits(const char *pattern, const char *feature, const char *name);
bool name_fits_register(const char *pattern, const struct gdbregs_register *reg);
/* The register of a description that has a name: its own, that of a role or of the ABI,
 * or one in other case if only one register has it. NULL: no register, or several. */
const struct gdbregs_register *name_find(const struct gdbregs_description *d, const char *pattern);

#endif
