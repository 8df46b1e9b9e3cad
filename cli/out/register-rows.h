/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registers of a feature as text that fits the width of a terminal. Short registers are side
 * by side, those with a meaning have a row of their own, and wide ones have lanes of 64 bits.
 * Hides: which of them go together, and their order. */
#ifndef CLI_REGISTER_ROWS_H
#define CLI_REGISTER_ROWS_H

#include "target/value.h"

struct register_rows {
	struct output *out;
	const struct options *options;
	struct text value, meaning;
	struct gdbregs_buffer decoded;
};

/* Write the selected registers from `first` to before `end`. Returns false if memory runs
 * out. End with register_rows_fini(). */
bool register_rows_put(struct register_rows *rows, const struct snapshot *s,
		       const struct vcpu *vcpu, size_t first, size_t end);
void register_rows_fini(struct register_rows *rows);

#endif
