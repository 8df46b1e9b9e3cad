/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Discovery under way, as its files share it: op-discover.c asks the questions one phase after the
 * other, op-discover-describe.c has those about descriptions, op-discover-probe.c those about p and
 * g. No other file includes this header. */
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
	ASK_P,
	ASK_G,
	ASK_OTHER_G,
	ASK_TWO_P,
	ASK_NO_ACK,
	QUESTIONS, /* + the process: a reply to ASK_DOCUMENTS */
};

enum gdbregs__discover_phase {
	PHASE_TARGET,
	PHASE_REGISTERS,
	PHASE_ORDER,
	PHASE_P,
	PHASE_G,
	PHASE_OTHER_G,
	PHASE_TWO_P,
	PHASE_NO_ACK,
	PHASE_END,
};

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
	size_t next; /* what is asked next in a phase: a vCPU, process, or packet */
	bool p_doubted; /* p was answered with an error */
	/* Two threads are compared. */
	struct {
		uint32_t vcpus[2];
		const struct gdbregs_register
			*reg; /* what distinguishes them; NULL: do not compare p */
		bool g_equal; /* their g replies are equal */
		struct gdbregs_buffer g, p; /* digits of the first one */
	} two;
};

/* Send the next packet of a question. Returns 0 if there is nothing to send now, or else what an
 * op's produce() returns. */
typedef int gdbregs__ask(struct gdbregs_session *s, struct gdbregs__discover *d);
/* Take a reply. Returns 0, or an error, which fails the op. */
typedef int gdbregs__take(struct gdbregs_session *s, struct gdbregs__discover *d,
			  const struct gdbregs__answer *answer);

/* op-discover-describe.c: the questions about descriptions. */
gdbregs__ask gdbregs__discover_ask_documents, gdbregs__discover_ask_registers;
gdbregs__take gdbregs__discover_take_document, gdbregs__discover_take_register;
/* Add a document of the description of a process, unless it is in the list. Returns 0, NOMEM,
 * LIMIT, or DESCRIPTION if its name cannot be requested from a stub. */
int gdbregs__documents_add(struct gdbregs_session *s, struct gdbregs__documents *d,
			   const char *name);
void gdbregs__documents_fini(struct gdbregs__documents *d);
/* All these questions have been answered: set the description of each process. */
int gdbregs__discover_resolve(struct gdbregs_session *s, struct gdbregs__discover *d);

/* op-discover-probe.c: the questions about p and g. */
gdbregs__ask gdbregs__discover_ask_p, gdbregs__discover_ask_g, gdbregs__discover_ask_other_g,
	gdbregs__discover_ask_two_p;
gdbregs__take gdbregs__discover_take_p, gdbregs__discover_take_g, gdbregs__discover_take_other_g,
	gdbregs__discover_take_two_p;

#endif
