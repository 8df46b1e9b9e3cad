/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stub that serves no description, where none was named: says which of the
 * shipped ones fit its registers. Hides: how a session is had with such a stub,
 * so that it can be asked on the one connection; a spawned stub, and QEMU's user
 * emulation, have no second one. */
#ifndef CLI_NO_DESCRIPTION_H
#define CLI_NO_DESCRIPTION_H

#include "target/target.h"

/* Make what stands for the missing description, if one may be missing. Where
 * that can't be done, the library refuses such a stub in its own words. */
void no_description_prepare(struct targets *set);
void no_description_fini(struct targets *set);

/* One of the vCPUs of this connected target has no description. */
bool no_description_is(const struct target *t);
/* Ask for the size of its registers and fail; as `work` of target.h returns. */
int no_description_fail(struct target *t);

#endif
