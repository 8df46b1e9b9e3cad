/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scripted stub on a socket, in a thread of its own, for the blocking calls;
 * and on standard input and output, for spawned commands. */
#ifndef GDBREGS_TESTS_WIRE_SERVE_H
#define GDBREGS_TESTS_WIRE_SERVE_H

#include "../session/script.h"

#include <pthread.h>

enum serve_how {
	SERVE,
	SERVE_SILENTLY, /* accept and say nothing */
	SERVE_TO_READ, /* close at the first p or g */
	SERVE_TO_BREAK, /* close when serve_break() is called */
};

/* Set stub and how, then serve_start(). */
struct server {
	struct script_stub stub;
	enum serve_how how;
	char address[128]; /* where it listens */
	unsigned port;
	int listener;
	int wake[2];
	pthread_t thread;
};

/* On 127.0.0.1, or on that path. Serves one client. */
void serve_start(struct server *server, const char *path);
/* Close the connection now, and wait until it is closed. */
void serve_break(struct server *server);
/* Wait until the client is gone; the stub's records are ours then. */
void serve_stop(struct server *server);

/* Returns what gdbregs_spawn() returns for a command that does not exist: SPAWN. qemu-user
 * (7.2) starts children by fork(), so that posix_spawn() cannot report a failed
 * exec. The session ends with CLOSED there. */
int serve_no_such_command(void);

/* Be a stub on these descriptors until the client is gone. */
void serve_descriptors(struct script_stub *stub, int in, int out);
/* Be a small QEMU on standard input and output: main() of a command that is spawned. */
int serve_standard(void);

/* Seconds of the monotonic clock. */
double serve_now_s(void);

#endif
