/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A snapshot as `diff` sees it: a list of values with their names, be it from a
 * file (JSON or JSON lines) or from a target just read. Hides: what a snapshot
 * file looks like, and that nothing in it may be believed. */
#ifndef CLI_STORED_H
#define CLI_STORED_H

#include "out/json.h"
#include "opt/options.h"

/* The strings are the JSON's. */
struct stored_value {
	const char *target;
	const char *feature; /* NULL: none */
	const char *name;
	const char *field; /* the path of a part, "ZF"; NULL: the whole register */
	const char *bytes; /* hex digits, whole bytes; NULL: unavailable, or a bit field */
	const char *number; /* "0x..."; NULL: it has no number */
	const char *text; /* what it means; NULL: not more than its digits */
	size_t target_rank; /* of the target's name among those of both snapshots */
	unsigned vcpu;
	enum gdbregs_byte_order order;
	size_t place; /* in the list */
	struct stored_value *match; /* in the other snapshot; NULL: it is not there */
};

struct stored {
	const char *name; /* for messages */
	json_t **roots; /* what the strings belong to */
	size_t root_count;
	struct stored_value *item;
	size_t count, capacity;
	const char *target; /* the first one's name; NULL: there is none */
	bool several; /* targets */
};

/* Read a file, `-` being standard input. 0 or an exit status, said on stderr.
 * End with stored_fini() in both cases. */
int stored_read(struct stored *s, const char *path);
/* Add what a target of a snapshot holds; takes `target`, which may be NULL for
 * lack of memory. `place`: where it stands, for messages. */
int stored_add_target(struct stored *s, json_t *target, const char *place);
/* Add one line of JSON lines, likewise. */
int stored_add_line(struct stored *s, json_t *line, const char *place);
void stored_fini(struct stored *s);

#endif
