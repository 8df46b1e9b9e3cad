/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thread ids: which texts are ids, and which ids name the same thread. */
#include "rsp/thread-id.h"

#include "../guarded.h"
#include "suite.h"

static bool parse(const char *text, size_t *at, struct gdbregs__thread_id *id)
{
	return gdbregs__thread_id_parse(guarded(text, strlen(text)), strlen(text), at, id);
}

static const struct {
	const char *text;
	bool has_pid, all;
	int64_t pid;
	uint64_t tid;
	size_t length;
	const char *canonical;
} good[] = {
	// clang-format off
	{"p01.01",                 true,  false, 1,          1,          6,  "p1.1"},   /* QEMU */
	{"p2.05;",                 true,  false, 2,          5,          5,  "p2.5"},
	{"pa410.a410",             true,  false, 0xa410,     0xa410,     10, "pa410.a410"}, /* gdbserver */
	{"1f",                     false, false, 0,          0x1f,       2,  "1f"},     /* lldb-server */
	{"00000001",               false, false, 0,          1,          8,  "1"},
	{"0",                      false, false, 0,          0,          1,  "0"},
	{"-1",                     false, true,  0,          0,          2,  "-1"},
	{"p0.0",                   true,  false, 0,          0,          4,  "p0.0"},
	{"p1.-1",                  true,  true,  1,          0,          5,  "p1.-1"},
	{"p-1.-1",                 true,  true,  -1,         0,          6,  "p-1.-1"},
	{"p-1.2",                  true,  false, -1,         2,          5,  "p-1.2"},
	{"p3",                     true,  true,  3,          0,          2,  "p3.-1"},
	{"p3,p4",                  true,  true,  3,          0,          2,  "p3.-1"},
	{"7fffffff",               false, false, 0,          0x7fffffff, 8,  "7fffffff"},
	{"80000000",               false, false, 0,          0x80000000, 8,  "80000000"},
	{"fffffffe,",              false, false, 0,          0xfffffffe, 8,  "fffffffe"}, /* kgdb */
	{"0000000080001234;",      false, false, 0,          0x80001234, 16, "80001234"}, /* OpenOCD */
	{"ffffffffffffffff",       false, false, 0,          UINT64_MAX, 16, "ffffffffffffffff"},
	{"p1.ffff888003a50000",    true,  false, 1,          0xffff888003a50000, 19, "p1.ffff888003a50000"},
	{"p7fffffffffffffff.1",    true,  false, INT64_MAX,  1,          19, "p7fffffffffffffff.1"},
	{"pABC.DeF",               true,  false, 0xabc,      0xdef,      8,  "pabc.def"},
	{"p000000000000000000001.0000000000000000000002", true, false, 1, 2, 45, "p1.2"},
	// clang-format on
};

TEST(parse_good)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct gdbregs__thread_id id = {0};
		char text[GDBREGS__THREAD_ID_TEXT];
		size_t at = 0;

		ck_assert(parse(good[i].text, &at, &id));
		ck_assert_uint_eq(at, good[i].length);
		ck_assert_int_eq(id.has_pid, good[i].has_pid);
		ck_assert_int_eq(id.all, good[i].all);
		ck_assert_int_eq(id.pid, good[i].pid);
		ck_assert_uint_eq(id.tid, good[i].tid);
		ck_assert_uint_eq(gdbregs__thread_id_format(text, &id), strlen(good[i].canonical));
		ck_assert_str_eq(text, good[i].canonical);
	}
}

TEST(parse_refuses)
{
	static const char *const texts[] = {
		"",
		"p",
		"P1.1",
		"-",
		"p.",
		"p.1",
		"p1.",
		"p1.-",
		"p1.x",
		"x1",
		"-2",
		"-0",
		"p-2.1",
		"p8000000000000000.1",
		"-10",
		"p1.10000000000000000",
		"10000000000000001",
		"p1..1",
		" 1",
		"--1",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct gdbregs__thread_id id = {true, false, 7, 8};
		size_t at = 0;

		ck_assert_msg(!parse(texts[i], &at, &id), "\"%s\" was taken", texts[i]);
		ck_assert_uint_eq(at, 0);
		ck_assert(id.has_pid && id.pid == 7 && id.tid == 8);
	}
}

