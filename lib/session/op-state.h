/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a vCPU. Hides: that it is part of the stub's text about a thread. */
#ifndef GDBREGS_LIB_SESSION_OP_STATE_H
#define GDBREGS_LIB_SESSION_OP_STATE_H

#include "session/session.h"

/* Queue a request for the state of a vCPU. Its status is an enum gdbregs_vcpu_state. */
int gdbregs__ask_state(struct gdbregs_session *s, uint32_t vcpu, gdbregs__op_done done, void *arg,
		       struct gdbregs__op **out);

/* Returns the state that a reply to qThreadExtraInfo holds. */
enum gdbregs_vcpu_state gdbregs__state_in(const struct gdbregs__answer *answer);

#endif
