/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stubs that are child processes, connected by a pair of sockets, and commands that are not
 * stubs. */
#include "serve.h"
#include "suite.h"

#include <errno.h>
#include <gdbregs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

CHILD(serve_standard)

/* Only a silent command gets a short deadline, because all others are slow on a busy machine. */
static int spawn(const char *const argv[], struct gdbregs_session **s, struct gdbregs_error *err)
{
	struct gdbregs_options o;
	bool silent =
		strcmp(argv[0], "sleep") == 0 ||
		(argv[1] && argv[2] && (strstr(argv[2], "trap") || strstr(argv[2], "exec >&-")));

	gdbregs_options_init(&o);
	o.reply_timeout_ms = silent ? 300 : 50000;
	return gdbregs_spawn(NULL, (char **)argv, &o, s, err);
}

static void check_no_child(void)
{
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}

TEST(spawn_stub)
{
	const char *const argv[] = {suite_program, "--child", NULL};
	struct gdbregs_session *s;
	struct gdbregs_error err;

	ck_assert_msg(spawn(argv, &s, &err) == 0, "%s", err.text);
	serve_read_b(s);
	gdbregs_close(s);
	check_no_child();
}

LOOP_TEST(spawn_failures, 11)
{
	static const char *const commands[][4] = {
		{"/nonexistent/stub", NULL},
		{"no-such-command-at-all", NULL},
		{"true", NULL},
		{"false", NULL},
		{"echo", "hello", NULL},
		{"sleep", "60", NULL},
		{"cat", NULL},
		{"sh", "-c", "exit 3", NULL},
		{"sh", "-c", "kill -SEGV $$", NULL},
		{"sh", "-c", "exec <&- >&-; sleep 60", NULL},
		{"sh", "-c", "exec >&-; sleep 60", NULL},
	};
	static const struct {
		int code;
		const char *says;
	} results[] = {
		{GDBREGS_ERR_SPAWN, "cannot start: no such file or directory"},
		{GDBREGS_ERR_SPAWN, "cannot start: no such file or directory"},
		{GDBREGS_ERR_CLOSED, "the command exited with status 0 before it answered"},
		{GDBREGS_ERR_CLOSED, "the command exited with status 1 before it answered"},
		{GDBREGS_ERR_PROTOCOL, "this is not a gdbstub: it wrote \"hello\\x0a\""},
		{GDBREGS_ERR_TIMEOUT, "it must serve GDB on its standard input and output"},
		{GDBREGS_ERR_PROTOCOL, "this is not a gdbstub"},
		{GDBREGS_ERR_CLOSED, "the command exited with status 3 before it answered"},
		{GDBREGS_ERR_CLOSED,
		 "the command was killed by signal 11 (SIGSEGV) before it answered"},
		{GDBREGS_ERR_CLOSED,
		 "the command closed its standard input and output before it answered"},
		{GDBREGS_ERR_TIMEOUT, "it must serve GDB on its standard input and output"},
	};
	struct gdbregs_session *s = NULL;
	struct gdbregs_error err = {0};
	double begun = serve_now_s();

	signal(SIGPIPE, SIG_DFL);
	int expected =
		results[_i].code == GDBREGS_ERR_SPAWN ? serve_no_such_command() : results[_i].code;
	ck_assert_msg(spawn(commands[_i], &s, &err) == expected, "%s: %s", commands[_i][0],
		      err.text);
	ck_assert_ptr_null(s);
	serve_check_target(err.text, commands[_i][0]);
	if (expected == results[_i].code)
		ck_assert_msg(strstr(err.text, results[_i].says), "%s", err.text);
	ck_assert_ptr_null(strstr(err.text, "check the address"));
	ck_assert(serve_now_s() - begun < 30);
	check_no_child();
	serve_check_no_sigpipe();
}

/* The command notices neither the end of its input nor SIGTERM. */
TEST(spawn_stubborn)
{
	const char *const argv[] = {"sh", "-c", "trap '' TERM; exec sleep 60", NULL};
	struct gdbregs_session *s;
	struct gdbregs_error err;
	double begun = serve_now_s();

	ck_assert_int_eq(spawn(argv, &s, &err), GDBREGS_ERR_TIMEOUT);
	ck_assert(serve_now_s() - begun < 30);
	check_no_child();
}
