/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of gdbregs_uv.h: many sessions and their stubs on one loop, closed and canceled at
 * random from callbacks. Whatever happens, each accepted request calls back once, and the loop is
 * empty at the end. */
#include "util/alloc.h"
#include "uv/transport.h"
#include "serve-loop.h"
#include "../session/inside.h"
#include "serve.h"
#include "suite.h"

#include <gdbregs_uv.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------------------- one member --- */

#define READS 8

struct member;

struct request {
	struct member *member;
	struct gdbregs_uv_request *handle;
	struct gdbregs_buffer buf;
	struct gdbregs_read reads[4];
	bool accepted, canceled, many;
	unsigned calls;
	int status;
};

struct member {
	struct gdbregs_session *s;
	const struct gdbregs_register *b;
	struct request requests[READS];
	unsigned begun, ended, connects, closes;
	int connect_status;
	bool closed, in_call, refused;
	unsigned recklessness; /* one in so many callbacks closes the session */
};

static void on_closed(void *arg)
{
	struct member *m = arg;

	ck_assert_msg(!m->in_call, "called back from within a call");
	m->closes++;
	m->s = NULL;
}

static void close_member(struct member *m)
{
	if (m->closed)
		return;
	m->closed = true;
	m->in_call = true;
	gdbregs_uv_close(m->s, on_closed, m);
	gdbregs_uv_close(m->s, on_closed, m);
	m->in_call = false;
}

static void act(struct member *m);

static void check_read(struct request *r, int status)
{
	uint8_t expected[8];

	script_value(1, 1, expected, 8);
	if (r->many && status == 0) {
		for (size_t i = 0; i < 4; i++)
			ck_assert(r->reads[i].status == 8 &&
				  (i & 1 || !memcmp(r->reads[i].data, expected, 8)));
	} else if (status >= 0) {
		ck_assert_int_eq(status, 8);
		ck_assert_mem_eq(r->buf.data, expected, 8);
	}
}

static void check_error(int status, const struct gdbregs_error *error)
{
	ck_assert(status >= 0 ? !error : error->code == status && error->text[0]);
}

static void on_read(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct request *r = arg;
	struct member *m = r->member;

	check_error(status, error);
	ck_assert_msg(!m->in_call, "called back from within a call");
	ck_assert_uint_eq(++r->calls, 1);
	r->status = status;
	ck_assert_ptr_eq(s, m->s);
	/* gdbserver answers no p: b is in its g. */
	check_read(r, status);
	ck_assert(!r->canceled || status == GDBREGS_ERR_CANCELED);
	r->handle = NULL;
	m->ended++;
	act(m);
}

static void begin_read(struct member *m)
{
	struct request *r = &m->requests[m->begun];
	int result;

	r->member = m;
	r->many = serve_dice(2);
	for (unsigned i = 0; i < 4; i++)
		r->reads[i] = (struct gdbregs_read){i & 1, m->b, -99, NULL};
	m->in_call = true;
	if (r->many)
		result = gdbregs_uv_read_registers(m->s, r->reads, 4, &r->buf, on_read, r,
						   &r->handle);
	else
		result = gdbregs_uv_read_register(m->s, 0, m->b, &r->buf, on_read, r, &r->handle);
	m->in_call = false;
	r->accepted = result == 0;
	m->begun++;
	m->ended += result < 0;
	m->refused |= result < 0;
}

static void cancel_some(struct member *m)
{
	struct request *r = &m->requests[serve_dice(READS)];

	if (!r->handle)
		return;
	r->canceled = true;
	m->in_call = true;
	gdbregs_uv_cancel(r->handle);
	m->in_call = false;
}

/* Called in each callback of a member: make, cancel or close something at random. */
static void act(struct member *m)
{
	if (m->closed)
		return;
	if (m->recklessness && serve_dice(m->recklessness) == 0) {
		close_member(m);
		return;
	}
	for (unsigned i = serve_dice(3) + 1; i && m->begun < READS; i--)
		begin_read(m);
	if (serve_dice(3) == 0)
		cancel_some(m);
	if (m->ended == READS || m->refused)
		close_member(m);
}

static void on_connected(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			 void *arg)
{
	struct member *m = arg;

	check_error(status, error);
	ck_assert_msg(!m->in_call, "called back from within a call");
	m->connects++;
	m->connect_status = status;
	ck_assert_ptr_eq(s, m->s);
	if (status < 0) {
		ck_assert(status != GDBREGS_ERR_CANCELED || m->closed);
		close_member(m);
		return;
	}
	ck_assert_int_eq(gdbregs_find_register(s, 0, NULL, "b", &m->b), 0);
	act(m);
}

