/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The blocking calls, against stubs on sockets. */
#include "util/alloc.h"
#include "serve.h"
#include "suite.h"

#include <errno.h>
#include <gdbregs_uv.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct gdbregs_options options(unsigned timeout_ms)
{
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.reply_timeout_ms = timeout_ms;
	return o;
}

static const char *socket_path(void)
{
	static char path[100];
	const char *directory = getenv("TMPDIR");

	snprintf(path, sizeof(path), "%s/gdbregs-wire-%d", directory ? directory : "/tmp",
		 (int)getpid());
	return path;
}

static void check_value(unsigned tid, unsigned regnum, const void *data, size_t size)
{
	uint8_t expected[64];

	script_value(tid, regnum, expected, size);
	ck_assert_mem_eq(data, expected, size);
}

static void check_stub(struct server *server)
{
	ck_assert_msg(!server->stub.violation[0], "%s", server->stub.violation);
	ck_assert(server->stub.running);
	script_end(&server->stub);
}

/* ----------------------------------------------------------------------- sockets --- */

LOOP_TEST(every_stub, SCRIPT_KINDS)
{
	static struct server server;
	struct gdbregs_session *s = serve_and_connect(&server, (enum script_kind)_i, NULL, NULL);

	ck_assert_uint_eq(gdbregs_vcpu_count(s), 2);
	serve_read_b(s);
	serve_end(&server, s);
}

/* Only one of the addresses of localhost is served. */
LOOP_TEST(several_addresses, 2)
{
	static struct server server;
	struct gdbregs_session *s;
	struct gdbregs_error err;
	char address[40];

	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	serve_start(&server, NULL);
	snprintf(address, sizeof(address), _i ? ":%u" : "tcp:localhost:%u", server.port);
	ck_assert_msg(gdbregs_connect(NULL, address, NULL, &s, &err) == 0, "%s", err.text);
	serve_read_b(s);
	serve_end(&server, s);
}

TEST(unix_socket)
{
	static struct server server;
	struct gdbregs_session *s = serve_and_connect(&server, SCRIPT_QEMU72, socket_path(), NULL);

	serve_read_b(s);
	serve_end(&server, s);
	unlink(socket_path());
}

static void count_call(void *arg)
{
	++*(int *)arg;
}

/* A blocking session can also be closed with the close call of the other kind. */
TEST(closed_by_the_other_kind)
{
	static struct server server;
	struct gdbregs_session *s;
	enum gdbregs_left left = GDBREGS_LEFT_ENDED;
	int calls = 0;

	s = serve_and_connect(&server, SCRIPT_QEMU72, NULL, NULL);
	ck_assert_int_eq(gdbregs_uv_interrupt(s), GDBREGS_ERR_INVAL);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(s), "use the calls of gdbregs.h"));
	gdbregs_report_left(s, &left);
	ck_assert_int_eq(left, GDBREGS_LEFT_UNKNOWN);
	gdbregs_uv_close(s, count_call, &calls);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(left, GDBREGS_LEFT_RUNNING);
	serve_stop(&server);
	check_stub(&server);
}

/* The connection was refused. qemu-user (7.2) passes on the host's number in SO_ERROR. On mips that
 * is another number, for which libuv has no name. */
static bool is_refusal(const char *text)
{
	return strstr(text, "refused") ||
	       (ECONNREFUSED != 111 && strstr(text, "Unknown system error -111"));
}

LOOP_TEST(nobody_there, 7)
{
	static const struct {
		const char *address, *says;
		int result;
	} nowhere[] = {
		{"127.0.0.1:1", "refused", GDBREGS_ERR_CONNECT},
		{"localhost:1", "refused", GDBREGS_ERR_CONNECT},
		{"[::1]:1", "cannot connect", GDBREGS_ERR_CONNECT},
		{"unix:/nonexistent/socket", "no such file", GDBREGS_ERR_CONNECT},
		{"no-such-host.invalid:1234", "no-such-host", GDBREGS_ERR_CONNECT},
		{"localhost", "port", GDBREGS_ERR_INVAL},
		{"localhost:99999", "port", GDBREGS_ERR_INVAL},
	};
	struct gdbregs_options o = options(500);
	struct gdbregs_session *s = (struct gdbregs_session *)&o;
	struct gdbregs_error err;

	/* Looking up a name would need the network. */
	o.connect_timeout_ms = strstr(nowhere[_i].address, "invalid") ? 2000 : 20000;
	ck_assert_int_eq(gdbregs_connect(NULL, nowhere[_i].address, &o, &s, &err),
			 nowhere[_i].result);
	ck_assert_ptr_eq(s, &o);
	ck_assert_int_eq(err.code, nowhere[_i].result);
	serve_check_target(err.text, nowhere[_i].address);
	bool refused = strcmp(nowhere[_i].says, "refused") == 0;
	ck_assert_msg(refused ? is_refusal(err.text) : strstr(err.text, nowhere[_i].says) != NULL,
		      "%s", err.text);
}

TEST(silent)
{
	static struct server server;
	struct gdbregs_options o = options(200);
	struct gdbregs_session *s;
	struct gdbregs_error err;
	double begun = serve_now_s();

	o.connect_timeout_ms = 50000;
	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	server.how = SERVE_SILENTLY;
	serve_start(&server, NULL);
	ck_assert_int_eq(gdbregs_connect(NULL, server.address, &o, &s, &err), GDBREGS_ERR_TIMEOUT);
	ck_assert_msg(strstr(err.text, "another debugger") != NULL, "%s", err.text);
	serve_check_target(err.text, server.address);
	ck_assert(serve_now_s() - begun < 30);
	serve_stop(&server);
	script_end(&server.stub);
}

