/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resuming the target and waiting for its stop. Hides: vCont and its predecessors, the
 * only byte that may be sent while the target runs (0x03), steps that never end, stops
 * that arrive before anyone waits for them.
 *
 * A resume is an op whose reply is the stop reply (op-run.c). Waiting for the stop is an
 * op of another class, a wait of the engine (stop-wait.c): so a wait can time out or be
 * canceled while the target runs on. */
#ifndef GDBREGS_LIB_SESSION_OP_RUN_H
#define GDBREGS_LIB_SESSION_OP_RUN_H

#include "session/session.h"

#define GDBREGS__ALL_VCPUS UINT32_MAX

/* --- op-run.c ---------------------------------------------------------------- */

/* Resume, and wait for the stop. done NULL: the stop is left to gdbregs__stop_wait(),
 * and *out is NULL. Returns 0 or an error, which is set. */
int gdbregs__step(struct gdbregs_session *s, uint32_t vcpu, struct gdbregs_stop *stop,
		  gdbregs__op_done done, void *arg, struct gdbregs__op **out);
int gdbregs__continue(struct gdbregs_session *s, struct gdbregs_stop *stop, gdbregs__op_done done,
		      void *arg, struct gdbregs__op **out);
/* Send 0x03, once per resume, as soon as the packet was sent. Returns 0 or NOMEM. */
int gdbregs__run_interrupt(struct gdbregs_session *s);
/* The session is being stopped: stop a target that runs. */
void gdbregs__run_close(struct gdbregs_session *s);

/* --- stop-wait.c --------------------------------------------------------------- */

/* Translate a stop reply to a resume of all vCPUs (GDBREGS__ALL_VCPUS) or to a step of
 * one. */
void gdbregs__stop_describe(struct gdbregs_session *s, uint32_t stepped,
			    const struct gdbregs__stop *from, struct gdbregs_stop *to);
/* Make a wait for the next stop. Returns NULL without memory; the error is set. */
struct gdbregs__op *gdbregs__stop_wait_new(struct gdbregs_session *s, int timeout_ms,
					   struct gdbregs_stop *stop, gdbregs__op_done done,
					   void *arg);
/* Wait for the next stop, or take the pending one. timeout_ms negative: no timeout. */
int gdbregs__stop_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop,
		       gdbregs__op_done done, void *arg, struct gdbregs__op **out);
/* The target has stopped, or was not resumed because of an error, whose code is negative
 * and which is set. Read the watched registers, then complete all waits. stop may be NULL
 * with a negative code. */
void gdbregs__stop_report(struct gdbregs_session *s, const struct gdbregs_stop *stop, int code);

/* --- qemu-sstep.c ---------------------------------------------------------------- */

/* Queue an op that lets interrupts through during steps, once, if the caller wants that
 * and the stub is QEMU. Returns 0 or NOMEM. */
int gdbregs__sstep_prepare(struct gdbregs_session *s);
/* Write the packet that restores the flags of QEMU, once. Returns its length, or 0. */
size_t gdbregs__sstep_withdraw(struct gdbregs_session *s, char *payload);

#endif
