/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run in progress, as its three files share it: op-run.c takes the request and ends the
 * run, op-run-send.c sends the packets, op-run-take.c takes the replies. No other file
 * includes this header. */
#ifndef GDBREGS_LIB_SESSION_OP_RUN_INTERNAL_H
#define GDBREGS_LIB_SESSION_OP_RUN_INTERNAL_H

#include "session/requests.h"

enum gdbregs__run_kind {
	KIND_VCONT = 1,
	KIND_STATE,
	KIND_REMOVE,
	KIND_THREAD,
	KIND_RESUME,
	KIND_INSERT
};

enum gdbregs__run_stage {
	STAGE_BEGIN, /* nothing was done yet */
	STAGE_LOCATE, /* which vCPUs are at breakpoints? */
	STAGE_PLAN,
	STAGE_VCONT, /* is there vCont? */
	STAGE_CHOOSE, /* the next vCPU to step over its breakpoint, or the resume itself */
	STAGE_STATE, /* is that vCPU halted? */
	STAGE_REMOVE, /* its breakpoints */
	STAGE_THREAD,
	STAGE_RESUME,
	STAGE_LANDING, /* where is the vCPU that has stepped over its breakpoint? */
	STAGE_LANDED,
	STAGE_INSERT, /* those breakpoints again */
	STAGE_DONE,
};

struct gdbregs__run_op {
	struct gdbregs__op op;
	enum gdbregs__run_stage stage;
	bool step;
	uint32_t vcpu; /* of a step; GDBREGS__ALL_VCPUS for a continue */
	uint64_t number; /* which of the session's resumes this is */
	size_t next_step; /* of the plan to step over breakpoints */
	struct gdbregs__step moving; /* the vCPUs that run now, and the breakpoint there */
	bool stepping_over; /* they only step over a breakpoint: the continue is still to come */
	bool interrupt_due; /* send 0x03 once the resume was sent; while a vCPU steps over: it was sent */
	bool interrupted; /* 0x03 was sent before the stop reply came */
	bool overdue; /* the step took too long and was interrupted */
	bool ended_early; /* by a stop while a vCPU stepped over a breakpoint */
	struct gdbregs_error failed; /* breakpoints are inserted again before the op fails */
	bool left; /* it is not counted in s->run.resume any more */
	struct gdbregs_stop stop;
};

/* Functions of the op's class. */
int gdbregs__run_produce(struct gdbregs_session *s, struct gdbregs__op *op);
int gdbregs__run_reply(struct gdbregs_session *s, struct gdbregs__op *op,
		       const struct gdbregs__answer *answer);
bool gdbregs__run_unsolicited(struct gdbregs_session *s, struct gdbregs__op *op,
			      const uint8_t *payload, size_t size);
bool gdbregs__run_overdue(struct gdbregs_session *s, struct gdbregs__op *op);

/* Returns 0, or REMOTE with an error that is set if the guest must not run. */
int gdbregs__run_check(struct gdbregs_session *s);
/* Send 0x03 to a target that runs. Returns 0 or NOMEM. */
int gdbregs__run_send_interrupt(struct gdbregs_session *s);

#endif
