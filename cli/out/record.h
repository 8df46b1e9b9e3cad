/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The output of trace and watch: a record for each step, hit or sample. A record is written at
 * once, and not kept. Hides: the formats.
 *
 * To add a format: a word in format_choices (opt/options.c), a file record-NAME.c that defines a
 * struct record_format, a line in record.c. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "target/sampler.h"

struct record {
	const struct sampler *sampler;
	uint64_t number; /* of the step, hit or sample */
	const char *reason; /* such as "step" */
	const char *time; /* of the sample; NULL: the number is the time */
	bool full; /* all registers, not only those that changed */
	bool empty; /* there was nothing to read */
};

struct recorder;

/* All but `put` may be NULL. */
struct record_format {
	bool (*put)(struct recorder *r, const struct record *record);
	bool (*begin)(struct recorder *r);
	void (*end)(struct recorder *r);
	void (*fini)(struct recorder *r);
};

struct recorder {
	const struct record_format *format;
	const struct options *options;
	struct output *out;
	const struct sampler *samplers;
	size_t sampler_count;
	const char *unit; /* "step" or "sample" */
	struct text line, cell;
	struct gdbregs_buffer decoded;
	void *state; /* the format's own */
	int status; /* an exit status: what went wrong with a file beside the output */
	bool begun;
	bool failed; /* out of memory */
};

/* Make a recorder; nothing is written yet. `samplers` must exist as long as the recorder. */
void recorder_init(struct recorder *r, struct output *out, const struct options *o,
		   const struct sampler *samplers, size_t sampler_count, const char *unit);
/* Write a record. Returns false if memory runs out, or if the output is broken. */
bool recorder_put(struct recorder *r, const struct record *record);
/* Write the end of the output. */
void recorder_end(struct recorder *r);
void recorder_fini(struct recorder *r);

extern const struct record_format record_text, record_data, record_vcd;

/* For the formats: returns whether item `index` of the sampler is in the record. */
bool record_has(const struct record *record, size_t index);

#endif
