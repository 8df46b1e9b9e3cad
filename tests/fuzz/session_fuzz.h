/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two sides of the session target: a stub that is honest until the input
 * says otherwise (stub.c), and a caller who asks for things (requests.c). Both
 * hold the session to its promises. Hides: the scripted stub of the wire tests,
 * and what a caller has to keep alive. */
#ifndef GDBREGS_TESTS_SESSION_FUZZ_H
#define GDBREGS_TESTS_SESSION_FUZZ_H

#include "fuzz.h"
#include "../session/inside.h"
#include "../session/script.h"

/* ---------------------------------------------------------------- stub.c --- */

/* How far the stub's words can be trusted to be its own. */
enum trust {
	TRUST_HONEST, /* whatever pieces they come in */
	TRUST_DAMAGED, /* one bit was flipped on the way */
	TRUST_NONE, /* bytes were put in, left out or replaced */
};

struct partner {
	struct script_stub stub;
	struct gdbregs_session *s;
	enum trust trust;
	bool resumed; /* a resume packet was sent and has not been answered */
	uint64_t sent; /* packets that expect a reply, in the order they were written */
	uint64_t resume; /* which of them was the last resume, counted from 1 */
	uint64_t repeats; /* how many of the next packets repeat the last one */
	long detached[64]; /* the processes that were detached; 0: D named none */
	size_t detached_count;
	bool by_vcont; /* the last packet was a vCont that resumes */
	char answer; /* the first of + - $ % that the session got since; 0: none */
	bool stop_due; /* the stub's target runs: its stop reply is still to come */
	bool told_eof;
	bool farewell; /* nothing is waited for any more */
	uint64_t now_ms;
};

/* Machines are counted from 0. The last one has a program counter. */
#define MACHINE_WITH_PC 3
/* A stub of that kind and that machine, for a session not begun. */
void partner_begin(struct partner *p, unsigned kind, unsigned machine, struct gdbregs_session *s);
void partner_end(struct partner *p);
/* Take what the session wants to send, hold it against the rules, let the stub
 * answer. Returns whether there was anything. */
bool partner_take(struct partner *p);
/* Hand over at most `most` bytes of what the stub has sent; whether there were any. */
bool partner_give(struct partner *p, size_t most);
/* The target stops by itself. */
void partner_stop(struct partner *p);
/* The input's doing: bytes of its own, alone or as a packet; in place of the
 * stub's next packet; the stub's next bytes lost; one of their bits flipped. */
void partner_insert(struct partner *p, struct fuzz_input *in, size_t size);
void partner_frame(struct partner *p, struct fuzz_input *in, size_t size, bool ack);
void partner_replace(struct partner *p, struct fuzz_input *in, size_t size);
void partner_drop(struct partner *p, size_t size);
void partner_flip(struct partner *p, size_t at, unsigned bit);
void partner_eof(struct partner *p);
/* sent.c: these bytes were sent; they are held against the rules, the stub gets
 * them. */
void partner_sent(struct partner *p, const uint8_t *out, size_t size);
/* Check the conditions that must hold at any time. */
void partner_require(const struct partner *p);

/* ------------------------------------------------------------ requests.c --- */

#define SLOTS 12
#define READS 24

/* A request, from the call that accepted it until its callback. */
struct slot {
	struct caller *caller;
	bool busy, canceled;
	unsigned serial;
	struct gdbregs__op *op;
	struct gdbregs_read *reads; /* of read many */
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
/* Call back for what is complete; whether there was anything. */
bool caller_deliver(struct caller *c);
/* Ask for something, as the input says. */
void caller_ask(struct caller *c, struct fuzz_input *in);
void caller_cancel(struct caller *c, unsigned slot);
void caller_close(struct caller *c);
/* Requests that have not called back. */
unsigned caller_busy(const struct caller *c);

#endif
