/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resuming the target. Hides: vCont and its predecessors, 0x03 (the only byte that may be sent
 * while the target runs), and steps that never end.
 *
 * A run is an op that ends with a stop reply. Waiting for the stop is an op of another class
 * (stop-wait.h), so that a wait can time out or be canceled while the target runs on. */
#ifndef GDBREGS_LIB_SESSION_OP_RUN_H
#define GDBREGS_LIB_SESSION_OP_RUN_H

#include "session/session.h"

/* Resume, and wait for the stop. done NULL: the stop is left to gdbregs__stop_wait(),
 * and *out is NULL. Returns 0 or an error, which is set. */
int gdbregs__step(struct gdbregs_session *s, uint32_t vcpu, struct gdbregs_stop *stop,
		  gdbregs__op_done done, void *arg, struct gdbregs__op **out);
int gdbregs__continue(struct gdbregs_session *s, struct gdbregs_stop *stop, gdbregs__op_done done,
		      void *arg, struct gdbregs__op **out);
/* Send 0x03, once per resume: for the resume requested last, as soon as its packet was
 * sent. Returns 0 or an error, which is set. */
int gdbregs__run_interrupt(struct gdbregs_session *s);
/* The session is being stopped: stop a target that runs. */
void gdbregs__run_close(struct gdbregs_session *s);

#endif
