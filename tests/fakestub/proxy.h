/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the two files of the proxy; see proxy.c. */
#ifndef GDBREGS_TESTS_PROXY_H
#define GDBREGS_TESTS_PROXY_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct piece {
	struct piece *next;
	uint64_t due_ns;
	size_t size; /* 0: the end of the stream */
	char data[];
};

union stream {
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};

struct pair;

/* The bytes that pass in one direction. */
struct way {
	struct pair *pair;
	union stream *to;
	uv_timer_t timer;
	struct piece *first, **last;
	uint64_t bytes; /* arrived */
	bool down;
	bool ended; /* the end was passed on */
	uv_shutdown_t shutdown;
};

struct pair {
	struct pair *next;
	union stream client, stub;
	struct way up, down;
	uv_connect_t connect;
	uint64_t round_trips;
	bool answered; /* bytes were delivered to the client since its last round trip began */
	bool closing;
	unsigned open_handles;
};

/* proxy.c */
extern struct proxy_options {
	unsigned long port, delay_ms, chunk, flip_down, cut_down;
	const char *destination;
} proxy_options;
void *proxy_alloc(size_t size);
void proxy_close(struct pair *p);

/* proxy-way.c */
void proxy_way_init(struct way *w, struct pair *p, bool down, uv_loop_t *loop);
void proxy_way_free(struct way *w);
void proxy_way_start(struct pair *p); /* start both directions: the stub is connected */

#endif
