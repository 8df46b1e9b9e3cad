/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at a running guest again and again: interrupt, read, resume. Hides: the timers,
 * and a guest that stops by itself or does not stop at all. */
#ifndef CLI_SAMPLING_H
#define CLI_SAMPLING_H

#include "target/sampler.h"

struct sampling {
	struct target *target;
	struct sampler *samplers; /* one per vCPU */
	size_t count;
	unsigned interval_ms;
	bool located; /* read where each vCPU is, too */
	bool states; /* ask for the state of each vCPU, too */
	/* Called when all is read and the guest is still stopped. Returns false if that was the
	 * last sample. */
	bool (*more)(void *arg);
	/* Called when the guest runs again, unless that was the last sample, so that a slow
	 * terminal does not hold it up. Returns 1 to go on, 0 to end, or a GDBREGS_ERR_*. NULL: go
	 * on. */
	int (*show)(void *arg);
	void *arg;
	bool ended; /* the guest stopped by itself */
	struct gdbregs_stop stop; /* the last one */
	/* Private members. */
	size_t outstanding; /* samplers that are being read */
	int error; /* what went wrong with one of them */
	uint64_t due_ms;
	bool asked; /* it was us who stopped the guest */
	bool late; /* and it has not stopped in time */
};

/* Make a sampler for each vCPU of the target's snapshot, with room for `more` registers. Returns 0
 * or GDBREGS_ERR_NOMEM. */
int sampling_init(struct sampling *s, struct target *t, size_t more);
/* Take the first sample. Returns what `work` of target.h returns. */
int sampling_start(struct sampling *s);
void sampling_fini(struct sampling *s);

#endif
