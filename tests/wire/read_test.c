/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading registers from stubs that answer oddly; p, and g where it is proven. */
#include "drive.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum script_kind p_kinds[] = {SCRIPT_PLAIN, SCRIPT_QEMU10, SCRIPT_QEMU72};

/* All registers of one vCPU. */
struct batch {
	struct gdbregs_read reads[32];
	size_t count;
	struct gdbregs_buffer storage;
};

static void batch_add(struct batch *b, struct drive *d, unsigned vcpu)
{
	struct gdbregs_reg_descriptor *list;
	size_t count;

	ck_assert_int_eq(gdbregs_get_registers(d->s, vcpu, &list, &count), 0);
	for (size_t i = 0; i < count; i++)
		b->reads[b->count++] = (struct gdbregs_read){vcpu, list[i].handle, -99, NULL};
	gdbregs_free(list);
}

/* Read all; those whose number is in `except` are checked by the caller. */
static void batch_read(struct batch *b, struct drive *d, const char *except)
{
	ck_assert_int_eq(drive_read(d, b->reads, b->count, &b->storage), 0);
	for (size_t i = 0; i < b->count; i++) {
		const struct gdbregs_read *r = &b->reads[i];
		char number[8];

		snprintf(number, sizeof(number), " %u ", r->reg->regnum);
		if (strstr(except, number))
			continue;
		ck_assert_msg(r->status == (int)r->reg->bits / 8, "register %u: %d",
			      r->reg->regnum, r->status);
		drive_check_value(r->vcpu + 1, r->reg->regnum, r->data, (size_t)r->status);
	}
}

/* ------------------------------------------------------------------- odd p replies --- */

static const struct {
	const char *reply;
	int status;
	const char *bytes;
} values[] = {
	// clang-format off
	{"E14", GDBREGS_ERR_UNAVAILABLE, NULL}, {"E01", GDBREGS_ERR_UNAVAILABLE, NULL},
	{"", GDBREGS_ERR_UNAVAILABLE, NULL}, {"E.gone away", GDBREGS_ERR_UNAVAILABLE, NULL},
	{"E01;6869", GDBREGS_ERR_UNAVAILABLE, NULL},
	{"xxxxxxxxxxxxxxxx", GDBREGS_ERR_UNAVAILABLE, NULL},
	{"01xx030405060708", GDBREGS_ERR_UNAVAILABLE, NULL}, {"xx", GDBREGS_ERR_UNAVAILABLE, NULL},
	{"01", 1, "\x01"}, {"0102030405060708090a0b", 11, "\1\2\3\4\5\6\7\x08\x09\x0a\x0b"},
	{"0aFf", 2, "\x0a\xff"}, {"E0", 1, "\xe0"}, {"e123", 2, "\xe1\x23"}, {"E100", 2, "\xe1\x00"},
	{"0000000000000000000000000000000000000000000000000000000000000000000000", GDBREGS_ERR_LIMIT, NULL},
	// clang-format on
};

static void check_odd(const struct gdbregs_read *r, int i)
{
	ck_assert_msg(r->status == values[i].status, "%s: %d", values[i].reply, r->status);
	if (values[i].bytes)
		ck_assert_mem_eq(r->data, values[i].bytes, (size_t)r->status);
	else
		ck_assert_ptr_null(r->data);
}

START_TEST(odd_values)
{
	const struct script_rule rules[] = {{"p1", 0, values[_i].reply}, {0}};
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.max_register_bits = 256;
	for (size_t kind = 0; kind < 3; kind++) {
		struct gdbregs_buffer buf = {0};
		struct batch b = {0};
		struct script_stub stub;
		struct drive d;

		script_begin(&stub, p_kinds[kind], script_small, 1);
		stub.rules = rules;
		ck_assert_int_eq(drive_open(&d, &stub, &o), 0);
		batch_add(&b, &d, 1);
		batch_add(&b, &d, 0);
		batch_read(&b, &d, " 1 ");
		check_odd(&b.reads[1], _i);
		check_odd(&b.reads[7], _i);
		ck_assert_int_eq(drive_read_one(&d, 0, b.reads[1].reg, &buf), values[_i].status);
		if (values[_i].status > 0)
			ck_assert_uint_eq(buf.size, (size_t)values[_i].status);
		else
			ck_assert_msg(strstr(gdbregs_session_error(d.s), " b ") != NULL, "%s",
				      gdbregs_session_error(d.s));
		drive_end(&d);
		drive_check_stub(&stub);
		gdbregs_buffer_fini(&buf);
		gdbregs_buffer_fini(&b.storage);
		script_end(&stub);
	}
}
END_TEST

