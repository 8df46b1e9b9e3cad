/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changes the target: points and written registers. */
#include "guest.h"
#include "util/alloc.h"
#include "session/op-points.h"
#include "session/watch.h"
#include "session/op-write.h"

#include <check.h>
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

static int insert(enum gdbregs_point type, uint64_t address, unsigned kind)
{
	int result = gdbregs__points_insert(m->s, type, address, kind, guest_done, m, NULL);

	guest_turn(m);
	return result;
}

static int withdraw(enum gdbregs_point type, uint64_t address, unsigned kind)
{
	int result = gdbregs__points_remove(m->s, type, address, kind, guest_done, m, NULL);

	guest_turn(m);
	return result;
}

/* ---------------------------------------------------------------------- points --- */

START_TEST(points_on_the_wire)
{
	ck_assert_int_eq(insert(GDBREGS_POINT_SOFTWARE, 0x1000, 0), 0);
	ck_assert_int_eq(insert(GDBREGS_POINT_HARDWARE, 0xfffffffffffffff0, 4), 0);
	ck_assert_int_eq(insert(GDBREGS_POINT_WRITE, 0x20, 16), 0);
	ck_assert_int_eq(insert(GDBREGS_POINT_READ, 0, 1), 0);
	ck_assert_int_eq(insert(GDBREGS_POINT_ACCESS, 1, 2), 0);
	guest_told(m, 5, 0);
	guest_sent(m, "+Z0,1000,0 +Z1,fffffffffffffff0,4 +Z2,20,10 +Z3,0,1 +Z4,1,2 ");
	ck_assert_int_eq(withdraw(GDBREGS_POINT_WRITE, 0x20, 16), 0);
	guest_sent(m, "+z2,20,10 ");
	guest_told(m, 1, 0);
}
END_TEST

