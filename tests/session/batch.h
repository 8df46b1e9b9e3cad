/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading all registers of vCPUs in one batch. */
#ifndef GDBREGS_TESTS_WIRE_BATCH_H
#define GDBREGS_TESTS_WIRE_BATCH_H

#include "harness.h"

struct batch {
	struct gdbregs_read reads[64];
	size_t count;
	struct gdbregs_buffer storage;
};

/* All registers of the vCPU, behind those that are there. */
void batch_add(struct batch *b, struct drive *d, unsigned vcpu);
/* Read all; those whose number is in `except`, blanks around it, are checked by
 * the caller, all others here. */
void batch_read(struct batch *b, struct drive *d, const char *except);

#endif
