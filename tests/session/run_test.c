/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running the target: what is sent and when, what is told of stops. */
#include "guest.h"
#include "script.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct guest guest;
static struct guest *const m = &guest;

static void begin(void)
{
	guest_init(m);
}

static void begin_qemu(void)
{
	guest_init(m);
	guest_start(m);
}

static void end(void)
{
	guest_end(m);
}

/* -------------------------------------------------------------------- stepping --- */

START_TEST(step_names_the_thread)
{
	ck_assert_int_eq(guest_step(m, 1), 0);
	guest_told(m, 0, 0);
	ck_assert_int_eq(m->s->state, GDBREGS__SESSION_RUNNING);
	/* The ack of the last reply stands before the packet, none after it. */
	guest_sent(m, "+vCont;s:p1.2 ");
	guest_stops(m, "T05thread:p01.02;");
	guest_told(m, 1, 0);
	ck_assert_int_eq(m->stop.kind, GDBREGS_STOP_SIGNAL);
	ck_assert_int_eq(m->stop.signal, 5);
	ck_assert_uint_eq(m->stop.vcpu, 1);
	guest_sent(m, "");
	ck_assert_int_eq(guest_step(m, 0), 0);
	guest_sent(m, "+vCont;s:p1.1 ");
}
END_TEST

/* A thread that did not exist when the session was connected. */
static unsigned stopped_at(const char *packet)
{
	ck_assert_int_eq(guest_continue(m), 0);
	guest_stops(m, packet);
	ck_assert_int_eq(guest_wait(m, 0), 0);
	guest_told(m, 1, 0);
	return m->stop.vcpu;
}

START_TEST(new_thread_is_a_vcpu)
{
	ck_assert_uint_eq(gdbregs_vcpu_count(m->s), 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(stopped_at("T05thread:p01.2a;"), 2);
		ck_assert_uint_eq(gdbregs_vcpu_count(m->s), 3);
	}
	ck_assert_str_eq(gdbregs_vcpu_thread(m->s, 2), "p1.2a");
	ck_assert_ptr_eq(gdbregs_vcpu_description(m->s, 2), gdbregs_vcpu_description(m->s, 0));
	guest_sent(m, "+vCont;c +vCont;c ");
	ck_assert_int_eq(guest_step(m, 2), 0);
	guest_sent(m, "+vCont;s:p1.2a ");
	guest_stops(m, "T05thread:p01.2a;");
	/* Not one of a process that was not listed, nor one that is none. */
	guest_told(m, 1, 0);
	ck_assert_uint_eq(stopped_at("T05thread:p02.2b;"), GUEST_NO_VCPU);
	ck_assert_uint_eq(stopped_at("T05thread:p01.0;"), GUEST_NO_VCPU);
	ck_assert_uint_eq(gdbregs_vcpu_count(m->s), 3);
}
END_TEST

START_TEST(step_of_no_vcpu)
{
	ck_assert_int_eq(guest_step(m, 2), GDBREGS_ERR_NO_VCPU);
	ck_assert_int_eq(guest_step(m, GUEST_NO_VCPU), GDBREGS_ERR_NO_VCPU);
	ck_assert_int_eq(m->s->state, GDBREGS__SESSION_STOPPED);
	guest_sent(m, "");
}
END_TEST

/* Hg does not survive a resume: QEMU selects the vCPU that stopped. */
START_TEST(thread_is_selected_again)
{
	struct gdbregs_buffer buf = {0};

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(gdbregs__read_one(m->s, 0, m->pc, &buf, guest_done, m, NULL), 0);
		guest_turn(m);
		guest_sent(m, i ? "+Hgp1.1 p2 " : "+Hgp1.1 p2 ");
		guest_step(m, 0);
		guest_stops(m, "T05thread:p01.01;");
		guest_sent(m, "+vCont;s:p1.1 ");
		guest_told(m, 2, 0);
	}
	gdbregs_buffer_fini(&buf);
}
END_TEST

START_TEST(halted_vcpu_is_interrupted)
{
	guest_step(m, 1);
	guest_wait_ms(m, 999);
	guest_sent(m, "+vCont;s:p1.2 ");
	guest_wait_ms(m, 1);
	guest_sent(m, "^");
	guest_told(m, 0, 0);
	guest_stops(m, "T02thread:p01.01;");
	guest_told(m, 1, GDBREGS_ERR_TIMEOUT);
	ck_assert_int_eq(m->s->state, GDBREGS__SESSION_STOPPED);
	ck_assert_int_eq(m->s->engine.fatal, 0);
	ck_assert_int_eq(guest_step(m, 0), 0);
	guest_sent(m, "+vCont;s:p1.1 ");
	guest_stops(m, "T05thread:p01.01;");
	guest_told(m, 1, 0);
}
END_TEST

