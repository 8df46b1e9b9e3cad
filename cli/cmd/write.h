/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values and the state of a write, for write-print.c. */
#ifndef CLI_WRITE_H
#define CLI_WRITE_H

#include "cmd/assignment.h"
#include "target/value.h"

/* An assignment to a register or a part of one, for one vCPU. */
struct write_item {
	const struct assignment *assignment;
	const struct vcpu *vcpu;
	struct chosen chosen; /* its place is that of its register */
};

/* A register of one vCPU, written once however many of its parts are assigned. */
struct write_register {
	uint8_t *bytes; /* the new value */
	size_t size;
	enum gdbregs_byte_order order; /* of the bytes */
};

/* For each vCPU, all assignments in their order. The old values are the reads of the
 * target's snapshot, one for each register. */
struct write_job {
	struct assignment *assignments;
	size_t assignment_count;
	struct write_item *items;
	size_t item_count;
	struct write_register *registers;
	size_t register_count;
	size_t done; /* registers */
	struct gdbregs_buffer taken; /* what a register that did not take its value has */
};

/* The value of an item before and after. */
struct value write_old(const struct targets *set, size_t item);
struct value write_new(const struct targets *set, size_t item);

/* write-print.c: print what was written, old and new. Returns false if out of memory. */
bool write_put(struct output *out, const struct targets *set);

#endif
