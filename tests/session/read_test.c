/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Odd replies to p and g. The usual ones are in cases/g.txt, g-without-p.txt,
 * read-by-the-other-packet.txt and selecting.txt. */
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

/* ------------------------------------------------------------------- odd g replies --- */

/* Returns how many g are sent while connecting, for two threads. */
static unsigned connect_g(enum script_kind kind)
{
	return kind == SCRIPT_PLAIN ? 2 : 0;
}

/* Connect to the wide machine, read all registers of vCPU 0 so many times, and let the
 * verification of g finish. */
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

/* 16 registers of 4 bytes. */
#define HEX8 "0123456789abcdef"
#define G63  HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 "0123456789abcd"
#define G64  HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8

static const struct {
	const char *reply;
	unsigned nth; /* of the g: 1 is the one that is verified */
} bad_g[] = {
	{"", 1},   {"E01", 1}, {G64, 1}, {"00", 1},	{"0", 1},  {"xx", 1},	{G64 G64, 1},
	{"zz", 1}, {"E01", 2}, {"", 2},	 {G64 "00", 2}, {"00", 2}, {"0123", 2}, {"0", 2},
};

/* A g that differs from p, at first or later: registers are read with p, and the values are
 * right. */
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

/* A g reply with other characters than hex digits ends the session, even if the first of its reads
 * was invalid. */
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

/* Pass what was written so far, and the replies, before the session writes more. */
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

/* Fill in LONG reads that need a p. The sixteen reads that g serves are at `place` among them; then
 * follow an invalid read and twenty of the other vCPU. */
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

/* The reply to g has the wrong size while the p requests of the same vCPU are still being written.
 * The reads that g should have served are before, among or after them. */
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