/* The step got through while the interrupt was on its way. */
START_TEST(late_step_is_a_step)
{
	guest_step(m, 0);
	guest_wait_ms(m, 1500);
	guest_sent(m, "+vCont;s:p1.1 ^");
	guest_stops(m, "T05thread:p01.01;");
	guest_told(m, 1, 0);
}
END_TEST

START_TEST(dead_stub_ends_the_session)
{
	guest_step(m, 0);
	guest_wait_ms(m, 2000);
	guest_sent(m, "+vCont;s:p1.1 ^");
	guest_told(m, 1, GDBREGS_ERR_TIMEOUT);
	ck_assert_int_eq(m->s->engine.fatal, GDBREGS_ERR_TIMEOUT);
}
END_TEST

START_TEST(refused_resume)
{
	guest_step(m, 0);
	m->running = false;
	guest_says(m, "E22");
	guest_turn(m);
	guest_told(m, 1, GDBREGS_ERR_REMOTE);
	ck_assert_int_eq(m->s->state, GDBREGS__SESSION_STOPPED);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(m->s), "E22"));
}
END_TEST

START_TEST(garbage_for_a_stop)
{
	guest_step(m, 0);
	guest_stops(m, "Tzz");
	guest_told(m, 1, GDBREGS_ERR_PROTOCOL);
	ck_assert_int_eq(m->s->engine.fatal, GDBREGS_ERR_PROTOCOL);
}
END_TEST

/* ---------------------------------------------------------- continuing, waiting --- */

START_TEST(nothing_is_asked_while_it_runs)
{
	struct gdbregs_buffer buf = {0};

	ck_assert_int_eq(guest_continue(m), 0);
	guest_sent(m, "+vCont;c ");
	ck_assert_int_eq(gdbregs__read_one(m->s, 0, m->pc, &buf, guest_done, m, NULL),
			 GDBREGS_ERR_RUNNING);
	ck_assert_int_eq(guest_step(m, 0), GDBREGS_ERR_RUNNING);
	ck_assert_int_eq(guest_continue(m), GDBREGS_ERR_RUNNING);
	guest_wait_ms(m, 3600 * 1000);
	ck_assert_uint_eq(gdbregs__engine_next_deadline(&m->s->engine), GDBREGS__FOREVER);
	guest_sent(m, "");
	ck_assert_int_eq(guest_wait(m, -1), 0);
	guest_stops(m, "T05thread:p01.02;");
	guest_told(m, 1, 0);
	ck_assert_uint_eq(m->stop.vcpu, 1);
}
END_TEST

START_TEST(stop_is_kept_for_the_wait)
{
	guest_continue(m);
	guest_stops(m, "T05thread:p01.02;");
	ck_assert_int_eq(guest_wait(m, 0), 0);
	guest_told(m, 1, 0);
	ck_assert_uint_eq(m->stop.vcpu, 1);
	/* Once. */
	ck_assert_int_eq(guest_wait(m, 0), GDBREGS_ERR_INVAL);
	/* And not beyond the next resume. */
	guest_continue(m);
	guest_stops(m, "T05thread:p01.02;");
	guest_continue(m);
	ck_assert_int_eq(guest_wait(m, 10), 0);
	guest_wait_ms(m, 10);
	guest_told(m, 1, GDBREGS_ERR_TIMEOUT);
}
END_TEST

START_TEST(kept_stop_outlives_the_connection)
{
	guest_continue(m);
	guest_stops(m, "W07");
	gdbregs__engine_eof(&m->s->engine, NULL);
	guest_turn(m);
	ck_assert_int_eq(guest_wait(m, -1), 0);
	guest_told(m, 1, 0);
	ck_assert_int_eq(m->stop.kind, GDBREGS_STOP_EXITED);
	ck_assert_int_eq(m->stop.exit_status, 7);
	ck_assert_uint_eq(m->stop.vcpu, GUEST_NO_VCPU);
	ck_assert_int_eq(guest_wait(m, -1), GDBREGS_ERR_CLOSED);
}
END_TEST

