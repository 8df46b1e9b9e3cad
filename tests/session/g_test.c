/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The g packet: it is verified before it is used, given up if its layout changes, and used for
 * everything if a stub has no p. */
#include "batch.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static const enum script_kind p_kinds[] = {SCRIPT_PLAIN, SCRIPT_QEMU10, SCRIPT_QEMU72};

/* How many g a stub of this kind is sent when connecting, for its two threads. */
static unsigned connect_g(enum script_kind kind)
{
	return kind == SCRIPT_PLAIN ? 2 : 0;
}

/* Open on the wide machine and read all of vCPU 0 so many times, then let the
 * proof run. */
static void open_wide(struct drive *d, struct script_stub *stub, struct batch *b,
		      enum script_kind kind, const struct script_rule *rules, unsigned times)
{
	*b = (struct batch){0};
	script_begin(stub, kind, script_wide, 1);
	stub->rules = rules;
	ck_assert_int_eq(drive_open(d, stub, NULL), 0);
	batch_add(b, d, 0);
	while (times--)
		batch_read(b, d, "");
	drive_run(d);
}

static void end_wide(struct drive *d, struct script_stub *stub, struct batch *b)
{
	drive_end(d);
	drive_check_stub(stub);
	ck_assert(stub->running);
	gdbregs_buffer_fini(&b->storage);
	script_end(stub);
}

/* Once two large batches have been read, g is proven; from then on it is used. */
LOOP_TEST(g_after_proof, 3)
{
	struct script_stub stub;
	struct drive d;
	struct batch b;

	open_wide(&d, &stub, &b, p_kinds[_i], NULL, 1);
	unsigned p = stub.p_requests, g = connect_g(p_kinds[_i]);
	ck_assert_uint_eq(stub.g_requests, g);
	batch_read(&b, &d, "");
	drive_run(&d);
	ck_assert_uint_eq(stub.g_requests, g + 1);
	ck_assert_uint_eq(stub.p_requests, p + 20 + 16);
	p = stub.p_requests;
	batch_read(&b, &d, "");
	ck_assert_uint_eq(stub.g_requests, g + 2);
	ck_assert_uint_eq(stub.p_requests, p + 4);
	/* One proof holds for every vCPU of that description. */
	b.count = 0;
	batch_add(&b, &d, 1);
	batch_read(&b, &d, "");
	ck_assert_uint_eq(stub.g_requests, g + 3);
	ck_assert_uint_eq(stub.p_requests, p + 8);
	/* Few registers, or one, come by p. */
	b.count = 3;
	batch_read(&b, &d, "");
	ck_assert_uint_eq(stub.g_requests, g + 3);
	ck_assert_uint_eq(stub.p_requests, p + 11);
	end_wide(&d, &stub, &b);
}

/* A dump of many vCPUs is one batch; it pays for no proof. */
LOOP_TEST(one_dump, 3)
{
	struct script_stub stub;
	struct drive d;
	struct batch b;

	open_wide(&d, &stub, &b, p_kinds[_i], NULL, 0);
	b.count = 0;
	batch_add(&b, &d, 0);
	b.count = 12;
	batch_add(&b, &d, 1);
	batch_read(&b, &d, "");
	drive_run(&d);
	ck_assert_uint_eq(stub.g_requests, connect_g(p_kinds[_i]));
	end_wide(&d, &stub, &b);
}

/* 16 registers of 4 bytes. */
#define HEX8 "0123456789abcdef"
#define G63  HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 "0123456789abcd"
#define G64  HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8

static const struct {
	const char *reply;
	unsigned nth; /* of the g: 1 is the proof's */
} bad_g[] = {
	{"", 1},   {"E01", 1}, {G64, 1}, {"00", 1},	{"0", 1},  {"xx", 1},	{G64 G64, 1},
	{"zz", 1}, {"E01", 2}, {"", 2},	 {G64 "00", 2}, {"00", 2}, {"0123", 2}, {"0", 2},
};

