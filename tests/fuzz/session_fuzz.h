/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two sides of the fuzz target `session`: a stub that is honest until the input damages its
 * bytes (stub.c), and a caller that makes requests (requests.c). Both check what the session does.
 * Hides: the scripted stub of the session tests, and what a caller must keep alive. */
#ifndef GDBREGS_TESTS_SESSION_FUZZ_H
#define GDBREGS_TESTS_SESSION_FUZZ_H

#include "fuzz.h"
#include "../session/inside.h"
#include "../session/script.h"

/* ---------------------------------------------------------------- stub.c --- */

/* How far the bytes from the stub can be trusted. */
enum trust {
	TRUST_HONEST, /* unchanged, in pieces of any size */
	TRUST_DAMAGED, /* one bit was flipped */
	TRUST_NONE, /* bytes were added, lost or replaced */
};

struct partner {
	struct script_stub stub;
	struct gdbregs_session *s;
	enum trust trust;
	bool resumed; /* a resume packet was sent, and its reply has not come */
	uint64_t sent; /* number of packets sent that expect a reply */
	uint64_t resume; /* which of them was the last resume, counted from 1; 0: none */
	uint64_t repeats; /* how many of the next packets repeat the last one */
	long detached[64]; /* the processes that were detached; 0 is a D without a pid */
	size_t detached_count;
	bool by_vcont; /* the last packet was a vCont that resumes */
	char answer; /* the first of + - $ % that the session received since then, or 0 */
	bool stop_due; /* the target runs: its stop reply has yet to come */
	bool eof_passed;
	bool detaching; /* the session has failed and detaches without waiting */
	uint64_t now_ms;
};

/* Machines are numbered from 0. The last one has a program counter. */
#define MACHINE_WITH_PC 3
/* Begin a stub of that kind with that machine, for a session that has not begun. */
void partner_begin(struct partner *p, unsigned kind, unsigned machine, struct gdbregs_session *s);
void partner_end(struct partner *p);
/* Take what the session writes, check it, and let the stub reply. Returns whether there was
 * anything. */
bool partner_take(struct partner *p);
/* Pass at most `most` bytes of the stub to the session. Returns whether there were any. */
bool partner_give(struct partner *p, size_t most);
/* The target stops, if it runs. */
void partner_stop(struct partner *p);
/* Done by the input: pass bytes of its own, alone or as a packet; replace the next packet of the
 * stub; drop the stub's next bytes; flip one of their bits; end the connection. */
void partner_insert(struct partner *p, struct fuzz_input *in, size_t size);
void partner_frame(struct partner *p, struct fuzz_input *in, size_t size, bool ack);
void partner_replace(struct partner *p, struct fuzz_input *in, size_t size);
void partner_drop(struct partner *p, size_t size);
void partner_flip(struct partner *p, size_t at, unsigned bit);
void partner_eof(struct partner *p);
/* sent.c: check the bytes that the session has sent, and pass them to the stub. */
void partner_sent(struct partner *p, const uint8_t *out, size_t size);
/* Check what must always hold. */
void partner_require(const struct partner *p);

/* ------------------------------------------------------------ requests.c --- */

#define SLOTS 12
#define READS 24

/* A request, from the call that made it until its callback. */
struct slot {
	struct caller *caller;
	bool busy, canceled;
	unsigned serial;
	struct gdbregs__op *op;
	struct gdbregs_read *reads; /* of a read of many */
	size_t count;
	struct gdbregs_buffer buffer;
	struct gdbregs_register const *reg;
	unsigned vcpu;
	bool one;
	struct gdbregs_stop stop;
};

struct caller {
	struct partner *p;
	struct gdbregs_session *s;
	struct slot slots[SLOTS];
	bool connected, closing, closed;
	int connect_status;
	unsigned watch_calls;
};

void caller_begin(struct caller *c, struct partner *p);
void caller_end(struct caller *c);
/* Begin to connect. */
void caller_connect(struct caller *c);
/* Call one completion callback. Returns whether there was one. */
bool caller_deliver(struct caller *c);
/* Make the request that the input describes. */
void caller_ask(struct caller *c, struct fuzz_input *in);
void caller_cancel(struct caller *c, unsigned slot);
void caller_close(struct caller *c);
/* Returns the number of requests that have not called back. */
unsigned caller_busy(const struct caller *c);

#endif
