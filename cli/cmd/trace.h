/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A trace: it moves the guest and records the registers. trace.c steps, and trace-break.c
 * runs from one breakpoint to the next. */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include "out/record.h"
#include "target/condition.h"

struct trace {
	const struct options *options;
	struct target *target;
	struct output out;
	struct recorder recorder;
	struct sampler *samplers; /* one per vCPU that is recorded */
	size_t sampler_count;
	struct conditions until, ifs;
	bool has_until_address;
	uint64_t until_address;
	bool reached; /* what was asked for: --until, or as many hits as -n says */
	bool ending; /* the record under way is not one of a step or a hit */
	bool late; /* --within is over */
	bool interrupted; /* and the guest was stopped for that */
	char where[120]; /* where the guest is instead */
	char hint[120]; /* why a breakpoint may have been missed */
	size_t turn; /* which sampler is under way */
	uint64_t number; /* of the next record */
	struct gdbregs_stop stop; /* the last one */
	char reason[40];
	uint64_t started_ns, flushed_ms;
	/* trace-break.c */
	uint64_t *points;
	size_t point_count;
	size_t inserted_count;
	bool noted_new; /* the note about a vCPU that is not recorded was printed */
};

/* trace-break.c: the first values of all samplers are recorded: run. Returns what `work` of
 * target.h returns. */
int trace_run(struct trace *trace);

/* Write a record of `sampler`. 0: that was the last one. TARGET_UNDER_WAY: go on.
 * Else an error. */
int trace_record(struct trace *trace, const struct sampler *sampler, const char *reason);
/* In case that the last values of `sampler` are the last of all: keep where it is. */
void trace_say_where(struct trace *trace, const struct sampler *sampler);
/* --within is over, and this is the stop that we asked for. */
bool trace_is_own_stop(const struct trace *trace);
/* A stop that ends the trace, other than a step's or a breakpoint's: record it,
 * read the registers first where there are any. As `work` returns. */
int trace_last(struct trace *trace, struct sampler *sampler);
/* Read the registers of a sampler, whose turn it is then. Returns what `work` returns. */
int trace_read(struct trace *trace, struct sampler *sampler, target_next next);
/* Whether the last stop is one of a step or a breakpoint. */
bool trace_is_trap(const struct trace *trace);

#endif