START_TEST(wait_without_a_resume)
{
	ck_assert_int_eq(guest_wait(m, 0), GDBREGS_ERR_INVAL);
	guest_step(m, 0);
	guest_stops(m, "T05thread:p01.01;");
	guest_told(m, 1, 0);
	ck_assert_int_eq(guest_wait(m, 0), GDBREGS_ERR_INVAL);
}
END_TEST

START_TEST(wait_times_out)
{
	guest_continue(m);
	guest_sent(m, "+vCont;c ");
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(guest_wait(m, 50), 0);
		guest_wait_ms(m, 49);
		guest_told(m, 0, 0);
		guest_wait_ms(m, 1);
		guest_told(m, 1, GDBREGS_ERR_TIMEOUT);
		m->status = 0;
	}
	guest_sent(m, "");
	ck_assert_int_eq(m->s->state, GDBREGS__SESSION_RUNNING);
	ck_assert_int_eq(guest_wait(m, 50), 0);
	guest_stops(m, "T05thread:p01.01;");
	guest_told(m, 1, 0);
}
END_TEST

START_TEST(many_may_wait)
{
	struct gdbregs__op *op;

	guest_continue(m);
	guest_wait(m, -1);
	guest_wait(m, 100);
	ck_assert_int_eq(gdbregs__stop_wait(m->s, -1, NULL, guest_done, m, &op), 0);
	gdbregs__engine_cancel(&m->s->engine, op);
	guest_turn(m);
	guest_told(m, 1, GDBREGS_ERR_CANCELED);
	guest_stops(m, "T05thread:p01.01;");
	guest_told(m, 2, 0);
}
END_TEST

START_TEST(canceled_step_goes_on)
{
	struct gdbregs__op *op;

	ck_assert_int_eq(gdbregs__step(m->s, 0, &m->stop, guest_done, m, &op), 0);
	gdbregs__engine_cancel(&m->s->engine, op);
	guest_turn(m);
	guest_told(m, 1, GDBREGS_ERR_CANCELED);
	ck_assert_int_eq(m->s->state, GDBREGS__SESSION_RUNNING);
	guest_stops(m, "T05thread:p01.01;");
	ck_assert_int_eq(m->stop.signal, 0);
	ck_assert_int_eq(guest_wait(m, 0), 0);
	ck_assert_int_eq(m->stop.signal, 5);
}
END_TEST

START_TEST(interrupt_is_sent_once)
{
	ck_assert_int_eq(gdbregs__run_interrupt(m->s), 0);
	guest_continue(m);
	guest_turn(m);
	guest_sent(m, "+vCont;c ");
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(gdbregs__run_interrupt(m->s), 0);
	guest_turn(m);
	guest_sent(m, "^");
	guest_stops(m, "T02thread:p01.01;");
	ck_assert_int_eq(guest_wait(m, 0), 0);
	ck_assert_int_eq(m->stop.signal, 2);
	/* The next run may be interrupted again. */
	guest_continue(m);
	ck_assert_int_eq(gdbregs__run_interrupt(m->s), 0);
	guest_turn(m);
	guest_sent(m, "+vCont;c ^");
}
END_TEST

/* ------------------------------------------------------------- kinds of stops --- */

static const struct {
	const char *packet;
	struct gdbregs_stop stop;
} stops[] = {
	// clang-format off
	{"S0b",                       {GDBREGS_STOP_SIGNAL, GDBREGS_REASON_SIGNAL, GUEST_NO_VCPU, 11, 0, 0}},
	{"T05swbreak:;thread:p1.2;",  {GDBREGS_STOP_SIGNAL, GDBREGS_REASON_SWBREAK, 1, 5, 0, 0}},
	{"T05hwbreak:;thread:p1.1;",  {GDBREGS_STOP_SIGNAL, GDBREGS_REASON_HWBREAK, 0, 5, 0, 0}},
	{"T05thread:p1.1;watch:8010;", {GDBREGS_STOP_SIGNAL, GDBREGS_REASON_WATCH, 0, 5, 0, 0x8010}},
	{"T05thread:p1.1;rwatch:ffffffffffffff00;",
	 {GDBREGS_STOP_SIGNAL, GDBREGS_REASON_RWATCH, 0, 5, 0, 0xffffffffffffff00}},
	{"T05thread:p1.1;awatch:1;",  {GDBREGS_STOP_SIGNAL, GDBREGS_REASON_AWATCH, 0, 5, 0, 1}},
	{"T05thread:p1.1;fork:p2.2;", {GDBREGS_STOP_SIGNAL, GDBREGS_REASON_OTHER, 0, 5, 0, 0}},
	{"T05thread:2;",              {GDBREGS_STOP_SIGNAL, GDBREGS_REASON_SIGNAL, 1, 5, 0, 0}},
	{"T05thread:p1.7;",           {GDBREGS_STOP_SIGNAL, GDBREGS_REASON_SIGNAL, 2, 5, 0, 0}},
	{"w01;p1.7",                  {GDBREGS_STOP_THREAD_EXIT, GDBREGS_REASON_SIGNAL, GUEST_NO_VCPU, 0, 1, 0}},
	{"W2a;process:1",             {GDBREGS_STOP_EXITED, GDBREGS_REASON_SIGNAL, GUEST_NO_VCPU, 0, 42, 0}},
	{"X09",                       {GDBREGS_STOP_TERMINATED, GDBREGS_REASON_SIGNAL, GUEST_NO_VCPU, 9, 0, 0}},
	{"w01;p1.2",                  {GDBREGS_STOP_THREAD_EXIT, GDBREGS_REASON_SIGNAL, 1, 0, 1, 0}},
	{"N",                         {GDBREGS_STOP_NO_RESUMED, GDBREGS_REASON_SIGNAL, GUEST_NO_VCPU, 0, 0, 0}},
	// clang-format on
};