/* A thread that can't be selected: its reads alone, and they may work later. */
START_TEST(selection_refused)
{
	static const char *const answers[] = {"E22", "", "garbage"};
	const struct script_rule rules[] = {{"Hg*2", 1, answers[_i % 3]},
					    {"Hgp1.2", 1, answers[_i % 3]},
					    {"Hg2", 1, answers[_i % 3]},
					    {0}};
	struct batch b = {0};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, p_kinds[_i / 3], script_small, 1);
	stub.rules = rules;
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	batch_add(&b, &d, 0);
	batch_add(&b, &d, 1);
	batch_add(&b, &d, 0);
	ck_assert_int_eq(drive_read(&d, b.reads, b.count, &b.storage), 0);
	for (size_t i = 0; i < b.count; i++) {
		bool refused = b.reads[i].vcpu == 1;

		ck_assert_int_eq(b.reads[i].status,
				 refused ? GDBREGS_ERR_NO_VCPU : (int)b.reads[i].reg->bits / 8);
		if (!refused)
			drive_check_value(1, b.reads[i].reg->regnum, b.reads[i].data,
					  (size_t)b.reads[i].status);
	}
	batch_read(&b, &d, "");
	drive_end(&d);
	gdbregs_buffer_fini(&b.storage);
	drive_check_stub(&stub);
	script_end(&stub);
}
END_TEST

/* ----------------------------------------------------------------------------- g --- */

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
START_TEST(g_after_proof)
{
	struct script_stub stub;
	struct drive d;
	struct batch b;

	open_wide(&d, &stub, &b, p_kinds[_i], NULL, 1);
	ck_assert_uint_eq(stub.g_requests, 0);
	unsigned p = stub.p_requests;
	batch_read(&b, &d, "");
	drive_run(&d);
	ck_assert_uint_eq(stub.g_requests, 1);
	ck_assert_uint_eq(stub.p_requests, p + 20 + 16);
	p = stub.p_requests;
	batch_read(&b, &d, "");
	ck_assert_uint_eq(stub.g_requests, 2);
	ck_assert_uint_eq(stub.p_requests, p + 4);
	/* One proof holds for every vCPU of that description. */
	b.count = 0;
	batch_add(&b, &d, 1);
	batch_read(&b, &d, "");
	ck_assert_uint_eq(stub.g_requests, 3);
	ck_assert_uint_eq(stub.p_requests, p + 8);
	/* Few registers, or one, come by p. */
	b.count = 3;
	batch_read(&b, &d, "");
	ck_assert_uint_eq(stub.g_requests, 3);
	ck_assert_uint_eq(stub.p_requests, p + 11);
	end_wide(&d, &stub, &b);
}
END_TEST

/* A dump of many vCPUs is one batch; it pays for no proof. */
START_TEST(one_dump)
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
	ck_assert_uint_eq(stub.g_requests, 0);
	end_wide(&d, &stub, &b);
}
END_TEST

/* 16 registers of 4 bytes. */
#define HEX8 "0123456789abcdef"
#define G64                                                                                  \
	HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8

static const struct {
	const char *reply;
	unsigned nth; /* of the g: 1 is the proof's */
} bad_g[] = {
	{"", 1},    {"E01", 1}, {G64, 1},	{"00", 1},  {"0", 1},	 {"xx", 1}, {G64 G64, 1}, {"zz", 1},
	{"E01", 2}, {"", 2},	{G64 "00", 2}, {"00", 2}, {"0123", 2}, {"0", 2},
};

/* g that isn't what p says, or no longer: p it is, and the values are right. */
START_TEST(bad_g_falls_back)
{
	for (size_t kind = 0; kind < 3; kind++) {
		const struct script_rule rules[] = {{"g", bad_g[_i].nth, bad_g[_i].reply}, {0}};
		struct script_stub stub;
		struct drive d;
		struct batch b;

		open_wide(&d, &stub, &b, p_kinds[kind], rules, 2);
		batch_read(&b, &d, "");
		batch_read(&b, &d, "");
		batch_read(&b, &d, "");
		ck_assert_uint_eq(stub.g_requests + 1, bad_g[_i].nth);
		end_wide(&d, &stub, &b);
	}
}
END_TEST

