/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 5. Resuming the target and waiting for its stop. Hides: vCont and its
 * predecessors, what may be sent while the target runs (0x03 alone), steps that
 * never end, stops that nobody waits for yet.
 *
 * A resume is an op whose reply is the stop reply (session-run.c). Whoever
 * waits for the stop is an op of another class, which sends nothing and stands
 * in no queue (session-stop.c): so a wait may time out or be canceled while the
 * target runs on. */
#ifndef GDBREGS_LIB_SESSION_RUN_H
#define GDBREGS_LIB_SESSION_RUN_H

#include "session/session.h"

#define GDBREGS__ALL_VCPUS UINT32_MAX

/* --- session-resume.c -------------------------------------------------------- */

/* Resume, and wait for what comes of it: done NULL leaves the stop to
 * gdbregs__stop_wait(), *out is NULL then. 0, or why not. */
int gdbregs__step(struct gdbregs_session *s, uint32_t vcpu, struct gdbregs_stop *stop,
		  gdbregs__op_done done, void *arg, struct gdbregs__op **out);
int gdbregs__continue(struct gdbregs_session *s, struct gdbregs_stop *stop, gdbregs__op_done done,
		      void *arg, struct gdbregs__op **out);
/* The session is being stopped: so is a target that runs. */
void gdbregs__run_close(struct gdbregs_session *s);
/* What we left in the stub: write the packet that takes the next of it back, a
 * point or QEMU's flags, and its length; 0 when all is as it was. */
#define GDBREGS__UNDO_TEXT 40
size_t gdbregs__run_undo(struct gdbregs_session *s, char *payload);

/* --- session-run.c ---------------------------------------------------------- */

/* The op: a step of one vCPU, or all of them run for GDBREGS__ALL_VCPUS. NULL
 * without memory. */
struct gdbregs__op *gdbregs__run_new(uint32_t vcpu);
/* Send 0x03, once per resume, as soon as the resume is out. 0 or NOMEM. */
int gdbregs__run_interrupt(struct gdbregs_session *s);

/* --- session-stop.c --------------------------------------------------------- */

/* A stop reply to a resume (GDBREGS__ALL_VCPUS, or the step of that one), as the
 * caller gets it. */
void gdbregs__stop_describe(struct gdbregs_session *s, uint32_t stepped,
			    const struct gdbregs__stop *from, struct gdbregs_stop *to);
/* An op that waits for the next stop; NULL without memory, said. */
struct gdbregs__op *gdbregs__stop_wait_new(struct gdbregs_session *s, int timeout_ms,
					   struct gdbregs_stop *stop, gdbregs__op_done done,
					   void *arg);
/* Wait for the next stop, or take the one that is kept. timeout_ms negative:
 * for ever. */
int gdbregs__stop_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop,
		       gdbregs__op_done done, void *arg, struct gdbregs__op **out);
/* The target has stopped, or (code negative, said in s->engine.error) was not resumed:
 * read what is watched, then tell. stop may be NULL with a code. */
void gdbregs__stop_take(struct gdbregs_session *s, const struct gdbregs_stop *stop, int code);
/* Tell those who wait; nothing is under way any more. */
void gdbregs__stop_tell(struct gdbregs_session *s);
/* A new resume: an old stop is not kept any longer. */
void gdbregs__stop_forget(struct gdbregs_session *s);

/* --- session-sstep.c -------------------------------------------------------- */

/* Queue what lets interrupts through during steps, once, where it is asked for
 * and the stub is QEMU. 0 or NOMEM. */
int gdbregs__sstep_prepare(struct gdbregs_session *s);
/* Write the packet that puts QEMU's flags back, once: its length, or 0. */
size_t gdbregs__sstep_withdraw(struct gdbregs_session *s, char *payload);

#endif
