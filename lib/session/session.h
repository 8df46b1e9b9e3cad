/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 5. One session with a stub, as a function of bytes, requests and time
 * passed in: no socket, no clock, no thread. Hides: acknowledgements, matching
 * replies with requests, pipelining, timeouts, what is known of the stub.
 *
 * Shape. Callers queue ops (requests). An op has a class: `produce` hands out
 * its packets, `reply` takes their replies. The core keeps a ring of runs,
 * packets in flight in the order they were sent, and gives each reply to the
 * op of the run at the head. Where the stub bears pipelining, packets are
 * produced ahead, over any number of ops; elsewhere one is in flight at a time.
 * Connecting, reading, detaching are all ops; each stands in a file of its own
 * (session-hello.c, -discover.c, -read.c, ...).
 *
 * To add a request: write a class in a file of its own, make it with
 * gdbregs__op_init(), queue it with gdbregs__session_queue(). */
#ifndef GDBREGS_LIB_SESSION_H
#define GDBREGS_LIB_SESSION_H

#include "rsp/packet.h"
#include "tdesc/g-layout.h"
#include "tdesc/context.h"
#include "rsp/reply.h"
#include "session/run-control.h"
#include "rsp/stop-reply.h"

#define GDBREGS__FOREVER UINT64_MAX

enum gdbregs__session_state {
	GDBREGS__SESSION_CONNECTING, /* hello and discovery are under way */
	GDBREGS__SESSION_STOPPED, /* ready: the target is stopped */
	GDBREGS__SESSION_RUNNING, /* resumed by us: nothing may be sent but 0x03 */
	GDBREGS__SESSION_CLOSING, /* detaching */
	GDBREGS__SESSION_ENDED, /* failed for good, or detached */
};

struct gdbregs__op;

enum gdbregs__produced {
	GDBREGS__PRODUCED, /* one packet was sent (or the op may go on at once) */
	GDBREGS__PRODUCE_WAIT, /* nothing to send before a reply has come */
	GDBREGS__PRODUCE_END, /* nothing more to send */
};

/* A reply to one packet. */
struct gdbregs__answer {
	uint32_t kind; /* as given to gdbregs__session_send() */
	uint32_t index; /* likewise */
	const uint8_t *payload;
	size_t size;
};

struct gdbregs__op_class {
	const char *name;
	bool keep; /* not canceled when the session is stopped: later ops need its outcome */
	bool vital; /* the session fails with it */
	bool hears_all; /* reply and console are called for canceled and failed ops too */
	/* Send the next packet. Negative: the op fails with that, and the session
	 * goes on (its packets in flight are awaited and dropped). */
	int (*produce)(struct gdbregs_session *s, struct gdbregs__op *op);
	/* Take one reply. Negative: as for produce; a class that wants the session
	 * to fail calls gdbregs__session_fail(). */
	int (*reply)(struct gdbregs_session *s, struct gdbregs__op *op,
		     const struct gdbregs__answer *answer);
	/* Many replies at once, to consecutive packets of data_kind, each hex data: in
	 * place of as many calls of reply. May be NULL. */
	uint32_t data_kind;
	int (*data)(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t first,
		    const struct gdbregs__frame_text *texts, size_t count);
	/* All replies are in (or the op failed, with op->status set): the last
	 * word on op->status. Not called for canceled ops. May be NULL. */
	void (*finish)(struct gdbregs_session *s, struct gdbregs__op *op);
	/* A packet that came before the reply and is none: true if it was taken.
	 * May be NULL. Called for canceled and failed ops too. */
	bool (*aside)(struct gdbregs_session *s, struct gdbregs__op *op, const uint8_t *payload,
		      size_t size);
	/* The reply that is awaited did not come in time: true if the op has set
	 * another deadline. May be NULL: the session fails. */
	bool (*overdue)(struct gdbregs_session *s, struct gdbregs__op *op);
	/* Console output that came before a reply. May be NULL: dropped. */
	void (*console)(struct gdbregs_session *s, struct gdbregs__op *op, const uint8_t *payload,
			size_t size);
	/* Free what the op holds, and the op. */
	void (*destroy)(struct gdbregs_session *s, struct gdbregs__op *op);
};

/* Called by whoever takes completions; the op is destroyed after it. */
typedef void (*gdbregs__op_done)(struct gdbregs_session *s, int status, void *arg);

struct gdbregs__op {
	const struct gdbregs__op_class *class;
	struct gdbregs__op *next, *previous; /* in the queue */
	struct gdbregs__op *next_completed;
	gdbregs__op_done done; /* NULL: nobody wants to know */
	void *arg;
	size_t outstanding; /* packets in flight */
	int status; /* negative once failed; finish may set a count */
	bool ended; /* nothing more to produce */
	bool canceled; /* outputs are not touched any more */
	bool completed; /* on the completed list, or past it */
	bool queued; /* in the queue */
	bool released; /* whoever took the completion is through with it */
	bool unhurried; /* its reply may take for ever */
	struct gdbregs_session *session;
};

/* Consecutive packets in flight of one op and kind, with consecutive indexes. */
struct gdbregs__run {
	struct gdbregs__op *op;
	uint32_t kind;
	uint32_t first;
	uint32_t count;
};