/* g that isn't what p says, or no longer: p it is, and the values are right. */
LOOP_TEST(bad_g_falls_back, COUNT(bad_g))
{
	for (size_t kind = 0; kind < 3; kind++) {
		const struct script_rule rules[] = {
			{"g", bad_g[_i].nth + connect_g(p_kinds[kind]), bad_g[_i].reply}, {0}};
		struct script_stub stub;
		struct drive d;
		struct batch b;

		open_wide(&d, &stub, &b, p_kinds[kind], rules, 2);
		batch_read(&b, &d, "");
		batch_read(&b, &d, "");
		batch_read(&b, &d, "");
		ck_assert_uint_eq(stub.g_requests + 1 - connect_g(p_kinds[kind]), bad_g[_i].nth);
		end_wide(&d, &stub, &b);
	}
}

/* A g that is no data ends the session, whatever the first of its reads was. */
LOOP_TEST(garbled_g, 6)
{
	const struct script_rule rules[] = {{"g", 2 + connect_g(p_kinds[_i % 3]), "zz" G63}, {0}};
	struct script_stub stub;
	struct drive d;
	struct batch b;

	open_wide(&d, &stub, &b, p_kinds[_i % 3], rules, 2);
	if (_i / 3)
		b.reads[0].reg = NULL;
	ck_assert_int_eq(drive_read(&d, b.reads, b.count, &b.storage), GDBREGS_ERR_PROTOCOL);
	ck_assert_ptr_nonnull(strstr(gdbregs_session_error(d.s), "reply to `g`"));
	end_wide(&d, &stub, &b);
}

/* The stub gets what was written so far, and answers, before more is asked for. */
static void exchange(struct drive *d)
{
	struct script_stub *stub = d->stub;
	struct script_bytes asked = {0};

	drive_take_output(d, &asked);
	script_input(stub, asked.data, asked.size);
	script_free(&asked);
	size_t from = stub->taken;
	stub->taken = stub->out.size;
	drive_input(d, stub->out.data + from, stub->out.size - from);
}

#define LONG 12000 /* more requests than are written at once */

/* LONG reads that need a p, with the sixteen that g brings at `place` among them, one
 * of no register, and a few of the other vCPU. */
static size_t fill_long(struct gdbregs_read *reads, const struct batch *b, size_t place)
{
	size_t count = 0;

	for (size_t by_g = 0; count < LONG + 16; count++)
		reads[count] = b->reads[count >= place && by_g < 16 ? by_g++ : 16 + count % 4];
	reads[count++] = (struct gdbregs_read){.vcpu = 0};
	for (size_t i = 0; i < 20; i++) {
		reads[count] = b->reads[i];
		reads[count++].vcpu = 1;
	}
	return count;
}

/* g turns out wrong while the p of the same vCPU are still being asked for; what it
 * was to bring stands before, among or behind them. */
LOOP_TEST(g_given_up_while_asking, 12)
{
	static const size_t places[] = {0, LONG / 2, LONG - 600, LONG};
	const struct script_rule rules[] = {{"g", 2 + connect_g(p_kinds[_i % 3]), "00"}, {0}};
	struct gdbregs_read *reads = calloc(LONG + 37, sizeof(*reads));
	struct drive_call call = {0};
	struct script_stub stub;
	struct drive d;
	struct batch b;

	open_wide(&d, &stub, &b, p_kinds[_i % 3], rules, 2);
	size_t count = fill_long(reads, &b, places[_i / 3]);
	ck_assert_int_eq(gdbregs__read_many(d.s, reads, count, &b.storage, drive_done, &call, NULL),
			 0);
	exchange(&d);
	ck_assert_int_eq(drive_wait(&d, &call), 0);
	for (size_t i = 0; i < count; i++) {
		ck_assert_int_eq(reads[i].status, reads[i].reg ? 4 : GDBREGS_ERR_INVAL);
		if (reads[i].reg)
			drive_check_value(reads[i].vcpu + 1, reads[i].reg->regnum, reads[i].data,
					  4);
	}
	free(reads);
	end_wide(&d, &stub, &b);
}

