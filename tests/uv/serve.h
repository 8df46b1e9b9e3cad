/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scripted stub on a socket, in a thread, for the blocking calls; and on standard input and
 * output, for commands that a test starts. */
#ifndef GDBREGS_TESTS_WIRE_SERVE_H
#define GDBREGS_TESTS_WIRE_SERVE_H

#include "../session/script.h"

#include <gdbregs.h>
#include <pthread.h>

enum serve_how {
	SERVE,
	SERVE_SILENTLY, /* accept, and send nothing */
	SERVE_TO_READ, /* close at the first p or g */
	SERVE_TO_BREAK, /* close when serve_break() is called */
};

/* Set stub and how, then serve_start(). */
struct server {
	struct script_stub stub;
	enum serve_how how;
	char address[128]; /* the address for gdbregs_connect() */
	unsigned port;
	int listener;
	int wake[2];
	pthread_t thread;
};

/* Listen on 127.0.0.1, or on that path, and serve one client. */
void serve_start(struct server *server, const char *path);
/* Close the connection now, and wait until it is closed. */
void serve_break(struct server *server);
/* Wait until the client has disconnected. After that the thread does not use the stub. */
void serve_stop(struct server *server);

/* Serve the small machine as a stub of that kind, as server->how says, and connect to it. o may
 * be NULL. */
struct gdbregs_session *serve_and_connect(struct server *server, enum script_kind kind,
					  const char *path, const struct gdbregs_options *o);
/* Close the session and stop the stub. It must have seen no violation, and run. */
void serve_end(struct server *server, struct gdbregs_session *s);

/* Read register b of vCPU 1 of the small machine, and check its value. */
void serve_read_b(struct gdbregs_session *s);
/* SIGPIPE must be neither pending nor blocked. */
void serve_check_no_sigpipe(void);

/* Returns what gdbregs_spawn() returns for a command that does not exist: SPAWN. qemu-user
 * (7.2) starts children by fork(), so that posix_spawn() cannot report a failed
 * exec. The session ends with CLOSED there. */
int serve_no_such_command(void);

/* Serve a client on these descriptors until it disconnects. */
void serve_descriptors(struct script_stub *stub, int in, int out);
/* Be a small QEMU on standard input and output. Returns an exit status. */
int serve_standard(void);

/* Check that the text of an error begins with the target, once. */
void serve_check_target(const char *text, const char *target);

/* Returns the monotonic clock in seconds. */
double serve_now_s(void);

#endif
