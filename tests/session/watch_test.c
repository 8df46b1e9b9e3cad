/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watched registers: what is read and when, what is told. */
#include "guest.h"
#include "session/watch.h"
#include "util/alloc.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct guest guest;
static struct guest *const m = &guest;

/* What was told: `vcpu.name old new` each, `-` for none. */
static char told[4096];
static unsigned told_count;

static const char *hex(const void *bytes, size_t size, char *text)
{
	strcpy(text, "-");
	if (!bytes)
		return text;
	gdbregs__hex_encode(text, bytes, size);
	text[2 * size] = '\0';
	return text;
}

static void on_change(void *arg, unsigned vcpu, const struct gdbregs_register *h,
		      const void *old_bytes, const void *new_bytes, size_t size)
{
	char old_text[64], new_text[64], line[200];

	(void)arg;
	told_count++;
	snprintf(line, sizeof(line), "%u.%s %s %s\n", vcpu, gdbregs_register_name(h),
		 hex(old_bytes, size, old_text), hex(new_bytes, size, new_text));
	if (strlen(told) + strlen(line) < sizeof(told))
		strcat(told, line);
}

static void check_told(const char *expected)
{
	ck_assert_str_eq(told, expected);
	told[0] = '\0';
	told_count = 0;
}

static void begin(void)
{
	guest_init(m);
	guest_start(m);
	told[0] = '\0';
	told_count = 0;
}

static void begin_other(void)
{
	guest_init(m);
	m->qemu = false;
	m->plain = true;
	guest_start(m);
	told[0] = '\0';
}

static void end(void)
{
	guest_end(m);
}

static void watch(unsigned vcpu, const struct gdbregs_register *h)
{
	ck_assert_int_eq(gdbregs_watch(m->s, vcpu, h, on_change, NULL), 0);
}

/* A step of vCPU 0 after which vCPU 0's pc has these digits. */
static void step_to(const char *pc)
{
	ck_assert_int_eq(guest_step(m, 0), 0);
	if (pc)
		guest_set(m, 0, 2, pc);
	guest_stops(m, "T05thread:p01.01;");
}

/* ------------------------------------------------------------- what is sent --- */

START_TEST(read_before_and_after)
{
	watch(0, m->pc);
	watch(0, m->r0);
	guest_sent(m, "");
	step_to("0000000000000001");
	/* The values before are in when it is resumed. */
	guest_sent(m, "+Hgp1.1 p2 p0 +vCont;s:p1.1 +Hgp1.1 p2 p0 ");
	check_told("0.pc f0ff000000000000 0000000000000001\n");
	guest_told(m, 1, 0);
	/* What is known is not read again. */
	step_to("0000000000000001");
	guest_sent(m, "+vCont;s:p1.1 +Hgp1.1 p2 p0 ");
	check_told("");
	guest_told(m, 1, 0);
}
END_TEST

START_TEST(one_at_a_time)
{
	watch(0, m->pc);
	watch(1, m->r0);
	ck_assert_int_eq(guest_step(m, 0), 0);
	guest_sent(m, "+p2 +Hg2 +p0 +vCont? +vCont;s:1 ");
	guest_set(m, 1, 0, "99999999");
	guest_stops(m, "T05thread:1;");
	guest_sent(m, "+Hg1 +p2 +Hg2 +p0 ");
	check_told("1.r0 11223344 99999999\n");
	guest_told(m, 1, 0);
}
END_TEST

/* The order of watching does not matter: one vCPU after the other. */
START_TEST(by_vcpu)
{
	watch(1, m->r0);
	watch(0, m->r0);
	watch(1, m->r1);
	watch(0, m->r1);
	step_to(NULL);
	guest_sent(m, "+Hgp1.1 p0 p1 Hgp1.2 p0 p1 +vCont;s:p1.1 +Hgp1.1 p0 p1 Hgp1.2 p0 p1 ");
	watch(0, m->pc);
	m->log[0] = '\0';
	step_to(NULL);
	guest_sent(m, "+Hgp1.1 p0 p1 p2 Hgp1.2 p0 p1 +vCont;s:p1.1 "
		      "+Hgp1.1 p0 p1 p2 Hgp1.2 p0 p1 ");
}
END_TEST

START_TEST(expedited_are_not_read)
{
	watch(0, m->pc);
	ck_assert_int_eq(guest_step(m, 0), 0);
	m->log[0] = '\0';
	guest_stops(m, "T05thread:1;2:0000000000000005;");
	guest_sent(m, "");
	check_told("0.pc f0ff000000000000 0000000000000005\n");
}
END_TEST

