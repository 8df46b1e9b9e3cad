/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library leaves what belongs to the process unchanged: its SIGCHLD handler, its descriptors 0
 * to 2, and its time while a resolver does not answer. */
#include "serve.h"
#include "suite.h"

#include <errno.h>
#include <gdbregs_uv.h>
#include <netdb.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct gdbregs_options options(unsigned connect_ms)
{
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.connect_timeout_ms = connect_ms;
	o.reply_timeout_ms = 50000;
	return o;
}

/* ---------------------------------------------------------------------- resolving --- */

/* Replaces the function of the C library, also for libuv. Looking up this host takes until the test
 * ends; no other host is found. */
#define SILENT "silent.invalid"

static sem_t answer, answered;

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
		struct addrinfo **out)
{
	(void)port;
	if (strcmp(host, SILENT) != 0 || hints->ai_flags & AI_NUMERICHOST)
		return EAI_NONAME;
	while (sem_wait(&answer) < 0)
		;
	*out = NULL;
	sem_post(&answered);
	return EAI_AGAIN;
}

static void resolver_hangs(void)
{
	sem_init(&answer, 0, 0);
	sem_init(&answered, 0, 0);
}

/* Let the thread of the resolver end before the test does. */
static void resolver_answers(void)
{
	sem_post(&answer);
	sem_wait(&answered);
}

TEST(resolver_is_silent)
{
	struct gdbregs_options o = options(200);
	struct gdbregs_session *s;
	struct gdbregs_error err;
	double begun = serve_now_s();

	resolver_hangs();
	alarm(20);
	ck_assert_int_eq(gdbregs_connect(NULL, SILENT ":1234", &o, &s, &err), GDBREGS_ERR_CONNECT);
	ck_assert(strstr(err.text, "could not be resolved within 0.2 s (connect_timeout_ms)"));
	ck_assert(serve_now_s() - begun < 10);
	resolver_answers();
}

TEST(resolver_says_no)
{
	struct gdbregs_options o = options(50000);
	struct gdbregs_session *s;
	struct gdbregs_error err;

	resolver_hangs();
	sem_post(&answer);
	ck_assert_int_eq(gdbregs_connect(NULL, SILENT ":1234", &o, &s, &err), GDBREGS_ERR_CONNECT);
	ck_assert(strstr(err.text, "or give an IP address"));
	ck_assert(strstr(err.text, "looking up host '" SILENT "' failed"));
	ck_assert_int_eq(gdbregs_connect(NULL, "other.invalid:1", &o, &s, &err),
			 GDBREGS_ERR_CONNECT);
	ck_assert(strstr(err.text, "there is no host 'other.invalid'; check the name"));
}

static void on_connected(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			 void *arg)
{
	(void)s, (void)error;
	*(int *)arg = status;
}

static void on_closed(void *arg)
{
	*(bool *)arg = true;
}

/* Closing does not wait for the resolver, and leaves an empty loop. */
TEST(closed_while_resolving)
{
	struct gdbregs_options o = options(50000);
	struct gdbregs_session *s;
	uv_loop_t loop;
	int status = 1;
	bool closed = false;
	double begun = serve_now_s();

	resolver_hangs();
	alarm(20);
	uv_loop_init(&loop);
	ck_assert_int_eq(
		gdbregs_uv_connect(NULL, &loop, SILENT ":1", &o, &s, on_connected, &status, NULL),
		0);
	uv_run(&loop, UV_RUN_NOWAIT);
	gdbregs_uv_close(s, on_closed, &closed);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	ck_assert(closed);
	ck_assert_int_eq(status, GDBREGS_ERR_CANCELED);
	ck_assert(serve_now_s() - begun < 10);
	resolver_answers();
}

/* ---------------------------------------------------------- descriptors 0, 1 and 2 --- */

#define THREADS	 8
#define SESSIONS 400

static void *connect_often(void *address)
{
	struct gdbregs_options o = options(5000);
	struct gdbregs_session *s;

	for (int i = 0; i < SESSIONS; i++)
		if (gdbregs_connect(NULL, address, &o, &s, NULL) == 0)
			gdbregs_close(s);
	return NULL;
}

static int without_standard_files(void)
{
	pthread_t threads[THREADS];

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, connect_often, (void *)"127.0.0.1:1");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int fd = 0; fd < 3; fd++)
		if (close(fd) == 0)
			return 10 + fd;
	return 0;
}

/* On the caller's loop, nothing replaces the files. The pair of sockets gets their numbers,
 * and the session keeps none of them. */
