/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How stubs serve descriptions: in pieces, in several documents, with errors, or not at all. */
#include "harness.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TARGET(body)  "<?xml version=\"1.0\"?><target>" body "</target>"
#define INCLUDE(name) "<xi:include href=\"" name "\"/>"
#define REG(name)     "<reg name=\"" name "\" bitsize=\"8\"/>"

static const struct script_register eight[] = {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {0}};

static const enum script_kind kinds[] = {SCRIPT_PLAIN, SCRIPT_QEMU10, SCRIPT_GDBSERVER};
#define KINDS 3

/* ------------------------------------------------------------------------ chunks --- */

static size_t falling(unsigned request)
{
	return request < 60 ? 61 - request : 1;
}

static size_t rising(unsigned request)
{
	return 1 + request;
}

static size_t mixed(unsigned request)
{
	static const size_t sizes[] = {100, 3, 2045, 1, 17, 40};

	return sizes[request % 6];
}

static const struct {
	size_t bytes;
	size_t (*vary)(unsigned request);
} chunks[] = {{1, NULL},  {2, NULL},	{7, NULL},   {100, NULL}, {131, NULL},
	      {0, mixed}, {0, falling}, {0, rising}, {4096, NULL}};

/* Pieces are shorter or longer than requested. Only `l` ends a document. */
LOOP_TEST(chunk_lengths, COUNT(chunks))
{
	for (int kind = 0; kind < KINDS; kind++) {
		struct script_stub stub;
		struct drive d;

		script_begin(&stub, kinds[kind], script_clusters,
			     kinds[kind] == SCRIPT_QEMU10 ? 2 : 1);
		stub.chunk_bytes = chunks[_i].bytes;
		stub.chunk = chunks[_i].vary;
		ck_assert_msg(drive_open(&d, &stub, NULL) == 0, "%s", gdbregs_session_error(d.s));
		if (stub.has_p)
			drive_check_values(&d, 1);
		drive_end(&d);
		drive_check_stub(&stub);
		script_end(&stub);
	}
}

/* ---------------------------------------------------- what is wrong with a document --- */

struct served {
	const char *what;
	struct script_document documents[6];
	struct script_rule rules[3];
	int result;
	size_t registers;
	const char *says;
};

#define XFER "qXfer:features:read:"