START_TEST(points_are_named_exactly)
{
	ck_assert_int_eq(insert(GDBREGS_POINT_SOFTWARE, 0x1000, 4), 0);
	ck_assert_int_eq(insert(GDBREGS_POINT_SOFTWARE, 0x1000, 4), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(withdraw(GDBREGS_POINT_SOFTWARE, 0x1000, 2), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(withdraw(GDBREGS_POINT_HARDWARE, 0x1000, 4), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(withdraw(GDBREGS_POINT_SOFTWARE, 0x1001, 4), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(insert((enum gdbregs_point)5, 0x1000, 4), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(withdraw(GDBREGS_POINT_SOFTWARE, 0x1000, 4), 0);
	ck_assert_int_eq(withdraw(GDBREGS_POINT_SOFTWARE, 0x1000, 4), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(insert(GDBREGS_POINT_SOFTWARE, 0x1000, 4), 0);
	guest_sent(m, "+Z0,1000,4 +z0,1000,4 +Z0,1000,4 ");
}
END_TEST

static const char *refuse_points(struct guest *g, const char *packet)
{
	(void)g;
	if (packet[0] == 'Z')
		return packet[1] == '0' ? NULL : packet[1] == '1' ? "" : "E.no room";
	return packet[0] == 'z' ? "E22" : NULL;
}

START_TEST(refused_points)
{
	m->answer = refuse_points;
	guest_start(m);
	insert(GDBREGS_POINT_HARDWARE, 1, 0);
	guest_told(m, 1, GDBREGS_ERR_UNSUPPORTED);
	insert(GDBREGS_POINT_WRITE, 1, 4);
	guest_told(m, 1, GDBREGS_ERR_REMOTE);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(m->s), "no room"));
	/* They are not there; one that can't be removed still is. */
	ck_assert_int_eq(withdraw(GDBREGS_POINT_WRITE, 1, 4), GDBREGS_ERR_INVAL);
	insert(GDBREGS_POINT_SOFTWARE, 1, 0);
	withdraw(GDBREGS_POINT_SOFTWARE, 1, 0);
	guest_told(m, 2, GDBREGS_ERR_REMOTE);
	ck_assert_int_eq(insert(GDBREGS_POINT_SOFTWARE, 1, 0), GDBREGS_ERR_INVAL);
	m->log[0] = '\0';
	guest_close(m);
	guest_sent(m, "+z0,1,0 D;1 ");
}
END_TEST

/* However the session ends: once each, before the detach. */
START_TEST(points_go_with_the_session)
{
	m->options.on_close = (enum gdbregs_on_close)_i;
	guest_start(m);
	insert(GDBREGS_POINT_SOFTWARE, 0x1000, 0);
	insert(GDBREGS_POINT_WRITE, 0x2000, 8);
	insert(GDBREGS_POINT_HARDWARE, 0x3000, 0);
	withdraw(GDBREGS_POINT_HARDWARE, 0x3000, 0);
	m->log[0] = '\0';
	guest_close(m);
	guest_sent(m, _i == GDBREGS_ON_CLOSE_HALT ? "+z2,2000,8 z0,1000,0 "
						  : "+z2,2000,8 z0,1000,0 D;1 ");
}
END_TEST

START_TEST(points_go_when_closed_running)
{
	m->qemu = false;
	guest_start(m);
	insert(GDBREGS_POINT_SOFTWARE, 0x1000, 0);
	guest_continue(m);
	m->log[0] = '\0';
	guest_close(m);
	guest_sent(m, "^");
	guest_stops(m, "T02thread:1;");
	guest_sent(m, "z0,1000,0 D ");
}
END_TEST

START_TEST(points_go_in_the_farewell)
{
	guest_start(m);
	insert(GDBREGS_POINT_SOFTWARE, 0x1000, 0);
	guest_continue(m);
	gdbregs__engine_fail(&m->s->engine, GDBREGS_ERR_PROTOCOL, "enough");
	gdbregs__session_farewell(m->s);
	ck_assert_uint_eq(m->s->engine.out.size, 1 + 13 + 32);
	ck_assert_mem_eq(m->s->engine.out.data, "\x03$z0,1000,0#f3$qRcmd,696e666f20737461747573#14",
			 46);
	ck_assert_uint_eq(m->s->leaving.oks_awaited, 2);
	m->s->engine.out.size = 0;
	ck_assert(gdbregs__session_farewell_late(m->s));
	ck_assert_mem_eq(m->s->engine.out.data, "$D;1#b0", 7);
	ck_assert_uint_eq(m->s->leaving.oks_awaited, 1);
}
END_TEST

/* Asked for, and the session is closed before it could be sent. */
START_TEST(unsent_point)
{
	struct gdbregs_buffer buf = {0};

	m->qemu = false;
	m->plain = true;
	guest_start(m);
	ck_assert_int_eq(gdbregs__read_one(m->s, 0, m->pc, &buf, NULL, NULL, NULL), 0);
	ck_assert_int_eq(
		gdbregs__points_insert(m->s, GDBREGS_POINT_SOFTWARE, 1, 0, NULL, NULL, NULL), 0);
	guest_close(m);
	guest_sent(m, "+p2 +D +");
	gdbregs_buffer_fini(&buf);
}
END_TEST

START_TEST(canceled_point)
{
	struct gdbregs__op *op;

	/* On its way: the stub has it. */
	ck_assert_int_eq(
		gdbregs__points_insert(m->s, GDBREGS_POINT_SOFTWARE, 1, 0, guest_done, m, &op), 0);
	gdbregs__engine_cancel(&m->s->engine, op);
	guest_turn(m);
	guest_told(m, 1, GDBREGS_ERR_CANCELED);
	guest_sent(m, "+Z0,1,0 ");
	ck_assert_int_eq(insert(GDBREGS_POINT_SOFTWARE, 1, 0), GDBREGS_ERR_INVAL);
	guest_close(m);
	guest_sent(m, "+z0,1,0 D;1 ");
}
END_TEST

/* --------------------------------------------------------------------- writing --- */

static int put(unsigned vcpu, const struct gdbregs_register *h, const char *bytes, size_t size)
{
	int result = gdbregs__write_register(m->s, vcpu, h, bytes, size, guest_done, m, NULL);

	guest_turn(m);
	return result;
}

START_TEST(write_and_read_back)
{
	ck_assert_int_eq(put(1, m->r1, "\x01\x02\x03\xfe", 4), 0);
	guest_told(m, 1, 0);
	guest_sent(m, "+Hgp1.2 +p1 +P1=010203fe +p1 ");
	ck_assert_str_eq(m->values[1][1], "010203fe");
	ck_assert_str_eq(m->values[0][1], "00000000");
}
END_TEST

static void on_change(void *arg, unsigned vcpu, const struct gdbregs_register *h,
		      const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)vcpu, (void)h, (void)old_bytes, (void)new_bytes, (void)size;
	++*(int *)arg;
}

/* Neither is what was written a change of the target's, nor what a stop brought
 * along still true. */
START_TEST(write_outdates)
{
	struct gdbregs_buffer buf = {0};
	int changes = 0;

	ck_assert_int_eq(gdbregs_watch(m->s, 0, m->r1, on_change, &changes), 0);
	guest_step(m, 0);
	guest_stops(m, "T05thread:p1.1;2:0000000000000005;");
	put(0, m->r1, "\1\2\3\4", 4);
	guest_told(m, 2, 0);
	ck_assert_int_eq(gdbregs__read_one(m->s, 0, m->pc, &buf, guest_done, m, NULL), 0);
	guest_turn(m);
	ck_assert_mem_eq(buf.data, "\xf0\xff\0\0\0\0\0\0", 8);
	guest_step(m, 0);
	guest_stops(m, "T05thread:p1.1;");
	ck_assert_int_eq(changes, 0);
	gdbregs_buffer_fini(&buf);
}
END_TEST

START_TEST(write_the_exact_size)
{
	put(0, m->r1, "\1\2\3\4\5\6\7", 7);
	guest_told(m, 1, GDBREGS_ERR_INVAL);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(m->s), "has 4 bytes, not 7"));
	put(0, m->r1, "\1\2\3", 3);
	guest_told(m, 1, GDBREGS_ERR_INVAL);
	/* What the stub has is the size, not what the description says. */
	guest_set(m, 0, 1, "0000000000000000");
	put(0, m->r1, "\1\2\3\4", 4);
	guest_told(m, 1, GDBREGS_ERR_INVAL);
	put(0, m->r1, "\1\2\3\4\5\6\7\x08", 8);
	guest_told(m, 1, 0);
	guest_sent(m, "+Hgp1.1 +p1 +p1 +p1 +p1 +P1=0102030405060708 +p1 ");
}
END_TEST

START_TEST(write_is_not_taken)
{
	m->read_only = true;
	put(0, m->r0, "\1\2\3\4", 4);
	guest_told(m, 1, GDBREGS_ERR_NOT_TAKEN);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(m->s), "11223344"));
	put(0, m->r0, "\x11\x22\x33\x44", 4);
	guest_told(m, 1, 0);
}
END_TEST

