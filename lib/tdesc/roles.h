/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds registers by their role (pc, sp, ...) and by their other names.
 * Hides: the sources of roles and names (the description, then a table by
 * architecture). */
#ifndef GDBREGS_LIB_TDESC_ROLES_H
#define GDBREGS_LIB_TDESC_ROLES_H

#include "tdesc/model.h"

/* Returns the role for LLDB's attribute generic="TEXT", or NONE for other texts and NULL. */
enum gdbregs_role gdbregs__roles_generic(const char *text);

/* Returns true if `text` is one of these words. Words are separated by one space. A word may end in
 * `*`, which matches any rest. */
bool gdbregs__roles_match(const char *words, const char *text);

/* Returns the shipped file, without its suffix, with types of this architecture's registers, or
 * NULL. The text is static. */
const char *gdbregs__roles_types(const struct gdbregs_description *d);

/* Fill in d->roles. The registers must be indexed by name. */
void gdbregs__roles_fill(struct gdbregs_description *d);

/* Returns the register of a role, or NULL if there is none or the role is invalid. */
const struct gdbregs_register *gdbregs__roles_get(const struct gdbregs_description *d,
						  enum gdbregs_role role);

/* Look up a register as gdbregs__description_find() does, also by other names. The
 * order is: exact name, the description's altname, names of roles, names in the
 * architecture's ABI. The first of these that knows the name decides. */
int gdbregs__roles_find(const struct gdbregs_description *d, const char *feature, const char *name,
			const struct gdbregs_register **out);

#endif
