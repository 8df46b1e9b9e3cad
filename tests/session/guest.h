/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stub in memory and a session on it, with no socket between: what the session
 * sends is taken apart, logged and answered. It fails the test on what no stub
 * may see: a byte that is no packet, a bad checksum, anything but 0x03 while the
 * target runs. */
#ifndef GDBREGS_TESTS_WIRE_GUEST_H
#define GDBREGS_TESTS_WIRE_GUEST_H

#include "session/op-run.h"

#define GUEST_REGISTERS 5
#define GUEST_VCPUS	2
/* UINT_MAX, which <limits.h> has; -Ilib puts another one in its place. */
#define GUEST_NO_VCPU ((unsigned)-1)

struct guest {
	/* How the stub is; set before guest_start(). */
	bool qemu; /* acks, pipelining, qqemu; else no-ack mode, one process */
	bool plain; /* not qemu: acks, one request at a time */
	bool no_vcont;
	bool no_p, no_write_p;
	bool read_only; /* accepts writes, does not keep them */
	bool bytewise; /* its answers come byte by byte */
	/* Asked first; NULL: the usual answer; "?" alone: none at all. */
	const char *(*answer)(struct guest *m, const char *packet);
	/* What it holds: digits of each register, NULL for unavailable. */
	char *values[GUEST_VCPUS][GUEST_REGISTERS];

	struct gdbregs_session *s;
	struct gdbregs_options options;
	char log[65536]; /* what was sent: packets and a blank, `+` and `^` (0x03) */
	int vcpu; /* selected by Hg */
	size_t threads_told;
	bool running; /* a resume was taken, no stop was sent */
	bool detached;
	int done_count; /* completions of guest_done */
	int status; /* of the last one */
	struct gdbregs_error error; /* of the last one that failed */
	struct gdbregs_stop stop;
	const struct gdbregs_register *r0, *r1, *pc, *big, *odd;
};

/* r0 r1: 32 bits, pc: 64, big: 128, odd: 32 that has no value at first. */
void guest_init(struct guest *m);
/* Connect; the log is empty afterwards. */
void guest_start(struct guest *m);
void guest_end(struct guest *m);

/* Exchange bytes and deliver completions until nothing happens any more. */
void guest_turn(struct guest *m);
/* Only take and answer what was sent: completions stay. */
void guest_exchange(struct guest *m);
/* The target stops: sends this packet. */
void guest_stops(struct guest *m, const char *packet);
/* Sends a packet that is no stop. */
void guest_says(struct guest *m, const char *packet);
/* Time passes, in steps that the session asks for. */
void guest_wait_ms(struct guest *m, uint64_t ms);
void guest_set(struct guest *m, unsigned vcpu, unsigned regnum, const char *digits);
/* Exactly this was sent since the log was looked at last. */
void guest_sent(struct guest *m, const char *expected);
/* Stop the session as closing does, and turn. */
void guest_close(struct guest *m);

/* For calls: counts, keeps the status. */
void guest_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		void *arg);
/* Step or continue or wait, with guest_done and m->stop. */
int guest_step(struct guest *m, unsigned vcpu);
int guest_continue(struct guest *m);
int guest_wait(struct guest *m, int timeout_ms);
/* All was told: `count` completions since the last call, the last with status. */
void guest_told(struct guest *m, int count, int status);

/* Run the suite twice: the stub's bytes come whole, and one by one. Returns the
 * exit status. */
struct Suite;
int guest_main(struct Suite *(*make)(void));

#endif
