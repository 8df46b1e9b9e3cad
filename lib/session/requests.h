/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The requests that a session takes, as lib/api makes them. Each one is the body of the public
 * functions of the same name, in the file that is named here.
 *
 * A request returns 0 if it was accepted: done is called once with its result, and *out (if out
 * is not NULL) is its op, for gdbregs__engine_cancel(). Otherwise it returns an error, which is
 * set, and done is never called. */
#ifndef GDBREGS_LIB_SESSION_REQUESTS_H
#define GDBREGS_LIB_SESSION_REQUESTS_H

#include "session/session.h"

/* op-read.c. The arrays must stay valid until the op completes. */
int gdbregs__read_one(struct gdbregs_session *s, uint32_t vcpu, const struct gdbregs_register *h,
		      struct gdbregs_buffer *buf, gdbregs__op_done done, void *arg,
		      struct gdbregs__op **out);
int gdbregs__read_many(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
		       struct gdbregs_buffer *storage, gdbregs__op_done done, void *arg,
		       struct gdbregs__op **out);

/* op-write.c. */
int gdbregs__write_register(struct gdbregs_session *s, uint32_t vcpu,
			    const struct gdbregs_register *h, const void *bytes, size_t size,
			    gdbregs__op_done done, void *arg, struct gdbregs__op **out);
int gdbregs__write_many(struct gdbregs_session *s, struct gdbregs_write *writes, size_t count,
			gdbregs__op_done done, void *arg, struct gdbregs__op **out);

/* op-run.c. Resume, and wait for the stop. done NULL: the stop is left to
 * gdbregs__stop_wait(), and *out is NULL. */
int gdbregs__step(struct gdbregs_session *s, uint32_t vcpu, struct gdbregs_stop *stop,
		  gdbregs__op_done done, void *arg, struct gdbregs__op **out);
int gdbregs__continue(struct gdbregs_session *s, struct gdbregs_stop *stop, gdbregs__op_done done,
		      void *arg, struct gdbregs__op **out);
/* op-run-send.c. Send 0x03, once per resume: for the resume requested last, as soon as its
 * packet was sent. */
int gdbregs__run_interrupt(struct gdbregs_session *s);

/* stop-wait.c. Wait for the stop of the resume requested last, or take the pending stop.
 * timeout_ms negative: no timeout. */
int gdbregs__stop_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop,
		       gdbregs__op_done done, void *arg, struct gdbregs__op **out);

/* op-points.c. */
int gdbregs__points_insert(struct gdbregs_session *s, enum gdbregs_point type, uint64_t address,
			   unsigned kind, gdbregs__op_done done, void *arg,
			   struct gdbregs__op **out);
int gdbregs__points_remove(struct gdbregs_session *s, enum gdbregs_point type, uint64_t address,
			   unsigned kind, gdbregs__op_done done, void *arg,
			   struct gdbregs__op **out);

/* op-packet.c. */
int gdbregs__raw_packet(struct gdbregs_session *s, const void *payload, size_t size,
			struct gdbregs_buffer *reply, gdbregs__op_done done, void *arg,
			struct gdbregs__op **out);

/* op-state.c. The op's status is an enum gdbregs_vcpu_state. */
int gdbregs__ask_state(struct gdbregs_session *s, uint32_t vcpu, gdbregs__op_done done, void *arg,
		       struct gdbregs__op **out);

/* watch-list.c. These have no op. */
int gdbregs__watches_add(struct gdbregs_session *s, unsigned vcpu, const struct gdbregs_register *h,
			 gdbregs_change_cb cb, void *arg);
int gdbregs__watches_remove(struct gdbregs_session *s, unsigned vcpu,
			    const struct gdbregs_register *h, gdbregs_change_cb cb, void *arg);
int gdbregs__watches_add_vcpu(struct gdbregs_session *s, unsigned vcpu, gdbregs_vcpu_change_cb cb,
			      void *arg);
int gdbregs__watches_remove_vcpu(struct gdbregs_session *s, unsigned vcpu,
				 gdbregs_vcpu_change_cb cb, void *arg);

/* --- how a request begins and ends; requests.c ----------------------------------------- */

/* Conditions of a request, in addition to a session that is connected and stopped. */
enum gdbregs__need {
	GDBREGS__MAY_RUN = 1, /* the target may also be running */
	GDBREGS__NEED_READ = 2, /* the session may read registers */
	GDBREGS__NEED_WRITE = 4, /* the session may write registers */
};

/* Returns 0 if a request with these conditions may begin, else an error, which is set. */
int gdbregs__session_begin(struct gdbregs_session *s, unsigned needs);
/* Queue the op of a request and store it in *out, if out is not NULL. If op is NULL, there was
 * no memory for it: returns NOMEM, which is set. Otherwise returns 0. */
int gdbregs__session_queue(struct gdbregs_session *s, struct gdbregs__op *op,
			   struct gdbregs__op **out);

#endif
