/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session with a stub, as a function of bytes, requests and time that are passed
 * in. Hides: what is known of the stub and of the target.
 *
 * Bytes, time and the queue of requests belong to the engine (engine/engine.h), which
 * the session contains. Each operation (connecting, reading, detaching, ...) is an op
 * of the engine, with a class in a file of its own (op-hello.c, op-discover.c,
 * op-read.c, ...). */
#ifndef GDBREGS_LIB_SESSION_H
#define GDBREGS_LIB_SESSION_H

#include "engine/engine.h"
#include "tdesc/g-layout.h"
#include "tdesc/context.h"
#include "rsp/reply.h"
#include "session/run-control.h"
#include "rsp/stop-reply.h"

enum gdbregs__session_state {
	GDBREGS__SESSION_CONNECTING, /* hello and discovery are under way */
	GDBREGS__SESSION_STOPPED, /* ready: the target is stopped */
	GDBREGS__SESSION_RUNNING, /* resumed by us: nothing may be sent but 0x03 */
	GDBREGS__SESSION_CLOSING, /* detaching */
	GDBREGS__SESSION_ENDED, /* failed for good, or detached */
};

/* A process of the stub: on QEMU, a cluster. */
struct gdbregs__process {
	int64_t pid; /* 0: the stub has no multiprocess ids */
	bool attached;
	bool has_thread;
	struct gdbregs__thread_id thread; /* one of its threads */
	const struct gdbregs_description *description;
	/* Layout of g for a stub without p; else NULL: description->g_layout counts. */
	struct gdbregs__g_layout *described_layout;
	bool g_banned; /* g does not do what was proven: p alone */
	unsigned g_interest; /* batches that g could have served */
	uint64_t g_interest_batch; /* the last of them */
};

struct gdbregs__vcpu {
	struct gdbregs__thread_id id;
	bool has_id;
	char *thread; /* as the stub wrote it */
	char *name; /* printable */
	uint32_t process;
};

struct gdbregs_session {
	struct gdbregs__engine engine;
	struct gdbregs_context *context;
	struct gdbregs_options options; /* strings in it are not ours to use after connect */
	struct gdbregs__limits limits;
	char *label; /* what we are connected to, for messages */
	const struct gdbregs_description *given; /* instead of the stub's */
	const struct gdbregs_description *fallback; /* where the stub serves none */
	enum gdbregs__session_state state;
	void *transport; /* layer 6's */

	size_t farewells; /* OKs a farewell still waits for */
	bool farewell_asks; /* the last of them answers whether the target may run */
	bool detach_begun; /* a D has been sent: none is sent again */

	struct gdbregs__op *spare_read; /* kept so that a read allocates nothing */
	uint64_t batches; /* reads begun */

	/* The stub. */
	struct gdbregs__supported supported;
	bool greeted; /* qSupported was answered */
	bool identified; /* it is known whether it is QEMU */
	bool qemu; /* any QEMU */
	bool qemu_system; /* QEMU system emulation */
	enum gdbregs_byte_order stub_order; /* lldb-server says it */
	bool p_missing; /* the stub has no p: registers come from g */
	bool was_halted; /* proven: halted before we came */
	bool others_halted; /* the last resume was ended by QEMU, or by its monitor */
	char barred[24]; /* why QEMU says that it must not run, or "" */
	bool status_asked, status_known;
	struct gdbregs_buffer status; /* what `info status` printed so far */
	bool exited; /* there is no process any more */

	/* The target. */
	struct gdbregs__process *processes;
	size_t process_count, process_capacity;
	struct gdbregs__vcpu *vcpus;
	size_t vcpu_count, vcpu_capacity;
	uint32_t *vcpu_table; /* thread id to index + 1, see session-vcpus.c */
	size_t vcpu_table_size;
	/* The thread that will be selected once everything sent has been done. */
	bool selected;
	struct gdbregs__thread_id selected_thread;
	bool selection_failed; /* the last Hg answered was refused */

	/* Running it. */
	struct gdbregs__resume resume;
	struct gdbregs__stopped stopped;
	struct gdbregs__expedited_values expedited;
	struct gdbregs__watches watches;
	struct gdbregs__points points;
	bool watch_outside; /* callbacks of watches are the blocking calls' business */
	bool *gone; /* set when the session is freed */
};

/* --- life ------------------------------------------------------------- */

/* Make a session; options are copied, their strings stay the caller's until the
 * session is stopped or ended. Returns 0, NOMEM or INVAL. The context gets a
 * reference; NULL makes one. */
int gdbregs__session_new(struct gdbregs_context *ctx, const struct gdbregs_options *o,
			 const char *label, struct gdbregs_session **out);
void gdbregs__session_free(struct gdbregs_session *s);

/* Begin to speak: queues hello and discovery; done is called when vCPUs and
 * registers are known, or with what went wrong. 0 or NOMEM. */
int gdbregs__session_start(struct gdbregs_session *s, uint64_t now_ms, gdbregs__op_done done,
			   void *arg);

/* Stop whatever is under way and detach. Ops not completed complete with
 * CANCELED. done is called when the last reply is in or the time is up. */
int gdbregs__session_stop(struct gdbregs_session *s, uint64_t now_ms, gdbregs__op_done done,
			  void *arg);

/* The last word of a failed session: detach without looking at replies. Bytes to
 * write stand in s->engine.out; then feed what comes to _farewell_input until
 * s->farewells is 0, the connection ends, or there is no more time. */
void gdbregs__session_farewell(struct gdbregs_session *s);
void gdbregs__session_farewell_input(struct gdbregs_session *s, const uint8_t *data, size_t size);
/* There is no more time. True: something more is to be written, then as before. */
bool gdbregs__session_farewell_late(struct gdbregs_session *s);

/* --- for the op classes -------------------------------------------------- */

/* 0 if requests can be queued, else what they fail with. */
int gdbregs__session_check(struct gdbregs_session *s);
/* The same, but a target that runs is fine. */
int gdbregs__session_check_waitable(struct gdbregs_session *s);

/* The stub has named a process; the first one that it started with gets its
 * pid. 0 or NOMEM. */
int gdbregs__session_note_pid(struct gdbregs_session *s, int64_t pid);

/* --- the ops --------------------------------------------------------------- */

struct gdbregs__op *gdbregs__hello_new(void);
struct gdbregs__op *gdbregs__discover_new(gdbregs__op_done done, void *arg);
struct gdbregs__op *gdbregs__detach_new(gdbregs__op_done done, void *arg);

/* Queue a read; the arguments have been checked as far as the session goes. */
int gdbregs__read_one(struct gdbregs_session *s, uint32_t vcpu, const struct gdbregs_register *h,
		      struct gdbregs_buffer *buf, gdbregs__op_done done, void *arg,
		      struct gdbregs__op **out);
int gdbregs__read_many(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
		       struct gdbregs_buffer *storage, gdbregs__op_done done, void *arg,
		       struct gdbregs__op **out);
int gdbregs__raw_packet(struct gdbregs_session *s, const void *payload, size_t size,
			struct gdbregs_buffer *reply, gdbregs__op_done done, void *arg,
			struct gdbregs__op **out);
/* Prove the layout of g for the vCPU's description, behind what is queued. */
void gdbregs__prove_g(struct gdbregs_session *s, uint32_t vcpu);

/* The layout that g has on this vCPU, or NULL. */
const struct gdbregs__g_layout *gdbregs__session_layout(const struct gdbregs_session *s,
							const struct gdbregs__process *process);

#endif
