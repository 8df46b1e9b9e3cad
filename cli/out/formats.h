/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots in the four formats. The formats are those of gdbregs-snapshot(5).
 * To add one: a word in format_choices (opt/options.c), see also out/table.h. */
#ifndef CLI_FORMATS_H
#define CLI_FORMATS_H

#include "target/value.h"

/* The objects around the registers in JSON, and the headings in text. */
enum shape {
	SHAPE_SNAPSHOT, /* dump: targets, vCPUs, registers */
	SHAPE_VCPUS, /* read -c LIST: an array of vCPUs with their registers */
	SHAPE_REGISTERS, /* read: the registers of one vCPU */
};

/* Write all targets; errors are kept by `out`. False: out of memory. */
bool format_snapshots(struct output *out, const struct targets *set, enum shape shape);

bool format_text(struct output *out, const struct targets *set, enum shape shape);
bool format_data(struct output *out, const struct targets *set, enum shape shape);

#endif
