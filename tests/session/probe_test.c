/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the library finds out which of p and g can be relied on. */
#include "batch.h"
#include "session/requests.h"
#include "suite.h"

#include <string.h>

/* What the scripted stub replies for thread 1 of the small machine, in p and in g. */
#define A  "202d3a4754616e7b"
#define G1 "202d3a4754616e7b2734414e5b6875822e3b48555f"

struct probed {
	struct script_stub stub;
	struct drive d;
	struct batch b;
};

/* Connect to a stub with two threads, and read all registers of both. */
static void begin(struct probed *p, enum script_kind kind, const struct script_process *machine,
		  const struct script_rule *rules)
{
	p->b = (struct batch){0};
	script_begin(&p->stub, kind, machine, 1);
	p->stub.rules = rules;
	ck_assert_int_eq(drive_open(&p->d, &p->stub, NULL), 0);
	batch_add(&p->b, &p->d, 0);
	batch_add(&p->b, &p->d, 1);
	ck_assert_int_eq(drive_read(&p->d, p->b.reads, p->b.count, &p->b.storage), 0);
}

static void end(struct probed *p)
{
	drive_end(&p->d);
	drive_check_stub(&p->stub);
	gdbregs_buffer_fini(&p->b.storage);
	script_end(&p->stub);
}

/* Those with a number below `limit` have their own thread's value, the others none. */
static void check_values(const struct probed *p, uint32_t limit)
{
	for (size_t i = 0; i < p->b.count; i++) {
		const struct gdbregs_read *r = &p->b.reads[i];

		if (r->reg->regnum < limit) {
			ck_assert_int_gt(r->status, 0);
			drive_check_value(r->vcpu + 1, r->reg->regnum, r->data, (size_t)r->status);
		} else {
			ck_assert_int_eq(r->status, GDBREGS_ERR_UNAVAILABLE);
		}
	}
}

static void check_note(const struct probed *p, unsigned vcpu, const char *part)
{
	const char *note = gdbregs_vcpu_note(p->d.s, vcpu);

	ck_assert_msg(note && strstr(note, part), "%s", note ? note : "no note");
}

/* An RTOS behind an old OpenOCD: p is the running thread's whatever is selected. What g
 * has is read from it, the rest has no value. */
TEST(p_ignores_thread)
{
	static const struct script_rule rules[] = {{"p*", 0, A}, {0}};
	struct gdbregs_buffer buf = {0};
	struct probed p;

	begin(&p, SCRIPT_PLAIN, script_small, rules);
	check_values(&p, 10);
	check_note(&p, 1, "replies to p without regard to the selected thread");
	const struct gdbregs_register *y = drive_register(&p.d, 1, "y");
	ck_assert_int_eq(drive_read_one(&p.d, 1, y, &buf), GDBREGS_ERR_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(p.d.s), "without regard"));
	gdbregs_buffer_fini(&buf);
	end(&p);
}

/* P is not believed either: it may write the other thread's register. */
TEST(p_ignores_thread_when_writing)
{
	static const struct script_rule rules[] = {{"p*", 0, A}, {0}};
	struct gdbregs_options o;
	struct probed p;

	gdbregs_options_init(&o);
	o.access = GDBREGS_RW_REGS;
	script_begin(&p.stub, SCRIPT_PLAIN, script_small, 1);
	p.stub.rules = rules;
	p.stub.has_write_g = true;
	p.stub.controls = p.stub.log_bytes = true;
	ck_assert_int_eq(drive_open(&p.d, &p.stub, &o), 0);
	p.b = (struct batch){0};
	struct drive_call call = {0};
	ck_assert_int_eq(gdbregs__write_register(p.d.s, 1, drive_register(&p.d, 1, "b"),
						 "\1\2\3\4\5\6\7\10", 8, drive_done, &call, NULL),
			 0);
	ck_assert_int_eq(drive_wait(&p.d, &call), 0);
	ck_assert_ptr_null(strstr(p.stub.log, "P1="));
	ck_assert_ptr_nonnull(strstr(p.stub.log, "+G"));
	end(&p);
}

/* The other way round: g is not used. */
TEST(g_ignores_thread)
{
	static const struct script_rule rules[] = {{"g", 0, G1}, {0}};
	struct probed p;

	begin(&p, SCRIPT_PLAIN, script_small, rules);
	check_values(&p, UINT32_MAX);
	check_note(&p, 0, "replies to g without regard to the selected thread");
	end(&p);
}

/* Neither distinguishes the threads: perhaps they are equal. */
TEST(both_may_ignore_it)
{
	static const struct script_rule rules[] = {{"g", 0, G1}, {"p*", 0, A}, {0}};
	struct probed p;

	begin(&p, SCRIPT_PLAIN, script_small, rules);
	check_note(&p, 0, "vCPUs 0 and 1 have the same registers");
	end(&p);
}

/* A refused thread, an unavailable value or a failing g proves nothing. */
LOOP_TEST(inconclusive, 7)
{
	static const struct script_rule rules[][2] = {
		{{"Hg2", 1, "E01"}, {0}}, {{"p0", 3, "E01"}, {0}}, {{"p0", 2, "E01"}, {0}},
		{{"g", 2, "E01"}, {0}},	  {{"g", 2, "00"}, {0}},   {{"g", 1, "E01"}, {0}},
		{{"none", 0, ""}, {0}},
	};
	struct probed p;

	begin(&p, SCRIPT_PLAIN, script_small, rules[_i]);
	check_values(&p, UINT32_MAX);
	ck_assert_ptr_null(gdbregs_vcpu_note(p.d.s, 0));
	end(&p);
}

/* QEMU is not asked: its p honours Hg, and hexagon's g kills QEMU 7.2. */
LOOP_TEST(qemu_is_not_asked, 3)
{
	static const enum script_kind kinds[] = {SCRIPT_QEMU10, SCRIPT_QEMU72, SCRIPT_USER};
	struct probed p;

	begin(&p, kinds[_i], script_small, NULL);
	ck_assert_uint_eq(p.stub.g_requests, 0);
	check_values(&p, UINT32_MAX);
	end(&p);
}

/* Without p, a g that does not fit: no values, and the reason with both sizes. The wide
 * machine has 80 bytes of registers. */
LOOP_TEST(g_does_not_fit, 2)
{
	static const struct script_rule rules[][2] = {{{"g", 0, "112233"}, {0}},
						      {{"g", 0, "E01"}, {0}}};
	static const char *const notes[] = {
		"has 3 bytes, which does not fit the description's registers (80 bytes)",
		"neither p nor g"};
	struct gdbregs_buffer buf = {0};
	struct probed p;

	begin(&p, SCRIPT_GDBSERVER, script_wide, rules[_i]);
	check_values(&p, 0);
	check_note(&p, 0, notes[_i]);
	ck_assert_int_eq(drive_read_one(&p.d, 0, p.b.reads[0].reg, &buf), GDBREGS_ERR_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(p.d.s), notes[_i]));
	gdbregs_buffer_fini(&buf);
	end(&p);
}
