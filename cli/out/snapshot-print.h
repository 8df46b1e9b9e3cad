/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes snapshots as text and in the formats of gdbregs-snapshot(5). out/table.h says how to add
 * a format. */
#ifndef CLI_SNAPSHOT_PRINT_H
#define CLI_SNAPSHOT_PRINT_H

#include "target/value.h"

/* The objects around the registers in JSON, and the headings in text. */
enum shape {
	SHAPE_SNAPSHOT, /* dump: targets, vCPUs, registers */
	SHAPE_VCPUS, /* read -c LIST: an array of vCPUs with their registers */
	SHAPE_REGISTERS, /* read: the registers of one vCPU */
};

/* Write all targets. Errors of writing are kept by `out`. Returns false if memory runs out. */
bool snapshot_print(struct output *out, const struct targets *set, enum shape shape);
/* Write them as text (snapshot-text.c). */
bool snapshot_print_text(struct output *out, const struct targets *set, enum shape shape);

#endif