static void connect_member(struct member *m, struct gdbregs_context *ctx, uv_loop_t *loop,
			   const char *address, unsigned timeout_ms)
{
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.reply_timeout_ms = timeout_ms;
	m->in_call = true;
	ck_assert_int_eq(gdbregs_uv_connect(ctx, loop, address, &o, &m->s, on_connected, m, NULL),
			 0);
	m->in_call = false;
}

static void check_member(struct member *m)
{
	ck_assert_uint_eq(m->connects, 1);
	ck_assert_uint_eq(m->closes, 1);
	for (unsigned i = 0; i < READS; i++) {
		ck_assert_uint_eq(m->requests[i].calls, m->requests[i].accepted);
		gdbregs_buffer_fini(&m->requests[i].buf);
	}
}

/* ----------------------------------------------------------------------------- fleets --- */

#define FLEET	    24
#define LARGE_FLEET 200

/* Closes members at any moment of the loop. */
struct reaper {
	uv_idle_t idle;
	struct member *members;
	unsigned count, rounds;
};

static void on_idle(uv_idle_t *idle)
{
	struct reaper *reaper = idle->data;

	if (serve_dice(8) == 0)
		close_member(&reaper->members[serve_dice(reaper->count)]);
	if (++reaper->rounds < 300)
		return;
	for (unsigned i = 0; i < reaper->count; i++)
		close_member(&reaper->members[i]);
	uv_close((uv_handle_t *)idle, NULL);
}

static void fleet(unsigned seed, unsigned count, unsigned recklessness, bool reap,
		  unsigned drop_after)
{
	struct member *members = calloc(count, sizeof(*members));
	struct gdbregs_context *ctx;
	struct listener l;
	struct reaper reaper = {.members = members, .count = count};
	uv_loop_t loop;

	serve_dice_state = seed;
	uv_loop_init(&loop);
	serve_on_loop(&l, &loop);
	l.drop_after = drop_after;
	ck_assert_int_eq(gdbregs_context_new(&ctx), 0);
	for (unsigned i = 0; i < count; i++) {
		members[i].recklessness = recklessness;
		connect_member(&members[i], i & 1 ? ctx : NULL, &loop, l.address, 5000);
	}
	if (reap) {
		uv_idle_init(&loop, &reaper.idle);
		reaper.idle.data = &reaper;
		uv_idle_start(&reaper.idle, on_idle);
	}
	serve_run_out(&l, &loop);
	gdbregs_context_unref(ctx);
	for (unsigned i = 0; i < count; i++) {
		check_member(&members[i]);
		ck_assert(reap || drop_after || members[i].connect_status == 0);
	}
	ck_assert_uint_eq(l.violations, 0);
	ck_assert(drop_after || l.left_halted == 0);
	free(members);
}

LOOP_TEST(careful_fleet, 8)
{
	fleet(1 + (unsigned)_i, FLEET, 0, false, 0);
}

LOOP_TEST(reckless_fleet, 40)
{
	fleet(100 + (unsigned)_i, FLEET, 2 + (unsigned)_i % 5, _i & 1, 0);
}

LOOP_TEST(large_fleet, 2)
{
	fleet(300 + (unsigned)_i, LARGE_FLEET, 12, true, 0);
}

LOOP_TEST(dropped_fleet, 20)
{
	signal(SIGPIPE, SIG_IGN);
	fleet(200 + (unsigned)_i, FLEET, _i & 1 ? 0 : 6, _i & 2, 1 + (unsigned)_i);
}

/* ----------------------------------------------------------------------- a busy loop --- */

#define BUSY_TIMEOUT_MS 50

/* Called after every poll: wait until the reply has arrived, and keep the loop busy for longer than
 * the deadline of the reply. */
static void on_check(uv_check_t *check)
{
	struct member *m = check->data;
	struct gdbregs__transport *t = gdbregs__transport_of(m->s);
	struct pollfd reply = {.fd = t->fd, .events = POLLIN};

	if (t->state != GDBREGS__TRANSPORT_OPEN || !inside_of(t->session).in_flight)
		return;
	ck_assert_int_eq(poll(&reply, 1, 20000), 1);
	uv_sleep(BUSY_TIMEOUT_MS + 20);
}