START_TEST(thousands_in_one_flight)
{
	size_t count = 5000;

	for (size_t i = 0; i < count; i++)
		watch(i % 2, i % 4 ? m->pc : m->r0);
	step_to(NULL);
	m->log[0] = '\0';
	for (int i = 0; i < 3; i++)
		step_to(NULL);
	/* Nothing grows from stop to stop. */
	unsigned long before = gdbregs__alloc_count();
	m->log[0] = '\0';
	step_to(NULL);
	unsigned long first = gdbregs__alloc_count() - before;
	m->log[0] = '\0';
	step_to("0000000000000007");
	ck_assert_uint_le(gdbregs__alloc_count() - before - first, first + 2);
	ck_assert_uint_eq(told_count, 1250);
	m->log[0] = '\0';
}
END_TEST

/* ------------------------------------------------------------- what is told --- */

START_TEST(availability_is_a_change)
{
	watch(0, m->odd);
	step_to(NULL);
	check_told("");
	guest_step(m, 0);
	guest_set(m, 0, 4, "01020304");
	guest_stops(m, "T05thread:p01.01;");
	check_told("0.odd - 01020304\n");
	guest_step(m, 0);
	guest_set(m, 0, 4, NULL);
	guest_stops(m, "T05thread:p01.01;");
	check_told("0.odd 01020304 -\n");
	guest_step(m, 0);
	guest_stops(m, "T05thread:p01.01;");
	check_told("");
}
END_TEST

START_TEST(size_is_a_change)
{
	watch(0, m->r0);
	guest_step(m, 0);
	guest_set(m, 0, 0, "112233445566");
	guest_stops(m, "T05thread:p01.01;");
	check_told("0.r0 - 112233445566\n");
}
END_TEST

START_TEST(added_while_it_runs)
{
	guest_continue(m);
	watch(0, m->pc);
	guest_set(m, 0, 2, "0000000000000001");
	guest_stops(m, "T05thread:p01.01;");
	check_told("");
	guest_wait(m, 0);
	step_to("0000000000000002");
	check_told("0.pc 0000000000000001 0000000000000002\n");
}
END_TEST

START_TEST(what_is_written_is_no_change)
{
	struct gdbregs_buffer buf = {0};

	watch(0, m->r0);
	step_to(NULL);
	ck_assert_int_eq(gdbregs__raw_packet(m->s, "P0=55555555", 11, &buf, guest_done, m, NULL),
			 0);
	guest_turn(m);
	step_to(NULL);
	check_told("");
	gdbregs_buffer_fini(&buf);
}
END_TEST

static int status_at_change = 1;

static void note_order(void *arg, unsigned vcpu, const struct gdbregs_register *h,
		       const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)arg, (void)vcpu, (void)h, (void)old_bytes, (void)new_bytes, (void)size;
	status_at_change = m->done_count;
}

START_TEST(told_before_the_stop)
{
	ck_assert_int_eq(gdbregs_watch(m->s, 0, m->pc, note_order, NULL), 0);
	step_to("0000000000000001");
	ck_assert_int_eq(status_at_change, 0);
	guest_told(m, 1, 0);
}
END_TEST

/* ------------------------------------------------------- calls from callbacks --- */

static void unwatch_all(void *arg, unsigned vcpu, const struct gdbregs_register *h,
			const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)old_bytes, (void)new_bytes, (void)size, (void)vcpu;
	told_count++;
	ck_assert_int_eq(gdbregs_unwatch(m->s, 0, h, unwatch_all, arg), 0);
	ck_assert_int_eq(gdbregs_unwatch(m->s, 0, m->r0, on_change, NULL), 0);
	for (int i = 0; i < 100; i++)
		watch(0, m->r1);
	ck_assert_int_eq(guest_step(m, 0), GDBREGS_ERR_RUNNING);
}

START_TEST(changing_watches_in_a_callback)
{
	ck_assert_int_eq(gdbregs_watch(m->s, 0, m->pc, unwatch_all, NULL), 0);
	watch(0, m->r0);
	guest_step(m, 0);
	guest_set(m, 0, 0, "99999999");
	guest_set(m, 0, 2, "0000000000000001");
	guest_stops(m, "T05thread:p01.01;");
	ck_assert_uint_eq(told_count, 1);
	check_told("");
	guest_told(m, 1, 0);
	guest_step(m, 0);
	guest_set(m, 0, 1, "01000000");
	guest_stops(m, "T05thread:p01.01;");
	ck_assert_uint_eq(told_count, 100);
}
END_TEST