START_TEST(write_of_what_is_not_there)
{
	put(0, m->odd, "\1\2\3\4", 4);
	guest_told(m, 1, GDBREGS_ERR_UNAVAILABLE);
	guest_sent(m, "+Hgp1.1 +p4 ");
}
END_TEST

START_TEST(write_needs_access)
{
	m->options.access = GDBREGS_R_REGS;
	guest_start(m);
	ck_assert_int_eq(put(0, m->r0, "\1\2\3\4", 4), GDBREGS_ERR_ACCESS);
	guest_sent(m, "");
}
END_TEST

START_TEST(write_refused_early)
{
	ck_assert_int_eq(put(2, m->r0, "\1\2\3\4", 4), GDBREGS_ERR_NO_VCPU);
	ck_assert_int_eq(put(0, NULL, "\1\2\3\4", 4), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(put(0, m->r0, NULL, 4), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(put(0, m->r0, "", 0), GDBREGS_ERR_INVAL);
	guest_sent(m, "");
	guest_continue(m);
	ck_assert_int_eq(put(0, m->r0, "\1\2\3\4", 4), GDBREGS_ERR_RUNNING);
}
END_TEST

static const char *refuse_writing(struct guest *g, const char *packet)
{
	(void)g;
	return packet[0] == 'P' ? "E0e" : NULL;
}

START_TEST(write_refused)
{
	m->answer = refuse_writing;
	guest_start(m);
	put(0, m->r0, "\1\2\3\4", 4);
	guest_told(m, 1, GDBREGS_ERR_REMOTE);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(m->s), "E0e"));
}
END_TEST

static const char *refuse_thread(struct guest *g, const char *packet)
{
	(void)g;
	return strncmp(packet, "Hgp1.2", 6) == 0 ? "E22" : NULL;
}

/* Else another vCPU's register would be written. */
START_TEST(write_needs_the_vcpu)
{
	guest_start(m);
	m->answer = refuse_thread;
	put(1, m->r0, "\1\2\3\4", 4);
	guest_told(m, 1, GDBREGS_ERR_NO_VCPU);
	put(1, m->r0, "\1\2\3\4", 4);
	guest_told(m, 1, GDBREGS_ERR_NO_VCPU);
	ck_assert_ptr_null(strstr(m->log, "P"));
}
END_TEST

/* gdbserver on x86 has neither p nor P. */
START_TEST(write_by_g)
{
	m->qemu = false;
	m->no_p = m->no_write_p = true;
	guest_start(m);
	put(0, m->r1, "\1\2\3\4", 4);
	guest_told(m, 1, 0);
	guest_sent(m, "g P1=01020304 G1122334401020304f0ff000000000000"
		      "00112233445566778899aabbccddeeff00000000 g ");
	ck_assert_str_eq(m->values[0][0], "11223344");
	ck_assert_str_eq(m->values[0][1], "01020304");
	m->read_only = true;
	put(0, m->r1, "\4\4\4\4", 4);
	guest_told(m, 1, GDBREGS_ERR_NOT_TAKEN);
	put(0, m->r1, "\4\4\4", 3);
	guest_told(m, 1, GDBREGS_ERR_INVAL);
}
END_TEST

