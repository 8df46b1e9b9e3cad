/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was learnt of one target: its vCPUs, and the values of the selected
 * registers. Made while connected, good after the session has gone (as long as
 * the context). */
#ifndef CLI_SNAPSHOT_H
#define CLI_SNAPSHOT_H

#include "target/select.h"

struct vcpu {
	unsigned index;
	char *thread; /* NULL where unknown */
	char *name; /* NULL where unknown */
	const char *architecture; /* NULL where unknown */
	enum gdbregs_byte_order order;
	size_t selected; /* index into selection.item */
	size_t first_read; /* index into reads; as many as are selected */
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

/* Which vCPUs are meant where -c says nothing. */
enum vcpu_default { VCPU_FIRST, VCPU_ALL };

struct target;

/* Fill in the snapshot of a connected target: its vCPUs and the selection.
 * As `work` of target.h returns. */
int snapshot_collect(struct target *t, enum vcpu_default which);
/* Read what is selected; calls target_done(). */
int snapshot_read(struct target *t);
/* The same without a target: a description of a file, as a vCPU of no number. */
int snapshot_offline(struct snapshot *s, const struct options *o,
		     const struct gdbregs_description *d);
void snapshot_fini(struct snapshot *s);

const struct selected *snapshot_selected(const struct snapshot *s, const struct vcpu *vcpu);
/* What selected register `index` was asked for by; NULL: its own name. */
const char *snapshot_alias(const struct snapshot *s, const struct vcpu *vcpu, size_t index);
/* Number of reads whose value is unavailable. */
size_t snapshot_unavailable(const struct snapshot *s);

#endif
