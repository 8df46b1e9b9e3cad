/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a vCPU runs or is halted, as the stub says. Hides: that QEMU has it in the name
 * of the thread, `CPU#0 [halted ]`, and how the name is asked for again at a stop. */
#ifndef CLI_VCPU_STATE_H
#define CLI_VCPU_STATE_H

#include "target/snapshot.h"

#include <gdbregs_uv.h>

enum { VCPU_STATE = 24 };

struct vcpu_state {
	char text[VCPU_STATE]; /* "" where the stub does not say */
	char before[VCPU_STATE]; /* at the stop before */
	struct gdbregs_buffer reply;
};

/* Copy what the name of a vCPU says. Returns false where it says nothing. */
bool vcpu_state_find(const char *name, char state[VCPU_STATE]);

/* Take the state from what was learnt when connecting. End with vcpu_state_fini(). */
void vcpu_state_init(struct vcpu_state *state, const struct vcpu *vcpu);
void vcpu_state_fini(struct vcpu_state *state);
/* Ask for it again, if the stub has said it before. Returns 1 if the callback will come, 0
 * if there is nothing to ask, else a GDBREGS_ERR_*. */
int vcpu_state_ask(struct vcpu_state *state, const struct vcpu *vcpu, struct gdbregs_session *s,
		   gdbregs_uv_cb cb, void *arg);
/* The callback has come. */
void vcpu_state_take(struct vcpu_state *state);

#endif
