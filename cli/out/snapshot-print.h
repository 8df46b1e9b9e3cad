/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots in the four formats. The formats are those of gdbregs-snapshot(5).
 * To add one: a word in format_choices (opt/options.c), see also out/table.h. */
#ifndef CLI_SNAPSHOT_PRINT_H
#define CLI_SNAPSHOT_PRINT_H

#include "target/value.h"

/* The objects around the registers in JSON, and the headings in text. */
enum shape {
	SHAPE_SNAPSHOT, /* dump: targets, vCPUs, registers */
	SHAPE_VCPUS, /* read -c LIST: an array of vCPUs with their registers */
	SHAPE_REGISTERS, /* read: the registers of one vCPU */
};

/* Write all targets; errors are kept by `out`. Returns false when out of memory. */
bool snapshot_print(struct output *out, const struct targets *set, enum shape shape);
/* snapshot-text.c: the same as text. */
bool snapshot_print_text(struct output *out, const struct targets *set, enum shape shape);

#endif
