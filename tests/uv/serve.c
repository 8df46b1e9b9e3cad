/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scripted stub on a socket, and on standard input and output, for blocking calls. */
#include "serve.h"

#include <arpa/inet.h>
#include <check.h>
#include <gdbregs.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool write_all(struct script_stub *stub, int out)
{
	while (stub->taken < stub->out.size) {
		ssize_t written =
			write(out, stub->out.data + stub->taken, stub->out.size - stub->taken);

		if (written <= 0)
			return false;
		stub->taken += (size_t)written;
	}
	return true;
}

/* Receive bytes once and reply. Returns false at the end of input. */
static bool serve_some(struct script_stub *stub, int in, int out)
{
	uint8_t bytes[4096];
	ssize_t size = read(in, bytes, sizeof(bytes));

	if (size <= 0)
		return false;
	script_input(stub, bytes, (size_t)size);
	return write_all(stub, out) && !stub->closed;
}

void serve_descriptors(struct script_stub *stub, int in, int out)
{
	script_accept(stub);
	write_all(stub, out);
	while (serve_some(stub, in, out))
		;
}

static void serve_client(struct server *server, int client)
{
	struct pollfd fds[2] = {{.fd = client, .events = POLLIN},
				{.fd = server->wake[0], .events = POLLIN}};
	char byte;

	for (;;) {
		poll(fds, 2, -1);
		if (fds[1].revents)
			break;
		if (server->how == SERVE_SILENTLY ? read(client, &byte, 1) <= 0
						  : !serve_some(&server->stub, client, client))
			break;
		if (server->how == SERVE_TO_READ &&
		    server->stub.p_requests + server->stub.g_requests)
			break;
	}
	close(client);
}

static void *serve_thread(void *arg)
{
	struct server *server = arg;
	struct pollfd fds[2] = {{.fd = server->listener, .events = POLLIN},
				{.fd = server->wake[0], .events = POLLIN}};

	poll(fds, 2, -1);
	int client = fds[0].revents ? accept(server->listener, NULL, NULL) : -1;
	close(server->listener);
	if (client >= 0) {
		script_accept(&server->stub);
		if (server->how != SERVE_SILENTLY)
			write_all(&server->stub, client);
		serve_client(server, client);
	}
	return NULL;
}

static int listen_tcp(struct server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	server->port = ntohs(address.sin_port);
	snprintf(server->address, sizeof(server->address), "127.0.0.1:%u", server->port);
	return fd;
}

static int listen_unix(struct server *server, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	snprintf(server->address, sizeof(server->address), "unix:%s", path);
	return fd;
}

void serve_start(struct server *server, const char *path)
{
	server->listener = path ? listen_unix(server, path) : listen_tcp(server);
	ck_assert_int_eq(listen(server->listener, 4), 0);
	ck_assert_int_eq(pipe(server->wake), 0);
	ck_assert_int_eq(pthread_create(&server->thread, NULL, serve_thread, server), 0);
}

static void join(struct server *server)
{
	pthread_join(server->thread, NULL);
	close(server->wake[0]);
	close(server->wake[1]);
	server->how = SERVE;
	server->thread = 0;
}

void serve_break(struct server *server)
{
	ck_assert_int_eq((int)write(server->wake[1], "", 1), 1);
	join(server);
}

void serve_stop(struct server *server)
{
	if (server->thread)
		join(server);
}

int serve_no_such_command(void)
{
	char command[] = "/nonexistent/command";
	char *const argv[] = {command, NULL};
	pid_t pid;

	if (posix_spawn(&pid, command, NULL, NULL, argv, argv + 1) != 0)
		return GDBREGS_ERR_SPAWN;
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	return GDBREGS_ERR_CLOSED;
}

struct gdbregs_session *serve_and_connect(struct server *server, enum script_kind kind,
					  const char *path, const struct gdbregs_options *o)
{
	struct gdbregs_session *s;
	struct gdbregs_error err;

	script_begin(&server->stub, kind, script_small, 1);
	serve_start(server, path);
	ck_assert_msg(gdbregs_connect(NULL, server->address, o, &s, &err) == 0, "%s", err.text);
	return s;
}

void serve_end(struct server *server, struct gdbregs_session *s)
{
	gdbregs_close(s);
	serve_stop(server);
	ck_assert_msg(!server->stub.violation[0], "%s", server->stub.violation);
	ck_assert(server->stub.running);
	script_end(&server->stub);
}

void serve_read_b(struct gdbregs_session *s)
{
	const struct gdbregs_register *b;
	struct gdbregs_buffer buf = {0};
	uint8_t expected[8];

	ck_assert_int_eq(gdbregs_find_register(s, 1, NULL, "b", &b), 0);
	ck_assert_int_eq(gdbregs_read_register(s, 1, b, &buf), 8);
	script_value(2, 1, expected, 8);
	ck_assert_mem_eq(buf.data, expected, 8);
	gdbregs_buffer_fini(&buf);
}

void serve_check_no_sigpipe(void)
{
	sigset_t set;

	sigpending(&set);
	ck_assert(!sigismember(&set, SIGPIPE));
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	ck_assert(!sigismember(&set, SIGPIPE));
}

int serve_standard(void)
{
	static struct script_stub stub;

	script_begin(&stub, SCRIPT_QEMU72, script_small, 1);
	serve_descriptors(&stub, 0, 1);
	script_end(&stub);
	return 0;
}

void serve_check_target(const char *text, const char *target)
{
	size_t size = strlen(target);

	ck_assert_msg(strncmp(text, target, size) == 0 && strncmp(text + size, ": ", 2) == 0 &&
			      strncmp(text + size + 2, target, size) != 0,
		      "%s", text);
}

double serve_now_s(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}
