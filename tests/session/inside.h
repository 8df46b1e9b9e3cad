/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a session, for tests and fuzzers: what a transport does with it, and what it
 * knows. Only inside.c uses the members of struct gdbregs_session. */
#ifndef GDBREGS_TESTS_SESSION_INSIDE_H
#define GDBREGS_TESTS_SESSION_INSIDE_H

#include "session/session.h"

/* --- what a transport does ---------------------------------------------------------- */

/* Bytes from the stub, and the end of the connection; `why` may be NULL. */
void inside_input(struct gdbregs_session *s, const void *data, size_t size, uint64_t now_ms);
void inside_eof(struct gdbregs_session *s, const char *why);
/* The bytes that are to be written; they are gone after inside_written(). Then inside_pump()
 * may add more. */
const uint8_t *inside_output(const struct gdbregs_session *s, size_t *size);
void inside_written(struct gdbregs_session *s);
void inside_pump(struct gdbregs_session *s);
void inside_tick(struct gdbregs_session *s, uint64_t now_ms);
/* Returns GDBREGS__FOREVER if the session waits for nothing. */
uint64_t inside_deadline(const struct gdbregs_session *s);
/* Call one completion callback. Returns false if there is none. */
bool inside_deliver(struct gdbregs_session *s);
void inside_cancel(struct gdbregs_session *s, struct gdbregs__op *op);
void inside_fail(struct gdbregs_session *s, int code, const char *text);
/* Callbacks of watches are called by the caller, as the blocking calls do. */
void inside_deliver_watches_outside(struct gdbregs_session *s);
/* Change the option spin_us. */
void inside_set_spin_us(struct gdbregs_session *s, unsigned spin_us);
/* Use this description instead of the stub's. Returns 0 or an error. */
int inside_give(struct gdbregs_session *s, const struct gdbregs_document *document);

/* --- what the session knows --------------------------------------------------------- */

struct inside {
	enum gdbregs__session_state state;
	enum gdbregs_left left;
	int fatal; /* why the session has failed, or 0 */
	const struct gdbregs_error *error; /* the one that was set last */
	bool blind; /* it detaches without waiting for replies */
	bool pipelined, is_qemu;
	bool has_vcont; /* the stub is known to support it */
	bool resumed; /* the target runs */

	/* Packets. */
	size_t in_flight, acked;
	unsigned acks_owed;
	uint64_t sent_count;
	bool resends; /* a packet that was not acknowledged is sent again */
	bool has_copies; /* a packet was sent again, and both may be answered */
	bool has_queue; /* ops that have more to send */
	bool awaits_reply; /* the oldest packet in flight has a deadline */
	uint64_t deadline_ms;

	/* Bytes. */
	size_t payload_bytes, payload_limit_bytes; /* of the packet that is being received */
	bool in_packet; /* the input so far ends inside a packet */
	size_t halt_text_bytes; /* kept of the first stop reply */
};

struct inside inside_of(const struct gdbregs_session *s);

/* --- the target --------------------------------------------------------------------- */

size_t inside_vcpu_count(const struct gdbregs_session *s);
/* The thread of a vCPU; 1 if the stub has not named it. */
unsigned inside_tid(const struct gdbregs_session *s, unsigned vcpu);
/* NULL if it is not known. */
const struct gdbregs_description *inside_description(const struct gdbregs_session *s,
						     unsigned vcpu);
/* The description of a process has that register; the stub has named that process or thread. */
bool inside_has_register(const struct gdbregs_session *s, unsigned long regnum);
bool inside_has_pid(const struct gdbregs_session *s, long pid);
bool inside_has_thread(const struct gdbregs_session *s, const struct gdbregs__thread_id *id);

#endif
