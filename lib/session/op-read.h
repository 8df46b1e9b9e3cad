/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A read under way, as its three files share it: op-read.c makes and ends it,
 * op-read-send.c decides how each value is asked for, op-read-take.c takes the replies.
 * No other file includes this header. */
#ifndef GDBREGS_LIB_SESSION_READ_H
#define GDBREGS_LIB_SESSION_READ_H

#include "session/session.h"

#include <limits.h>

enum gdbregs__read_kind { GDBREGS__READ_P = 1, GDBREGS__READ_G };

/* The status of a result that waits for a p. */
#define GDBREGS__READ_BY_P INT_MIN

/* Where a value stands in storage, or is going to: one that g brings has its place
 * from the beginning. */
struct gdbregs__read_result {
	size_t off_bytes;
	int status; /* as the caller will see it, or GDBREGS__READ_BY_P */
	bool in_g; /* it is the g of its segment that brings it */
};

struct gdbregs__read_op {
	struct gdbregs__op op;
	struct gdbregs_read *reads;
	size_t count;
	struct gdbregs_buffer *storage;
	struct gdbregs__read_result *results;
	size_t results_capacity;
	uint64_t batch; /* which of the session's reads this is */
	size_t next; /* read to be produced */
	/* The segment that next is in: a run of reads of one vCPU. */
	size_t segment_end;
	size_t by_p_left; /* reads of it that still need a p */
	bool g_due; /* its g is still to be sent */
	bool p_alone; /* g did not do what was proven */
	bool again; /* walk once more for what is left */
	bool walked; /* every result has been begun */
	/* Of a single read; one_out is NULL for many. */
	struct gdbregs_read one;
	struct gdbregs_buffer scratch;
	struct gdbregs_buffer *one_out;
};

int gdbregs__read_produce(struct gdbregs_session *s, struct gdbregs__op *op);
int gdbregs__read_reply(struct gdbregs_session *s, struct gdbregs__op *op,
			const struct gdbregs__answer *answer);
int gdbregs__read_data(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t first,
		       const struct gdbregs__frame_text *texts, size_t count);

/* So many bytes storage may still grow by. */
static inline size_t gdbregs__read_room(const struct gdbregs_session *s,
					const struct gdbregs__read_op *r)
{
	size_t most = s->limits.value_bytes;

	return r->storage->size < most ? most - r->storage->size : 0;
}

static inline struct gdbregs__process *gdbregs__read_process(struct gdbregs_session *s,
							     const struct gdbregs_read *read)
{
	return &s->target.processes[s->target.vcpus[read->vcpu].process];
}

#endif