/* Kind 0 of every op: an Hg the core sent for it and whose reply it takes. */
#define GDBREGS__KIND_SELECT 0

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
	struct gdbregs_context *context;
	struct gdbregs_options options; /* strings in it are not ours to use after connect */
	struct gdbregs__limits limits;
	char *label; /* what we are connected to, for messages */
	bool is_child; /* a command we have started */
	const struct gdbregs_description *given; /* instead of the stub's */
	const struct gdbregs_description *fallback; /* where the stub serves none */
	enum gdbregs__session_state state;
	int fatal; /* why the session ended; 0 while it has not */
	struct gdbregs_error error;
	uint64_t now_ms;
	uint64_t deadline_ms; /* of the reply that is awaited */
	bool aim_due; /* a reply has come: the deadline moves, once all input is taken */
	void *transport; /* layer 6's */

	/* The wire. */
	struct gdbregs__frame_decoder decoder;
	struct gdbregs_buffer out; /* to be written */
	bool no_ack;
	bool pipelined;
	bool heard; /* a packet or an ack has come */
	bool line_probed; /* a silent peer was asked whether it serves something else */
	unsigned acks_owed; /* packets taken that were not acknowledged yet */
	size_t acked; /* requests acknowledged, not answered */
	size_t junk_at_ack; /* bytes outside of packets when the last ack came */
	size_t junk_ends; /* ends of packets among them when the last packet came */
	size_t in_flight; /* packets sent, not answered */
	uint64_t sent_count; /* packets, all in all */
	struct gdbregs_buffer kept; /* packet number kept_at, to send again on a NAK */
	uint64_t kept_at;
	unsigned resends;
	size_t farewells; /* OKs a farewell still waits for */
	bool farewell_asks; /* the last of them answers whether the target may run */
	bool detach_begun; /* a D has been sent: none is sent again */
	struct gdbregs__run *runs; /* ring */
	size_t runs_capacity, runs_head, runs_count;

	/* Ops, oldest first; sending is the first that has not ended. */
	struct gdbregs__op *first, *last, *sending;
	struct gdbregs__op *completed_first, *completed_last;
	bool pumping;
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
 * write stand in s->out; then feed what comes to _farewell_input until
 * s->farewells is 0, the connection ends, or there is no more time. */
void gdbregs__session_farewell(struct gdbregs_session *s);
void gdbregs__session_farewell_input(struct gdbregs_session *s, const uint8_t *data, size_t size);
/* There is no more time. True: something more is to be written, then as before. */
bool gdbregs__session_farewell_late(struct gdbregs_session *s);

/* --- bytes and time ---------------------------------------------------- */

/* Bytes from the stub. Afterwards look for output and completions. */
void gdbregs__session_input(struct gdbregs_session *s, const uint8_t *data, size_t size,
			    uint64_t now_ms);
/* The connection has ended; `why` is NULL for an orderly end. */
void gdbregs__session_eof(struct gdbregs_session *s, const char *why);
/* Time has passed: fails the session if a reply is overdue. */
void gdbregs__session_tick(struct gdbregs_session *s, uint64_t now_ms);
/* When tick has to be called; GDBREGS__FOREVER for never. */
uint64_t gdbregs__session_deadline(const struct gdbregs_session *s);
/* Produce what can be sent. Bytes to write stand in s->out; the transport takes
 * them away (any part from the front, or by swapping the buffer) and pumps
 * again once they are written. */
void gdbregs__session_pump(struct gdbregs_session *s);
/* The next completed op, or NULL: call op->done with op->status, then
 * gdbregs__session_release(). */
struct gdbregs__op *gdbregs__session_completed(struct gdbregs_session *s);
void gdbregs__session_release(struct gdbregs_session *s, struct gdbregs__op *op);

/* --- for the op classes -------------------------------------------------- */

void gdbregs__op_init(struct gdbregs__op *op, const struct gdbregs__op_class *class,
		      gdbregs__op_done done, void *arg);
/* Queue an op and pump. Not for closing or ended sessions. */
void gdbregs__session_queue(struct gdbregs_session *s, struct gdbregs__op *op);
/* Complete with CANCELED; replies still due are awaited and dropped. */
void gdbregs__session_cancel(struct gdbregs_session *s, struct gdbregs__op *op);
/* Send one packet for op: kind and index come back with its reply. 0 or NOMEM. */
int gdbregs__session_send(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			  uint32_t index, const void *payload, size_t size);
int gdbregs__session_send_text(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			       uint32_t index, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* The same for `p`, which there are many of. */
int gdbregs__session_send_p(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			    uint32_t index, uint32_t regnum);
/* As many of these p, indexes counting up, as make a good write: how many (at
 * least one, at most GDBREGS__SEND_RUN_MAX), or NOMEM. */
#define GDBREGS__SEND_RUN_MAX 512
int gdbregs__session_send_run(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
			      uint32_t index, const struct gdbregs_read *reads, size_t count);
/* Select a thread with Hg unless it is selected. 1: an Hg was sent (produce has
 * done its packet), 0: nothing to do, or NOMEM. */
int gdbregs__session_select(struct gdbregs_session *s, struct gdbregs__op *op,
			    const struct gdbregs__thread_id *thread);
int gdbregs__session_select_vcpu(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t vcpu);
/* Put an op that is not in the queue on the list of completed ones, once. */
void gdbregs__session_complete(struct gdbregs_session *s, struct gdbregs__op *op);
/* The session can't go on: every op completes with code. Says why in s->error. */
void gdbregs__session_fail(struct gdbregs_session *s, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Say why a call failed, without harm to the session; returns code. */
int gdbregs__session_say(struct gdbregs_session *s, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* 0 if requests can be queued, else what they fail with. */
int gdbregs__session_check(struct gdbregs_session *s);
bool gdbregs__session_may_send(const struct gdbregs_session *s);

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
