/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conditions on registers, `rip>=0x7c00`, for expect and trace. Hides: their syntax, and
 * how a number is compared with a register of any size. */
#ifndef CLI_CONDITION_H
#define CLI_CONDITION_H

#include "target/sampler.h"

struct condition {
	char *name; /* [FEATURE:]NAME */
	const char *operator; /* as shown: "==" for "=" */
	char *wanted; /* as typed */
};

struct conditions {
	struct condition *item;
	size_t count;
};

/* Add what one word has: conditions joined by commas. `option`: what it is the value of,
 * for messages. 0 or an exit status, said on stderr. End with conditions_fini(). */
int conditions_parse(struct conditions *c, const char *word, const char *option);
void conditions_fini(struct conditions *c);

/* A condition on a register of one vCPU. */
struct bound_condition {
	const struct condition *condition;
	size_t place; /* in the sampler */
	uint8_t *wanted; /* little-endian, as many bytes as the register has */
	size_t size_bytes;
};

/* Have the registers read by the sampler, which has room for them. 0, or a
 * GDBREGS_ERR_*: what is wrong is in `message`. `bound` has room for c->count. */
int conditions_bind(struct bound_condition *bound, const struct conditions *c,
		    struct sampler *sampler, char *message, size_t capacity);
void conditions_unbind(struct bound_condition *bound, size_t count);
/* With what was read last. An unavailable register fulfils nothing. */
bool condition_holds(const struct bound_condition *bound, const struct sampler *sampler);
bool conditions_hold(const struct bound_condition *bound, size_t count,
		     const struct sampler *sampler);
/* "rip == 0x7c00" */
void condition_write(char *text, size_t capacity, const struct condition *c);

#endif
