/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session whose process was forked. The child shares the connection and the epoll
 * instance of the loop. It closes the session, and the parent goes on. */
#include "serve.h"
#include "suite.h"

#include <gdbregs_uv.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

CHILD(serve_standard)

#define TIMEOUT_MS 300

static void close_in_child(struct gdbregs_session *s)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		gdbregs_close(s);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

static struct gdbregs_session *begin(struct server *server, enum gdbregs_on_close on_close)
{
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct gdbregs_session *s;

	memset(server, 0, sizeof(*server));
	script_begin(&server->stub, SCRIPT_QEMU10, script_small, 1);
	serve_start(server, NULL);
	o.on_close = on_close;
	o.reply_timeout_ms = TIMEOUT_MS;
	o.spin_us = 0; /* polling would receive the input without the loop */
	ck_assert_int_eq(gdbregs_connect(NULL, server->address, &o, &s, NULL), 0);
	return s;
}

static void close_in_time(struct gdbregs_session *s)
{
	double begun = serve_now_s();

	gdbregs_close(s);
	ck_assert(serve_now_s() - begun < 20);
}

/* The child sends nothing, whatever its options for closing say, and the loop of the parent is
 * notified of all replies. */
LOOP_TEST(parent_goes_on, 3)
{
	static struct server server;
	struct gdbregs_session *s = begin(&server, (enum gdbregs_on_close)_i);
	const struct gdbregs_register *b;
	struct gdbregs_buffer buf = {0};
	double begun;

	ck_assert_int_eq(gdbregs_find_register(s, 0, NULL, "b", &b), 0);
	close_in_child(s);
	begun = serve_now_s();
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(gdbregs_read_register(s, 0, b, &buf), 8);
	ck_assert(serve_now_s() - begun < 100 * TIMEOUT_MS / 1000.0 / 2);
	close_in_time(s);
	gdbregs_buffer_fini(&buf);
	serve_stop(&server);
	ck_assert_str_eq(server.stub.violation, "");
	script_end(&server.stub);
}

/* The parent's close ends in time, whatever the child has done. */
LOOP_TEST(parent_closes, 3)
{
	static struct server server;
	struct gdbregs_session *s = begin(&server, (enum gdbregs_on_close)_i);

	close_in_child(s);
	close_in_time(s);
	serve_stop(&server);
	script_end(&server.stub);
}

/* The stub closes the connection. */
TEST(stub_closes)
{
	static struct server server;
	struct gdbregs_session *s;
	struct gdbregs_buffer buf = {0};
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;

	server.how = SERVE_TO_BREAK;
	o.on_close = GDBREGS_ON_CLOSE_HALT;
	o.reply_timeout_ms = TIMEOUT_MS;
	o.spin_us = 0;
	s = serve_and_connect(&server, SCRIPT_QEMU10, NULL, &o);
	close_in_child(s);
	serve_break(&server);
	ck_assert_int_eq(gdbregs_packet(s, "?", 1, &buf), GDBREGS_ERR_CLOSED);
	close_in_time(s);
	serve_stop(&server);
	script_end(&server.stub);
}

/* ----------------------------------------------------------------- the caller's loop --- */

static void on_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	(void)s, (void)error;
	*(int *)arg = status;
}

static void run_until_done(uv_loop_t *loop, const int *status)
{
	while (*status == 99)
		uv_run(loop, UV_RUN_ONCE);
}

/* A child process closes the session. It does not even call uv_loop_fork(). */
static void close_in_loop_child(uv_loop_t *loop, struct gdbregs_session *s)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		gdbregs_uv_close(s, NULL, NULL);
		uv_run(loop, UV_RUN_DEFAULT);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

/* The loop of the parent is notified of all replies. */
static void read_in_parent(uv_loop_t *loop, struct gdbregs_session *s)
{
	const struct gdbregs_register *b;
	struct gdbregs_buffer buf = {0};
	double begun = serve_now_s();

	ck_assert_int_eq(gdbregs_find_register(s, 0, NULL, "b", &b), 0);
	for (int i = 0; i < 100; i++) {
		int status = 99;

		ck_assert_int_eq(gdbregs_uv_read_register(s, 0, b, &buf, on_done, &status, NULL),
				 0);
		run_until_done(loop, &status);
		ck_assert_int_eq(status, 8);
	}
	ck_assert(serve_now_s() - begun < 100 * TIMEOUT_MS / 1000.0 / 2);
	gdbregs_buffer_fini(&buf);
}

static void close_loop(uv_loop_t *loop, struct gdbregs_session *s)
{
	gdbregs_uv_close(s, NULL, NULL);
	uv_run(loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(loop), 0);
}

/* 0: the child closes the session once it is connected. 1: while it is being connected; the stub
 * sees the packets of the parent only. */
LOOP_TEST(loop_is_shared, 2)
{
	static struct server server;
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct gdbregs_session *s;
	int status = 99;
	uv_loop_t loop;

	memset(&server, 0, sizeof(server));
	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	serve_start(&server, NULL);
	o.reply_timeout_ms = TIMEOUT_MS;
	uv_loop_init(&loop);
	ck_assert_int_eq(
		gdbregs_uv_connect(NULL, &loop, server.address, &o, &s, on_done, &status, NULL), 0);
	if (_i == 1)
		close_in_loop_child(&loop, s);
	run_until_done(&loop, &status);
	ck_assert_int_eq(status, 0);
	if (_i == 0)
		close_in_loop_child(&loop, s);
	read_in_parent(&loop, s);
	close_loop(&loop, s);
	serve_stop(&server);
	ck_assert_str_eq(server.stub.violation, "");
	ck_assert_ptr_null(strstr(strstr(server.stub.log, "qSupported") + 1, "qSupported"));
	script_end(&server.stub);
}

/* The same for a command that the session has started. */
TEST(loop_is_shared_with_command)
{
	const char *const argv[] = {suite_program, "--child", NULL};
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct gdbregs_session *s;
	int status = 99;
	uv_loop_t loop;

	o.reply_timeout_ms = TIMEOUT_MS;
	uv_loop_init(&loop);
	ck_assert_int_eq(
		gdbregs_uv_spawn(NULL, &loop, (char **)argv, &o, &s, on_done, &status, NULL), 0);
	run_until_done(&loop, &status);
	ck_assert_int_eq(status, 0);
	close_in_loop_child(&loop, s);
	read_in_parent(&loop, s);
	close_loop(&loop, s);
}
