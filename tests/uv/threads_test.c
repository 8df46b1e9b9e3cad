/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thread lists and clusters, valid and invalid. */
#include "../session/harness.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum script_kind kinds[] = {SCRIPT_PLAIN, SCRIPT_QEMU10, SCRIPT_GDBSERVER};
#define KINDS 3

/* --------------------------------------------------------------------------- lists --- */

struct list {
	const char *what;
	struct script_rule rules[4];
	int result;
	unsigned vcpus;
	const char *thread; /* the name of vCPU 0; may be NULL */
	const char *says;
};

static const struct list lists[] = {
	// clang-format off
	{"trailing comma", {{"qfThreadInfo", 0, "m1,2,"}}, 0, 2, "1", ""},
	{"empty reply", {{"qfThreadInfo", 0, ""}}, 0, 1, "1", ""},
	{"OK", {{"qfThreadInfo", 0, "OK"}}, 0, 1, "1", ""},
	{"an error", {{"qfThreadInfo", 0, "E01"}}, 0, 1, "1", ""},
	{"an empty list", {{"qfThreadInfo", 0, "l"}}, 0, 1, "1", ""},
	{"no list, no thread in the stop reply", {{"qfThreadInfo", 0, ""}, {"?", 0, "S05"}}, 0, 1, NULL, ""},
	{"m without ids", {{"q*ThreadInfo", 0, "m"}, {"qfThreadInfo", 0, "m"}, {"qsThreadInfo", 0, "m"}}, GDBREGS_ERR_LIMIT, 0, "", "than 100 "},
	{"the first id for ever", {{"qsThreadInfo", 0, "m1"}}, GDBREGS_ERR_LIMIT, 0, "", "than 100 "},
	{"twice the same ids", {{"qfThreadInfo", 0, "m1,2,1"}, {"qsThreadInfo", 1, "m2,01,2"}}, 0, 2, "1", ""},
	{"leading zeros", {{"qfThreadInfo", 0, "m00000001,0002"}}, 0, 2, "00000001", ""},
	{"id -1", {{"qfThreadInfo", 0, "m-1"}}, 0, 1, "1", ""},
	{"id -1 and another", {{"qfThreadInfo", 0, "m-1,2"}}, GDBREGS_ERR_PROTOCOL, 0, "", "thread"},
	{"all of a process", {{"qfThreadInfo", 0, "mp1.-1"}}, GDBREGS_ERR_PROTOCOL, 0, "", "thread"},
	{"a process alone", {{"qfThreadInfo", 0, "mp1"}}, GDBREGS_ERR_PROTOCOL, 0, "", "thread"},
	{"too large an id", {{"qfThreadInfo", 0, "m10000000000000000"}}, GDBREGS_ERR_PROTOCOL, 0, "", "thread"},
	{"a very long id", {{"qfThreadInfo", 0, "m123456789012345678901234567890123456789"}}, GDBREGS_ERR_PROTOCOL, 0, "", "thread"},
	{"no id", {{"qfThreadInfo", 0, "mhello"}}, GDBREGS_ERR_PROTOCOL, 0, "", "thread"},
	{"no list", {{"qfThreadInfo", 0, "x1"}}, 0, 1, "1", ""},
	{"two commas", {{"qfThreadInfo", 0, "m1,,2"}}, 0, 2, "1", ""},
	{"an error half-way", {{"qsThreadInfo", 1, "E03"}}, 0, 1, "01", ""},
	// clang-format on
};

static void check_list(const struct list *list, size_t piece)
{
	struct gdbregs_options o;
	struct script_stub stub;
	struct drive d;

	gdbregs_options_init(&o);
	o.max_vcpus = 100;
	script_begin(&stub, SCRIPT_PLAIN, script_small, 1);
	stub.threads_a_reply = 1;
	stub.rules = list->rules;
	drive_begin(&d, &stub, NULL, &o);
	d.piece = piece;
	int result = drive_connect(&d);
	ck_assert_msg(result == list->result, "%s: %s: %s\n%s", list->what,
		      gdbregs_error_name(result), gdbregs_session_error(d.s), stub.log);
	if (result < 0)
		ck_assert_msg(strstr(gdbregs_session_error(d.s), list->says) != NULL, "%s",
			      gdbregs_session_error(d.s));
	if (result == 0) {
		ck_assert_uint_eq(gdbregs_vcpu_count(d.s), list->vcpus);
		ck_assert_pstr_eq(gdbregs_vcpu_thread(d.s, 0), list->thread);
		drive_check_values(&d, 1);
	}
	drive_end(&d);
	/* The stub itself has not listed the ids of the rules. */
	if (!strstr(stub.violation, "unlisted"))
		drive_check_stub(&stub);
	ck_assert(stub.running);
	script_end(&stub);
}

