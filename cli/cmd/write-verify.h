/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine of `write`: all names and values first, then one register after the
 * other until one does not take its value. */
#ifndef CLI_WRITE_H
#define CLI_WRITE_H

#include "cmd/assignment.h"
#include "target/value.h"

/* One register of one vCPU. */
struct write_one {
	const struct assignment *assignment;
	uint8_t *bytes;
	size_t size;
};

/* For each vCPU, all assignments in their order. What was read before stands in
 * the target's snapshot, read for read. */
struct write_job {
	struct assignment *assignments;
	size_t assignment_count;
	struct write_one *writes;
	size_t count;
	size_t done;
	struct gdbregs_buffer taken; /* what the register has that did not take its value */
};

/* `work` of target.h, with a struct write_job as its argument. */
int write_start(struct target *t);
void write_fini(struct write_job *job);

/* write-print.c: what was written, old and new. False: out of memory. */
bool write_put(struct output *out, const struct targets *set);

#endif