static int spawn_without_standard_files(void)
{
	const char *const argv[] = {suite_program, "--child", NULL};
	struct gdbregs_options o = options(50000);
	struct gdbregs_session *s;
	uv_loop_t loop;
	int status = 1;
	bool closed = false;

	uv_loop_init(&loop);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (gdbregs_uv_spawn(NULL, &loop, (char **)argv, &o, &s, on_connected, &status, NULL) < 0)
		return 1;
	while (status == 1)
		uv_run(&loop, UV_RUN_ONCE);
	for (int fd = 0; fd < 3; fd++)
		if (close(fd) == 0)
			return 10 + fd;
	gdbregs_uv_close(s, on_closed, &closed);
	uv_run(&loop, UV_RUN_DEFAULT);
	return status == 0 && closed ? 0 : 2;
}

/* They run in processes of their own, because an assertion of libuv would abort them. */
LOOP_TEST(standard_files_are_closed, 2)
{
	int (*const functions[])(void) = {without_standard_files, spawn_without_standard_files};
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(functions[_i]());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

static int connect_with(rlim_t descriptors)
{
	const struct rlimit limit = {descriptors, descriptors};
	struct gdbregs_session *s;
	struct gdbregs_error err;

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	int error = gdbregs_connect(NULL, "unix:/nonexistent/stub", NULL, &s, &err);
	bool known = strstr(err.text, "too many open files") || strstr(err.text, "no such file");
	return error == GDBREGS_ERR_CONNECT && known ? 0 : 2;
}

/* libuv aborts if its first loop finds no descriptors. */
LOOP_TEST(few_descriptors, 24)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(connect_with((rlim_t)_i));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

/* ----------------------------------------------------------------------- children --- */

static volatile sig_atomic_t children;

static void on_child(int signo)
{
	(void)signo;
	children++;
}

static void spawn_and_close(const char *command, int expected)
{
	const char *const argv[] = {command, "--child", NULL};
	struct gdbregs_options o = options(50000);
	struct gdbregs_session *s;

	ck_assert_int_eq(gdbregs_spawn(NULL, (char **)argv, &o, &s, NULL), expected);
	if (expected == 0)
		gdbregs_close(s);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}

TEST(sigchld_stays)
{
	struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART}, after;
	pid_t pid;

	sigaction(SIGCHLD, &action, NULL);
	spawn_and_close(suite_program, 0);
	spawn_and_close("/nonexistent/stub", serve_no_such_command());
	sigaction(SIGCHLD, NULL, &after);
	ck_assert(after.sa_handler == on_child);
	ck_assert(after.sa_flags & SA_RESTART);
	children = 0;
	pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(children, 1);
}

/* In an application that ignores SIGCHLD, waitpid() finds no children. */
TEST(sigchld_ignored)
{
	signal(SIGCHLD, SIG_IGN);
	spawn_and_close(suite_program, 0);
	ck_assert(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
}

/* A zombie has ended, even if no process waits for it. */
static bool is_alive(const char *pid)
{
	char path[64], stat[256] = "";
	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	size_t size = fread(stat, 1, sizeof(stat) - 1, file);
	fclose(file);
	stat[size] = '\0';
	const char *state = strrchr(stat, ')');
	return state && state[1] && state[2] != 'Z' && state[2] != 'X';
}

CHILD(serve_standard)

static const char *const groups[] = {
	/* The stub is the shell's child. */
	"sh -c 'echo $$ >$1; exec $0 --child' $0 $1; true",
	/* Other children have closed our pipes, or ignore SIGTERM. */
	"sh -c 'echo $$ >$1; exec sleep 100' $0 $1 <&- >&- & exec $0 --child",
	("sh -c 'trap \"\" TERM; echo $$ >$1; while :; do sleep 1; done' $0 $1 <&- >&- & "
	 "exec $0 --child"),
};

LOOP_TEST(whole_group_ends, 3)
{
	char path[] = "/tmp/gdbregs-group-XXXXXX", pid[32] = "";
	const char *const argv[] = {"sh", "-c", groups[_i], suite_program, path, NULL};
	struct gdbregs_options o = options(50000);
	struct gdbregs_session *s;
	int fd = mkstemp(path);

	ck_assert_int_eq(gdbregs_spawn(NULL, (char **)argv, &o, &s, NULL), 0);
	while (pread(fd, pid, sizeof(pid) - 1, 0) <= 0)
		usleep(1000);
	pid[strcspn(pid, "\n")] = '\0';
	ck_assert(is_alive(pid));
	gdbregs_close(s);
	double begun = serve_now_s();
	while (is_alive(pid) && serve_now_s() - begun < 5)
		usleep(1000);
	bool alive = is_alive(pid);
	if (alive)
		kill((pid_t)atol(pid), SIGKILL);
	ck_assert(!alive);
	close(fd);
	unlink(path);
}