LOOP_TEST(each_list, COUNT(lists))
{
	check_list(&lists[_i], SIZE_MAX);
	check_list(&lists[_i], 1);
}

/* ---------------------------------------------------------------------- many vCPUs --- */

/* QEMU lists one id in each reply. */
static int open_many(struct drive *d, struct script_stub *stub, enum script_kind kind,
		     unsigned threads, size_t max_vcpus)
{
	static struct script_process process;
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.max_vcpus = max_vcpus;
	process = script_small[0];
	process.threads = threads;
	script_begin(stub, kind, &process, 1);
	stub->threads_a_reply = 1;
	return drive_open(d, stub, &o);
}

LOOP_TEST(many, 7)
{
	static const unsigned counts[] = {9, 10, 11, 17, 18, 200, 4000};
	struct script_stub stub;
	struct drive d;

	for (int kind = 0; kind < KINDS; kind++) {
		unsigned count = counts[_i];
		char last[20];

		ck_assert_int_eq(open_many(&d, &stub, kinds[kind], count, count), 0);
		ck_assert_uint_eq(gdbregs_vcpu_count(d.s), count);
		snprintf(last, sizeof(last), stub.multiprocess ? "p01.%02x" : "%02x", count);
		ck_assert_str_eq(gdbregs_vcpu_thread(d.s, count - 1), last);
		ck_assert(!stub.phymem || d.inputs <= 6);
		drive_end(&d);
		drive_check_stub(&stub);
		script_end(&stub);
		ck_assert_int_eq(open_many(&d, &stub, kinds[kind], count, count - 1),
				 GDBREGS_ERR_LIMIT);
		drive_end(&d);
		ck_assert(stub.running);
		script_end(&stub);
	}
}

/* ------------------------------------------------------------------------- clusters --- */

/* The pids of a machine. A cluster without CPUs cannot be attached, and nothing is known about the
 * clusters after it. */
static const unsigned machines[][12] = {
	{1, 2}, {1, 3}, {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {1, 4, 5},
};

static size_t build(const unsigned *pids, struct script_process *processes)
{
	size_t count = 0;

	for (; pids[count]; count++) {
		processes[count] = script_clusters[count % 2];
		processes[count].pid = pids[count];
		processes[count].first_tid =
			count ? processes[count - 1].first_tid + processes[count - 1].threads : 1;
	}
	return count;
}

LOOP_TEST(clusters, COUNT(machines))
{
	for (int qemu72 = 0; qemu72 < 2; qemu72++) {
		struct script_process processes[12];
		size_t count = build(machines[_i], processes);
		struct script_stub stub;
		struct drive d;

		script_begin(&stub, qemu72 ? SCRIPT_QEMU72 : SCRIPT_QEMU10, processes, count);
		ck_assert_msg(drive_open(&d, &stub, NULL) == 0, "%s", gdbregs_session_error(d.s));
		ck_assert_uint_eq(gdbregs_vcpu_count(d.s), processes[count - 1].first_tid +
								   processes[count - 1].threads -
								   1);
		ck_assert_uint_le(d.inputs, 6u + (unsigned)qemu72);
		ck_assert_ptr_eq(gdbregs_vcpu_description(d.s, 0),
				 gdbregs_vcpu_description(d.s, 1));
		ck_assert_ptr_ne(gdbregs_vcpu_description(d.s, 0),
				 gdbregs_vcpu_description(d.s, 2));
		if (count > 2)
			ck_assert_ptr_eq(gdbregs_vcpu_description(d.s, 0),
					 gdbregs_vcpu_description(d.s, 3));
		ck_assert_str_eq(gdbregs_vcpu_name(d.s, 2), "CPU#2");
		drive_check_values(&d, 1);
		drive_end(&d);
		drive_check_stub(&stub);
		ck_assert(stub.running);
		script_end(&stub);
	}
}

/* Only processes that were attached are detached. A process whose stop reply names another process
 * does not count. */
LOOP_TEST(odd_clusters, 8)
{
	static const struct script_rule rules[][2] = {
		{{"vAttach;2", 0, "E22"}},	{{"vAttach;2", 0, ""}},
		{{"vAttach;2", 0, "OK"}},	{{"vAttach;2", 0, "T05thread:p07.03;"}},
		{{"vAttach;2", 0, "T05"}},	{{"vAttach;2", 0, "T05thread:3;"}},
		{{"vAttach;2", 0, "nonsense"}}, {{"vAttach;*", 0, "E22"}},
	};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, SCRIPT_QEMU10, script_small, 1);
	stub.rules = rules[_i];
	ck_assert_msg(drive_open(&d, &stub, NULL) == 0, "%s", gdbregs_session_error(d.s));
	ck_assert_uint_eq(gdbregs_vcpu_count(d.s), 2);
	drive_check_values(&d, 1);
	drive_end(&d);
	drive_check_stub(&stub);
	ck_assert(stub.running);
	script_end(&stub);
}

