/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file gdbregs_uv.h
 * The sessions of gdbregs.h on the caller's own libuv loop.
 *
 * A request is accepted if the call returns 0. It then calls back exactly once, from
 * the loop and never from within the call that made it. A refused request (negative
 * result) never calls back. A callback may call any function of the session, including
 * gdbregs_uv_close(). Requests are queued, and any number may be under way. The callback
 * may be NULL; the outputs of the request must then stay valid until the session is
 * closed.
 *
 * Order (since 0.2): requests are carried out in the order in which they were made.
 *  - Reads, writes, packets, requests for the state of a vCPU, changes of breakpoints,
 *    steps and continues need a stopped target. If such a request is made while steps are
 *    queued or under way, it is carried out after their stops, even if a step fails. If
 *    the program has ended by then, the request calls back with NO_VCPU.
 *  - While a continue is queued or under way, such a request is refused with RUNNING,
 *    until the target has stopped and the callbacks of watches have returned.
 *  - gdbregs_uv_wait() and gdbregs_uv_interrupt() apply to the step or continue that was
 *    made last. If it is still queued, it is interrupted as soon as it has begun.
 *  - From within a callback of gdbregs_watch(), steps and continues are refused with
 *    RUNNING.
 *
 * A request is refused at once if the session is closed or lacks the access, or if there
 * is no such vCPU. Errors of single registers come with the callback, and so does the
 * error of a read from a vCPU that does not exist.
 *
 * Functions of gdbregs.h that need no waiting (vCPUs, registers, lookups, error
 * text) serve these sessions too. The blocking calls of gdbregs.h refuse these sessions
 * with INVAL, and the calls of this header refuse blocking sessions.
 *
 * With `-std=c11`, uv.h needs `_POSIX_C_SOURCE` defined as 200809L, or `_GNU_SOURCE`,
 * before the first include.
 *
 * Threads: all calls on a session must come from the thread that runs its loop.
 *
 * Since: 0.1.
 */
#ifndef GDBREGS_UV_H
#define GDBREGS_UV_H

#include <gdbregs.h>

#if defined(__GLIBC__) && defined(__STRICT_ANSI__) && !defined(__USE_XOPEN2K)
#error "uv.h needs POSIX: define _POSIX_C_SOURCE as 200809L before the first include, or compile with -std=gnu11"
#endif
#include <uv.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ----------------------------------------------------------- requests --- */

/** A request under way, for gdbregs_uv_cancel(). Valid until its callback is called. A call whose `request` is NULL does not return one. */
struct gdbregs_uv_request;

/**
 * Called when a request has ended.
 *
 * @param status  0 or a count, or a negative `GDBREGS_ERR_*`
 * @param error   why this request failed: its code is `status` and its text is never
 *                empty; NULL if `status` is not negative. Valid during the call only.
 */
typedef void (*gdbregs_uv_cb)(struct gdbregs_session *s, int status,
			      const struct gdbregs_error *error, void *arg);

/** Called when a session has ended and has been freed. */
typedef void (*gdbregs_uv_close_cb)(void *arg);

/**
 * Connect as gdbregs_connect() does, on `loop`. *out is set before the call returns, and
 * may be closed from then on. The session accepts other requests after cb has been called
 * with 0. If cb is called with an error, the target has already been left as `on_close`
 * says.
 *
 * Errors: NOMEM INVAL; IO DESCRIPTION LIMIT if a description named in `o` cannot be
 * read. The other errors of gdbregs_connect() come with the callback.
 * Ownership: the caller closes *out with gdbregs_uv_close(), also after a failure.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_connect(struct gdbregs_context *ctx, uv_loop_t *loop,
						   const char *address,
						   const struct gdbregs_options *o,
						   struct gdbregs_session **out, gdbregs_uv_cb cb,
						   void *arg, struct gdbregs_error *err);

/**
 * Start a command as gdbregs_spawn() does, on `loop`. The rest is as for
 * gdbregs_uv_connect().
 * Errors: as gdbregs_uv_connect(); SPAWN if the command cannot be started.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_spawn(struct gdbregs_context *ctx, uv_loop_t *loop,
						 char *const argv[],
						 const struct gdbregs_options *o,
						 struct gdbregs_session **out, gdbregs_uv_cb cb,
						 void *arg, struct gdbregs_error *err);

/**
 * End a session. Requests under way call back with CANCELED, the target is left as
 * `on_close` says, the session is freed, and cb is called. cb may be NULL. A second call
 * does nothing and ignores its cb. A blocking session is closed as by gdbregs_close(), and
 * cb is called before this call returns.
 */
