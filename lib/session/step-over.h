/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stepping over breakpoints. A vCPU that is resumed at a breakpoint stops there again without
 * having moved. So its breakpoint is removed, the vCPU alone executes one instruction, and the
 * breakpoint is inserted again, as in GDB. Other breakpoints stay inserted: threads of qemu-user
 * run on meanwhile, and could pass them.
 *
 * If a vCPU has reached a breakpoint and the stop of another vCPU was reported, it does not step
 * over: the next run ends with its stop, so that no hit is lost.
 *
 * Hides: which vCPUs have to step over, and where their breakpoints are. */
#ifndef GDBREGS_LIB_SESSION_STEP_OVER_H
#define GDBREGS_LIB_SESSION_STEP_OVER_H

#include "session/session.h"

/* Queue, ahead of an op, a read of the program counters of vCPUs that may be at a
 * breakpoint and are about to run: of one vCPU, or of GDBREGS__ALL_VCPUS. No read is
 * queued if none is needed. Returns 0 or NOMEM. */
int gdbregs__step_over_locate(struct gdbregs_session *s, struct gdbregs__op *before, uint32_t vcpu);
/* The read has completed: list in s->run.step_over the vCPUs that have to step over. */
void gdbregs__step_over_plan(struct gdbregs_session *s);

/* Returns whether the stub can be trusted to step this vCPU, and no other one. */
bool gdbregs__step_over_is_alone(const struct gdbregs_session *s, uint32_t vcpu);

/* The same for a vCPU that has stepped over a breakpoint: queue a read of its program counter,
 * then check whether there is a breakpoint, too. */
int gdbregs__step_over_look(struct gdbregs_session *s, struct gdbregs__op *before, uint32_t vcpu);
bool gdbregs__step_over_is_at_one(struct gdbregs_session *s);

/* Write the packet that removes the next breakpoint at the place of a planned step, or the packet
 * that inserts the next one again. The packet takes up to GDBREGS__UNDO_TEXT bytes. Returns its
 * length, or 0 if there is none. */
size_t gdbregs__step_over_remove(struct gdbregs_session *s, const struct gdbregs__step *step,
				 char *payload);
size_t gdbregs__step_over_insert(struct gdbregs_session *s, char *payload);
/* Take the reply. If the stub does not remove a breakpoint, the step is tried nevertheless: QEMU
 * steps over it. Returns 0, or an error, which is set, if a breakpoint could not be inserted
 * again; then the session no longer has it. */
int gdbregs__step_over_removed(struct gdbregs_session *s, const struct gdbregs__answer *answer);
int gdbregs__step_over_inserted(struct gdbregs_session *s, const struct gdbregs__answer *answer);

/* A resume was sent: these vCPUs run, or one steps over a breakpoint. */
void gdbregs__step_over_ran(struct gdbregs_session *s, const struct gdbregs__step *moving);
/* That vCPU has completed its instruction. If it is where it was, it has come there again. */
void gdbregs__step_over_completed(struct gdbregs_session *s, uint32_t vcpu);
/* The target has stopped. `continued` is true for a run of all vCPUs, false for a step. */
void gdbregs__step_over_stopped(struct gdbregs_session *s, const struct gdbregs_stop *stop,
				bool continued);
void gdbregs__step_over_fini(struct gdbregs_session *s);

#endif
