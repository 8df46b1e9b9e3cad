/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random lists of reads: vCPUs of two types in any order, registers that are repeated, missing or
 * of the other type, vCPUs that do not exist, several lists at a time, and a g whose layout changes
 * at any time. Each read must have the result that it has alone. */
#include "harness.h"
#include "../unit/guarded.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define LISTS	  3 /* in flight at the same time */
#define MOST	  60
#define MOST_LONG 11000 /* more requests than are written at once */
#define VCPUS	  12
#define REFUSED	  3 /* the vCPU that a stub may refuse to select */

struct list {
	struct gdbregs_read *reads;
	size_t count;
	struct gdbregs_buffer storage;
	struct drive_call call;
	struct gdbregs__op *op;
	bool canceled;
};

struct registers {
	struct gdbregs_reg_descriptor *list;
	size_t count;
};

struct mixed {
	struct script_process processes[2];
	struct script_stub stub;
	struct drive d;
	struct registers types[2];
	uint32_t random;
	bool refuses;
};

static uint32_t below(struct mixed *m, uint32_t most)
{
	return random_next(&m->random) % most;
}

/* Ten vCPUs with twenty registers, sixteen of them in g, and two with six. */
static void open_mixed(struct mixed *m, enum script_kind kind, const struct script_rule *rules)
{
	m->processes[0] = script_wide[0];
	m->processes[0].threads = 10;
	m->processes[1] = script_small[0];
	m->processes[1].pid = 2;
	m->processes[1].first_tid = 11;
	script_begin(&m->stub, kind, m->processes, kind == SCRIPT_QEMU10 ? 2 : 1);
	m->stub.rules = rules;
	ck_assert_int_eq(drive_open(&m->d, &m->stub, NULL), 0);
	for (unsigned type = 0; type < m->stub.process_count; type++)
		ck_assert_int_eq(gdbregs_get_registers(m->d.s, type * 10, &m->types[type].list,
						       &m->types[type].count),
				 0);
}

static void close_mixed(struct mixed *m)
{
	drive_end(&m->d);
	drive_check_stub(&m->stub);
	for (unsigned type = 0; type < 2; type++)
		gdbregs_free(m->types[type].list);
	script_end(&m->stub);
}

static const struct gdbregs_register *any_register(struct mixed *m, unsigned vcpu)
{
	unsigned type = vcpu >= 10;

	if (below(m, 30) == 0)
		return NULL;
	if (below(m, 30) == 0 || type >= m->stub.process_count)
		type = below(m, (uint32_t)m->stub.process_count);
	return m->types[type].list[below(m, (uint32_t)m->types[type].count)].handle;
}

static void fill_list(struct mixed *m, struct list *l, size_t count)
{
	unsigned vcpu = below(m, VCPUS);

	l->count = count;
	l->reads = calloc(count ? count : 1, sizeof(*l->reads));
	for (size_t i = 0; i < count; i++) {
		if (below(m, count > MOST ? 9000 : 12) == 0)
			vcpu = below(m, VCPUS);
		l->reads[i] = (struct gdbregs_read){below(m, 40) ? vcpu : VCPUS + below(m, 3),
						    any_register(m, vcpu), -99, NULL};
	}
}

static int expected(const struct mixed *m, const struct gdbregs_read *r)
{
	if (r->vcpu >= gdbregs_vcpu_count(m->d.s))
		return GDBREGS_ERR_NO_VCPU;
	if (!r->reg)
		return GDBREGS_ERR_INVAL;
	if (r->reg->description != m->types[r->vcpu >= 10].list[0].handle->description)
		return GDBREGS_ERR_WRONG_VCPU_TYPE;
	if (!m->stub.has_p && r->reg->regnum >= 16)
		return GDBREGS_ERR_UNAVAILABLE;
	return (int)r->reg->bits / 8;
}

