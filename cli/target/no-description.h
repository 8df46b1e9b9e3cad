/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stub that serves no description, and no --arch or --tdesc: the message says which of
 * the shipped descriptions fit its registers. It has to be asked on the first connection,
 * because a spawned stub and QEMU's user emulation do not accept a second one. */
#ifndef CLI_NO_DESCRIPTION_H
#define CLI_NO_DESCRIPTION_H

#include "target/target.h"

/* Returns whether a vCPU of this connected target has no description. */
bool no_description_is(const struct target *t);
/* Ask for the size of its registers and fail. Returns what `work` of target.h returns. */
int no_description_fail(struct target *t);

#endif
