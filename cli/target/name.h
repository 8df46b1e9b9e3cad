/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of registers as people type them: [FEATURE:]NAME, a glob or another name of the
 * register. Hides: globs, and upper and lower case. */
#ifndef CLI_NAME_H
#define CLI_NAME_H

#include <gdbregs.h>

/* Returns the colon between FEATURE and NAME, or NULL. Colons in bracket expressions such as
 * [[:digit:]] do not count. */
const char *name_colon(const char *pattern);
/* Returns whether the text matches a glob, without regard to case. */
bool name_glob(const char *pattern, const char *text);
/* Returns whether a register matches [FEATURE:]NAME, which are two globs. feature NULL: it has
 * none. */
bool name_fits(const char *pattern, const char *feature, const char *name);
bool name_fits_register(const char *pattern, const struct gdbregs_register *reg);
/* Returns the register of a description that has a name: its own, that of a role or of the ABI,
 * or, if only one register has it, a name in another case. Returns NULL if there is no such
 * register, or several. */
const struct gdbregs_register *name_find(const struct gdbregs_description *d, const char *pattern);
/* If a pattern, or the register of a part, is the name of a role that no register of the
 * description has, write that to `message`, such as "riscv:rv64 has no flags register", and
 * return true. */
bool name_lacks_role(const struct gdbregs_description *d, const char *pattern, char *message,
		     size_t capacity);

#endif