GDBREGS_API void gdbregs_uv_close(struct gdbregs_session *s, gdbregs_uv_close_cb cb, void *arg);

/**
 * Read one register as gdbregs_read_register() does. `buf` must stay valid until
 * the callback, whose status is the size in bytes.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_read_register(struct gdbregs_session *s, unsigned vcpu,
							 const struct gdbregs_register *h,
							 struct gdbregs_buffer *buf,
							 gdbregs_uv_cb cb, void *arg,
							 struct gdbregs_uv_request **request);

/** Read many registers as gdbregs_read_registers() does. `reads` and `storage` must stay valid until the callback. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_uv_read_registers(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
			  struct gdbregs_buffer *storage, gdbregs_uv_cb cb, void *arg,
			  struct gdbregs_uv_request **request);

/**
 * Ask for the state of a vCPU as gdbregs_vcpu_state() does. The status of the callback is an
 * enum gdbregs_vcpu_state. Since 0.2.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_vcpu_state(struct gdbregs_session *s, unsigned vcpu,
						      gdbregs_uv_cb cb, void *arg,
						      struct gdbregs_uv_request **request);

/** Send a raw packet as gdbregs_packet() does. `payload` is copied; `reply` must stay valid until the callback. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_packet(struct gdbregs_session *s, const void *payload,
						  size_t size, struct gdbregs_buffer *reply,
						  gdbregs_uv_cb cb, void *arg,
						  struct gdbregs_uv_request **request);

/** Write one register as gdbregs_write_register() does. `bytes` is copied. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_uv_write_register(struct gdbregs_session *s, unsigned vcpu,
			  const struct gdbregs_register *h, const void *bytes, size_t size,
			  gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request);

/** Write many registers as gdbregs_write_registers() does. `writes` and its errors must stay valid until the callback; the values are copied. Since 0.2. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_uv_write_registers(struct gdbregs_session *s, struct gdbregs_write *writes, size_t count,
			   gdbregs_uv_cb cb, void *arg, struct gdbregs_uv_request **request);

/**
 * Execute one instruction as gdbregs_step() does. `stop` may be NULL; else it must stay
 * valid until the callback. Canceling the request ends only the waiting: the step is
 * carried out.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_step(struct gdbregs_session *s, unsigned vcpu,
						struct gdbregs_stop *stop, gdbregs_uv_cb cb,
						void *arg, struct gdbregs_uv_request **request);

/**
 * Let all vCPUs run as gdbregs_continue() does, and call back at the next stop. `stop` may
 * be NULL; else it must stay valid until the callback. If cb is NULL, the stop is kept for
 * gdbregs_uv_wait(). Canceling the request ends only the waiting: the target keeps
 * running.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_continue(struct gdbregs_session *s,
						    struct gdbregs_stop *stop, gdbregs_uv_cb cb,
						    void *arg,
						    struct gdbregs_uv_request **request);

/**
 * Wait as gdbregs_wait() does, for the stop of the step or continue that was made last. Any
 * number of requests may wait for the same stop. `stop` may be NULL; else it must stay
 * valid until the callback.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_wait(struct gdbregs_session *s, int timeout_ms,
						struct gdbregs_stop *stop, gdbregs_uv_cb cb,
						void *arg, struct gdbregs_uv_request **request);

/**
 * Ask the target to stop as gdbregs_interrupt() does. This interrupts the step or continue
 * that was made last, and the requests that wait for its stop call back. If a vCPU is
 * stepping over a breakpoint, the run ends there, and the breakpoint is inserted again.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_uv_interrupt(struct gdbregs_session *s);

/** Set a breakpoint or watchpoint as gdbregs_point_insert() does. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_uv_point_insert(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			unsigned kind, gdbregs_uv_cb cb, void *arg,
			struct gdbregs_uv_request **request);

/** Remove a breakpoint or watchpoint as gdbregs_point_remove() does. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_uv_point_remove(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			unsigned kind, gdbregs_uv_cb cb, void *arg,
			struct gdbregs_uv_request **request);

/**
 * Cancel a request. It calls back with CANCELED in the next iteration of the loop,
 * and its outputs are not written any more. Replies that are still to come are received
 * and ignored, and the session can still be used.
 */
GDBREGS_API void gdbregs_uv_cancel(struct gdbregs_uv_request *request);

#ifdef __cplusplus
}
#endif

#endif