static const struct served all_served[] = {
	// clang-format off
	{"one document", {{"target.xml", TARGET("<feature name=\"f\">" REG("a") "</feature>")}}, {{0}}, 0, 1, ""},
	{"nested includes", {{"target.xml", TARGET(INCLUDE("a.xml") INCLUDE("d.xml"))},
		{"a.xml", "<feature name=\"a\">" REG("a") INCLUDE("b.xml") REG("e") "</feature>"},
		{"b.xml", "<feature name=\"b\">" INCLUDE("c.xml") "</feature>"},
		{"c.xml", "<feature name=\"c\">" REG("c") "</feature>"},
		{"d.xml", "<feature name=\"d\">" REG("d") "</feature>"}}, {{0}}, 0, 4, ""},
	{"the same annex twice", {{"target.xml", TARGET(INCLUDE("a.xml") INCLUDE("a.xml"))},
		{"a.xml", "<feature name=\"a\">" REG("a") REG("b") "</feature>"}},
		{{XFER "a.xml:0,*", 2, "E99"}}, 0, 4, ""},
	{"annex missing", {{"target.xml", TARGET(INCLUDE("a.xml"))}}, {{0}}, GDBREGS_ERR_DESCRIPTION, 0, "a.xml"},
	{"annex missing, as lldb-server says it", {{"target.xml", TARGET(INCLUDE("a.xml"))}}, {{XFER "a*", 0, ""}}, GDBREGS_ERR_DESCRIPTION, 0, "a.xml"},
	{"annex fails half-way", {{"target.xml", TARGET(INCLUDE("a.xml"))}},
		{{XFER "a.xml:0,*", 0, "m<feature"}, {XFER "a.xml:8,*", 0, "E05"}}, GDBREGS_ERR_DESCRIPTION, 0, "whole"},
	{"document shrinks", {{"target.xml", TARGET("")}},
		{{XFER "target.xml:0,*", 0, "m<target><fea"}, {XFER "target.xml:d,*", 0, "l"}}, GDBREGS_ERR_DESCRIPTION, 0, "target.xml:1"},
	{"m with no data", {{"target.xml", TARGET("")}}, {{XFER "*", 0, "m"}}, GDBREGS_ERR_PROTOCOL, 0, "sends none"},
	{"l with no data", {{"target.xml", TARGET("")}}, {{XFER "*", 0, "l"}}, GDBREGS_ERR_DESCRIPTION, 0, "target.xml"},
	{"neither m nor l", {{"target.xml", TARGET("")}}, {{XFER "*", 0, "xyz"}}, GDBREGS_ERR_PROTOCOL, 0, "malformed qXfer"},
	{"OK", {{"target.xml", TARGET("")}}, {{XFER "*", 0, "OK"}}, GDBREGS_ERR_PROTOCOL, 0, "malformed qXfer"},
	{"a lone escape", {{"target.xml", TARGET("")}}, {{XFER "*", 0, "l<target/>}"}}, GDBREGS_ERR_PROTOCOL, 0, "malformed qXfer"},
	{"target.xml refused", {{"target.xml", TARGET("")}}, {{XFER "*", 0, "E00"}}, GDBREGS_ERR_NO_DESCRIPTION, 0, "no target description"},
	{"target.xml unknown", {{"target.xml", TARGET("")}}, {{XFER "*", 0, ""}}, GDBREGS_ERR_NO_DESCRIPTION, 0, "no target description"},
	{"target.xml refused in words", {{"target.xml", TARGET("")}}, {{XFER "*", 0, "E.not now"}}, GDBREGS_ERR_NO_DESCRIPTION, 0, "no target description"},
	{"a name no stub can be asked for", {{"target.xml", TARGET(INCLUDE("a:b.xml"))}}, {{0}}, GDBREGS_ERR_DESCRIPTION, 0, "a:b.xml"},
	{"an empty name", {{"target.xml", TARGET(INCLUDE(""))}}, {{0}}, GDBREGS_ERR_DESCRIPTION, 0, ""},
	{"a loop", {{"target.xml", TARGET(INCLUDE("a.xml"))}, {"a.xml", "<feature name=\"a\">" INCLUDE("target.xml") "</feature>"}}, {{0}}, GDBREGS_ERR_DESCRIPTION, 0, ""},
	{"not well formed", {{"target.xml", "<target><feature>"}}, {{0}}, GDBREGS_ERR_DESCRIPTION, 0, "target.xml:1:"},
	{"not well formed, an annex", {{"target.xml", TARGET(INCLUDE("a.xml"))}, {"a.xml", "<feature"}}, {{0}}, GDBREGS_ERR_DESCRIPTION, 0, "a.xml:1:"},
	{"no registers", {{"target.xml", TARGET("")}}, {{0}}, 0, 0, ""},
	{"a number that kills QEMU", {{"target.xml", TARGET("<feature name=\"f\"><reg name=\"a\" bitsize=\"8\" regnum=\"4294967295\"/></feature>")}}, {{0}}, GDBREGS_ERR_DESCRIPTION, 0, "target.xml:1:"},
	// clang-format on
};

/* vCPUs without a description have no registers, but packets can be sent. */
LOOP_TEST(none_is_needed, 2)
{
	const enum script_kind kind = _i ? SCRIPT_GDBSERVER : SCRIPT_QEMU10;
	const struct script_rule rules[] = {{XFER "*", 0, "E00"}, {0}};
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct gdbregs_reg_descriptor *list;
	struct gdbregs_buffer buf = {0};
	struct drive_call call = {0};
	struct script_stub stub, full_stub;
	struct drive d, full;
	size_t count;

	script_begin(&full_stub, SCRIPT_QEMU10, script_small, 1);
	ck_assert_int_eq(drive_open(&full, &full_stub, NULL), 0);
	script_begin(&stub, kind, script_small, 1);
	stub.rules = rules;
	o.description_optional = true;
	o.access = GDBREGS_RW_REGS;
	ck_assert_int_eq(drive_open(&d, &stub, &o), 0);
	ck_assert_uint_gt(gdbregs_vcpu_count(d.s), 0);
	ck_assert_ptr_null(gdbregs_vcpu_description(d.s, 0));
	ck_assert_int_eq(gdbregs_get_registers(d.s, 0, &list, &count), GDBREGS_ERR_NO_DESCRIPTION);
	struct gdbregs_read read = {.reg = drive_register(&full, 0, "b")};
	ck_assert_int_eq(drive_read(&d, &read, 1, &buf), 0);
	ck_assert_int_eq(read.status, GDBREGS_ERR_WRONG_VCPU_TYPE);
	ck_assert_int_eq(gdbregs__raw_packet(d.s, "g", 1, &buf, drive_done, &call, NULL), 0);
	ck_assert_int_eq(drive_wait(&d, &call), 0);
	ck_assert_uint_gt(buf.size, 0);
	gdbregs_buffer_fini(&buf);
	drive_end(&d);
	drive_end(&full);
	script_end(&stub);
	script_end(&full_stub);
}

static void check_registers(struct drive *d, size_t expected)
{
	struct gdbregs_reg_descriptor *list;
	size_t count;

	ck_assert_int_eq(gdbregs_get_registers(d->s, 0, &list, &count), 0);
	ck_assert_uint_eq(count, expected);
	gdbregs_free(list);
}

