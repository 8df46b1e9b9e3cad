/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session core and a scripted stub, with the bytes between them passed in any pieces: this does
 * the work of a transport, without a socket and a clock. */
#ifndef GDBREGS_TESTS_WIRE_DRIVE_H
#define GDBREGS_TESTS_WIRE_DRIVE_H

#include "session/requests.h"
#include "inside.h"
#include "script.h"

struct drive {
	struct gdbregs_session *s;
	struct script_stub *stub;
	/* How input comes; all SIZE_MAX: as the stub sends it. */
	size_t break_at; /* one input ends before this byte of all */
	size_t piece; /* no input is longer */
	size_t cut_at; /* this byte and what follows never come */
	bool cut_ends; /* the connection ends there */
	bool held; /* no input comes */
	uint64_t now_ms;
	size_t inputs; /* so far: round trips, where input is whole */
	bool eof_told;
};

/* How a request ended. */
struct drive_call {
	unsigned calls;
	int status;
	struct gdbregs_error error; /* if status is negative */
};
void drive_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		void *call);

/* All but the session. */
void drive_prepare(struct drive *d, struct script_stub *stub);
/* A session that speaks to the stub, not begun; fails the test when out of memory.
 * ctx and o may be NULL. */
void drive_begin(struct drive *d, struct script_stub *stub, struct gdbregs_context *ctx,
		 const struct gdbregs_options *o);
/* Connect; returns how it ended. The session's clock is run where it hangs. */
int drive_connect(struct drive *d);
/* Hand bytes over and deliver completions until neither side has anything. */
void drive_run(struct drive *d);
/* The same until the call has ended, time-outs passing. */
int drive_wait(struct drive *d, struct drive_call *call);
/* Read and wait. */
int drive_read(struct drive *d, struct gdbregs_read *reads, size_t count,
	       struct gdbregs_buffer *storage);
int drive_read_one(struct drive *d, unsigned vcpu, const struct gdbregs_register *h,
		   struct gdbregs_buffer *buf);
/* The session has failed: detach as a transport does. */
void drive_farewell(struct drive *d);
/* Close as a transport does: stop, farewell if it failed, free. */
void drive_end(struct drive *d);
/* The same for a session that was stopped. */
void drive_finish(struct drive *d);

/* begin + connect. */
int drive_open(struct drive *d, struct script_stub *stub, const struct gdbregs_options *o);

/* The same with a stub of that kind that serves script_core and may be resumed and
 * written; o NULL: options for that. The session must connect. */
void drive_open_core(struct drive *d, struct script_stub *stub, enum script_kind kind,
		     const struct gdbregs_options *o);
/* The same with the machine `power` on QEMU, whose msr decides the byte order. */
void drive_open_power(struct drive *d, struct script_stub *stub, const struct gdbregs_options *o);

/* --- parts of the above, for tests that do them in their own order ---------------- */

/* Input from the stub. */
void drive_input(struct drive *d, const void *data, size_t size);
/* Take the bytes that the session would write; count them. */
void drive_take_output(struct drive *d, struct script_bytes *out);
size_t drive_unsent(const struct drive *d);
/* The time is now_ms. */
void drive_tick(struct drive *d);
/* Call one completion callback; false: there is none. */
bool drive_deliver(struct drive *d);
/* The connection has ended: in order, or for a reason. */
void drive_break(struct drive *d, const char *why);
void drive_cancel(struct drive *d, struct gdbregs__op *op);
/* Why the session has failed, or 0; the error that was set last. */
int drive_failure(const struct drive *d);
const struct gdbregs_error *drive_error(const struct drive *d);

/* --- checks -------------------------------------------------------------------- */

/* The stub saw nothing that it must not see. */
void drive_check_stub(const struct script_stub *stub);
/* All registers of all vCPUs have the values the stub serves; asked for `times`
 * times in one batch each. */
void drive_check_values(struct drive *d, unsigned times);
/* The register of that name of a vCPU. */
const struct gdbregs_register *drive_register(struct drive *d, unsigned vcpu, const char *name);
/* The bytes are those of the stub's register on that thread. */
void drive_check_value(unsigned tid, uint32_t regnum, const void *data, size_t size);

#endif