/* valgrind 3.24 has P without p, and a G that does nothing. */
static const char *only_write(struct guest *g, const char *packet)
{
	(void)g;
	return packet[0] == 'p' ? "" : packet[0] == 'G' ? "OK" : NULL;
}

START_TEST(write_without_p)
{
	m->qemu = false;
	m->answer = only_write;
	guest_start(m);
	put(0, m->r1, "\1\2\3\4", 4);
	guest_told(m, 1, 0);
	guest_sent(m, "g P1=01020304 g ");
	ck_assert_str_eq(m->values[0][1], "01020304");
}
END_TEST

START_TEST(write_unsupported)
{
	m->no_write_p = true;
	guest_start(m);
	put(0, m->r1, "\1\2\3\4", 4);
	guest_told(m, 1, GDBREGS_ERR_UNSUPPORTED);
}
END_TEST

/* ------------------------------------------------------------- without memory --- */

static int seen_changes;

/* Everything once; what fails for lack of memory is left out. */
static void live(void)
{
	insert(GDBREGS_POINT_SOFTWARE, 0x1000, 0);
	insert(GDBREGS_POINT_WRITE, 0x2000, 4);
	withdraw(GDBREGS_POINT_SOFTWARE, 0x1000, 0);
	put(0, m->r1, "\1\2\3\4", 4);
	int watched = gdbregs_watch(m->s, 0, m->r1, on_change, &seen_changes);
	ck_assert(watched == 0 || m->s->engine.fatal || watched == GDBREGS_ERR_NOMEM);
	guest_step(m, 0);
	if (m->running && !m->s->engine.fatal)
		guest_stops(m, "T05thread:p1.1;2:0000000000000005;");
	guest_continue(m);
}

static void end_it(void)
{
	if (!m->s->engine.fatal)
		(void)gdbregs__session_stop(m->s, m->s->engine.now_ms, NULL, NULL);
	guest_turn(m);
	if (m->running && !m->s->engine.fatal)
		guest_stops(m, "T02thread:p1.1;");
	gdbregs__session_farewell(m->s);
	guest_end(m);
}

/* How many allocations it takes, the given one failing and maybe all after it. */
static unsigned long live_without(unsigned long allocation, bool all_after)
{
	guest_init(m);
	m->options.step_irq = true;
	guest_start(m);
	unsigned long before = gdbregs__alloc_count();
	gdbregs__alloc_fail(allocation, all_after);
	live();
	unsigned long count = gdbregs__alloc_count() - before;
	gdbregs__alloc_fail(0, false);
	end_it();
	return count;
}

START_TEST(any_allocation_may_fail)
{
	unsigned long count = live_without(0, false);

	ck_assert_uint_gt(count, 10);
	for (unsigned long i = 1; i <= count; i++) {
		live_without(i, false);
		live_without(i, true);
	}
}
END_TEST

static struct Suite *suite(void)
{
	Suite *s = suite_create("change");
	TCase *qemu = tcase_create("qemu");
	TCase *other = tcase_create("set up by the test");
	TCase *memory = tcase_create("without memory");

	tcase_add_checked_fixture(qemu, begin_qemu, end);
	tcase_add_checked_fixture(other, begin, end);
	tcase_add_test(qemu, points_on_the_wire);
	tcase_add_test(qemu, points_are_named_exactly);
	tcase_add_test(other, refused_points);
	tcase_add_loop_test(other, points_go_with_the_session, 0, 3);
	tcase_add_test(other, points_go_when_closed_running);
	tcase_add_test(other, points_go_in_the_farewell);
	tcase_add_test(other, unsent_point);
	tcase_add_test(qemu, canceled_point);
	tcase_add_test(qemu, write_and_read_back);
	tcase_add_test(qemu, write_outdates);
	tcase_add_test(qemu, write_the_exact_size);
	tcase_add_test(qemu, write_is_not_taken);
	tcase_add_test(qemu, write_of_what_is_not_there);
	tcase_add_test(other, write_needs_access);
	tcase_add_test(qemu, write_refused_early);
	tcase_add_test(other, write_refused);
	tcase_add_test(other, write_needs_the_vcpu);
	tcase_add_test(other, write_by_g);
	tcase_add_test(other, write_without_p);
	tcase_add_test(other, write_unsupported);
	tcase_add_test(memory, any_allocation_may_fail);
	suite_add_tcase(s, qemu);
	suite_add_tcase(s, other);
	suite_add_tcase(s, memory);
	return s;
}

int main(void)
{
	return guest_main(suite);
}
