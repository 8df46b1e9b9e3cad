/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Discovery under way, as its three files share it: op-discover.c makes and ends it,
 * op-discover-ask.c sends the questions, op-discover-take.c takes the replies. No other
 * file includes this header. */
#ifndef GDBREGS_LIB_SESSION_OP_DISCOVER_INTERNAL_H
#define GDBREGS_LIB_SESSION_OP_DISCOVER_INTERNAL_H

#include "session/op-documents.h"
#include "session/register-info-xml.h"

/* Clusters are probed from 2 up: there is no way to ask how many there are, and a cluster
 * without CPUs answers as if it did not exist (xlnx-zcu102 with 4 CPUs). */
#define PROBE_FIRST   2
#define PROBE_LAST    4
#define PROBE_GAP     2
#define PROBE_STEP    16
#define PROCESSES_MAX 256
/* Number of registers that are requested ahead by qRegisterInfo, if the stub supports pipelining. */
#define REGISTER_INFOS_AHEAD 64
/* QEMU lists one thread a reply. */
#define THREADS_AHEAD  10u
#define THREADS_FACTOR 24u

enum gdbregs__discover_kind {
	KIND_STOP = 1,
	KIND_STATUS,
	KIND_PROBE,
	KIND_THREADS,
	KIND_NAME,
	KIND_UNLOCK,
	KIND_MSR,
	KIND_AUXV,
	KIND_REGISTER_INFO,
	KIND_DOCUMENT, /* + the process */
};

struct gdbregs__discover {
	struct gdbregs__op op;
	struct gdbregs__documents documents[PROCESSES_MAX]; /* by process */
	bool refused[PROCESSES_MAX]; /* it serves no target.xml */
	bool stop_asked, stop_known, unlock_asked;
	int64_t probe_next, probe_last, probe_found;
	size_t probes_outstanding;
	bool threads_first_asked, threads_done, threads_again;
	size_t threads_outstanding, threads_ahead, threads_to_ask, threads_answers;
	size_t names_next;
	bool names_missing;
	int64_t current; /* the process that is selected after all packets so far; -1: unknown */
	/* The description made from qRegisterInfo, if there is no other. */
	struct gdbregs__register_infos infos;
	uint32_t infos_next; /* the next register to ask for */
	bool infos_done; /* the last one is known, or the stub has no qRegisterInfo */
	bool resolved, order_begun, auxv_asked;
	size_t msr_next;
};

/* The op's produce and reply. */
int gdbregs__discover_produce(struct gdbregs_session *s, struct gdbregs__op *op);
int gdbregs__discover_reply(struct gdbregs_session *s, struct gdbregs__op *op,
			    const struct gdbregs__answer *answer);
/* Returns the process of this thread, which is added if it is new, or a negative error. */
int gdbregs__discover_process(struct gdbregs_session *s, struct gdbregs__discover *d,
			      const struct gdbregs__thread_id *thread);

#endif
