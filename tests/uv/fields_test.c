/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields of a session's registers, by name. */
#include "serve.h"
#include "suite.h"

#include <gdbregs.h>
#include <stdio.h>
#include <string.h>

static const struct script_document documents[] = {
	{"target.xml", "<target><architecture>i386:x86-64</architecture>"
		       "<feature name=\"f\"><flags id=\"fl\" size=\"4\">"
		       "<field name=\"CF\" start=\"0\" end=\"0\"/>"
		       "<field name=\"PL\" start=\"12\" end=\"13\"/></flags>"
		       "<vector id=\"v4\" type=\"uint32\" count=\"4\"/>"
		       "<reg name=\"rip\" bitsize=\"64\" type=\"code_ptr\"/>"
		       "<reg name=\"eflags\" bitsize=\"32\" type=\"fl\"/>"
		       "<reg name=\"v\" bitsize=\"128\" type=\"v4\"/>"
		       "<reg name=\"u\" bitsize=\"128\" type=\"uint128\"/></feature>"
		       "<feature name=\"g\"><reg name=\"u\" bitsize=\"8\"/></feature></target>"},
	{0},
};

static const struct script_register registers[] = {{0, 8}, {1, 4}, {2, 16}, {3, 16}, {4, 1}, {0}};

static const struct script_process process[1] = {{1, 1, 2, documents, registers, 5}};

static struct server server;
static struct gdbregs_session *s;

static void setup(void)
{
	script_begin(&server.stub, SCRIPT_QEMU72, process, 1);
	serve_start(&server, NULL);
	ck_assert_int_eq(gdbregs_connect(NULL, server.address, NULL, &s, NULL), 0);
}

static void teardown(void)
{
	gdbregs_close(s);
	serve_stop(&server);
	ck_assert_msg(!server.stub.violation[0], "%s", server.stub.violation);
	script_end(&server.stub);
}

/* Returns the value of a register at the stub, which is little-endian. */
static uint64_t served(unsigned tid, unsigned regnum, size_t offset, size_t size)
{
	uint8_t bytes[16];
	uint64_t number = 0;

	script_value(tid, regnum, bytes, sizeof(bytes));
	for (size_t i = size; i-- > 0;)
		number = number << 8 | bytes[offset + i];
	return number;
}

static void is(unsigned vcpu, const char *name, uint64_t expected)
{
	uint64_t out = 77;

	ck_assert_msg(gdbregs_read_u64(s, vcpu, name, &out) == 0, "%s: %s", name,
		      gdbregs_session_error(s));
	ck_assert_uint_eq(out, expected);
}

static void fails(unsigned vcpu, const char *name, int code, const char *says)
{
	uint64_t out = 77;

	ck_assert_int_eq(gdbregs_read_u64(s, vcpu, name, &out), code);
	ck_assert_uint_eq(out, 77);
	ck_assert_str_eq(gdbregs_session_error(s), says);
}

FIXTURE(setup, teardown)

TEST(numbers_by_name)
{
	is(0, "rip", served(1, 0, 0, 8));
	is(1, "rip", served(2, 0, 0, 8));
	is(1, "pc", served(2, 0, 0, 8));
	is(0, "eflags", served(1, 1, 0, 4));
	is(0, "eflags.CF", served(1, 1, 0, 4) & 1);
	is(1, "flags.PL", served(2, 1, 0, 4) >> 12 & 3);
	is(1, "v[3]", served(2, 2, 12, 4));
}

TEST(no_numbers)
{
	uint64_t out;

	fails(0, "v", GDBREGS_ERR_UNSUPPORTED, "v is not a number; name a part of it");
	fails(0, "eflags.X", GDBREGS_ERR_NO_FIELD, "vCPU 0: the register has no field 'eflags.X'");
	fails(0, "nil", GDBREGS_ERR_NO_REGISTER, "vCPU 0 has no register nil");
	fails(0, "nil.x", GDBREGS_ERR_NO_REGISTER, "vCPU 0 has no register nil.x");
	fails(0, "u", GDBREGS_ERR_AMBIGUOUS,
	      "vCPU 0: several registers have the name in 'u'; name the feature too");
	ck_assert_int_eq(gdbregs_read_u64(s, 2, "rip", &out), GDBREGS_ERR_NO_VCPU);
	ck_assert_int_eq(gdbregs_read_u64(s, 0, NULL, &out), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_read_u64(s, 0, "rip", NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_read_u64(NULL, 0, "rip", &out), GDBREGS_ERR_INVAL);
}

TEST(too_wide)
{
	struct gdbregs_buffer value = {0};
	struct gdbregs_field f;
	uint64_t out;

	ck_assert_int_eq(gdbregs_find_field(s, 0, "f", "u", &f), 0);
	ck_assert_int_eq(gdbregs_find_field(s, 0, "f", "u", NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_read_register(s, 0, gdbregs_field_register(&f), &value), 16);
	ck_assert_int_eq(gdbregs_field_u64(&f, gdbregs_vcpu_byte_order(s, 0), value.data, 16, &out),
			 GDBREGS_ERR_LIMIT);
	gdbregs_buffer_fini(&value);
}
