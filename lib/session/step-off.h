/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Getting off breakpoints. A vCPU that is at a breakpoint and is let run stops there
 * again without having moved. So its breakpoint is removed, the vCPU alone executes one
 * instruction, and the breakpoint is inserted again, as GDB does it. Other breakpoints
 * stay: threads of qemu-user run on meanwhile, and could pass them.
 *
 * A vCPU that has arrived at a breakpoint while another vCPU's stop was reported is left
 * there: the next run ends with its stop, so that no hit is lost.
 *
 * Hides: which vCPUs have to get off, and where their breakpoints are. */
#ifndef GDBREGS_LIB_SESSION_STEP_OFF_H
#define GDBREGS_LIB_SESSION_STEP_OFF_H

#include "session/session.h"

/* Queue, ahead of an op, a read of the program counters of vCPUs that may be at a
 * breakpoint and are about to run: of one vCPU, or of GDBREGS__ALL_VCPUS. No read is
 * queued if none is needed. Returns 0 or NOMEM. */
int gdbregs__step_off_locate(struct gdbregs_session *s, struct gdbregs__op *before, uint32_t vcpu);
/* The read has completed: list in s->run.step_off the vCPUs that have to get off. */
void gdbregs__step_off_plan(struct gdbregs_session *s);

/* Returns whether the stub can be trusted to step this vCPU, and no other one. */
bool gdbregs__step_off_is_alone(const struct gdbregs_session *s, uint32_t vcpu);

/* The same for a vCPU that has got off a breakpoint: queue a read of its program counter,
 * then tell whether there is a breakpoint, too. */
int gdbregs__step_off_look(struct gdbregs_session *s, struct gdbregs__op *before, uint32_t vcpu);
bool gdbregs__step_off_is_at_one(struct gdbregs_session *s);

/* Write the packet that removes the next breakpoint at the place of a planned step, or
 * that inserts the next one that was removed so. The packet takes up to
 * GDBREGS__UNDO_TEXT bytes. Returns its length, or 0 if there is none. */
size_t gdbregs__step_off_remove(struct gdbregs_session *s, const struct gdbregs__step *step,
				char *payload);
size_t gdbregs__step_off_insert(struct gdbregs_session *s, char *payload);
/* Take the reply. A breakpoint that the stub does not remove stays where it is, and the
 * step is tried nevertheless: QEMU gets off. Returns 0, or an error, which is set, if a
 * breakpoint could not be inserted again; the session has lost it then. */
int gdbregs__step_off_removed(struct gdbregs_session *s, const struct gdbregs__answer *answer);
int gdbregs__step_off_inserted(struct gdbregs_session *s, const struct gdbregs__answer *answer);

/* A resume was sent: these vCPUs run. */
void gdbregs__step_off_ran(struct gdbregs_session *s, uint32_t vcpu);
/* The target has stopped. `continued` tells a run of all vCPUs from a step. */
void gdbregs__step_off_stopped(struct gdbregs_session *s, const struct gdbregs_stop *stop,
			       bool continued);
void gdbregs__step_off_fini(struct gdbregs_session *s);

#endif
