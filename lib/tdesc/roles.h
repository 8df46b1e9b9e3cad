/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which register is the pc, and which other names a register has. Hides: where
 * that is known from (the description, then a table by architecture). */
#ifndef GDBREGS_LIB_ROLES_H
#define GDBREGS_LIB_ROLES_H

#include "tdesc/model.h"

/* The role that LLDB's attribute generic="TEXT" names; NONE for other texts and NULL. */
enum gdbregs_role gdbregs__roles_generic(const char *text);

/* The shipped file, without its suffix, that has types for registers of this
 * architecture; NULL where there is none. Static. */
const char *gdbregs__roles_types(const struct gdbregs_description *d);

/* Fill d->roles, once the registers can be found by name. */
void gdbregs__roles_fill(struct gdbregs_description *d);

/* The register of a role; NULL where there is none, or no such role. */
const struct gdbregs_register *gdbregs__roles_get(const struct gdbregs_description *d,
						  enum gdbregs_role role);

/* As gdbregs__description_find(), for other names too: the exact name, the
 * description's altname, the names of roles, the names of the architecture's ABI.
 * The first of these that knows the name decides. */
int gdbregs__roles_find(const struct gdbregs_description *d, const char *feature, const char *name,
			const struct gdbregs_register **out);

#endif
