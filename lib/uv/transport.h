/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session on a libuv loop: socket, child process and clock. The blocking calls and
 * those of gdbregs_uv.h (lib/api) are thin layers on top of it.
 * Hides: handles, resolving and trying addresses, the timer, partial writes, and the
 * order in which everything is closed. */
#ifndef GDBREGS_LIB_UV_TRANSPORT_H
#define GDBREGS_LIB_UV_TRANSPORT_H

#include "uv/address.h"
#include "session/session.h"

#include <uv.h>

enum gdbregs__transport_state {
	GDBREGS__TRANSPORT_RESOLVING,
	GDBREGS__TRANSPORT_CONNECTING, /* TCP handshake */
	GDBREGS__TRANSPORT_OPEN,
	GDBREGS__TRANSPORT_DETACHING, /* failed; a blind detach is being sent */
	GDBREGS__TRANSPORT_SHUT, /* the connection is closed */
};

typedef void (*gdbregs__transport_closed)(void *arg);

/* Back off exponentially after polls that received nothing. */
struct gdbregs__spin_backoff {
	unsigned skip; /* number of waits that do not poll */
	unsigned skip_next; /* the same after the next poll without input */
};

struct gdbregs__transport {
	struct gdbregs_session *session;
	uv_loop_t *loop;
	bool blocking; /* the session belongs to the blocking calls and has its own loop */
	pid_t owner; /* the process that made the session */
	enum gdbregs__transport_state state;
	struct gdbregs__address address;
	char *name; /* the address or the command, as the caller gave it */
	uv_timer_t timer;
	uint64_t timer_at_ms; /* when the timer fires; GDBREGS__FOREVER: it is stopped */
	uint64_t limit_at_ms; /* time limit of the current state: connecting, closing, detaching */
	struct gdbregs__spin_backoff backoff[2]; /* for a reply, for a stop */
	bool deliver_due; /* completions must be delivered from the loop */
	uv_async_t *wake; /* of a blocking session: ends the loop's sleep */
	bool woken; /* atomic: gdbregs_wake() was called */

	/* Connecting. */
	struct gdbregs__resolving *resolving;
	struct addrinfo *addresses, *address_next;
	uint64_t connect_at_ms; /* deadline for all addresses */
	struct gdbregs_error connect_error;

	/* The connection. */
	int fd; /* a socket; -1: none */
	uv_poll_t *poll; /* watches it */
	int watched; /* the events that it watches */
	bool input_ended;
	unsigned open_handles; /* not closed yet, including those of failed attempts */
	struct gdbregs__child *child; /* the stub, if it was started by the session */

	/* Callbacks. */
	gdbregs__op_done connected;
	void *connected_arg;
	bool failing; /* connecting failed: detach, then report it */
	bool closing; /* the caller is closing the session */
	bool stopping;
	gdbregs__transport_closed closed;
	void *closed_arg;
};

/* Create a session and begin to connect it. If `argv` is not NULL, it is the command
 * to start; otherwise `address` is used. `connected` is called once, from the loop.
 * Returns 0 or GDBREGS_ERR_NOMEM, INVAL, IO, DESCRIPTION, LIMIT or SPAWN, with a
 * message in *err. */
int gdbregs__transport_open(struct gdbregs_context *ctx, uv_loop_t *loop, const char *address,
			    char *const argv[], const struct gdbregs_options *o,
			    gdbregs__op_done connected, void *arg, struct gdbregs_session **out,
			    struct gdbregs_error *err);
/* Detach, close all handles, and free the session. Then `closed` is called from the
 * loop. A session that is being closed is left alone. */
void gdbregs__transport_close(struct gdbregs_session *s, gdbregs__transport_closed closed,
			      void *arg);
/* Call this after operations were queued or canceled: writes requests, and arranges
 * that completions are delivered from the loop. */
void gdbregs__transport_kick(struct gdbregs_session *s);
/* Poll for input for some microseconds, without sleeping. A blocking call uses this
 * in place of running the loop. Returns true if input was processed. */
bool gdbregs__transport_spin(struct gdbregs__transport *t);
/* Disable polling if this thread may run on one CPU only. */
void gdbregs__transport_spin_check(struct gdbregs__transport *t);
/* Set the session's clock. Call this before an operation is queued. */
void gdbregs__transport_clock(struct gdbregs_session *s);

static inline struct gdbregs__transport *gdbregs__transport_of(const struct gdbregs_session *s)
{
	return s->transport;
}

/* --- shared by the files of the transport -------------------------------------- */

/* This process is a fork of the one that made the session. The connection and the command
 * are the other's. */
bool gdbregs__transport_is_forked(const struct gdbregs__transport *t);

/* Make a socket the connection. It is closed if the call fails. If `fd` is -1, the call
 * fails with errno. Returns 0 or an error of libuv. */
int gdbregs__transport_take_socket(struct gdbregs__transport *t, int fd);
/* Stop watching the socket. Returns it, to the caller, who owns it now; or -1. */
int gdbregs__transport_release_socket(struct gdbregs__transport *t);
void gdbregs__transport_close_socket(struct gdbregs__transport *t);
/* Watch the socket for the events that matter now. */
void gdbregs__transport_watch(struct gdbregs__transport *t);
/* Write the session's output, as far as the kernel accepts it. */
void gdbregs__transport_write(struct gdbregs__transport *t);
/* Read once, without waiting, and process what was read. Returns false if there was
 * nothing. */
bool gdbregs__transport_read(struct gdbregs__transport *t);
/* Close the connection, and end the child. */
void gdbregs__transport_shut(struct gdbregs__transport *t);

/* Resolve the host name in a thread. The thread may outlive the session, because the
 * resolver cannot be cancelled. Returns 0 or an error of libuv. After 0,
 * gdbregs__transport_resolved() is called from the loop. */
int gdbregs__resolve_begin(struct gdbregs__transport *t);
/* Give up resolving. */
void gdbregs__resolve_abandon(struct gdbregs__transport *t);
/* Continue with the result of getaddrinfo(). The transport then owns the addresses; they
 * are NULL if `status` is not 0. */
void gdbregs__transport_resolved(struct gdbregs__transport *t, int status,
				 struct addrinfo *addresses);

/* If the current attempt to connect has succeeded or failed, go on. */
void gdbregs__transport_check_connecting(struct gdbregs__transport *t);
/* Give up an attempt to connect: its time limit has expired, or the session is being closed. */
void gdbregs__transport_connect_abandon(struct gdbregs__transport *t);
/* Begin discovery on the open connection. */
void gdbregs__transport_opened(struct gdbregs__transport *t);
/* Report that connecting failed, with the error in connect_error. */
void gdbregs__transport_unreachable(struct gdbregs__transport *t);
/* Limit the time of the current state, from now on; or not, with GDBREGS__FOREVER. */
void gdbregs__transport_set_limit(struct gdbregs__transport *t, uint64_t in_ms);
/* Call this after every event: writes requests, delivers completions, arms the timer. */
void gdbregs__transport_event(struct gdbregs__transport *t);

int gdbregs__child_spawn(struct gdbregs__transport *t, char *const argv[],
			 struct gdbregs_error *err);
/* The child has closed its output. Wait a short time for its end, then fail the session
 * with the exit status or the signal. */
void gdbregs__child_output_ended(struct gdbregs__transport *t);
/* End the child and free it. Calls gdbregs__transport_event() at the end. */
void gdbregs__child_end(struct gdbregs__transport *t);

#endif
