/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What differs between two snapshots. Hides: which value belongs to which. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include "base/output.h"
#include "cmd/snapshot-file.h"

enum change_kind {
	CHANGE_CHANGED,
	CHANGE_APPEARED,
	CHANGE_VANISHED,
	CHANGE_UNAVAILABLE,
	CHANGE_AVAILABLE,
};

struct change {
	enum change_kind kind;
	const struct stored_value *before; /* NULL: appeared */
	const struct stored_value *after; /* NULL: vanished */
};

struct diff {
	const struct options *options;
	struct change *item;
	size_t count;
	size_t compared; /* registers that both sides have */
};

/* Compare what is selected. In the order of `before`, then what appeared. 0 or an
 * exit status, said on stderr. End with diff_fini(). */
int diff_make(struct diff *d, const struct options *o, struct stored *before, struct stored *after);
void diff_fini(struct diff *d);

/* diff-format.c. False: out of memory. */
bool diff_write(struct output *out, const struct diff *d);

#endif