TEST(busy_loop)
{
	struct member *m = calloc(1, sizeof(*m));
	struct server server = {0};
	uv_check_t check;
	uv_loop_t loop;

	uv_loop_init(&loop);
	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	serve_start(&server, NULL);
	uv_check_init(&loop, &check);
	check.data = m;
	uv_check_start(&check, on_check);
	connect_member(m, NULL, &loop, server.address, BUSY_TIMEOUT_MS);
	while (!m->closed)
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&check, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	serve_stop(&server);
	check_member(m);
	ck_assert_int_eq(m->connect_status, 0);
	for (unsigned i = 0; i < READS; i++)
		ck_assert_msg(m->requests[i].status >= 0 || m->requests[i].canceled, "read %u: %s",
			      i, gdbregs_error_name(m->requests[i].status));
	ck_assert_str_eq(server.stub.violation, "");
	script_end(&server.stub);
	free(m);
}

/* The connection is established, but the loop polls only after the deadline. A QEMU that was left
 * at this moment would stay halted. */
TEST(late_connect)
{
	struct member *m = calloc(1, sizeof(*m));
	struct gdbregs_options o;
	struct listener l;
	uv_loop_t loop;

	gdbregs_options_init(&o);
	o.connect_timeout_ms = BUSY_TIMEOUT_MS;
	uv_loop_init(&loop);
	serve_on_loop(&l, &loop);
	ck_assert_int_eq(
		gdbregs_uv_connect(NULL, &loop, l.address, &o, &m->s, on_connected, m, NULL), 0);
	uv_sleep(BUSY_TIMEOUT_MS + 20);
	serve_run_out(&l, &loop);
	check_member(m);
	ck_assert_int_eq(m->connect_status, 0);
	ck_assert_uint_eq(l.left_halted + l.violations, 0);
	free(m);
}

/* ------------------------------------------------------------------- closed at once --- */

LOOP_TEST(closed_at_once, 6)
{
	static const char *const addresses[] = {NULL,
						"localhost:1",
						"127.0.0.1:1",
						"[::1]:1",
						"unix:/nonexistent/socket",
						"no-such-host.invalid:1"};
	struct member *m = calloc(1, sizeof(*m));
	struct listener l;
	uv_loop_t loop;

	uv_loop_init(&loop);
	serve_on_loop(&l, &loop);
	connect_member(m, NULL, &loop, addresses[_i] ? addresses[_i] : l.address, 300);
	close_member(m);
	ck_assert_uint_eq(m->connects, 0);
	serve_run_out(&l, &loop);
	check_member(m);
	ck_assert_int_eq(m->connect_status, GDBREGS_ERR_CANCELED);
	ck_assert_uint_eq(l.left_halted + l.violations, 0);
	free(m);
}

/* An allocation fails after the session was closed, when the connection is established. */
LOOP_TEST(closed_out_of_memory, 16)
{
	struct member *m = calloc(1, sizeof(*m));
	struct listener l;
	uv_loop_t loop;

	uv_loop_init(&loop);
	serve_on_loop(&l, &loop);
	l.silent = true;
	connect_member(m, NULL, &loop, l.address, 200);
	close_member(m);
	gdbregs__alloc_fail(1 + (unsigned long)_i / 2, _i & 1);
	serve_run_out(&l, &loop);
	gdbregs__alloc_fail(0, 0);
	check_member(m);
	ck_assert_int_eq(m->connect_status, GDBREGS_ERR_CANCELED);
	free(m);
}

static void on_status(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		      void *arg)
{
	(void)s, (void)error;
	*(int *)arg = status;
}

/* The session has failed, and then the stub closes the connection. The detach is sent, but its
 * reply is not waited for. */
TEST(closed_after_stub)
{
	static const struct script_rule rules[] = {{"qSilent", 0, SCRIPT_SILENT}, {0}};
	struct server server = {.how = SERVE_TO_BREAK};
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct gdbregs_buffer buf = {0};
	struct gdbregs_session *s;
	uv_loop_t loop;
	int status = 1;

	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	server.stub.rules = rules;
	serve_start(&server, NULL);
	o.reply_timeout_ms = 200;
	o.on_close = GDBREGS_ON_CLOSE_RESUME;
	uv_loop_init(&loop);
	ck_assert_int_eq(
		gdbregs_uv_connect(NULL, &loop, server.address, &o, &s, on_status, &status, NULL),
		0);
	while (status == 1)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(gdbregs_uv_packet(s, "qSilent", 7, &buf, on_status, &status, NULL), 0);
	while (status == 0)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_int_eq(status, GDBREGS_ERR_TIMEOUT);
	serve_break(&server);
	while (!gdbregs__transport_of(s)->input_ended)
		uv_run(&loop, UV_RUN_ONCE);
	gdbregs_uv_close(s, NULL, NULL);
	ck_assert_int_eq(gdbregs__transport_of(s)->state, GDBREGS__TRANSPORT_SHUT);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	gdbregs_buffer_fini(&buf);
	serve_stop(&server);
	script_end(&server.stub);
}