START_TEST(kinds_of_stops)
{
	const struct gdbregs_stop *expected = &stops[_i].stop;

	guest_continue(m);
	guest_stops(m, stops[_i].packet);
	guest_wait(m, 0);
	guest_told(m, 1, 0);
	ck_assert_int_eq(m->stop.kind, expected->kind);
	ck_assert_int_eq(m->stop.reason, expected->reason);
	ck_assert_uint_eq(m->stop.vcpu, expected->vcpu);
	ck_assert_int_eq(m->stop.signal, expected->signal);
	ck_assert_int_eq(m->stop.exit_status, expected->exit_status);
	ck_assert_uint_eq(m->stop.address, expected->address);
}
END_TEST

START_TEST(nothing_is_read_of_what_has_ended)
{
	struct gdbregs_buffer buf = {0};

	guest_continue(m);
	guest_stops(m, "W00");
	ck_assert_int_eq(gdbregs__read_one(m->s, 0, m->pc, &buf, guest_done, m, NULL),
			 GDBREGS_ERR_NO_VCPU);
	ck_assert_int_eq(guest_step(m, 0), GDBREGS_ERR_NO_VCPU);
	guest_sent(m, "+vCont;c ");
	guest_close(m);
	/* There is nothing to detach from. */
	guest_sent(m, "");
}
END_TEST

/* --------------------------------------------------------- what comes meanwhile --- */

START_TEST(console_is_no_stop)
{
	guest_continue(m);
	guest_sent(m, "+vCont;c ");
	guest_says(m, "O48690a");
	guest_says(m, "O48690a");
	guest_turn(m);
	guest_sent(m, "");
	guest_stops(m, "T05thread:p01.01;");
	ck_assert_int_eq(guest_step(m, 0), 0);
	/* QEMU takes one ack for all. */
	guest_sent(m, "+vCont;s:p1.1 ");
}
END_TEST

START_TEST(semihosting_gets_einval)
{
	guest_continue(m);
	guest_sent(m, "+vCont;c ");
	guest_says(m, "Fwrite,1,8000,5");
	guest_turn(m);
	guest_sent(m, "+F-1,16 ");
	guest_says(m, "Fclose,1");
	guest_turn(m);
	guest_sent(m, "+F-1,16 ");
	ck_assert_int_eq(m->s->state, GDBREGS__SESSION_RUNNING);
	/* It had been stopped for that: our 0x03 was for nothing. */
	gdbregs__run_interrupt(m->s);
	guest_turn(m);
	guest_says(m, "Fread,0,8000,5");
	guest_turn(m);
	guest_sent(m, "^+F-1,4,C ");
	guest_stops(m, "T02");
	guest_wait(m, 0);
	ck_assert_int_eq(m->stop.signal, 2);
	guest_told(m, 1, 0);
}
END_TEST

/* A stub that never ends asking, and does not read. */
START_TEST(semihosting_flood)
{
	guest_continue(m);
	for (int i = 0; i < 20000 && !m->s->engine.fatal; i++)
		guest_says(m, "Ftime,0");
	ck_assert_int_eq(m->s->engine.fatal, GDBREGS_ERR_PROTOCOL);
	ck_assert_uint_lt(m->s->engine.out.size, 100000);
	m->s->engine.out.size = 0;
}
END_TEST