TEST(parse_from_the_middle)
{
	struct gdbregs__thread_id id;
	size_t at = 1;

	ck_assert(parse("mp1.1,p1.2", &at, &id));
	ck_assert_uint_eq(at, 5);
	at = 6;
	ck_assert(parse("mp1.1,p1.2", &at, &id));
	ck_assert_uint_eq(at, 10);
	ck_assert_int_eq(id.tid, 2);
	ck_assert(!parse("mp1.1,p1.2", &at, &id));
}

TEST(equal)
{
	struct gdbregs__thread_id a = {true, false, 1, 2}, b = {true, false, 1, 2};

	ck_assert(gdbregs__thread_id_equal(&a, &b));
	b.pid = 2;
	ck_assert(!gdbregs__thread_id_equal(&a, &b));
	b = (struct gdbregs__thread_id){true, false, 1, 3};
	ck_assert(!gdbregs__thread_id_equal(&a, &b));
	b = (struct gdbregs__thread_id){false, false, 0, 2};
	ck_assert(!gdbregs__thread_id_equal(&a, &b));
	/* p0.2, thread 2 of any process, differs from thread 2 of a stub without process ids. */
	a = (struct gdbregs__thread_id){true, false, 0, 2};
	ck_assert(!gdbregs__thread_id_equal(&a, &b));
}

TEST(names_one_thread)
{
	static const struct {
		const char *text;
		bool concrete, listable, qemu;
	} cases[] = {
		// clang-format off
		{"1",                true,  true,  true},
		{"p1.1",             true,  true,  true},
		{"0",                false, true,  false},
		{"p1.0",             false, true,  false},
		{"-1",               false, false, false},
		{"p0.1",             false, false, false},
		{"p-1.1",            false, false, false},
		{"p1.-1",            false, false, false},
		{"p1",               false, false, false},
		{"7fffffff",         true,  true,  true},
		{"80000000",         true,  true,  false},
		{"p1.80000000",      true,  true,  false},
		{"p80000000.1",      true,  true,  false},
		{"ffffffffffffffff", true,  true,  false},
		// clang-format on
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct gdbregs__thread_id id;
		size_t at = 0;

		ck_assert(parse(cases[i].text, &at, &id));
		ck_assert_msg(gdbregs__thread_id_concrete(&id) == cases[i].concrete, "%s",
			      cases[i].text);
		ck_assert_msg(gdbregs__thread_id_listable(&id, false) == cases[i].listable, "%s",
			      cases[i].text);
		ck_assert_msg(gdbregs__thread_id_listable(&id, true) == cases[i].qemu, "%s",
			      cases[i].text);
	}
}

static void check_random(uint32_t *state)
{
	static const char alphabet[] = "pp01-.,fA7";
	struct gdbregs__thread_id id, again;
	char canonical[GDBREGS__THREAD_ID_TEXT];
	uint8_t text[24];
	size_t size = random_text(state, text, sizeof(text), alphabet, sizeof(alphabet));
	size_t at = 0, end = 0;

	if (!gdbregs__thread_id_parse(guarded(text, size), size, &at, &id)) {
		MUST(at == 0);
		return;
	}
	MUST(at > 0 && at <= size);
	MUST(id.pid >= -1 && (!id.all || id.tid == 0));
	size_t length = gdbregs__thread_id_format(canonical, &id);
	MUST(length < sizeof(canonical) && canonical[length] == '\0');
	MUST(gdbregs__thread_id_parse((uint8_t *)canonical, length, &end, &again));
	MUST(end == length);
	MUST(gdbregs__thread_id_equal(&id, &again));
}

TEST(random_input)
{
	uint32_t state = 0x77c1e08d;

	for (int i = 0; i < 100000; i++)
		check_random(&state);
}