/* ------------------------------------------------------------- stubs that go away --- */

LOOP_TEST(gone_between_calls, 2 * SCRIPT_KINDS)
{
	static struct server server;
	const struct gdbregs_register *b;
	struct gdbregs_buffer buf = {0};
	struct gdbregs_session *s;

	signal(SIGPIPE, SIG_DFL);
	server.how = SERVE_TO_BREAK;
	s = serve_and_connect(&server, (enum script_kind)(_i / 2), _i & 1 ? socket_path() : NULL,
			      NULL);
	ck_assert_int_eq(gdbregs_find_register(s, 0, NULL, "b", &b), 0);
	serve_break(&server);
	ck_assert_int_eq(gdbregs_read_register(s, 0, b, &buf), GDBREGS_ERR_CLOSED);
	ck_assert_int_eq(gdbregs_read_register(s, 0, b, &buf), GDBREGS_ERR_CLOSED);
	ck_assert_int_eq(gdbregs_packet(s, "?", 1, &buf), GDBREGS_ERR_CLOSED);
	ck_assert_uint_eq(buf.size, 0);
	serve_check_target(gdbregs_session_error(s), server.address);
	gdbregs_close(s);
	serve_check_no_sigpipe();
	unlink(socket_path());
	script_end(&server.stub);
}

#define READS 300000
static struct gdbregs_read reads[READS];

/* The connection ends during a batch that does not fit the sockets' buffers. */
LOOP_TEST(gone_in_a_batch, 2)
{
	size_t count = script_slow() ? 40000 : READS;
	static struct server server;
	const struct gdbregs_register *b;
	struct gdbregs_buffer storage = {0};
	struct gdbregs_session *s;

	signal(SIGPIPE, SIG_DFL);
	server.how = SERVE_TO_READ;
	s = serve_and_connect(&server, SCRIPT_QEMU10, _i ? socket_path() : NULL, NULL);
	ck_assert_int_eq(gdbregs_find_register(s, 0, NULL, "b", &b), 0);
	for (size_t i = 0; i < count; i++)
		reads[i] = (struct gdbregs_read){i & 1, b, -99, NULL};
	ck_assert_int_eq(gdbregs_read_registers(s, reads, count, &storage), GDBREGS_ERR_CLOSED);
	ck_assert_int_eq(reads[0].status, -99);
	gdbregs_close(s);
	serve_check_no_sigpipe();
	serve_stop(&server);
	unlink(socket_path());
	gdbregs_buffer_fini(&storage);
	script_end(&server.stub);
}

/* A batch that does not fit the buffers of either side: the session reads while it waits to write.
 * */
TEST(large_batch)
{
	size_t count = script_slow() ? 40000 : READS;
	static struct server server;
	const struct gdbregs_register *b;
	struct gdbregs_buffer storage = {0};
	struct gdbregs_session *s;

	s = serve_and_connect(&server, SCRIPT_QEMU10, NULL, NULL);
	ck_assert_int_eq(gdbregs_find_register(s, 0, NULL, "b", &b), 0);
	for (size_t i = 0; i < count; i++)
		reads[i] = (struct gdbregs_read){i / 1000 & 1, b, -99, NULL};
	ck_assert_int_eq(gdbregs_read_registers(s, reads, count, &storage), 0);
	for (size_t i = 0; i < count; i++) {
		ck_assert(reads[i].status == 8);
		check_value(1 + (i / 1000 & 1), 1, reads[i].data, 8);
	}
	serve_end(&server, s);
	gdbregs_buffer_fini(&storage);
}

/* An allocation fails while a reply is awaited. The session closes nevertheless, and the target
 * runs. */
LOOP_TEST(out_of_memory, 16)
{
	static struct server server;
	const struct gdbregs_register *b;
	struct gdbregs_buffer buf = {0};
	struct gdbregs_session *s;

	s = serve_and_connect(&server, SCRIPT_QEMU10, NULL, NULL);
	ck_assert_int_eq(gdbregs_find_register(s, 0, NULL, "b", &b), 0);
	gdbregs__alloc_fail(1 + (unsigned long)_i / 2, _i & 1);
	int result = gdbregs_read_register(s, 0, b, &buf);
	gdbregs__alloc_fail(0, 0);
	ck_assert_msg(result == 8 || result == GDBREGS_ERR_NOMEM, "%s", gdbregs_error_name(result));
	serve_end(&server, s);
	gdbregs_buffer_fini(&buf);
}

/* -------------------------------------------------------------------- the arguments --- */

TEST(arguments)
{
	struct gdbregs_session *s;
	struct gdbregs_error err;
	struct gdbregs_buffer buf = {0};
	char *nothing[] = {NULL};

	ck_assert_int_eq(gdbregs_connect(NULL, ":1", NULL, NULL, &err), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_spawn(NULL, NULL, NULL, &s, &err), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_spawn(NULL, nothing, NULL, &s, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_read_register(NULL, 0, NULL, &buf), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_read_registers(NULL, NULL, 0, &buf), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_packet(NULL, "?", 1, &buf), GDBREGS_ERR_INVAL);
	ck_assert_uint_eq(gdbregs_vcpu_count(NULL), 0);
	gdbregs_close(NULL);
}
