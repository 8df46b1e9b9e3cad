/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 6. A session on a libuv loop: socket, child process, clock. Hides:
 * handles, resolving and trying addresses, the timer, partial writes, the order
 * in which all of it ends. The blocking calls (blocking.c) and those of
 * gdbregs_uv.h (uv-calls.c) are thin covers on this. */
#ifndef GDBREGS_LIB_TRANSPORT_H
#define GDBREGS_LIB_TRANSPORT_H

#include "uv/address.h"
#include "session/session.h"

#include <uv.h>

enum gdbregs__transport_state {
	GDBREGS__TRANSPORT_RESOLVING,
	GDBREGS__TRANSPORT_CONNECTING, /* TCP handshake */
	GDBREGS__TRANSPORT_OPEN,
	GDBREGS__TRANSPORT_FAREWELL, /* failed: a blind detach is out */
	GDBREGS__TRANSPORT_SHUT, /* no connection any more */
};

typedef void (*gdbregs__transport_closed)(void *arg);

/* Spinning in vain is done more and more rarely. */
struct gdbregs__spins {
	unsigned skip; /* waits from now on that sleep at once */
	unsigned skip_next; /* and those after the next that spins in vain */
};

struct gdbregs__transport {
	struct gdbregs_session *session;
	uv_loop_t *loop;
	bool blocking; /* a session of the blocking calls, on a loop of its own */
	enum gdbregs__transport_state state;
	struct gdbregs__address address;
	uv_timer_t timer;
	uint64_t timer_at_ms; /* when it will fire; GDBREGS__FOREVER: it is not started */
	uint64_t limit_at_ms; /* of the state we are in: connecting, closing, farewell */
	uint64_t reads; /* from the stub, so far */
	unsigned spins_most; /* so many sessions at a time may spin, for it to be one */
	struct gdbregs__spins spins[2]; /* for a reply; for a stop */
	uint64_t overdue_at_ms; /* a deadline that has passed, and */
	uint64_t overdue_reads; /* reads when that was seen */
	bool deliver_due; /* completions are to be delivered from the loop */

	/* Finding the stub. */
	struct gdbregs__resolving *resolving;
	struct addrinfo *addresses, *address_next;
	uv_connect_t *connecting;
	uint64_t connect_at_ms; /* when all addresses have to be through */
	struct gdbregs_error connect_error;

	/* The connection; a child has two pipes. */
	uv_stream_t *in, *out;
	unsigned open_handles; /* not yet closed, those of failed attempts included */
	uv_write_t write;
	bool writing;
	struct gdbregs_buffer write_bytes;
	struct gdbregs__child *child;

	/* Who wants to know. */
	gdbregs__op_done connected;
	void *connected_arg;
	bool failing; /* connecting failed: detach, then tell */
	bool closing; /* the caller has closed the session */
	bool stopping;
	gdbregs__transport_closed closed;
	void *closed_arg;
};

/* Make a session and begin to connect it; argv NULL: to address. connected is
 * called once, from the loop. 0, NOMEM, INVAL, IO, DESCRIPTION, LIMIT, SPAWN. */
int gdbregs__transport_open(struct gdbregs_context *ctx, uv_loop_t *loop, const char *address,
			    char *const argv[], const struct gdbregs_options *o,
			    gdbregs__op_done connected, void *arg, struct gdbregs_session **out,
			    struct gdbregs_error *err);
/* Detach, end everything, free the session, then call closed from the loop. */
void gdbregs__transport_close(struct gdbregs_session *s, gdbregs__transport_closed closed,
			      void *arg);
/* After ops were queued or canceled: write, and see to it that completions are
 * delivered from the loop. */
void gdbregs__transport_kick(struct gdbregs_session *s);
/* For a call that blocks, in place of a turn of the loop: look for input for some
 * microseconds, without sleeping. True: something came and was taken. */
bool gdbregs__transport_spin(struct gdbregs__transport *t);
/* From now on, if this thread has more than one processor. */
void gdbregs__transport_spin_allow(struct gdbregs__transport *t);
/* The session's clock is set before a call queues something. */
void gdbregs__transport_clock(struct gdbregs_session *s);

static inline struct gdbregs__transport *gdbregs__transport_of(const struct gdbregs_session *s)
{
	return s->transport;
}

/* --- between transport.c and its parts ------------------------------------------ */

/* Write what the session has to say, as far as the stub takes it. */
void gdbregs__transport_write(struct gdbregs__transport *t);
/* Begin to read; 0 or libuv's error. */
int gdbregs__transport_read(struct gdbregs__transport *t);
/* At most so many bytes a read. */
#define GDBREGS__TRANSPORT_READ_BYTES 65536
/* The stub has sent this. */
void gdbregs__transport_input(struct gdbregs__transport *t, const uint8_t *data, size_t size);
/* Nothing more will come, for this reason of libuv's. */
void gdbregs__transport_input_ends(struct gdbregs__transport *t, int code);
/* The connection is done with: its streams are closed, its child is ended. */
void gdbregs__transport_shut(struct gdbregs__transport *t);

/* Look up the host's addresses in a thread, which may outlive the session: a resolver
 * cannot be stopped. Returns 0, and gdbregs__transport_resolved() is called from the
 * loop, or an error of libuv's. */
int gdbregs__resolve_begin(struct gdbregs__transport *t);
/* Wait for it no longer. */
void gdbregs__resolve_abandon(struct gdbregs__transport *t);
/* addresses is the transport's from here on; NULL if status, libuv's, is an error. */
void gdbregs__transport_resolved(struct gdbregs__transport *t, int status,
				 struct addrinfo *addresses);

void gdbregs__transport_connect(struct gdbregs__transport *t);
void gdbregs__transport_connect_abandon(struct gdbregs__transport *t);
/* The connection stands. */
void gdbregs__transport_opened(struct gdbregs__transport *t);
/* There will be none: connect_error says why. */
void gdbregs__transport_unreachable(struct gdbregs__transport *t);
void gdbregs__transport_set_limit(struct gdbregs__transport *t, uint64_t in_ms);
void gdbregs__transport_event(struct gdbregs__transport *t);
/* Make a stream of this type (UV_TCP or UV_NAMED_PIPE); NULL without memory. */
uv_stream_t *gdbregs__transport_new_stream(struct gdbregs__transport *t, uv_handle_type type);
/* Close and free it. */
void gdbregs__transport_drop_stream(uv_stream_t *stream);

int gdbregs__child_spawn(struct gdbregs__transport *t, char *const argv[],
			 struct gdbregs_error *err);
/* End the child and free it; calls gdbregs__transport_child_gone. */
void gdbregs__child_end(struct gdbregs__transport *t);
void gdbregs__transport_child_gone(struct gdbregs__transport *t);

#endif
