/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocking calls look for their reply before they sleep: this recv() stands in
 * front of the C library's and says what each look finds. */
#include "../../lib/transport.h"
#include "serve.h"
#include "../unit/suite.h"

#include <check.h>
#include <errno.h>
#include <gdbregs.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READS 300

static enum finds { THE_REPLY, NOTHING, NOISE } finds;
static unsigned looks, found;

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	struct pollfd reply = {.fd = fd, .events = POLLIN};

	looks++;
	if (finds == NOTHING) {
		errno = EAGAIN;
		return -1;
	}
	found++;
	if (finds == NOISE) {
		memset(bytes, '+', 1);
		return 1;
	}
	poll(&reply, 1, -1);
	return syscall(SYS_recvfrom, fd, bytes, size, flags, NULL, NULL);
}

static struct server server;
static struct gdbregs_session *session;
static const struct gdbregs_register *b;
static struct gdbregs_buffer buf;

static void begin(const struct script_rule *rules, enum finds what)
{
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.reply_timeout_ms = rules ? 200 : 20000;
	finds = THE_REPLY;
	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	server.stub.rules = rules;
	serve_start(&server, NULL);
	ck_assert_int_eq(gdbregs_connect(NULL, server.address, &o, &session, NULL), 0);
	ck_assert_int_eq(gdbregs_find_register(session, 0, NULL, "b", &b), 0);
	/* On a machine of one processor, too. */
	gdbregs__transport_of(session)->spins = true;
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
	finds = NOTHING;
	gdbregs_close(session);
	serve_stop(&server);
	ck_assert_str_eq(server.stub.violation, "");
	ck_assert(server.stub.running);
	script_end(&server.stub);
	gdbregs_buffer_fini(&buf);
}

/* Who is slower than a look is looked for less and less. */
START_TEST(far_away)
{
	unsigned looked = 0;

	begin(NULL, NOTHING);
	for (unsigned i = 0; i < READS; i++) {
		looks = 0;
		read_b();
		looked += looks > 0;
	}
	ck_assert_msg(looked < 12, "looked for %u of %u replies", looked, READS);
	end();
}
END_TEST

/* And again when he has come nearer: at last every reply is taken by a look, and one
 * that is late changes nothing. */
START_TEST(near_again)
{
	begin(NULL, NOTHING);
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
END_TEST

/* Every look finds something, but never the reply. */
START_TEST(deadline)
{
	static const struct script_rule lost[] = {{"p1", 0, SCRIPT_LOST}, {NULL, 0, NULL}};

	begin(lost, NOISE);
	found = 0;
	ck_assert_int_eq(gdbregs_read_register(session, 0, b, &buf), GDBREGS_ERR_TIMEOUT);
	ck_assert_uint_gt(found, 0);
	end();
}
END_TEST

/* Where the stub needs our only processor, nobody looks. */
START_TEST(one_processor)
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
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("spin");
	TCase *tests = tcase_create("spin");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, far_away);
	tcase_add_test(tests, near_again);
	tcase_add_test(tests, deadline);
	tcase_add_test(tests, one_processor);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