/* A read of a register on a vCPU of another type fails, and other reads succeed. */
TEST(wrong_type)
{
	struct gdbregs_buffer buf = {0};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, SCRIPT_QEMU10, script_clusters, 2);
	ck_assert_int_eq(drive_open(&d, &stub, NULL), 0);
	const struct gdbregs_register *b = drive_register(&d, 0, "b");
	const struct gdbregs_register *r1 = drive_register(&d, 2, "r1");
	struct gdbregs_read reads[] = {{0, b, -99, NULL}, {0, r1, -99, NULL}, {2, r1, -99, NULL},
				       {2, b, -99, NULL}, {3, b, -99, NULL},  {0, NULL, -99, NULL},
				       {1, b, -99, NULL}};
	ck_assert_int_eq(drive_read(&d, reads, 7, &buf), 0);
	ck_assert_int_eq(reads[0].status, 8);
	ck_assert_int_eq(reads[1].status, GDBREGS_ERR_WRONG_VCPU_TYPE);
	ck_assert_int_eq(reads[2].status, 4);
	ck_assert_int_eq(reads[3].status, GDBREGS_ERR_WRONG_VCPU_TYPE);
	ck_assert_int_eq(reads[4].status, GDBREGS_ERR_NO_VCPU);
	ck_assert_int_eq(reads[5].status, GDBREGS_ERR_INVAL);
	ck_assert_int_eq(reads[6].status, 8);
	ck_assert_ptr_null(reads[1].data);
	drive_check_value(1, 1, reads[0].data, 8);
	drive_check_value(3, 1, reads[2].data, 4);
	drive_check_value(2, 1, reads[6].data, 8);
	ck_assert_int_eq(drive_read_one(&d, 0, r1, &buf), GDBREGS_ERR_WRONG_VCPU_TYPE);
	ck_assert_int_eq(drive_read_one(&d, 9, b, &buf), GDBREGS_ERR_NO_VCPU);
	drive_end(&d);
	drive_check_stub(&stub);
	gdbregs_buffer_fini(&buf);
	script_end(&stub);
}

/* Stubs without multiprocess ids, names, or Hg. */
LOOP_TEST(simple_stubs, 4)
{
	struct script_process process = script_small[0];
	struct script_stub stub;
	struct drive d;

	process.threads = _i == 2 ? 1 : 2;
	script_begin(&stub, _i == 3 ? SCRIPT_GDBSERVER : SCRIPT_PLAIN, &process, 1);
	stub.names = false;
	stub.has_threads = _i != 1 && _i != 2;
	stub.thread_in_stop = _i == 0 || _i == 2;
	stub.has_hg = _i != 2;
	stub.has_p = true;
	ck_assert_msg(drive_open(&d, &stub, NULL) == 0, "%s", gdbregs_session_error(d.s));
	ck_assert_uint_eq(gdbregs_vcpu_count(d.s), stub.has_threads ? 2 : 1);
	ck_assert_ptr_null(gdbregs_vcpu_name(d.s, 0));
	drive_check_values(&d, 1);
	drive_end(&d);
	drive_check_stub(&stub);
	ck_assert(stub.running);
	ck_assert_uint_le(stub.target_requests, 1);
	script_end(&stub);
}

/* A stub that offers multiprocess ids and does not use them. */
LOOP_TEST(no_pid_ever, KINDS)
{
	static const struct script_rule rules[] = {{"?", 0, "T05thread:1;"}, {0}};
	struct script_stub stub;
	struct drive d;

	script_begin(&stub, kinds[_i], script_small, 1);
	stub.supported = "PacketSize=1000;qXfer:features:read+;multiprocess+";
	stub.phymem = stub.qemu = stub.pipelines = false;
	stub.no_ack_mode = stub.multiprocess = false;
	stub.rules = rules;
	ck_assert_msg(drive_open(&d, &stub, NULL) == 0, "%s", gdbregs_session_error(d.s));
	drive_end(&d);
	ck_assert_msg(strstr(stub.log, " D ") != NULL, "%s", stub.log);
	script_end(&stub);
}
