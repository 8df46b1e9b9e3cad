/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stops and registers through the blocking calls: structures that grow, times, vCPUs. */
#include "serve.h"
#include "suite.h"

#include <gdbregs_uv.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct script_rule steps[] = {
	{"vCont;*", 0, "T05thread:p1.1;"}, {"vCont?", 0, "vCont;c;C;s;S"}, {NULL, 0, NULL}};

static struct server server;
static struct gdbregs_session *session;

static void begin(void)
{
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;

	server.how = SERVE;
	script_begin(&server.stub, SCRIPT_QEMU10, script_small, 1);
	server.stub.rules = steps;
	server.stub.controls = true;
	serve_start(&server, NULL);
	o.access = GDBREGS_RW_REGS;
	ck_assert_int_eq(gdbregs_connect(NULL, server.address, &o, &session, NULL), 0);
}

static void end(void)
{
	gdbregs_close(session);
	serve_stop(&server);
	ck_assert_msg(!server.stub.violation[0], "%s", server.stub.violation);
	script_end(&server.stub);
}

static uint64_t now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
}

/* ----------------------------------------------------------------------- stops --- */

FIXTURE(begin, end)

TEST(time_of_a_stop)
{
	struct gdbregs_stop stop;
	uint64_t before = now_ns();

	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(gdbregs_step(session, 0, &stop), 0);
		ck_assert_int_eq(stop.signal, 5);
		ck_assert_uint_gt(stop.time_ns, before);
		before = now_ns();
		ck_assert_uint_lt(stop.time_ns, before);
	}
}

/* The stop is kept. Its time is when it arrived, not when it was waited for. */
TEST(time_of_a_kept_stop)
{
	struct gdbregs_stop stop;
	struct timespec nap = {.tv_nsec = 50000000};

	ck_assert_int_eq(gdbregs_continue(session), 0);
	ck_assert_int_eq(gdbregs_wait(session, -1, NULL), 0);
	ck_assert_int_eq(gdbregs_continue(session), 0);
	ck_assert_int_eq(gdbregs_wait(session, -1, &stop), 0);
	uint64_t before = now_ns();
	nanosleep(&nap, NULL);
	ck_assert_uint_lt(stop.time_ns, before);
}

/* The structures are not initialised. Members that the library does not know yet are 0 afterwards.
 * */
TEST(all_of_a_stop_is_written)
{
	static const uint64_t zero[4] = {0};
	struct gdbregs_stop stop;

	memset(&stop, 0xa5, sizeof(stop));
	ck_assert_int_eq(gdbregs_step(session, 0, &stop), 0);
	ck_assert_int_eq(stop.kind, GDBREGS_STOP_SIGNAL);
	ck_assert_int_eq(stop.exit_status, 0);
	ck_assert_uint_eq(stop.address, 0);
	ck_assert_mem_eq(stop.reserved, zero, sizeof(zero));
}

/* ------------------------------------------------------------------- registers --- */

TEST(many_are_written)
{
	static const uint8_t values[2][8] = {{1, 2, 3, 4, 5, 6, 7, 8}, {9, 8, 7, 6, 5, 4, 3, 2}};
	struct gdbregs_error errors[2] = {{.text = "untouched"}};
	struct gdbregs_write writes[3] = {
		{.vcpu = 0, .bytes = values[0], .size = 8, .error = &errors[0]},
		{.vcpu = 1, .bytes = values[1], .size = 8},
		{.vcpu = 1, .bytes = values[1], .size = 3, .error = &errors[1]}};
	struct gdbregs_buffer value = {0};

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(gdbregs_find_register(session, 0, NULL, "b", &writes[i].reg), 0);
	ck_assert_int_eq(gdbregs_write_registers(session, writes, 3), 0);
	ck_assert_int_eq(writes[2].status, GDBREGS_ERR_INVAL);
	ck_assert_int_eq(errors[1].code, GDBREGS_ERR_INVAL);
	ck_assert_str_eq(errors[1].text, "register b has 8 bytes, not 3");
	ck_assert_str_eq(errors[0].text, "untouched");
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(writes[i].status, 0);
		ck_assert_int_eq(gdbregs_read_register(session, i, writes[i].reg, &value), 8);
		ck_assert_mem_eq(value.data, values[i], 8);
	}
	gdbregs_buffer_fini(&value);
	ck_assert_int_eq(gdbregs_write_registers(session, NULL, 0), 0);
	ck_assert_int_eq(gdbregs_write_registers(session, NULL, 1), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_write_registers(NULL, writes, 1), GDBREGS_ERR_INVAL);
}

static size_t changed;

static void on_change(void *arg, unsigned vcpu, const struct gdbregs_change *changes, size_t count)
{
	(void)arg, (void)vcpu, (void)changes;
	changed += count;
}

TEST(vcpu_is_watched)
{
	changed = 0;
	ck_assert_int_eq(gdbregs_watch_vcpu(session, 0, on_change, NULL), 0);
	ck_assert_int_eq(gdbregs_step(session, 0, NULL), 0);
	ck_assert_uint_eq(changed, 0);
	ck_assert_int_eq(gdbregs_unwatch_vcpu(session, 0, on_change, NULL), 0);
	ck_assert_int_eq(gdbregs_watch_vcpu(session, 0, NULL, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_watch_vcpu(NULL, 0, on_change, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_unwatch_vcpu(NULL, 0, on_change, NULL), GDBREGS_ERR_INVAL);
}

TEST(state_of_a_vcpu)
{
	ck_assert_int_eq(gdbregs_vcpu_state(session, 0), GDBREGS_VCPU_UNKNOWN);
	ck_assert_int_eq(gdbregs_vcpu_state(session, 9), GDBREGS_ERR_NO_VCPU);
	ck_assert_int_eq(gdbregs_vcpu_state(NULL, 0), GDBREGS_ERR_INVAL);
}