START_TEST(notification_is_no_stop)
{
	guest_continue(m);
	gdbregs__engine_input(&m->s->engine, (const uint8_t *)"%Stop:T05#01", 12,
			      m->s->engine.now_ms);
	guest_turn(m);
	ck_assert_int_eq(m->s->state, GDBREGS__SESSION_RUNNING);
}
END_TEST

START_TEST(connection_ends_while_it_runs)
{
	guest_continue(m);
	guest_wait(m, -1);
	gdbregs__engine_eof(&m->s->engine, NULL);
	guest_turn(m);
	guest_told(m, 1, GDBREGS_ERR_CLOSED);
}
END_TEST

/* --------------------------------------------------------------- other stubs --- */

START_TEST(vcont_is_asked_for)
{
	m->qemu = false;
	guest_start(m);
	guest_step(m, 1);
	guest_sent(m, "vCont? vCont;s:2 ");
	guest_stops(m, "T05thread:2;");
	guest_continue(m);
	guest_sent(m, "vCont;c ");
	guest_stops(m, "T05thread:1;");
	guest_told(m, 1, 0);
}
END_TEST

START_TEST(before_vcont)
{
	m->qemu = false;
	m->no_vcont = true;
	guest_start(m);
	guest_step(m, 1);
	guest_sent(m, "vCont? Hc2 s ");
	guest_stops(m, "S05");
	guest_told(m, 1, 0);
	/* S names no thread, and one alone was stepped. */
	ck_assert_uint_eq(m->stop.vcpu, 1);
	guest_continue(m);
	guest_sent(m, "Hc-1 c ");
	guest_stops(m, "S05");
}
END_TEST

/* Interrupted before the resume could go out. */
START_TEST(early_interrupt)
{
	m->qemu = false;
	m->no_vcont = true;
	guest_start(m);
	ck_assert_int_eq(gdbregs__continue(m->s, NULL, NULL, NULL, NULL), 0);
	ck_assert_int_eq(gdbregs__run_interrupt(m->s), 0);
	guest_turn(m);
	guest_sent(m, "vCont? Hc-1 c ^");
}
END_TEST

static const char *refuse_thread(struct guest *g, const char *packet)
{
	(void)g;
	return packet[0] == 'H' && packet[1] == 'c' ? "E01" : NULL;
}

START_TEST(wrong_thread_does_not_step)
{
	m->qemu = false;
	m->no_vcont = true;
	m->answer = refuse_thread;
	guest_start(m);
	guest_step(m, 0);
	guest_sent(m, "vCont? Hc1 ");
	guest_told(m, 1, GDBREGS_ERR_REMOTE);
	ck_assert_int_eq(m->s->state, GDBREGS__SESSION_STOPPED);
}
END_TEST

/* --------------------------------------------------- registers with the stop --- */

static void read_one(const struct gdbregs_register *h, unsigned vcpu, const char *hex)
{
	struct gdbregs_buffer buf = {0};
	char text[64];

	ck_assert_int_eq(gdbregs__read_one(m->s, vcpu, h, &buf, guest_done, m, NULL), 0);
	guest_turn(m);
	ck_assert_int_eq(m->status, (int)strlen(hex) / 2);
	gdbregs__hex_encode(text, buf.data, buf.size);
	ck_assert_mem_eq(text, hex, strlen(hex));
	gdbregs_buffer_fini(&buf);
	m->done_count = 0;
}

START_TEST(expedited_registers)
{
	m->qemu = false;
	guest_start(m);
	guest_step(m, 0);
	m->done_count = 0;
	guest_stops(m, "T0502:1122334455667788;0:xxxxxxxx;1:aabb;thread:1;");
	m->log[0] = '\0';
	read_one(m->pc, 0, "1122334455667788");
	guest_sent(m, "");
	/* Unavailable, too short, another vCPU's: asked for. */
	read_one(m->r0, 0, "11223344");
	read_one(m->r1, 0, "00000000");
	read_one(m->pc, 1, "f0ff000000000000");
	guest_sent(m, "Hg1 p0 p1 Hg2 p2 ");
	/* And not beyond the next resume. */
	guest_step(m, 0);
	guest_stops(m, "T05thread:1;");
	m->log[0] = '\0';
	read_one(m->pc, 0, "f0ff000000000000");
	guest_sent(m, "Hg1 p2 ");
}
END_TEST

static const char *refuse_g(struct guest *g, const char *packet)
{
	(void)g;
	return strcmp(packet, "g") == 0 ? "E01" : NULL;
}

