/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a vCPU runs or is halted, as the stub says. Hides: that QEMU has it in the name
 * of the thread, `CPU#0 [halted ]`. */
#ifndef CLI_VCPU_STATE_H
#define CLI_VCPU_STATE_H

#include "target/snapshot.h"

#include <gdbregs_uv.h>

enum { VCPU_STATE = 24 };

struct vcpu_state {
	char text[VCPU_STATE]; /* "" where the stub does not say */
	char before[VCPU_STATE]; /* at the stop before */
};

/* Copy what the name of a vCPU says. Returns false where it says nothing. */
bool vcpu_state_find(const char *name, char state[VCPU_STATE]);

/* Take the state from what was learnt when connecting. */
void vcpu_state_init(struct vcpu_state *state, const struct vcpu *vcpu);
/* Ask for it again, if the stub has said it before. Returns 1 if the callback will come, 0
 * if there is nothing to ask, else a GDBREGS_ERR_*. */
int vcpu_state_ask(struct vcpu_state *state, const struct vcpu *vcpu, struct gdbregs_session *s,
		   gdbregs_uv_cb cb, void *arg);
/* The callback has come with `status`. If that is not a state, the last one stays. */
void vcpu_state_take(struct vcpu_state *state, int status);

#endif
