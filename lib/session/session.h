/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session with a stub, as a function of bytes, requests and time that are passed
 * in. Hides: what is known of the stub and of the target.
 *
 * Bytes, time and the queue of requests belong to the engine (engine/engine.h), which
 * the session contains. Each operation (connecting, reading, detaching, ...) is an op
 * of the engine, with a class in a file of its own (op-hello.c, op-discover.c,
 * op-read.c, ...). */
#ifndef GDBREGS_LIB_SESSION_SESSION_H
#define GDBREGS_LIB_SESSION_SESSION_H

#include "engine/engine.h"
#include "rsp/stop-reply.h"
#include "session/run-state.h"
#include "session/stub.h"
#include "session/target.h"
#include "tdesc/context.h"

enum gdbregs__session_state {
	GDBREGS__SESSION_CONNECTING, /* hello and discovery are under way */
	GDBREGS__SESSION_STOPPED, /* ready: the target is stopped */
	GDBREGS__SESSION_RUNNING, /* we have resumed it: only 0x03 may be sent */
	GDBREGS__SESSION_CLOSING, /* detaching */
	GDBREGS__SESSION_ENDED, /* failed or detached */
};

/* op-read.c: kept from one read to the next. */
struct gdbregs__reading {
	struct gdbregs__op *spare; /* an op to use again, so that a read allocates nothing */
	uint64_t batches; /* reads begun */
};

/* op-detach.c: progress of the detach. */
struct gdbregs__leaving {
	struct gdbregs__op *reserve; /* for a blind detach */
	bool detach_sent; /* a D was sent: it is not sent a second time */
	enum gdbregs_left left;
	enum gdbregs_left *
		report; /* set to how the target was left when the session has ended; may be NULL */
};

struct gdbregs_session {
	struct gdbregs__engine engine;
	struct gdbregs_context *context;
	struct gdbregs_options options; /* its strings must not be used after connecting */
	struct gdbregs__limits limits;
	enum gdbregs__session_state state;
	struct gdbregs__stub stub;
	struct gdbregs__target target;
	struct gdbregs__run_state run;
	struct gdbregs__reading reading;
	struct gdbregs__leaving leaving;
	void *transport; /* of lib/uv */
};

/* --- life ------------------------------------------------------------- */

/* Make a session. The options are copied; their strings stay the caller's until the session is
 * stopped or has ended. The session takes a reference to the context; NULL makes a new context.
 * Returns 0, NOMEM or INVAL. */
int gdbregs__session_new(struct gdbregs_context *ctx, const struct gdbregs_options *o,
			 struct gdbregs_session **out);
void gdbregs__session_free(struct gdbregs_session *s);

/* Begin: queue hello and discovery. done is called when vCPUs and registers are known, or with the
 * error. Returns 0 or NOMEM. */
int gdbregs__session_start(struct gdbregs_session *s, uint64_t now_ms, gdbregs__op_done done,
			   void *arg);

/* Cancel all ops and detach, in the engine's blind mode if the session has failed. If it
 * fails meanwhile, done is called with the error while s->engine.blind is not set: then
 * call this function once more. Returns 0 or NOMEM. */
int gdbregs__session_stop(struct gdbregs_session *s, uint64_t now_ms, gdbregs__op_done done,
			  void *arg);

/* --- for the op classes -------------------------------------------------- */

/* requests.c. Set the error that the target's program has ended. Returns NO_VCPU. */
int gdbregs__session_say_exited(struct gdbregs_session *s);
/* True if the stub has reported that the program has ended, and then closed the
 * connection. */
bool gdbregs__session_has_exited(const struct gdbregs_session *s);

/* --- ops without a header of their own --------------------------------------- */

/* op-hello.c, op-discover.c: the ops of connecting. */
struct gdbregs__op *gdbregs__hello_new(void);
struct gdbregs__op *gdbregs__discover_new(gdbregs__op_done done, void *arg);

/* op-prove-g.c: verify the layout of g for the vCPU's description, once all queued ops are
 * done. */
void gdbregs__prove_g(struct gdbregs_session *s, uint32_t vcpu);
/* op-run-send.c: the session is being stopped: stop a target that runs. */
void gdbregs__run_close(struct gdbregs_session *s);

/* op-detach.c: leave the target as the options demand. gdbregs__detach_new() makes the op for
 * gdbregs__detach_blindly(), which is kept in s->leaving.reserve because a session may fail for
 * lack of memory. Returns NULL when out of memory. */
struct gdbregs__op *gdbregs__detach_new(gdbregs__op_done done, void *arg);
/* Detach in order. Returns 0 or NOMEM. done is called at the end, or when the session has failed
 * meanwhile. */
int gdbregs__detach(struct gdbregs_session *s, gdbregs__op_done done, void *arg);
/* Detach a session that has failed, in the engine's blind mode. Returns 0, or INVAL if that was
 * done before. */
int gdbregs__detach_blindly(struct gdbregs_session *s, gdbregs__op_done done, void *arg);

#endif