/* A register that g has no value for is unavailable, not zero; the rest is. */
START_TEST(g_with_unavailable)
{
	/* Thread 1: 20 27 34 41, then xx for register 1, then zeros. */
	const struct script_rule rules[] = {
		{"g", 2,
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
END_TEST

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

START_TEST(no_p)
{
	static const char *const later[] = {NULL, "E01", "", "00"};
	const struct script_rule rules[] = {{later[_i] ? "g" : "none", 3, later[_i] ? later[_i] : ""},
					    {0}};
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
END_TEST

/* g may be shorter for a while: what it has is read. */
START_TEST(no_p_shorter_g)
{
	const struct script_rule rules[] = {{"g", 3, "202d3a47" "2734414e"}, {0}};
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
END_TEST

/* ---------------------------------------------------------------------- raw packets --- */

/* A stub may wait for the ack of console output before it says OK. */
START_TEST(packet_with_console)
{
	static const struct script_rule rules[] = {
		{"qRcmd,68656c70", 0, SCRIPT_RAW "$O6869#2c"}, {0}};
	struct gdbregs_buffer reply = {0};
	struct drive_call call = {0};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, SCRIPT_PLAIN, script_small, 1);
	stub.rules = rules;
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	ck_assert_int_eq(gdbregs__raw_packet(d.s, "qRcmd,68656c70", 14, &reply, drive_done, &call,
					     NULL),
			 0);
	drive_run(&d);
	ck_assert_uint_eq(call.calls, 0);
	ck_assert_uint_eq(stub.unacked, 0);
	script_puts(&stub.out, "$OK#9a");
	stub.unacked++;
	ck_assert_int_eq(drive_wait(&d, &call), 0);
	ck_assert_uint_eq(reply.size, 4);
	ck_assert_mem_eq(reply.data, "OKhi", 4);
	drive_end(&d);
	drive_check_stub(&stub);
	gdbregs_buffer_fini(&reply);
	script_end(&stub);
}
END_TEST

/* What a packet selects is selected anew; too long a packet is refused. */
START_TEST(packet)
{
	struct gdbregs_buffer reply = {0}, buf = {0};
	struct drive_call call = {0};
	struct script_stub stub;
	struct drive d;
	static const char large[5000];

	script_begin(&stub, p_kinds[_i], script_small, 1);
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	const struct gdbregs_register *b = drive_register(&d, 0, "b");
	ck_assert_int_eq(drive_read_one(&d, 0, b, &buf), 8);
	const char *select = stub.multiprocess ? "Hgp1.2" : "Hg2";
	ck_assert_int_eq(gdbregs__raw_packet(d.s, select, strlen(select), &reply, drive_done,
					     &call, NULL),
			 0);
	ck_assert_int_eq(drive_wait(&d, &call), 0);
	ck_assert_uint_eq(reply.size, 2);
	ck_assert_int_eq(drive_read_one(&d, 0, b, &buf), 8);
	drive_check_value(1, 1, buf.data, 8);
	ck_assert_int_eq(gdbregs__raw_packet(d.s, large, 4092, &reply, NULL, NULL, NULL),
			 GDBREGS_ERR_LIMIT);
	drive_end(&d);
	drive_check_stub(&stub);
	gdbregs_buffer_fini(&reply);
	gdbregs_buffer_fini(&buf);
	script_end(&stub);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("read");
	TCase *tests = tcase_create("read");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, odd_values, 0, sizeof(values) / sizeof(*values));
	tcase_add_loop_test(tests, selection_refused, 0, 9);
	tcase_add_loop_test(tests, g_after_proof, 0, 3);
	tcase_add_loop_test(tests, one_dump, 0, 3);
	tcase_add_loop_test(tests, bad_g_falls_back, 0, sizeof(bad_g) / sizeof(*bad_g));
	tcase_add_loop_test(tests, g_with_unavailable, 0, 3);
	tcase_add_loop_test(tests, no_p, 0, 4);
	tcase_add_test(tests, no_p_shorter_g);
	tcase_add_test(tests, packet_with_console);
	tcase_add_loop_test(tests, packet, 0, 3);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(make_suite());

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
