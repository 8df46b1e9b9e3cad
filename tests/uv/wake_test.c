/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gdbregs_wake() from other threads and from signal handlers; gdbregs_session_state(). */
#include "serve.h"
#include "suite.h"

#include <gdbregs_uv.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MANY 300

static struct server server;
static struct gdbregs_session *session;

static void begin(void)
{
	memset(&server, 0, sizeof(server));
	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	server.stub.controls = true;
	server.stub.blind = true; /* 0x03 stops the target */
	serve_start(&server, NULL);
	ck_assert_int_eq(gdbregs_connect(NULL, server.address, NULL, &session, NULL), 0);
	ck_assert_int_eq(gdbregs_session_state(session), GDBREGS_SESSION_STOPPED);
}

static void run(void)
{
	ck_assert_int_eq(gdbregs_continue(session), 0);
	ck_assert_int_eq(gdbregs_session_state(session), GDBREGS_SESSION_RUNNING);
}

static void end(void)
{
	gdbregs_close(session);
	serve_stop(&server);
	script_end(&server.stub);
}

static void check_woken(int result)
{
	ck_assert_str_eq(gdbregs_error_name(result), "GDBREGS_ERR_CANCELED");
	ck_assert_str_eq(gdbregs_session_error(session), "gdbregs_wake() ended the wait");
	ck_assert_int_eq(gdbregs_session_state(session), GDBREGS_SESSION_RUNNING);
}

static void *wake_soon(void *arg)
{
	const struct timespec soon = {.tv_nsec = 20000000};

	(void)arg;
	nanosleep(&soon, NULL);
	gdbregs_wake(session);
	return NULL;
}

LOOP_TEST(from_a_thread, 2)
{
	pthread_t thread;

	begin();
	run();
	pthread_create(&thread, NULL, wake_soon, NULL);
	check_woken(gdbregs_wait(session, _i ? 50000 : -1, NULL));
	pthread_join(thread, NULL);
	ck_assert_int_eq(gdbregs_wait(session, 0, NULL), GDBREGS_ERR_TIMEOUT);
	end();
}

static void on_alarm(int signo)
{
	(void)signo;
	gdbregs_wake(session);
}

LOOP_TEST(from_a_signal_handler, 2)
{
	const struct sigaction action = {.sa_handler = on_alarm, .sa_flags = _i ? SA_RESTART : 0};
	const struct itimerval soon = {.it_value = {.tv_usec = 20000}};

	begin();
	run();
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	check_woken(gdbregs_wait(session, -1, NULL));
	end();
}

/* A wake-up is kept for the next wait, and several count as one. */
TEST(before_the_wait)
{
	begin();
	ck_assert_int_eq(gdbregs_wake(session), 0);
	run();
	ck_assert_int_eq(gdbregs_wake(session), 0);
	check_woken(gdbregs_wait(session, -1, NULL));
	ck_assert_int_eq(gdbregs_wait(session, 0, NULL), GDBREGS_ERR_TIMEOUT);
	ck_assert_int_eq(gdbregs_session_state(session), GDBREGS_SESSION_RUNNING);
	end();
}

static bool stop_waking;

static void *wake_often(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop_waking, __ATOMIC_ACQUIRE))
		gdbregs_wake(session);
	return NULL;
}

/* No wait and no reply is lost to a wake-up, whenever it comes. */
TEST(at_any_moment)
{
	const struct gdbregs_register *b;
	struct gdbregs_buffer buf = {0};
	pthread_t thread;

	begin();
	ck_assert_int_eq(gdbregs_find_register(session, 0, NULL, "b", &b), 0);
	pthread_create(&thread, NULL, wake_often, NULL);
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(gdbregs_read_register(session, 0, b, &buf), 8);
	run();
	for (int i = 0; i < MANY; i++)
		check_woken(gdbregs_wait(session, -1, NULL));
	__atomic_store_n(&stop_waking, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	gdbregs_buffer_fini(&buf);
	end();
}

static void ignore(void *arg)
{
	(void)arg;
}

TEST(only_blocking_sessions)
{
	struct gdbregs_session *s;
	uv_loop_t loop;

	ck_assert_int_eq(gdbregs_wake(NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_session_state(NULL), GDBREGS_SESSION_FAILED);
	uv_loop_init(&loop);
	ck_assert_int_eq(gdbregs_uv_connect(NULL, &loop, "127.0.0.1:1", NULL, &s, NULL, NULL, NULL),
			 0);
	ck_assert_int_eq(gdbregs_wake(s), GDBREGS_ERR_INVAL);
	gdbregs_uv_close(s, ignore, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}

TEST(states_of_an_end)
{
	struct gdbregs_buffer buf = {0};

	memset(&server, 0, sizeof(server));
	server.how = SERVE_TO_BREAK;
	session = serve_and_connect(&server, SCRIPT_QEMU10, NULL, NULL);
	serve_break(&server);
	ck_assert_int_eq(gdbregs_packet(session, "?", 1, &buf), GDBREGS_ERR_CLOSED);
	ck_assert_int_eq(gdbregs_session_state(session), GDBREGS_SESSION_FAILED);
	end();
}

TEST(program_ends)
{
	static const struct script_rule rules[] = {{"vCont;c", 0, "W2a"}, {0}};
	struct gdbregs_stop stop;

	begin();
	server.stub.rules = rules;
	ck_assert_int_eq(gdbregs_continue(session), 0);
	ck_assert_int_eq(gdbregs_wait(session, 50000, &stop), 0);
	ck_assert_int_eq(stop.kind, GDBREGS_STOP_EXITED);
	ck_assert_int_eq(gdbregs_session_state(session), GDBREGS_SESSION_EXITED);
	end();
}
