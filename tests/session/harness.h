/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session and the scripted stub. The harness does the work of a transport, without a socket and a
 * clock: it passes bytes in pieces of any size, and time. */
#ifndef GDBREGS_TESTS_WIRE_DRIVE_H
#define GDBREGS_TESTS_WIRE_DRIVE_H

#include "session/requests.h"
#include "inside.h"
#include "script.h"

struct drive {
	struct gdbregs_session *s;
	struct script_stub *stub;
	/* How the stub's bytes reach the session. SIZE_MAX means: as the stub sends them. */
	size_t break_at; /* an input ends before this byte of the stream */
	size_t piece; /* maximum size of an input */
	size_t cut_at; /* this byte and all later ones are lost */
	bool cut_ends; /* the connection ends there */
	bool held; /* nothing reaches the session for now */
	uint64_t now_ms;
	size_t inputs; /* number of inputs so far; the number of round trips if inputs are whole */
	bool eof_passed;
};

/* How a request ended. */
struct drive_call {
	unsigned calls;
	int status;
	struct gdbregs_error error; /* if status is negative */
};
void drive_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		void *call);

/* Initialise everything except the session. */
void drive_prepare(struct drive *d, struct script_stub *stub);
/* Make a session for the stub, without connecting. ctx and o may be NULL. */
void drive_begin(struct drive *d, struct script_stub *stub, struct gdbregs_context *ctx,
		 const struct gdbregs_options *o);
/* Connect. Returns 0 or an error. Deadlines pass when nothing else happens. */
int drive_connect(struct drive *d);
/* Pass bytes and deliver completions until neither side has anything left. */
void drive_run(struct drive *d);
/* The same until the call has ended; deadlines pass when nothing else happens. Returns its status.
 * */
int drive_wait(struct drive *d, struct drive_call *call);
/* Read, and wait for the result. Return its status. */
int drive_read(struct drive *d, struct gdbregs_read *reads, size_t count,
	       struct gdbregs_buffer *storage);
int drive_read_one(struct drive *d, unsigned vcpu, const struct gdbregs_register *h,
		   struct gdbregs_buffer *buf);
/* Detach a session that has failed, as a transport does. */
void drive_detach_blindly(struct drive *d);
/* Close as a transport does: stop, detach blindly if that failed, and free. */
void drive_end(struct drive *d);
/* The same for a session that was stopped. */
void drive_finish(struct drive *d);

/* drive_begin() and drive_connect(). */
int drive_open(struct drive *d, struct script_stub *stub, const struct gdbregs_options *o);

/* The same with a stub of that kind that serves the machine `core`, can be resumed and can be
 * written. If o is NULL, the options permit that. The session must connect. */
void drive_open_core(struct drive *d, struct script_stub *stub, enum script_kind kind,
		     const struct gdbregs_options *o);
/* The same with the machine `power` on QEMU. */
void drive_open_power(struct drive *d, struct script_stub *stub, const struct gdbregs_options *o);

/* --- parts of the above, for tests that do them in their own order ---------------- */

/* Input from the stub. */
void drive_input(struct drive *d, const void *data, size_t size);
/* Append the bytes that the session writes to `out`. */
void drive_take_output(struct drive *d, struct script_bytes *out);
size_t drive_unsent(const struct drive *d);
/* Tell the session the time. */
void drive_tick(struct drive *d);
/* Call one completion callback. Returns false if there is none. */
bool drive_deliver(struct drive *d);
/* End the connection; `why` may be NULL. */
void drive_break(struct drive *d, const char *why);
void drive_cancel(struct drive *d, struct gdbregs__op *op);
/* Return why the session has failed, or 0; and the error that was set last. */
int drive_failure(const struct drive *d);
const struct gdbregs_error *drive_error(const struct drive *d);

/* --- checks -------------------------------------------------------------------- */

/* Check that the stub has seen no violation. */
void drive_check_stub(const struct script_stub *stub);
/* Read all registers of all vCPUs in one batch, `times` times, and check the values. */
void drive_check_values(struct drive *d, unsigned times);
/* Return the register of that name; it must exist. */
const struct gdbregs_register *drive_register(struct drive *d, unsigned vcpu, const char *name);
/* Check that these bytes are the stub's value of that register. */
void drive_check_value(unsigned tid, uint32_t regnum, const void *data, size_t size);

#endif
