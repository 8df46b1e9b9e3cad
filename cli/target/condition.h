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

struct conditions {
	struct condition *item;
	size_t count;
};

/* Add the conditions of a word, which are joined by commas. `option` is what the word is
 * the value of, for messages. Returns 0, or an exit status with a message on stderr. End
 * with conditions_fini() in both cases. */
int conditions_parse(struct conditions *c, const char *word, const char *option);
void conditions_fini(struct conditions *c);

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

/* Have the registers read by the sampler, which has room for them. `bound` has room for
 * c->count. Returns 0, or a GDBREGS_ERR_* with a text in `message` unless it is NOMEM:
 * INVAL for a value that the register cannot have. */
int conditions_bind(struct bound_condition *bound, const struct conditions *c,
		    struct sampler *sampler, char *message, size_t capacity);
void conditions_unbind(struct bound_condition *bound, size_t count);
/* Whether it holds for the last values. No condition holds for an unavailable register. */
bool condition_holds(const struct bound_condition *bound, const struct sampler *sampler);
bool conditions_hold(const struct bound_condition *bound, size_t count,
		     const struct sampler *sampler);
/* The last value that it is about. */
struct value condition_value(const struct bound_condition *bound, const struct sampler *sampler);
/* Write "rip == 0x7c00". */
void condition_write(char *text, size_t capacity, const struct condition *c);

#endif
