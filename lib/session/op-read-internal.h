/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A read in progress, as its three files share it: op-read.c creates and ends it,
 * op-read-send.c plans where each value comes from and sends the packets,
 * op-read-take.c takes the replies. No other file includes this header. */
#ifndef GDBREGS_LIB_SESSION_OP_READ_INTERNAL_H
#define GDBREGS_LIB_SESSION_OP_READ_INTERNAL_H

#include "session/op-read.h"
#include "session/requests.h"

enum gdbregs__read_kind { GDBREGS__READ_P = 1, GDBREGS__READ_G, GDBREGS__READ_MSR };

/* Where the value of a read comes from. */
enum gdbregs__read_source {
	GDBREGS__READ_SETTLED, /* the status is final: the value is known, or the read has failed */
	GDBREGS__READ_FROM_P, /* from a p of its own */
	GDBREGS__READ_FROM_G, /* from the g of its run */
};

struct gdbregs__read_result {
	size_t off_bytes; /* offset of the value in storage; for g it is set in advance */
	int status; /* as the caller sees it */
	enum gdbregs__read_source source;
};

/* No read has to be sent again. */
#define GDBREGS__READ_NONE SIZE_MAX

/* A run is a sequence of consecutive reads of one vCPU. Runs are planned one after the other, each
 * of them once. If the g of a run fails, its reads are sent again, each as a p. */
struct gdbregs__read_op {
	struct gdbregs__op op;
	struct gdbregs_read *reads;
	size_t count;
	struct gdbregs_buffer *storage;
	struct gdbregs__read_result *results;
	size_t results_capacity;
	uint64_t batch; /* number of this read in the session */
	size_t planned; /* reads before it are planned: the end of the current run */
	size_t next; /* the next read to send */
	bool g_due; /* the g of the current run has not been sent */
	size_t again; /* the first read to send again, or GDBREGS__READ_NONE */
	/* For a single read; one_out is NULL for many. */
	struct gdbregs_read one;
	struct gdbregs_buffer scratch;
	struct gdbregs_buffer *one_out;
};

int gdbregs__read_produce(struct gdbregs_session *s, struct gdbregs__op *op);
int gdbregs__read_reply(struct gdbregs_session *s, struct gdbregs__op *op,
			const struct gdbregs__answer *answer);
int gdbregs__read_data(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t first,
		       const struct gdbregs__span *texts, size_t count);

/* Returns by how many bytes storage may still grow. */
static inline size_t gdbregs__read_room(const struct gdbregs_session *s,
					const struct gdbregs__read_op *r)
{
	size_t most = s->limits.value_bytes;

	return r->storage->size < most ? most - r->storage->size : 0;
}

#endif
