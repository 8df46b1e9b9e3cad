/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A snapshot as `diff` sees it: a list of values with their names, from a file (JSON or
 * JSON lines) or from a target that was just read. Hides: the format of snapshot
 * files, and that nothing in them may be believed. */
#ifndef CLI_SNAPSHOT_FILE_H
#define CLI_SNAPSHOT_FILE_H

#include "out/json.h"
#include "target/value.h"

/* The strings belong to the JSON, or to the target. */
struct stored_value {
	const char *target;
	const char *feature; /* NULL: none */
	const char *name;
	const char *architecture; /* of its vCPU; NULL: not known */
	const char *type; /* NULL: not known */
	const char *field; /* the path of a part, "ZF"; NULL: the whole register */
	const char *bytes; /* hex digits, whole bytes; NULL: unavailable, or a bit field */
	const char *number; /* "0x..."; NULL: it has no number */
	const char *text; /* what it means; NULL: not more than its digits */
	/* Set for a register of a target. It has no bytes, number and text of its own: see
	 * cmd/diff-live.h. Texts of all values would take several times their size. */
	const struct gdbregs_read *read;
	size_t target_rank; /* of the target's name among those of both snapshots */
	unsigned vcpu, bits;
	enum gdbregs_byte_order order;
	size_t place; /* in the list */
	const char *alias; /* the pattern that means it by another name; NULL: there is none */
	bool excluded; /* --exclude means it by another name */
	struct stored_value *match; /* in the other snapshot; NULL: it is not there */
};

struct stored_failure {
	const char *target, *error;
};

struct stored {
	const char *name; /* for messages */
	json_t **roots; /* what the strings belong to */
	size_t root_count;
	struct stored_value *item;
	size_t count, capacity;
	const char *target; /* the first one's name; NULL: there is none */
	bool several; /* targets */
	struct stored_failure *failures; /* targets that were not read */
	size_t failure_count;
};

/* Read a file, `-` being standard input. 0 or an exit status, said on stderr.
 * End with stored_fini() in both cases. */
int stored_read(struct stored *s, const char *path);
/* Add the registers of a target that was read. It must exist as long as `s`. */
int stored_add_target(struct stored *s, const struct target *t);
/* Add a register or part that is described by a JSON object as in a file. Takes `json`,
 * which may be NULL for lack of memory. `value` has what its vCPU and target say of it; its
 * target's name must exist as long as `s`. */
int stored_add_register(struct stored *s, json_t *json, struct stored_value value);
void stored_fini(struct stored *s);

#endif
