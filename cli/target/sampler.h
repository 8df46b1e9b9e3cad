/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A vCPU whose registers are read again and again. Hides: the two buffers that
 * take turns, what has changed from one reading to the next, and where the
 * program counter stands among them. Reading allocates nothing once the sizes of
 * all registers are known. */
#ifndef CLI_SAMPLER_H
#define CLI_SAMPLER_H

#include "target/value.h"

enum { SAMPLER_MOST_EXTRA = 3 };

struct sampler {
	const char *target;
	const struct vcpu *vcpu;
	const struct snapshot *snapshot;
	size_t count; /* registers that are recorded: the first of all that are read */
	size_t total;
	struct gdbregs_read *now, *before;
	struct gdbregs_buffer now_bytes, before_bytes;
	size_t readings;
	size_t pc, cs, cr0; /* places among those read; SIZE_MAX: it has none */
};

/* Room for `more` registers is kept. With `located`, the program counter is read whether it is selected or not. 0 or
 * GDBREGS_ERR_NOMEM; end with sampler_fini() in both cases. */
int sampler_init(struct sampler *sampler, const struct snapshot *s, const struct vcpu *vcpu,
		 bool located, size_t more);
void sampler_fini(struct sampler *sampler);

/* The register of that name, whether it is selected or not; NULL: none, or several. */
const struct gdbregs_register *sampler_find(const struct sampler *sampler, const char *name);
/* Have it read, too: its place. Before anything is read, as often as `more` says. */
size_t sampler_include(struct sampler *sampler, const struct gdbregs_register *reg);

/* Read; calls back as gdbregs_uv_read_registers(). What was read last is `before`. */
int sampler_read(struct sampler *sampler, struct gdbregs_session *s, gdbregs_uv_cb cb, void *arg);

/* As if the last reading had not been: it is not recorded. */
void sampler_unread(struct sampler *sampler);

struct value sampler_value(const struct sampler *sampler, size_t index);
struct value sampler_old_value(const struct sampler *sampler, size_t index);
/* Since the reading before; at the first one, all have. */
bool sampler_changed(const struct sampler *sampler, size_t index);

/* Its program counter is known. */
bool sampler_is_located(const struct sampler *sampler);
/* Add its program counter as a number; nothing where that is not known. */
void sampler_write_place(const struct sampler *sampler, struct text *text);
/* Its program counter is at the address. */
bool sampler_is_at(const struct sampler *sampler, uint64_t address);

#endif
