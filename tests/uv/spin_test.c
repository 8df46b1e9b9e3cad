/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocking calls poll for their reply before they sleep. The recv() of this file replaces that of
 * the C library and determines what each poll finds. It does not interfere when the loop reads:
 * after epoll has reported that there is input. */
#include "uv/transport.h"
#include "serve.h"
#include "../session/inside.h"
#include "suite.h"

#include <errno.h>
#include <gdbregs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READS	300
#define LONG_MS 20000

static enum finds { THE_REPLY, THE_ACK, NO_STOP, NOTHING, NOISE, AN_ERROR } finds;
static unsigned looks, found;
static struct gdbregs_session *session;

/* Returns the error of the poll, or 0 if it finds what has arrived. */
static int fails_with(int fd)
{
	char next = 0;

	switch (finds) {
	case THE_ACK:
		syscall(SYS_recvfrom, fd, &next, 1, MSG_PEEK, NULL, NULL);
		return next == '+' ? 0 : EAGAIN;
	case NO_STOP:
		return inside_of(session).state == GDBREGS__SESSION_RUNNING ? EAGAIN : 0;
	case NOTHING:
		return EAGAIN;
	case AN_ERROR:
		return ECONNRESET;
	case THE_REPLY:
	case NOISE:
		break;
	}
	return 0;
}

static _Thread_local bool notified;

/* In place of the C library's, for libuv. */
#define EXPORTED __attribute__((visibility("default")))

EXPORTED int epoll_pwait(int epoll, struct epoll_event *events, int most, int timeout_ms,
			 const sigset_t *mask)
{
	int count = (int)syscall(SYS_epoll_pwait, epoll, events, most, timeout_ms, mask, _NSIG / 8);

	notified = count > 0;
	return count;
}

EXPORTED int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
	return epoll_pwait(epoll, events, most, timeout_ms, NULL);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	struct pollfd reply = {.fd = fd, .events = POLLIN};

	if (notified) {
		notified = false;
		return syscall(SYS_recvfrom, fd, bytes, size, flags, NULL, NULL);
	}
	looks++;
	errno = fails_with(fd);
	if (errno)
		return -1;
	found++;
	if (finds == NOISE) {
		memset(bytes, '+', 1);
		return 1;
	}
	poll(&reply, 1, -1);
	return syscall(SYS_recvfrom, fd, bytes, finds == THE_ACK ? 1 : size, flags, NULL, NULL);
}

static struct server server;
static const struct gdbregs_register *b;
static struct gdbregs_buffer buf;

static unsigned spin_us = 200;

static void begin(const struct script_rule *rules, unsigned timeout_ms, enum finds what)
{
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.spin_us = spin_us;
	o.reply_timeout_ms = timeout_ms;
	finds = THE_REPLY;
	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	server.stub.rules = rules;
	serve_start(&server, NULL);
	ck_assert_int_eq(gdbregs_connect(NULL, server.address, &o, &session, NULL), 0);
	ck_assert_int_eq(gdbregs_find_register(session, 0, NULL, "b", &b), 0);
	/* Polling is tested on machines with one processor, too. */
	inside_set_spin_us(session, spin_us);
	finds = what;
}

static void read_b(void)
{
	uint8_t expected[8];

	ck_assert_int_eq(gdbregs_read_register(session, 0, b, &buf), 8);
	script_value(1, 1, expected, 8);
	ck_assert_mem_eq(buf.data, expected, 8);
}

static void end(void)
{
	bool broken = inside_of(session).fatal == GDBREGS_ERR_CLOSED;

	finds = NOTHING;
	gdbregs_close(session);
	serve_stop(&server);
	ck_assert_str_eq(server.stub.violation, "");
	ck_assert(broken || server.stub.running);
	script_end(&server.stub);
	gdbregs_buffer_fini(&buf);
}

/* The interval between polls doubles: at least nine of so many replies are not polled for. */
static void looks_rarely(enum finds what)
{
	unsigned looked = 0;

	begin(NULL, LONG_MS, what);
	for (unsigned i = 0; i < READS; i++) {
		looks = 0;
		read_b();
		looked += looks > 0;
	}
	ck_assert_msg(looked < 12, "looked for %u of %u replies", looked, READS);
	end();
}

TEST(not_at_all)
{
	spin_us = 0;
	begin(NULL, LONG_MS, THE_REPLY);
	looks = 0;
	for (unsigned i = 0; i < READS; i++)
		read_b();
	ck_assert_uint_eq(looks, 0);
	end();
	spin_us = 200;
}

/* A stub that answers more slowly than polling waits is polled for less and less. */
TEST(far_away)
{
	looks_rarely(NOTHING);
}

/* Polling starts again when the stub becomes faster. In the end each reply is received by polling,
 * and a single late reply changes nothing. */
TEST(near_again)
{
	begin(NULL, LONG_MS, NOTHING);
	for (unsigned i = 0; i < READS; i++)
		read_b();
	finds = THE_REPLY;
	for (unsigned i = 0; i < READS; i++)
		read_b();
	found = 0;
	for (unsigned i = 0; i < READS; i++)
		read_b();
	ck_assert_uint_ge(found, READS);
	finds = NOTHING;
	read_b();
	finds = THE_REPLY;
	found = 0;
	read_b();
	ck_assert_uint_ge(found, 1);
	end();
}

/* QEMU acknowledges at once, and replies when it can. */
TEST(ack_alone)
{
	looks_rarely(THE_ACK);
}

/* The time until a stop says nothing about the time of other replies. */
TEST(slow_steps)
{
	static const struct script_rule stops[] = {
		{"vCont;*", 0, "T05thread:p1.1;"}, {"vCont?", 0, "vCont;c;C;s;S"}, {NULL, 0, NULL}};
	unsigned looked = 0;
	struct gdbregs_stop stop;

	begin(stops, LONG_MS, NO_STOP);
	for (unsigned i = 0; i < READS; i++) {
		looks = 0;
		ck_assert_int_eq(gdbregs_step(session, 0, &stop), 0);
		looked += looks > 0;
		found = 0;
		read_b();
		ck_assert_uint_eq(found, 1);
	}
	ck_assert_msg(looked < 12, "looked for %u of %u stops", looked, READS);
	end();
}

/* Polling takes the error from the socket, so it must report the error. */
TEST(broken)
{
	begin(NULL, LONG_MS, AN_ERROR);
	ck_assert_int_eq(gdbregs_read_register(session, 0, b, &buf), GDBREGS_ERR_CLOSED);
	ck_assert_msg(strstr(gdbregs_session_error(session), "reset"), "%s",
		      gdbregs_session_error(session));
	end();
}

/* Every poll receives something, but not the reply. */
TEST(deadline)
{
	static const struct script_rule lost[] = {{"p1", 0, SCRIPT_LOST}, {NULL, 0, NULL}};

	begin(lost, 200, NOISE);
	found = 0;
	ck_assert_int_eq(gdbregs_read_register(session, 0, b, &buf), GDBREGS_ERR_TIMEOUT);
	ck_assert_uint_gt(found, 0);
	end();
}

/* If the stub needs our only processor, there is no polling. */
TEST(one_processor)
{
	cpu_set_t all, one;
	int first = 0;

	looks = 0;
	ck_assert_int_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(first, &all))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	serve_start(&server, NULL);
	ck_assert_int_eq(gdbregs_connect(NULL, server.address, NULL, &session, NULL), 0);
	ck_assert_int_eq(gdbregs_find_register(session, 0, NULL, "b", &b), 0);
	read_b();
	ck_assert_uint_eq(looks, 0);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(all), &all), 0);
	end();
}
