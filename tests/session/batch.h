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

/* Append all registers of the vCPU. */
void batch_add(struct batch *b, struct drive *d, unsigned vcpu);
/* Read all of them and check the values, except those of the registers whose numbers are in
 * `except`, with blanks around each. */
void batch_read(struct batch *b, struct drive *d, const char *except);

#endif
