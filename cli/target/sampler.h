/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A vCPU whose registers are read again and again. Hides: the two buffers that take
 * turns, what has changed from one reading to the next, and which register is the
 * program counter. Reading allocates no memory once the sizes of all registers are
 * known. */
#ifndef CLI_SAMPLER_H
#define CLI_SAMPLER_H

#include "target/value.h"
#include "target/vcpu-state.h"

enum { SAMPLER_MOST_EXTRA = 3 };

struct sampler {
	const char *target;
	const struct vcpu *vcpu;
	const struct snapshot *snapshot;
	const struct chosen *items; /* the registers and parts that are recorded */
	size_t count;
	size_t total; /* registers that are read */
	struct gdbregs_read *now, *before;
	struct gdbregs_buffer now_bytes, before_bytes;
	enum gdbregs_byte_order now_order, before_order;
	size_t readings;
	gdbregs_uv_cb cb; /* of the reading under way */
	void *arg;
	struct vcpu_state state; /* sampling.c asks for it */
	size_t pc, cs, cr0; /* places among those read; SIZE_MAX: the vCPU has no such register */
};

/* Make a sampler for each vCPU of a snapshot, with room for `more` registers. With `located`,
 * the program counter is read even if it is not selected. Returns 0 or GDBREGS_ERR_NOMEM; end
 * with samplers_fini() in both cases. */
int samplers_make(struct sampler **samplers, size_t *count, const struct snapshot *s, bool located,
		  size_t more);
void samplers_fini(struct sampler *samplers, size_t count);

/* Have a register read, too, and return its place. Call it before anything is read, and
 * at most as often as `more` says. */
size_t sampler_include(struct sampler *sampler, const struct gdbregs_register *reg);

/* Read, and call back as gdbregs_uv_read_registers() does. The last values become `before`. */
int sampler_read(struct sampler *sampler, struct gdbregs_session *s, gdbregs_uv_cb cb, void *arg);

/* Forget the last reading. */
void sampler_unread(struct sampler *sampler);

/* Return the value of item `index` in the last reading and in the one before. */
struct value sampler_value(const struct sampler *sampler, size_t index);
struct value sampler_old_value(const struct sampler *sampler, size_t index);
/* Returns the value that was read at a place; `chosen` is a part of that register, or NULL. */
struct value sampler_value_at(const struct sampler *sampler, size_t place,
			      const struct chosen *chosen);
/* Returns whether item `index` has changed since the reading before. At the first one, all have. */
bool sampler_changed(const struct sampler *sampler, size_t index);

/* Returns whether its program counter is known. */
bool sampler_is_located(const struct sampler *sampler);
/* Add its program counter as a number, if it is known. */
void sampler_write_place(const struct sampler *sampler, struct text *text);
/* Returns whether the vCPU was in real mode of x86 at the last reading. *cs is its code segment. */
bool sampler_real_mode(const struct sampler *sampler, uint64_t *cs);
/* Returns whether its program counter is at the address. */
bool sampler_is_at(const struct sampler *sampler, uint64_t address);

#endif
