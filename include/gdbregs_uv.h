/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file gdbregs_uv.h
 * The sessions of gdbregs.h on the caller's own libuv loop.
 *
 * An accepted request (result 0) calls back exactly once, from the loop, never
 * from within the call that made it; a refused one (negative result) never
 * calls back. Any function of the session, gdbregs_uv_close() included, may be
 * called from a callback. Requests are queued; any number may be in flight. A
 * callback may be NULL: then nobody is told, and what the request writes to must
 * stay until the session is closed.
 *
 * What can be told at once refuses a request (a closed session, no access, a vCPU
 * to step that isn't there); what concerns one register comes with the callback.
 *
 * What needs no waiting (vCPUs, registers, look-ups, error text) is in
 * gdbregs.h and serves these sessions too. The blocking calls of gdbregs.h
 * refuse them with GDBREGS_ERR_INVAL, and these calls refuse blocking sessions.
 *
 * Threads: all calls on a session from the thread that runs its loop.
 *
 * Since: 0.1.
 */
#ifndef GDBREGS_UV_H
#define GDBREGS_UV_H

#include <gdbregs.h>
#include <uv.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A request under way. Good until its callback has been called. */
struct gdbregs_uv_request;

/** A request has ended: status is 0 or a count, or a GDBREGS_ERR_*. */
typedef void (*gdbregs_uv_cb)(struct gdbregs_session *s, int status, void *arg);

/** A session has ended and is freed; its pointer is no longer good. */
typedef void (*gdbregs_uv_close_cb)(void *arg);

/**
 * As gdbregs_connect(), on `loop`.
 *
 * *out is a session at once: it takes gdbregs_uv_close() from now on, and
 * everything else once cb has been called with 0. After a failure
 * gdbregs_session_error() says why, the target is already left as
 * o->on_close says, and the session still has to be closed.
 *
 * Ownership: the caller closes *out with gdbregs_uv_close(), whatever cb says.
 * Errors (refused): NOMEM INVAL, and IO DESCRIPTION LIMIT where a description
 * named in o can't be read.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_connect(struct gdbregs_context *ctx, uv_loop_t *loop,
						   const char *address,
						   const struct gdbregs_options *o,
						   struct gdbregs_session **out, gdbregs_uv_cb cb,
						   void *arg, struct gdbregs_error *err);

/** As gdbregs_spawn(), on `loop`; the rest as gdbregs_uv_connect(), and refused with SPAWN too. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_spawn(struct gdbregs_context *ctx, uv_loop_t *loop,
						 char *const argv[],
						 const struct gdbregs_options *o,
						 struct gdbregs_session **out, gdbregs_uv_cb cb,
						 void *arg, struct gdbregs_error *err);

/**
 * End a session: requests under way call back with CANCELED, the target is
 * detached as options.on_close says, then cb (may be NULL) is called and the
 * session is gone. A second call does nothing and drops its cb.
 */
GDBREGS_API void gdbregs_uv_close(struct gdbregs_session *s, gdbregs_uv_close_cb cb, void *arg);

/**
 * As gdbregs_read_register(). `buf` must stay until the callback; status is
 * the size in bytes. `request` may be NULL; else it receives what
 * gdbregs_uv_cancel() takes.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_read_register(struct gdbregs_session *s, unsigned vcpu,
							 const struct gdbregs_register *h,
							 struct gdbregs_buffer *buf,
							 gdbregs_uv_cb cb, void *arg,
							 struct gdbregs_uv_request **request);

/** As gdbregs_read_registers(). `reads` and `storage` must stay until the callback. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_uv_read_registers(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
			  struct gdbregs_buffer *storage, gdbregs_uv_cb cb, void *arg,
			  struct gdbregs_uv_request **request);

/** As gdbregs_packet(). `payload` is copied; `reply` must stay until the callback. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_packet(struct gdbregs_session *s, const void *payload,
						  size_t size, struct gdbregs_buffer *reply,
						  gdbregs_uv_cb cb, void *arg,
						  struct gdbregs_uv_request **request);

/** As gdbregs_write_register(). `bytes` is copied. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_uv_write_register(struct gdbregs_session *s, unsigned vcpu,
			  const struct gdbregs_register *h, const void *bytes, size_t size,
			  gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request);

/**
 * As gdbregs_step(). `stop` (may be NULL) must stay until the callback.
 * Canceling gives up waiting alone: the step is done, and until it is, requests
 * are refused with RUNNING.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_step(struct gdbregs_session *s, unsigned vcpu,
						struct gdbregs_stop *stop, gdbregs_uv_cb cb,
						void *arg, struct gdbregs_uv_request **request);

/**
 * Let all vCPUs run; calls back at the next stop. With cb NULL the stop is kept
 * for gdbregs_uv_wait(). Canceling gives up waiting alone: the target runs on.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_continue(struct gdbregs_session *s,
						    struct gdbregs_stop *stop, gdbregs_uv_cb cb,
						    void *arg,
						    struct gdbregs_uv_request **request);

/** As gdbregs_wait(). Any number of requests may wait for the same stop. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_wait(struct gdbregs_session *s, int timeout_ms,
						struct gdbregs_stop *stop, gdbregs_uv_cb cb,
						void *arg, struct gdbregs_uv_request **request);

/** As gdbregs_interrupt(); nothing to call back for: whoever waits is told of the stop. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_interrupt(struct gdbregs_session *s);

/** As gdbregs_point_insert(). */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_uv_point_insert(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			unsigned kind, gdbregs_uv_cb cb, void *arg,
			struct gdbregs_uv_request **request);

/** As gdbregs_point_remove(). */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_uv_point_remove(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			unsigned kind, gdbregs_uv_cb cb, void *arg,
			struct gdbregs_uv_request **request);

/**
 * Give a request up: it calls back with CANCELED in the loop's next round, and
 * its outputs are not touched from now on. Replies still due are awaited
 * and dropped; the session stays good.
 */
GDBREGS_API void gdbregs_uv_cancel(struct gdbregs_uv_request *request);

#ifdef __cplusplus
}
#endif

#endif