LOOP_TEST(failing_connect, 4)
{
	static const char *const addresses[] = {NULL, "localhost:1", "127.0.0.1:1",
						"unix:/nonexistent/socket"};
	struct member *m = calloc(1, sizeof(*m));
	struct listener l;
	uv_loop_t loop;

	uv_loop_init(&loop);
	serve_on_loop(&l, &loop);
	l.silent = true;
	connect_member(m, NULL, &loop, addresses[_i] ? addresses[_i] : l.address, 200);
	serve_run_out(&l, &loop);
	check_member(m);
	ck_assert_int_eq(m->connect_status, _i ? GDBREGS_ERR_CONNECT : GDBREGS_ERR_TIMEOUT);
	free(m);
}

LOOP_TEST(spawn_and_close, 6)
{
	static const char *const commands[][3] = {{"cat", NULL}, {"true", NULL}, {"sleep", "60"}};
	struct member *m = calloc(1, sizeof(*m));
	struct gdbregs_options o;
	struct listener l;
	uv_loop_t loop;

	signal(SIGPIPE, SIG_DFL); /* it is never raised */
	gdbregs_options_init(&o);
	o.reply_timeout_ms = 200;
	uv_loop_init(&loop);
	serve_on_loop(&l, &loop);
	ck_assert_int_eq(gdbregs_uv_spawn(NULL, &loop, (char **)commands[_i % 3], &o, &m->s,
					  on_connected, m, NULL),
			 0);
	if (_i < 3)
		close_member(m);
	serve_run_out(&l, &loop);
	check_member(m);
	ck_assert_int_lt(m->connect_status, 0);
	free(m);
}

/* The blocking calls and those on a loop refuse each other's sessions. */
TEST(refusals)
{
	struct member *m = calloc(1, sizeof(*m));
	struct gdbregs_buffer buf = {0};
	struct gdbregs_session *s;
	struct gdbregs_error err;
	struct listener l;
	uv_loop_t loop;

	uv_loop_init(&loop);
	serve_on_loop(&l, &loop);
	ck_assert_int_eq(gdbregs_uv_connect(NULL, NULL, ":1", NULL, &s, on_connected, m, &err),
			 GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_uv_connect(NULL, &loop, "x", NULL, &s, on_connected, m, &err),
			 GDBREGS_ERR_INVAL);
	if (serve_no_such_command() == GDBREGS_ERR_SPAWN)
		ck_assert_int_eq(gdbregs_uv_spawn(NULL, &loop,
						  (char **)(const char *[]){"/nonexistent/x", NULL},
						  NULL, &s, on_connected, m, &err),
				 GDBREGS_ERR_SPAWN);
	connect_member(m, NULL, &loop, l.address, 1000);
	ck_assert_int_eq(gdbregs_packet(m->s, "?", 1, &buf), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_uv_packet(m->s, "?", 1, &buf, NULL, NULL, NULL),
			 GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_uv_packet(NULL, "?", 1, &buf, NULL, NULL, NULL),
			 GDBREGS_ERR_INVAL);
	gdbregs_uv_cancel(NULL);
	gdbregs_uv_close(NULL, NULL, NULL);
	close_member(m);
	ck_assert_int_eq(gdbregs_uv_packet(m->s, "?", 1, &buf, NULL, NULL, NULL),
			 GDBREGS_ERR_INVAL);
	serve_run_out(&l, &loop);
	check_member(m);
	free(m);
}

/* A session can also be closed with the close call of the other kind. */
TEST(closed_by_the_other_kind)
{
	struct member *m = calloc(1, sizeof(*m));
	struct listener l;
	uv_loop_t loop;

	uv_loop_init(&loop);
	serve_on_loop(&l, &loop);
	connect_member(m, NULL, &loop, l.address, 1000);
	m->closed = true; /* closing cancels connecting */
	gdbregs_close(m->s);
	ck_assert_int_eq(gdbregs_uv_packet(m->s, "?", 1, NULL, NULL, NULL, NULL),
			 GDBREGS_ERR_INVAL);
	ck_assert_str_eq(gdbregs_session_error(m->s), "the session is being closed");
	gdbregs_close(m->s);
	serve_run_out(&l, &loop);
	free(m);
}
