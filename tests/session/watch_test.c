/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watched registers in cases that a transcript cannot express: thousands of them, and calls from
 * callbacks. The other cases are in cases/watch*.txt. */
#include "harness.h"
#include "suite.h"
#include "session/requests.h"
#include "session/watch.h"
#include "util/alloc.h"

static struct script_stub stub;
static struct drive d;
static const struct gdbregs_register *r0, *r1, *pc;
static unsigned changes;
static struct drive_call stepped;

static void begin(void)
{
	drive_open_core(&d, &stub, SCRIPT_QEMU10, NULL);
	r0 = drive_register(&d, 0, "r0");
	r1 = drive_register(&d, 0, "r1");
	pc = drive_register(&d, 0, "pc");
	changes = 0;
	stepped = (struct drive_call){0};
}

static void begin_bytewise(void)
{
	begin();
	d.piece = 1;
}

static void end(void)
{
	drive_check_stub(&stub);
	gdbregs__session_free(d.s);
	script_end(&stub);
}

static void on_change(void *arg, unsigned vcpu, const struct gdbregs_register *h,
		      const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)arg, (void)vcpu, (void)h, (void)old_bytes, (void)new_bytes, (void)size;
	changes++;
}

static void watch(unsigned vcpu, const struct gdbregs_register *h)
{
	ck_assert_int_eq(gdbregs_watch(d.s, vcpu, h, on_change, NULL), 0);
}

/* Step vCPU 0. At the stop, the register has these digits; h may be NULL. */
static void step_to(const struct gdbregs_register *h, const char *digits)
{
	stepped = (struct drive_call){0};
	ck_assert_int_eq(gdbregs__step(d.s, 0, NULL, drive_done, &stepped, NULL), 0);
	drive_run(&d);
	if (h)
		script_set(&stub, 1, h->regnum, digits);
	script_send(&stub, "T05thread:p01.01;");
	drive_run(&d);
}

FIXTURE(begin, end)
FIXTURE(begin_bytewise, end)

TEST(thousands_in_one_round_trip)
{
	for (size_t i = 0; i < 5000; i++)
		watch(i % 2, i % 4 ? pc : r0);
	for (int i = 0; i < 4; i++)
		step_to(NULL, NULL);
	/* Memory does not grow from stop to stop. */
	unsigned long before = gdbregs__alloc_count();
	step_to(NULL, NULL);
	unsigned long first = gdbregs__alloc_count() - before;
	step_to(pc, "0000000000000007");
	ck_assert_uint_le(gdbregs__alloc_count() - before - first, first + 2);
	ck_assert_uint_eq(changes, 1250);
}

/* The time is linear, whichever order they are removed in. Otherwise 100,000 would take minutes. */
TEST(removing_many)
{
	enum { MANY = 100000 };

	for (int round = 0; round < 2; round++) {
		int wrong = 0; /* an assertion for each call would take longer than the calls */

		for (uintptr_t i = 0; i < MANY; i++)
			wrong |= gdbregs_watch(d.s, 0, r0, on_change, (void *)i);
		for (uintptr_t i = 0; i < MANY; i++) {
			void *arg = (void *)(round ? i : MANY - 1 - i);

			wrong |= gdbregs_unwatch(d.s, 0, r0, on_change, arg);
		}
		ck_assert_int_eq(wrong, 0);
		ck_assert_int_eq(gdbregs_unwatch(d.s, 0, r0, on_change, NULL), GDBREGS_ERR_INVAL);
	}
	watch(1, r1);
	ck_assert_int_eq(gdbregs_unwatch(d.s, 1, r1, on_change, NULL), 0);
	ck_assert_int_eq(gdbregs_unwatch(d.s, 1, r1, on_change, NULL), GDBREGS_ERR_INVAL);
	step_to(r0, "00000000");
	ck_assert_uint_eq(changes, 0);
}

/* ------------------------------------------------------- calls from callbacks --- */

static void unwatch_all(void *arg, unsigned vcpu, const struct gdbregs_register *h,
			const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)old_bytes, (void)new_bytes, (void)size, (void)vcpu;
	changes++;
	ck_assert_int_eq(gdbregs_unwatch(d.s, 0, h, unwatch_all, arg), 0);
	ck_assert_int_eq(gdbregs_unwatch(d.s, 0, r0, on_change, NULL), 0);
	for (int i = 0; i < 100; i++)
		watch(0, r1);
	ck_assert_int_eq(gdbregs__step(d.s, 0, NULL, NULL, NULL, NULL), GDBREGS_ERR_RUNNING);
}

/* r0, which has changed too, is unwatched before its callback is called. */
TEST(changing_watches_in_a_callback)
{
	ck_assert_int_eq(gdbregs_watch(d.s, 0, pc, unwatch_all, NULL), 0);
	watch(0, r0);
	ck_assert_int_eq(gdbregs__step(d.s, 0, NULL, drive_done, &stepped, NULL), 0);
	drive_run(&d);
	script_set(&stub, 1, r0->regnum, "99999999");
	script_set(&stub, 1, pc->regnum, "0000000000000001");
	script_send(&stub, "T05thread:p01.01;");
	drive_run(&d);
	ck_assert_uint_eq(changes, 1);
	ck_assert_uint_eq(stepped.calls, 1);
	ck_assert_int_eq(stepped.status, 0);
	changes = 0;
	step_to(r1, "01000000");
	ck_assert_uint_eq(changes, 100);
}

static void stop_session(void *arg, unsigned vcpu, const struct gdbregs_register *h,
			 const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)arg, (void)old_bytes, (void)new_bytes, (void)size, (void)vcpu, (void)h;
	ck_assert_int_eq(gdbregs__session_stop(d.s, d.now_ms, NULL, NULL), 0);
}

TEST(closing_in_a_callback)
{
	ck_assert_int_eq(gdbregs_watch(d.s, 0, pc, stop_session, NULL), 0);
	watch(0, pc);
	step_to(pc, "0000000000000001");
	ck_assert_uint_eq(changes, 0);
	ck_assert_uint_eq(stepped.calls, 1);
	ck_assert_int_eq(stepped.status, GDBREGS_ERR_CANCELED);
	ck_assert(stub.detached);
}

static void free_session(void *arg, unsigned vcpu, const struct gdbregs_register *h,
			 const void *old_bytes, const void *new_bytes, size_t size)
{
	(void)arg, (void)old_bytes, (void)new_bytes, (void)size, (void)vcpu, (void)h;
	gdbregs__session_free(d.s);
	d.s = NULL;
}

/* The blocking calls deliver outside of the loop. */
TEST(freeing_in_a_callback)
{
	inside_deliver_watches_outside(d.s);
	ck_assert_int_eq(gdbregs_watch(d.s, 0, pc, free_session, NULL), 0);
	watch(0, pc);
	step_to(pc, "0000000000000001");
	ck_assert_uint_eq(stepped.calls, 1);
	ck_assert_int_eq(stepped.status, 0);
	ck_assert(!gdbregs__watch_deliver(d.s));
	ck_assert_uint_eq(changes, 0);
}

TEST(null_arguments)
{
	ck_assert_int_eq(gdbregs_watch(NULL, 0, pc, on_change, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_watch(d.s, 0, pc, NULL, NULL), GDBREGS_ERR_INVAL);
}
