/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conditions on registers and parts of them, `rip>=0x7c00`, `cr0.PE=1`, for expect and
 * trace. Hides: their syntax, and how a number is compared with a register of any size
 * and type. */
#ifndef CLI_CONDITION_H
#define CLI_CONDITION_H

#include "target/sampler.h"

struct condition {
	char *name; /* [FEATURE:]NAME[.FIELD...][[INDEX]] */
	const char *operator; /* as shown: "==" for "=" */
	char *wanted; /* as typed */
};

/* A condition on a register of one vCPU. */
struct bound_condition {
	const struct condition *condition;
	const struct vcpu *vcpu;
	struct chosen part; /* the register or the part; its path belongs to the condition */
	enum gdbregs_byte_order order; /* of `wanted` */
	uint8_t *wanted; /* a value of the register that has the number in this part */
	size_t size_bytes;
	bool is_signed;
};

struct conditions {
	struct condition *item;
	size_t count;
	const struct sampler *samplers; /* those that they are bound to */
	struct bound_condition *bound; /* `count` for each sampler */
	size_t bound_count;
};

/* Add the conditions of a word, which are joined by commas. `option` is what the word is
 * the value of, for messages. Returns 0, or an exit status with a message on stderr. End
 * with conditions_fini() in both cases. */
int conditions_parse(struct conditions *c, const char *word, const char *option);
void conditions_fini(struct conditions *c);

/* Bind the conditions to each of some samplers of a target, which have room for their
 * registers and read them from now on. Returns what `work` of target.h returns. */
int conditions_bind(struct conditions *c, struct target *t, struct sampler *samplers, size_t count);
/* Returns condition `index` of a sampler. */
const struct bound_condition *conditions_at(const struct conditions *c,
					    const struct sampler *sampler, size_t index);
/* Returns whether it holds for the last values. No condition holds for an unavailable register. */
bool condition_holds(const struct bound_condition *bound, const struct sampler *sampler);
/* Returns whether all conditions of the sampler hold. */
bool conditions_hold(const struct conditions *c, const struct sampler *sampler);
/* Returns the last value that it is about. */
struct value condition_value(const struct bound_condition *bound, const struct sampler *sampler);
/* Write "rip == 0x7c00". */
void condition_write(char *text, size_t capacity, const struct condition *c);

#endif
