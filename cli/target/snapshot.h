/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The data of one target: its vCPUs, and the values of the selected registers. It
 * is made while connected, and is valid after the session has ended, as long as the
 * context. */
#ifndef CLI_SNAPSHOT_H
#define CLI_SNAPSHOT_H

#include "target/select.h"

struct vcpu {
	unsigned index;
	char *thread; /* NULL where unknown */
	char *name; /* NULL where unknown */
	const char *architecture; /* NULL where unknown */
	enum gdbregs_byte_order order; /* when it was read last */
	enum gdbregs_byte_order_source order_from;
	enum digits_form as; /* how its values are shown */
	size_t selected; /* index into selection.item */
	size_t first_read; /* index into reads: of the first of its registers */
};

struct snapshot {
	const char *target;
	struct selection selection;
	struct vcpu *vcpus;
	size_t vcpu_count;
	struct gdbregs_read *reads;
	size_t read_count;
	struct gdbregs_buffer storage;
};

struct target;

/* Fill in the snapshot of a connected target: its vCPUs and the selection. Returns what `work` of
 * target.h returns. */
int snapshot_collect(struct target *t);
/* The same, and read what is selected. */
int snapshot_take(struct target *t);
/* Read the registers that `reads` has. Returns what `work` returns. */
int snapshot_read(struct target *t);
/* Make a snapshot of a description without a target. It has one vCPU without a number. */
int snapshot_offline(struct snapshot *s, const struct options *o,
		     const struct gdbregs_description *d);
void snapshot_fini(struct snapshot *s);

const struct selected *snapshot_selected(const struct snapshot *s, const struct vcpu *vcpu);
/* Returns the number of reads whose value is unavailable. */
size_t snapshot_unavailable(const struct snapshot *s);

#endif
