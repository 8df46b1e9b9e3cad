/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resuming the target and waiting for its stop. Hides: vCont and its predecessors, the
 * only byte that may be sent while the target runs (0x03), steps that never end, stops
 * that arrive before anyone waits for them.
 *
 * A resume is an op that ends with a stop reply (op-run.c). Waiting for the stop is an
 * op of another class, a wait of the engine (stop-wait.c): so a wait can time out or be
 * canceled while the target runs on. */
#ifndef GDBREGS_LIB_SESSION_OP_RUN_H
#define GDBREGS_LIB_SESSION_OP_RUN_H

#include "session/session.h"

/* --- resume.c ---------------------------------------------------------------- */

/* Resume, and wait for the stop. done NULL: the stop is left to gdbregs__stop_wait(),
 * and *out is NULL. Returns 0 or an error, which is set. */
int gdbregs__step(struct gdbregs_session *s, uint32_t vcpu, struct gdbregs_stop *stop,
		  gdbregs__op_done done, void *arg, struct gdbregs__op **out);
int gdbregs__continue(struct gdbregs_session *s, struct gdbregs_stop *stop, gdbregs__op_done done,
		      void *arg, struct gdbregs__op **out);

/* --- op-run.c ---------------------------------------------------------------- */

/* Make a step of one vCPU, or a continue for GDBREGS__ALL_VCPUS, to be queued. Returns
 * NULL without memory. */
struct gdbregs__op *gdbregs__run_new(struct gdbregs_session *s, uint32_t vcpu);
/* Returns 0, or REMOTE with an error that is set if the guest must not run. */
int gdbregs__run_check(struct gdbregs_session *s);
/* Send 0x03, once per resume: for the resume requested last, as soon as its packet was
 * sent. Returns 0 or NOMEM. */
int gdbregs__run_interrupt(struct gdbregs_session *s);
/* The session is being stopped: stop a target that runs. */
void gdbregs__run_close(struct gdbregs_session *s);

/* --- stop-wait.c --------------------------------------------------------------- */

/* Translate a stop reply to a resume of all vCPUs (GDBREGS__ALL_VCPUS) or to a step of
 * one. */
void gdbregs__stop_describe(struct gdbregs_session *s, uint32_t stepped,
			    const struct gdbregs__stop *from, struct gdbregs_stop *to);
/* Make a wait for the stop of the resume with this number (s->run.resume.requested).
 * Returns NULL without memory; the error is set. */
struct gdbregs__op *gdbregs__stop_wait_new(struct gdbregs_session *s, uint64_t number,
					   int timeout_ms, struct gdbregs_stop *stop,
					   gdbregs__op_done done, void *arg);
/* Wait for the stop of the resume requested last, or take the pending stop. timeout_ms
 * negative: no timeout. */
int gdbregs__stop_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop,
		       gdbregs__op_done done, void *arg, struct gdbregs__op **out);
/* A resume has ended. If it has stopped, read the watched registers, ahead of the op
 * `before` or at the end for NULL. Then complete the waits for this resume. If
 * report->status is negative, the error is set. */
void gdbregs__stop_report(struct gdbregs_session *s, struct gdbregs__op *before,
			  const struct gdbregs__stopped *report, bool has_stopped);

/* --- qemu-sstep.c ---------------------------------------------------------------- */

/* Queue, ahead of an op, one that lets interrupts through during steps, once, if the
 * caller wants that and the stub is QEMU. Returns 0 or NOMEM. */
int gdbregs__sstep_prepare(struct gdbregs_session *s, struct gdbregs__op *before);
/* Write the packet that restores the flags of QEMU, once. Returns its length, or 0. */
size_t gdbregs__sstep_withdraw(struct gdbregs_session *s, char *payload);

#endif