static void check_list(const struct mixed *m, const struct list *l)
{
	ck_assert_uint_eq(l->call.calls, 1);
	if (l->canceled && l->call.status == GDBREGS_ERR_CANCELED)
		return;
	ck_assert_int_eq(l->call.status, 0);
	for (size_t i = 0; i < l->count; i++) {
		const struct gdbregs_read *r = &l->reads[i];
		int status = expected(m, r);

		if (m->refuses && r->vcpu == REFUSED && status > 0 &&
		    r->status == GDBREGS_ERR_NO_VCPU)
			continue;
		ck_assert_msg(r->status == status, "read %zu of %zu: %d, not %d", i, l->count,
			      r->status, status);
		if (status > 0)
			drive_check_value(r->vcpu + 1, r->reg->regnum, r->data, (size_t)status);
	}
}

/* Pass some of the bytes in both directions. */
static void exchange(struct mixed *m)
{
	struct drive *d = &m->d;
	struct script_bytes asked = {0};

	drive_take_output(d, &asked);
	script_input(&m->stub, asked.data, asked.size);
	script_free(&asked);
	size_t size = m->stub.out.size - m->stub.taken;
	if (size && below(m, 2))
		size = 1 + below(m, (uint32_t)size);
	uint8_t *in = malloc(size + 1);
	memcpy(in, m->stub.out.data + m->stub.taken, size);
	m->stub.taken += size;
	drive_input(d, in, size);
	free(in);
}

static void read_lists(struct mixed *m, size_t most)
{
	struct list lists[LISTS] = {0};

	for (size_t i = 0; i < LISTS; i++) {
		fill_list(m, &lists[i], i ? below(m, MOST) : below(m, (uint32_t)most));
		ck_assert_int_eq(gdbregs__read_many(m->d.s, lists[i].reads, lists[i].count,
						    &lists[i].storage, drive_done, &lists[i].call,
						    &lists[i].op),
				 0);
		if (below(m, 2))
			exchange(m);
	}
	if (below(m, 4) == 0 && !lists[1].call.calls) {
		lists[1].canceled = true;
		drive_cancel(&m->d, lists[1].op);
	}
	m->d.piece = below(m, 2) ? SIZE_MAX : 1 + below(m, 200);
	for (size_t i = 0; i < LISTS; i++) {
		drive_wait(&m->d, &lists[i].call);
		check_list(m, &lists[i]);
	}
	drive_run(&m->d);
	for (size_t i = 0; i < LISTS; i++) {
		free(lists[i].reads);
		gdbregs_buffer_fini(&lists[i].storage);
	}
}

/* Replies to the nth g. The first g is for the verification of its layout. */
static const char *const bad_g[] = {"", "E01", "00", "0123", "E.no"};
static const enum script_kind kinds[] = {SCRIPT_QEMU10, SCRIPT_PLAIN, SCRIPT_QEMU72,
					 SCRIPT_GDBSERVER};

static void one_session(uint32_t seed, enum script_kind kind, size_t most)
{
	struct mixed m = {.random = seed};
	struct script_rule rules[3] = {0};

	/* With two types of vCPUs, the p that follows a refused Hg would read a register of the
	 * other type. */
	m.refuses = kind != SCRIPT_QEMU10 && below(&m, 3) == 0;
	if (m.refuses)
		rules[0] = (struct script_rule){kind == SCRIPT_PLAIN ? "Hg4" : "Hgp1.4",
						1 + below(&m, 3), "E22"};
	if (kind != SCRIPT_GDBSERVER && below(&m, 3))
		rules[m.refuses] =
			(struct script_rule){"g", 1 + below(&m, 12), bad_g[below(&m, 5)]};
	open_mixed(&m, kind, rules);
	for (int i = 0; i < 6; i++)
		read_lists(&m, most);
	close_mixed(&m);
}

LOOP_TEST(random_lists, 4)
{
	for (uint32_t i = 0; i < (script_slow() ? 3 : 200); i++)
		one_session(0x1234567 + 7919 * i + (uint32_t)_i, kinds[_i], MOST);
}

LOOP_TEST(long_lists, 4)
{
	for (uint32_t i = 0; i < (script_slow() ? 1 : 4); i++)
		one_session(0x7654321 + 104729 * i + (uint32_t)_i, kinds[_i], MOST_LONG);
}