static void stop_session(void *arg, unsigned vcpu, const struct gdbregs_register *h,
			 const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)arg, (void)old_bytes, (void)new_bytes, (void)size, (void)vcpu, (void)h;
	ck_assert_int_eq(gdbregs__session_stop(m->s, m->s->engine.now_ms, NULL, NULL), 0);
}

START_TEST(closing_in_a_callback)
{
	ck_assert_int_eq(gdbregs_watch(m->s, 0, m->pc, stop_session, NULL), 0);
	watch(0, m->pc);
	step_to("0000000000000001");
	check_told("");
	guest_told(m, 1, GDBREGS_ERR_CANCELED);
	guest_turn(m);
	ck_assert(m->detached);
}
END_TEST

static void free_session(void *arg, unsigned vcpu, const struct gdbregs_register *h,
			 const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)arg, (void)old_bytes, (void)new_bytes, (void)size, (void)vcpu, (void)h;
	gdbregs__session_free(m->s);
	m->s = NULL;
}

/* As the blocking calls do, which deliver outside of the loop. */
START_TEST(freeing_in_a_callback)
{
	m->s->run.watches.outside_delivery = true;
	ck_assert_int_eq(gdbregs_watch(m->s, 0, m->pc, free_session, NULL), 0);
	watch(0, m->pc);
	step_to("0000000000000001");
	guest_told(m, 1, 0);
	ck_assert(!gdbregs__watch_deliver(m->s));
	check_told("");
}
END_TEST

/* ------------------------------------------------------------------- refusals --- */

START_TEST(refused_watches)
{
	ck_assert_int_eq(gdbregs_watch(NULL, 0, m->pc, on_change, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_watch(m->s, 2, m->pc, on_change, NULL), GDBREGS_ERR_NO_VCPU);
	ck_assert_int_eq(gdbregs_watch(m->s, 0, NULL, on_change, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_watch(m->s, 0, m->pc, NULL, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_unwatch(m->s, 0, m->pc, on_change, NULL), GDBREGS_ERR_INVAL);
	watch(0, m->pc);
	ck_assert_int_eq(gdbregs_unwatch(m->s, 1, m->pc, on_change, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_unwatch(m->s, 0, m->pc, on_change, NULL), 0);
	ck_assert_int_eq(gdbregs_unwatch(m->s, 0, m->pc, on_change, NULL), GDBREGS_ERR_INVAL);
	step_to("0000000000000001");
	guest_sent(m, "+vCont;s:p1.1 ");
	check_told("");
}
END_TEST

/* Without memory the stop is told as such, and nothing leaks. */
START_TEST(without_memory)
{
	watch(0, m->pc);
	for (unsigned long i = 1; i < 60; i++) {
		gdbregs__alloc_fail(i, false);
		int result = guest_step(m, 0);
		gdbregs__alloc_fail(0, false);
		if (result < 0) {
			ck_assert_int_eq(result, GDBREGS_ERR_NOMEM);
			continue;
		}
		if (m->s->engine.fatal)
			break;
		if (m->running)
			guest_stops(m, "T05thread:p01.01;");
		ck_assert_int_eq(m->done_count, 1);
		m->done_count = 0;
	}
}
END_TEST

static struct Suite *suite(void)
{
	Suite *s = suite_create("watch");
	TCase *qemu = tcase_create("qemu");
	TCase *other = tcase_create("one request at a time");

	tcase_add_checked_fixture(qemu, begin, end);
	tcase_add_checked_fixture(other, begin_other, end);
	tcase_add_test(qemu, read_before_and_after);
	tcase_add_test(qemu, by_vcpu);
	tcase_add_test(qemu, thousands_in_one_flight);
	tcase_add_test(qemu, availability_is_a_change);
	tcase_add_test(qemu, size_is_a_change);
	tcase_add_test(qemu, added_while_it_runs);
	tcase_add_test(qemu, what_is_written_is_no_change);
	tcase_add_test(qemu, told_before_the_stop);
	tcase_add_test(qemu, changing_watches_in_a_callback);
	tcase_add_test(qemu, closing_in_a_callback);
	tcase_add_test(qemu, freeing_in_a_callback);
	tcase_add_test(qemu, refused_watches);
	tcase_add_test(qemu, without_memory);
	tcase_add_test(other, one_at_a_time);
	tcase_add_test(other, expedited_are_not_read);
	suite_add_tcase(s, qemu);
	suite_add_tcase(s, other);
	return s;
}

int main(void)
{
	return guest_main(suite);
}
