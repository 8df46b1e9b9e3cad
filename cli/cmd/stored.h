/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A snapshot for `diff`: a list of values with their names, from a file or from a target that was
 * just read. Hides: memory, and when the texts of values are made. */
#ifndef CLI_STORED_H
#define CLI_STORED_H

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
	const uint8_t *bytes; /* in the order of the target; NULL: unavailable, or a bit field */
	size_t size; /* of the bytes */
	const char *number; /* "0x..."; NULL: it has no number */
	const char *text; /* what it means; NULL: not more than its digits */
	/* Set for a register of a target. Its number and text are made by stored_show(). */
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
	json_t *kept; /* an array: what the strings belong to */
	uint8_t *bytes; /* of all values of a file */
	size_t byte_count;
	struct stored_value *item;
	size_t count, capacity;
	size_t total; /* once some were selected: with the others, which are behind them */
	const char *target; /* the first one's name; NULL: there is none */
	bool several_targets;
	struct stored_failure *failures; /* targets that were not read */
	size_t failure_count;
};

/* Add the registers of a target that was read. The target must exist as long as `s`. */
int stored_add_target(struct stored *s, const struct target *t);
/* Add a value that was made from another one: a part of a register. `value` has its names, its
 * vCPU and its target. These and the bytes must exist as long as `s`. */
int stored_add_value(struct stored *s, const struct value *from, struct stored_value value);
/* Free all of it. All zero is an empty snapshot. */
void stored_fini(struct stored *s);

/* For what reads a snapshot: add a value; keep the owner of its strings, which is freed on failure,
 * and may be NULL for lack of memory; and note the name of a target. The functions that can fail
 * return 0, or an exit status with a message on stderr. */
int stored_append(struct stored *s, struct stored_value value);
int stored_keep(struct stored *s, json_t *json);
void stored_note_target(struct stored *s, const char *target);

/* --------------------------------------------------------- of a target --- */

/* A target may send 32 MiB of values. Their texts are several times as large, so they are
 * made for one value at a time. */

/* The texts of one value. */
struct stored_texts {
	struct text number;
	struct gdbregs_buffer decoded;
	struct stored_value value;
};

/* Returns a value with the texts of its bytes: `v` itself if it has them, or &texts->value, which
 * is valid until `texts` is used again. Sets *ok to false if memory runs out. `v` may be NULL. */
const struct stored_value *stored_show(struct stored_texts *texts, const struct stored_value *v,
				       bool *ok);
void stored_texts_fini(struct stored_texts *texts);

/* Return whether two values are of one vCPU of one target, and of features with one name. */
bool stored_same_vcpu(const struct stored_value *a, const struct stored_value *b);
bool stored_same_feature(const struct stored_value *a, const struct stored_value *b);
/* Returns whether two values have the same bytes. Both must have bytes. If their byte orders
 * differ, the bytes of one of them are reversed. */
bool stored_same_bytes(const struct stored_value *a, const struct stored_value *b);

#endif
