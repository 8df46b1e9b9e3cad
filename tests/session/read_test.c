/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading registers from stubs with unusual replies, and raw packets. */
#include "batch.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static const enum script_kind p_kinds[] = {SCRIPT_PLAIN, SCRIPT_QEMU10, SCRIPT_QEMU72};

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

LOOP_TEST(odd_values, COUNT(values))
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

/* The refused thread alone, again and again: the refusal is no verdict. */
LOOP_TEST(selection_refused_once, 3)
{
	const struct script_rule rules[] = {{"Hgp1.2", 1, "E22"}, {"Hg2", 3, "E22"}, {0}};
	struct gdbregs_buffer buf = {0};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, p_kinds[_i], script_small, 1);
	stub.rules = rules;
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	const struct gdbregs_register *b = drive_register(&d, 1, "b");
	/* When connecting, thread 2 of a stub that is not QEMU was selected twice. */
	ck_assert_int_eq(drive_read_one(&d, 0, b, &buf), 8);
	ck_assert_int_eq(drive_read_one(&d, 1, b, &buf), GDBREGS_ERR_NO_VCPU);
	ck_assert_int_eq(drive_read_one(&d, 1, b, &buf), 8);
	drive_check_value(2, 1, buf.data, 8);
	drive_end(&d);
	drive_check_stub(&stub);
	gdbregs_buffer_fini(&buf);
	script_end(&stub);
}

/* A thread that can't be selected: its reads alone, and they may work later. */
LOOP_TEST(selection_refused, 12)
{
	static const char *const answers[] = {"E22", "", "garbage", "0102"};
	unsigned nth = p_kinds[_i / 4] == SCRIPT_PLAIN ? 3 : 1;
	const struct script_rule rules[] = {{"Hg*2", nth, answers[_i % 4]},
					    {"Hgp1.2", nth, answers[_i % 4]},
					    {"Hg2", nth, answers[_i % 4]},
					    {0}};
	struct batch b = {0};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, p_kinds[_i / 4], script_small, 1);
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

/* ---------------------------------------------------------------------- raw packets --- */

/* A stub may wait for the ack of console output before it says OK. */
TEST(packet_with_console)
{
	static const struct script_rule rules[] = {{"qRcmd,68656c70", 0, SCRIPT_RAW "$O6869#2c"},
						   {0}};
	struct gdbregs_buffer reply = {0};
	struct drive_call call = {0};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, SCRIPT_PLAIN, script_small, 1);
	stub.rules = rules;
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	ck_assert_int_eq(
		gdbregs__raw_packet(d.s, "qRcmd,68656c70", 14, &reply, drive_done, &call, NULL), 0);
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

/* What a packet selects is selected anew; too long a packet is refused. */
LOOP_TEST(packet, 3)
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
	ck_assert_int_eq(
		gdbregs__raw_packet(d.s, select, strlen(select), &reply, drive_done, &call, NULL),
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
