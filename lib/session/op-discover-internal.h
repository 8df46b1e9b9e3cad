/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Discovery under way, as its two files share it: op-discover.c asks the questions one phase after
 * the other, and op-discover-describe.c has those about descriptions. No other file includes this
 * header. */
#ifndef GDBREGS_LIB_SESSION_OP_DISCOVER_INTERNAL_H
#define GDBREGS_LIB_SESSION_OP_DISCOVER_INTERNAL_H

#include "session/register-info-xml.h"
#include "session/session.h"

/* Each question is one or more packets of the same kind. */
enum gdbregs__question {
	ASK_STOP = 1,
	ASK_STATUS,
	ASK_UNLOCK,
	ASK_DOCUMENTS,
	ASK_CLUSTERS,
	ASK_THREADS,
	ASK_NAMES,
	ASK_REGISTERS,
	ASK_MSR,
	ASK_AUXV,
	QUESTIONS, /* + the process: a reply to ASK_DOCUMENTS */
};

enum gdbregs__discover_phase { PHASE_TARGET, PHASE_REGISTERS, PHASE_ORDER };

struct gdbregs__discover {
	struct gdbregs__op op;
	enum gdbregs__discover_phase phase;
	struct {
		size_t sent, answered; /* packets; an Hg that had to be sent first counts as sent */
	} asked[QUESTIONS];
	int64_t probe_next, probe_last, probe_found;
	bool threads_done, threads_again;
	size_t threads_ahead, threads_to_ask, threads_answers;
	size_t names_next;
	bool names_missing;
	int64_t selected; /* the process that is selected after all packets so far; -1: unknown */
	/* The description made from qRegisterInfo, if there is no other. */
	struct gdbregs__register_infos infos;
	bool infos_done; /* the last one is known, or the stub has no qRegisterInfo */
	size_t msr_next;
};

/* The questions about descriptions. The functions that ask send the next packet; they return 0 if
 * there is nothing to send now, or else what an op's produce() returns. Those that take a reply
 * return 0, or an error, which fails the op. */
int gdbregs__discover_ask_documents(struct gdbregs_session *s, struct gdbregs__discover *d);
int gdbregs__discover_take_document(struct gdbregs_session *s, struct gdbregs__discover *d,
				    const struct gdbregs__answer *answer);
int gdbregs__discover_ask_registers(struct gdbregs_session *s, struct gdbregs__discover *d);
int gdbregs__discover_take_register(struct gdbregs_session *s, struct gdbregs__discover *d,
				    const struct gdbregs__answer *answer);
/* Add a document of the description of a process, unless it is in the list. Returns 0, NOMEM,
 * LIMIT, or DESCRIPTION if its name cannot be requested from a stub. */
int gdbregs__documents_add(struct gdbregs_session *s, struct gdbregs__documents *d,
			   const char *name);
void gdbregs__documents_fini(struct gdbregs__documents *d);
/* All these questions have been answered: set the description of each process. */
int gdbregs__discover_resolve(struct gdbregs_session *s, struct gdbregs__discover *d);

#endif