/* In a batch as alone, whatever the g for the others brings. */
START_TEST(expedited_besides_g)
{
	struct gdbregs_buffer storage = {0};

	m->qemu = false;
	m->no_p = true;
	guest_start(m);
	guest_step(m, 0);
	guest_stops(m, "T052:1122334455667788;thread:1;");
	m->done_count = 0;
	m->answer = _i ? refuse_g : NULL;
	struct gdbregs_read reads[] = {
		{0, m->pc, 0, NULL}, {0, m->r0, 0, NULL}, {0, m->pc, 0, NULL}};
	ck_assert_int_eq(gdbregs__read_many(m->s, reads, 3, &storage, guest_done, m, NULL), 0);
	guest_turn(m);
	guest_told(m, 1, 0);
	for (int i = 0; i < 3; i += 2) {
		ck_assert_int_eq(reads[i].status, 8);
		ck_assert_mem_eq(reads[i].data, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
	}
	ck_assert_int_eq(reads[1].status, _i ? GDBREGS_ERR_UNAVAILABLE : 4);
	if (!_i)
		ck_assert_mem_eq(reads[1].data, "\x11\x22\x33\x44", 4);
	m->answer = NULL;
	gdbregs_buffer_fini(&storage);
}
END_TEST

START_TEST(expedited_until_written)
{
	struct gdbregs_buffer buf = {0};

	m->qemu = false;
	guest_start(m);
	guest_step(m, 0);
	guest_stops(m, "T052:1122334455667788;thread:1;");
	ck_assert_int_eq(gdbregs__raw_packet(m->s, "g", 1, &buf, guest_done, m, NULL), 0);
	guest_turn(m);
	read_one(m->pc, 0, "f0ff000000000000");
	gdbregs_buffer_fini(&buf);
}
END_TEST

/* --------------------------------------------------------------------- closing --- */

START_TEST(closing_while_it_runs)
{
	m->options.on_close = _i ? GDBREGS_ON_CLOSE_HALT : GDBREGS_ON_CLOSE_RESUME;
	guest_start(m);
	guest_continue(m);
	guest_wait(m, -1);
	guest_sent(m, "+vCont;c ");
	guest_close(m);
	guest_told(m, 1, GDBREGS_ERR_CANCELED);
	guest_sent(m, "^");
	guest_stops(m, "T02thread:p01.01;");
	guest_sent(m, _i ? "" : "+D;1 ");
	guest_told(m, 1, 0);
}
END_TEST

/* Whoever else stops a machine wants it to stay stopped. */
static const struct stop_by {
	const char *reply;
	bool asked; /* by 0x03 */
	bool halted; /* afterwards */
	bool barred; /* whatever is asked for */
} stops_by[] = {
	{"T05thread:p01.01;", false, false, false}, /* a breakpoint */
	{"T02thread:p01.01;", true, false, false},
	{"T02thread:p01.01;", false, true, false}, /* the monitor's `stop` */
	{"T18thread:p01.01;", false, true, true}, /* a migration's end: QEMU's 24 */
	{"T18thread:p01.01;", true, true, true}, /* it came first */
	{"T8fthread:p01.01;", false, true, true}, /* a panic */
	{"T0ethread:p01.01;", false, true, true}, /* a watchdog */
};

START_TEST(closing_behind_a_stop)
{
	const struct stop_by *by = &stops_by[_i / 2];

	m->options.on_close = _i & 1 ? GDBREGS_ON_CLOSE_RESUME : GDBREGS_ON_CLOSE_RESTORE;
	guest_start(m);
	guest_continue(m);
	if (by->asked) {
		ck_assert_int_eq(gdbregs__run_interrupt(m->s), 0);
		guest_turn(m);
	}
	guest_stops(m, by->reply);
	m->log[0] = '\0';
	if (by->barred)
		ck_assert_int_eq(guest_continue(m), GDBREGS_ERR_REMOTE);
	guest_close(m);
	ck_assert_msg(m->detached == !(by->barred || (by->halted && !(_i & 1))), "%s", m->log);
}
END_TEST

/* Resumed again, and stopped by us. */
START_TEST(closing_long_behind_a_stop)
{
	guest_start(m);
	guest_continue(m);
	guest_stops(m, "T02thread:p01.01;");
	guest_step(m, 0);
	guest_stops(m, "T05thread:p01.01;");
	guest_close(m);
	ck_assert(m->detached);
}
END_TEST

/* "paused (inmigrate)" on the console; its OK comes ahead of the next answer. */
static const char *inmigrate(struct guest *stub, const char *packet)
{
	static bool ok_due;

	if (ok_due)
		guest_says(stub, "OK");
	ok_due = strncmp(packet, "qRcmd", 5) == 0;
	return ok_due ? "O7061757365642028696e6d69677261746529" : NULL;
}

/* A machine whose state is elsewhere: it is not resumed, whoever asks for it. */
START_TEST(must_not_run)
{
	m->options.on_close = _i ? GDBREGS_ON_CLOSE_RESUME : GDBREGS_ON_CLOSE_RESTORE;
	m->answer = inmigrate;
	guest_start(m);
	ck_assert_int_eq(guest_step(m, 0), GDBREGS_ERR_REMOTE);
	ck_assert_int_eq(guest_continue(m), GDBREGS_ERR_REMOTE);
	ck_assert_msg(strstr(m->s->engine.error.text, "paused (inmigrate)"), "%s",
		      m->s->engine.error.text);
	guest_close(m);
	ck_assert(!m->detached && !m->running);
}
END_TEST

/* "paused" alone, when it is asked again: the migration has come in, and the guest ran
 * until our next packet stopped it. */
static const char *arrived(struct guest *stub, const char *packet)
{
	static bool ok_due;

	if (ok_due)
		guest_says(stub, "OK");
	ok_due = strncmp(packet, "qRcmd", 5) == 0;
	return ok_due ? "O706175736564" : NULL;
}

START_TEST(may_run_again)
{
	m->answer = inmigrate;
	guest_start(m);
	m->answer = arrived;
	m->log[0] = '\0';
	guest_close(m);
	guest_says(m, "OK");
	guest_turn(m);
	ck_assert_msg(m->detached, "%s", m->log);
}
END_TEST

static void farewell_writes(const char *bytes)
{
	ck_assert_uint_eq(m->s->engine.out.size, strlen(bytes));
	ck_assert_mem_eq(m->s->engine.out.data, bytes, strlen(bytes));
	m->s->engine.out.size = 0;
}

/* What QEMU's monitor prints, in console packets of our size, and its OK. */
static void monitor_answers(const char *text)
{
	struct script_bytes payload = {0}, bytes = {0};
	char two[3];

	script_puts(&payload, "O");
	for (; *text; text++) {
		snprintf(two, sizeof(two), "%02x", (unsigned char)*text);
		script_puts(&payload, two);
	}
	script_puts(&bytes, "+");
	script_frame(&bytes, payload.data, payload.size);
	script_frame(&bytes, "OK", 2);
	gdbregs__session_farewell_input(m->s, bytes.data, bytes.size);
	script_free(&payload);
	script_free(&bytes);
}

static void farewell_begins(bool resume)
{
	m->options.on_close = resume ? GDBREGS_ON_CLOSE_RESUME : GDBREGS_ON_CLOSE_RESTORE;
	guest_start(m);
	guest_step(m, 0);
	guest_wait_ms(m, 5000);
	ck_assert_int_eq(m->s->engine.fatal, GDBREGS_ERR_TIMEOUT);
	gdbregs__session_farewell(m->s);
	farewell_writes("\x03$qRcmd,696e666f20737461747573#14");
	ck_assert_uint_eq(m->s->leaving.oks_awaited, 1);
}

/* A session that fails while the target runs stops it first: QEMU would take the
 * first byte of the detach for that and lose it. Then it is asked whether it may run. */
START_TEST(farewell_while_it_runs)
{
	farewell_begins(_i);
	monitor_answers(_i ? "VM status: paused\r\n" : "VM status: paused (debug)\r\n");
	farewell_writes("$D;1#b0");
	ck_assert_uint_eq(m->s->leaving.oks_awaited, 1);
	ck_assert(!gdbregs__session_farewell_late(m->s));
}
END_TEST

/* It was never stopped, for it did not run. */
START_TEST(farewell_to_a_suspended_one)
{
	farewell_begins(_i);
	monitor_answers("VM status: paused (suspended)\r\n");
	farewell_writes("");
	ck_assert_uint_eq(m->s->leaving.oks_awaited, 0);
	ck_assert(!gdbregs__session_farewell_late(m->s));
}
END_TEST

/* It must not run when we came; it has run since, and our read was lost on it. */
START_TEST(farewell_to_one_that_arrived)
{
	m->answer = inmigrate;
	guest_start(m);
	gdbregs__engine_fail(&m->s->engine, GDBREGS_ERR_TIMEOUT, "enough");
	gdbregs__session_farewell(m->s);
	farewell_writes("$qRcmd,696e666f20737461747573#14");
	monitor_answers(_i ? "VM status: paused\r\n" : "VM status: paused (inmigrate)\r\n");
	farewell_writes(_i ? "$D;1#b0" : "");
	ck_assert(!gdbregs__session_farewell_late(m->s));
}
END_TEST

START_TEST(farewell_without_an_answer)
{
	farewell_begins(_i);
	ck_assert(gdbregs__session_farewell_late(m->s));
	farewell_writes("$D;1#b0");
	ck_assert(!gdbregs__session_farewell_late(m->s));
}
END_TEST

START_TEST(step_flags)
{
	m->options.step_irq = true;
	guest_start(m);
	guest_step(m, 0);
	guest_sent(m, "+qqemu.sstepbits +qqemu.sstep +Qqemu.sstep=1 +vCont;s:p1.1 ");
	guest_stops(m, "T05thread:p01.01;");
	guest_step(m, 0);
	guest_sent(m, "+vCont;s:p1.1 ");
	guest_stops(m, "T05thread:p01.01;");
	guest_close(m);
	guest_sent(m, "+Qqemu.sstep=7 D;1 ");
}
END_TEST

static struct Suite *suite(void)
{
	Suite *s = suite_create("run");
	TCase *qemu = tcase_create("qemu");
	TCase *other = tcase_create("set up by the test");

	tcase_add_checked_fixture(qemu, begin_qemu, end);
	tcase_add_checked_fixture(other, begin, end);
	tcase_add_test(qemu, step_names_the_thread);
	tcase_add_test(qemu, new_thread_is_a_vcpu);
	tcase_add_test(qemu, step_of_no_vcpu);
	tcase_add_test(qemu, thread_is_selected_again);
	tcase_add_test(qemu, halted_vcpu_is_interrupted);
	tcase_add_test(qemu, late_step_is_a_step);
	tcase_add_test(qemu, dead_stub_ends_the_session);
	tcase_add_test(qemu, refused_resume);
	tcase_add_test(qemu, garbage_for_a_stop);
	tcase_add_test(qemu, nothing_is_asked_while_it_runs);
	tcase_add_test(qemu, stop_is_kept_for_the_wait);
	tcase_add_test(qemu, kept_stop_outlives_the_connection);
	tcase_add_test(qemu, wait_without_a_resume);
	tcase_add_test(qemu, wait_times_out);
	tcase_add_test(qemu, many_may_wait);
	tcase_add_test(qemu, canceled_step_goes_on);
	tcase_add_test(qemu, interrupt_is_sent_once);
	tcase_add_loop_test(qemu, kinds_of_stops, 0, (int)(sizeof(stops) / sizeof(*stops)));
	tcase_add_test(qemu, nothing_is_read_of_what_has_ended);
	tcase_add_test(qemu, console_is_no_stop);
	tcase_add_test(qemu, semihosting_gets_einval);
	tcase_add_test(qemu, semihosting_flood);
	tcase_add_test(qemu, notification_is_no_stop);
	tcase_add_test(qemu, connection_ends_while_it_runs);
	tcase_add_test(other, vcont_is_asked_for);
	tcase_add_test(other, before_vcont);
	tcase_add_test(other, early_interrupt);
	tcase_add_test(other, wrong_thread_does_not_step);
	tcase_add_test(other, expedited_registers);
	tcase_add_loop_test(other, expedited_besides_g, 0, 2);
	tcase_add_test(other, expedited_until_written);
	tcase_add_loop_test(other, closing_while_it_runs, 0, 2);
	tcase_add_loop_test(other, closing_behind_a_stop, 0,
			    2 * sizeof(stops_by) / sizeof(*stops_by));
	tcase_add_test(other, closing_long_behind_a_stop);
	tcase_add_loop_test(other, must_not_run, 0, 2);
	tcase_add_test(other, may_run_again);
	tcase_add_loop_test(other, farewell_to_one_that_arrived, 0, 2);
	tcase_add_loop_test(other, farewell_while_it_runs, 0, 2);
	tcase_add_loop_test(other, farewell_to_a_suspended_one, 0, 2);
	tcase_add_loop_test(other, farewell_without_an_answer, 0, 2);
	tcase_add_test(other, step_flags);
	suite_add_tcase(s, qemu);
	suite_add_tcase(s, other);
	return s;
}

int main(void)
{
	return guest_main(suite);
}