/* A register that g has no value for is unavailable, not zero; the rest is. */
LOOP_TEST(g_with_unavailable, 3)
{
	/* Thread 1: 20 27 34 41, then xx for register 1, then zeros. */
	const struct script_rule rules[] = {
		{"g", 2 + connect_g(p_kinds[_i]),
		 "202d3a47"
		 "xxxxxxxx"
		 "00000000000000000000000000000000000000000000000000000000"
		 "00000000000000000000000000000000000000000000000000000000"},
		{0}};
	struct script_stub stub;
	struct drive d;
	struct batch b;

	open_wide(&d, &stub, &b, p_kinds[_i], rules, 2);
	batch_read(&b, &d, " 1  2  3  4  5  6  7  8  9  10  11  12  13  14  15 ");
	ck_assert_int_eq(b.reads[1].status, GDBREGS_ERR_UNAVAILABLE);
	ck_assert_int_eq(b.reads[2].status, 4);
	ck_assert_mem_eq(b.reads[2].data, "\0\0\0\0", 4);
	ck_assert_int_eq(b.reads[15].status, 4);
	batch_read(&b, &d, "");
	end_wide(&d, &stub, &b);
}

/* -------------------------------------------------------------------- without p --- */

/* gdbserver on x86: what stands in g by the description; the rest is unavailable. */
static void check_no_p(struct batch *b, struct drive *d, int status)
{
	ck_assert_int_eq(drive_read(d, b->reads, b->count, &b->storage), 0);
	for (size_t i = 0; i < b->count; i++) {
		const struct gdbregs_read *r = &b->reads[i];

		if (i < 16 && status == 0) {
			ck_assert_int_eq(r->status, 4);
			drive_check_value(1, r->reg->regnum, r->data, 4);
		} else {
			ck_assert_int_eq(r->status, GDBREGS_ERR_UNAVAILABLE);
		}
	}
}

LOOP_TEST(no_p, 4)
{
	static const char *const later[] = {NULL, "E01", "", "00"};
	const struct script_rule rules[] = {
		{later[_i] ? "g" : "none", 4, later[_i] ? later[_i] : ""}, {0}};
	struct gdbregs_buffer buf = {0};
	struct script_stub stub;
	struct drive d;
	struct batch b;

	open_wide(&d, &stub, &b, SCRIPT_GDBSERVER, rules, 0);
	check_no_p(&b, &d, 0);
	check_no_p(&b, &d, later[_i] ? -1 : 0);
	check_no_p(&b, &d, 0);
	ck_assert_int_eq(drive_read_one(&d, 1, b.reads[3].reg, &buf), 4);
	drive_check_value(2, 3, buf.data, 4);
	ck_assert_int_eq(drive_read_one(&d, 1, b.reads[18].reg, &buf), GDBREGS_ERR_UNAVAILABLE);
	gdbregs_buffer_fini(&buf);
	end_wide(&d, &stub, &b);
}

/* A J-Link answers p with an error; one register may have an error of its own. */
LOOP_TEST(p_refused, 2)
{
	static const struct script_rule always[] = {{"p*", 0, "E01"}, {0}};
	static const struct script_rule once[] = {{"p0", 0, "E01"}, {"g", 0, "E01"}, {0}};
	struct script_stub stub;
	struct drive d;
	struct batch b;

	open_wide(&d, &stub, &b, SCRIPT_PLAIN, _i ? once : always, 0);
	if (_i == 0) {
		check_no_p(&b, &d, 0);
	} else {
		batch_read(&b, &d, " 0 ");
		ck_assert_int_eq(b.reads[0].status, GDBREGS_ERR_UNAVAILABLE);
	}
	end_wide(&d, &stub, &b);
}

/* g may be shorter for a while: what it has is read. */
TEST(no_p_shorter_g)
{
	const struct script_rule rules[] = {{"g", 4,
					     "202d3a47"
					     "2734414e"},
					    {0}};
	struct script_stub stub;
	struct drive d;
	struct batch b;

	open_wide(&d, &stub, &b, SCRIPT_GDBSERVER, rules, 0);
	check_no_p(&b, &d, 0);
	ck_assert_int_eq(drive_read(&d, b.reads, b.count, &b.storage), 0);
	ck_assert_int_eq(b.reads[0].status, 4);
	ck_assert_mem_eq(b.reads[0].data, "\x20\x2d\x3a\x47", 4);
	ck_assert_mem_eq(b.reads[1].data, "\x27\x34\x41\x4e", 4);
	for (size_t i = 2; i < b.count; i++)
		ck_assert_int_eq(b.reads[i].status, GDBREGS_ERR_UNAVAILABLE);
	check_no_p(&b, &d, 0);
	end_wide(&d, &stub, &b);
}