static void check_served(const struct served *served, enum script_kind kind, size_t piece)
{
	struct script_process process = {1, 1, 2, served->documents, eight, 6};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, kind, &process, 1);
	stub.rules = served->rules;
	stub.threads_a_reply = 1;
	drive_begin(&d, &stub, NULL, NULL);
	d.piece = piece;
	int result = drive_connect(&d);
	ck_assert_msg(result == served->result ||
			      (result == GDBREGS_ERR_LIMIT && served->registers == 0),
		      "%s: %s: %s\n%s", served->what, gdbregs_error_name(result),
		      gdbregs_session_error(d.s), stub.log);
	if (result == 0)
		check_registers(&d, served->registers);
	else
		ck_assert_msg(strstr(gdbregs_session_error(d.s), served->says) != NULL, "%s: %s",
			      served->what, gdbregs_session_error(d.s));
	drive_end(&d);
	drive_check_stub(&stub);
	/* The target runs again in any case. */
	ck_assert(stub.running);
	ck_assert_uint_eq(stub.target_requests, 1);
	script_end(&stub);
}

LOOP_TEST(served, COUNT(all_served))
{
	for (int kind = 0; kind < KINDS; kind++) {
		check_served(&all_served[_i], kinds[kind], SIZE_MAX);
		check_served(&all_served[_i], kinds[kind], 1);
	}
}

/* ------------------------------------------------------------------------- limits --- */

static int open_limited(const struct script_document *documents, const struct gdbregs_options *o,
			const struct script_rule *rules, enum script_kind kind)
{
	struct script_process process = {1, 1, 1, documents, eight, 6};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, kind, &process, 1);
	stub.rules = rules;
	int result = drive_open(&d, &stub, o);
	ck_assert(result == 0 || strlen(gdbregs_session_error(d.s)) > 10);
	drive_end(&d);
	ck_assert(stub.running);
	script_end(&stub);
	return result;
}

TEST(limits)
{
	static const struct script_document documents[] = {
		{"target.xml", TARGET(INCLUDE("a.xml") INCLUDE("b.xml"))},
		{"a.xml", "<feature name=\"a\">" REG("a") REG("b") "</feature>"},
		{"b.xml", "<feature name=\"b\">" REG("c") "</feature>"},
		{0},
	};
	/* An endless document. */
	static const struct script_rule endless[] = {
		{XFER "*", 0, "m<!-- one more line of many, of which there is no end -->"}, {0}};
	struct gdbregs_options o;

	for (int kind = 0; kind < KINDS; kind++) {
		gdbregs_options_init(&o);
		ck_assert_int_eq(open_limited(documents, &o, NULL, kinds[kind]), 0);
		o.max_includes = 1;
		ck_assert_int_eq(open_limited(documents, &o, NULL, kinds[kind]), GDBREGS_ERR_LIMIT);
		gdbregs_options_init(&o);
		o.max_registers = 2;
		ck_assert_int_eq(open_limited(documents, &o, NULL, kinds[kind]), GDBREGS_ERR_LIMIT);
		gdbregs_options_init(&o);
		o.max_description_bytes = 100;
		ck_assert_int_eq(open_limited(documents, &o, NULL, kinds[kind]), GDBREGS_ERR_LIMIT);
		o.max_description_bytes = 20000;
		ck_assert_int_eq(open_limited(documents, &o, endless, kinds[kind]),
				 GDBREGS_ERR_LIMIT);
	}
}

/* The number of round trips does not grow with the size of the annexes. */
TEST(large_annex)
{
	struct script_bytes text = {0};
	struct script_register *registers = calloc(1001, sizeof(*registers));
	struct script_stub stub;
	struct drive d;

	script_puts(&text, "<feature name=\"large\">");
	for (unsigned i = 0; i < 1000; i++) {
		char reg[80];

		snprintf(reg, sizeof(reg), "<reg name=\"r%u\" bitsize=\"64\" group=\"g%u\"/>", i,
			 i % 7);
		script_puts(&text, reg);
		registers[i] = (struct script_register){i, 8};
	}
	script_puts(&text, "</feature>");
	const struct script_document documents[] = {{"target.xml", TARGET(INCLUDE("large.xml"))},
						    {"large.xml", (char *)text.data},
						    {0}};
	const struct script_process process = {1, 1, 1, documents, registers, 1000};
	script_begin(&stub, SCRIPT_QEMU10, &process, 1);
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	ck_assert_uint_le(d.inputs, 6);
	check_registers(&d, 1000);
	drive_end(&d);
	drive_check_stub(&stub);
	script_end(&stub);
	script_free(&text);
	free(registers);
}
