/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts known about the stub. Hides: which thread it has selected. */
#ifndef GDBREGS_LIB_SESSION_STUB_H
#define GDBREGS_LIB_SESSION_STUB_H

#include "engine/engine.h"
#include "rsp/reply.h"
#include "rsp/thread-id.h"

enum gdbregs__stub_kind {
	GDBREGS__STUB_UNKNOWN, /* it has not answered yet */
	GDBREGS__STUB_GREETED, /* it has answered qSupported */
	GDBREGS__STUB_OTHER, /* it is not QEMU */
	GDBREGS__STUB_QEMU_USER, /* QEMU user emulation */
	GDBREGS__STUB_QEMU_SYSTEM, /* QEMU system emulation */
};

/* The effect of a D that is answered with OK. */
enum gdbregs__detach_effect {
	GDBREGS__DETACH_UNKNOWN,
	GDBREGS__DETACH_RESUMES,
	GDBREGS__DETACH_HALTS, /* the target stays halted: OpenOCD */
};

enum gdbregs__vcont { GDBREGS__VCONT_UNKNOWN, GDBREGS__VCONT_MISSING, GDBREGS__VCONT_PRESENT };

struct gdbregs__stub {
	enum gdbregs__stub_kind kind;
	struct gdbregs__supported supported;
	enum gdbregs_byte_order byte_order; /* as lldb-server reports it */
	enum gdbregs__vcont vcont; /* vCont with step and continue */
	enum gdbregs__detach_effect detach_effect;
	bool p_missing; /* do not use p: registers come from g */
	bool p_ignores_thread; /* it has p, but replies without regard to the selected thread */
	/* The thread that will be selected once all packets sent so far are processed. */
	bool selected;
	struct gdbregs__thread_id selected_thread;
	bool selection_failed; /* the last Hg that was answered was refused */
	bool hg_missing; /* an Hg was not supported: do not send it for the only thread */
};

static inline bool gdbregs__stub_is_qemu(const struct gdbregs__stub *stub)
{
	return stub->kind >= GDBREGS__STUB_QEMU_USER;
}

static inline bool gdbregs__stub_is_qemu_system(const struct gdbregs__stub *stub)
{
	return stub->kind == GDBREGS__STUB_QEMU_SYSTEM;
}

/* Returns 0 if the stub takes packets with a payload of this size, or LIMIT; the error is
 * set. QEMU drops longer packets and does not say so. */
int gdbregs__stub_check_size(struct gdbregs_session *s, size_t size);
/* Select a thread with Hg unless it is selected. Returns GDBREGS__PRODUCED if an Hg was
 * sent, 0 if nothing has to be done, or NOMEM. If the stub refuses, selection_failed
 * is set while the replies to the next packets arrive. */
int gdbregs__stub_select(struct gdbregs_session *s, struct gdbregs__op *op,
			 const struct gdbregs__thread_id *thread);
int gdbregs__stub_select_vcpu(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t vcpu);
/* Send a query for the stub's text about the thread of a vCPU, which must have an id. Returns
 * GDBREGS__PRODUCED or NOMEM. */
int gdbregs__stub_ask_thread(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			     uint32_t vcpu);
/* Returns the state of the vCPU according to the reply, for QEMU's texts. */
enum gdbregs_vcpu_state gdbregs__stub_state_in(const struct gdbregs__answer *answer);
/* Set the error that the stub has refused to select a vCPU. Returns NO_VCPU. */
int gdbregs__stub_say_refused(struct gdbregs_session *s, uint32_t vcpu);
/* A packet was sent that may select another thread: do not rely on the last Hg. */
void gdbregs__stub_forget_selection(struct gdbregs_session *s);
/* Take the reply to an Hg. */
void gdbregs__stub_on_selected(struct gdbregs_session *s, const struct gdbregs__answer *answer);
/* Take the reply to a QStartNoAckMode. */
void gdbregs__stub_on_no_ack(struct gdbregs_session *s, const struct gdbregs__answer *answer);
/* Returns why a target that was interrupted does not stop, or NULL if that is not known. */
const char *gdbregs__stub_interrupt_note(const struct gdbregs_session *s);

#endif
