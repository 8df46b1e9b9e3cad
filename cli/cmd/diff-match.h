/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the differences between two snapshots. Hides: how values are paired. */
#ifndef CLI_DIFF_MATCH_H
#define CLI_DIFF_MATCH_H

#include "base/output.h"
#include "cmd/stored.h"

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
	struct stored *before, *after;
	struct change *item; /* by target, vCPU and place; what appeared is last of its vCPU */
	size_t count;
	size_t compared; /* registers that both sides have */
	size_t one_sided; /* items that are on one side only */
	bool several_targets;
};

/* Compare the selected registers. `set` has the targets that `after` was read from; it is NULL
 * if `after` is a file. Returns 0, or an exit status with a message on stderr. End with
 * diff_fini(). */
int diff_make(struct diff *d, const struct options *o, const struct targets *set,
	      struct stored *before, struct stored *after);
void diff_fini(struct diff *d);

/* Returns whether a change is listed. Registers that one side lacks are listed with --all
 * only. */
bool diff_is_listed(const struct diff *d, const struct change *c);
/* Returns how many changes are listed. */
size_t diff_listed_count(const struct diff *d);
/* Returns the register that a change is about. Its names are the same on both sides. */
const struct stored_value *diff_subject(const struct change *c);

/* Returns whether both sides have this register of the first side, with the same value. */
bool diff_is_same(const struct stored_value *before);

/* Write the differences in the format that is wanted (diff-print.c). Returns false if memory runs
 * out. */
bool diff_write(struct output *out, const struct diff *d);
/* Write them as text (diff-text.c). */
bool diff_write_text(struct output *out, const struct diff *d);
/* Write a JUnit case for each register that both sides have. Returns 0, or an exit status with a
 * message on stderr. */
int diff_write_junit(const char *path, const struct diff *d);

#endif
