/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers of fields. The expected bits of floats are those of IEEE 754 and of Intel's and
 * Motorola's manuals. */
#include "fields.h"
#include "util/alloc.h"

#include <math.h>
#include <stdio.h>

static const char description[] =
	"<target><architecture>aarch64</architecture><feature name=\"f\">"
	"<enum id=\"mode\" size=\"4\"><evalue name=\"usr\" value=\"0\"/>"
	"<evalue name=\"svc\" value=\"3\"/></enum>"
	"<flags id=\"fl\" size=\"4\"><field name=\"C\" start=\"0\" end=\"0\"/>"
	"<field name=\"\" start=\"1\" end=\"1\"/><field name=\"Z\" start=\"6\" end=\"6\"/>"
	"<field name=\"PL\" start=\"12\" end=\"13\"/>"
	"<field name=\"M\" start=\"16\" end=\"19\" type=\"mode\"/>"
	"<field name=\"S\" start=\"20\" end=\"23\" type=\"int8\"/>"
	"<field name=\"top\" start=\"31\" end=\"31\"/></flags>"
	"<struct id=\"bits\" size=\"16\"><field name=\"lo\" start=\"0\" end=\"62\"/>"
	"<field name=\"hi\" start=\"63\" end=\"63\"/><field name=\"all\" start=\"0\" end=\"63\"/>"
	"</struct>"
	"<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>"
	"<vector id=\"v8i\" type=\"int16\" count=\"8\"/>"
	"<struct id=\"pair\"><field name=\"a\" type=\"uint16\"/><field name=\"b\" type=\"fl\"/>"
	"<field name=\"c\" type=\"ieee_double\"/><field name=\"d\" type=\"int16\"/></struct>"
	"<union id=\"vec\"><field name=\"f\" type=\"v4f\"/><field name=\"i\" type=\"v8i\"/>"
	"<field name=\"q\" type=\"uint128\"/><field name=\"p\" type=\"pair\"/></union>"
	"<reg name=\"x0\" bitsize=\"64\"/><reg name=\"u64\" bitsize=\"64\" type=\"uint64\"/>"
	"<reg name=\"i8\" bitsize=\"8\" type=\"int8\"/><reg name=\"fl\" bitsize=\"32\" "
	"type=\"fl\"/>"
	"<reg name=\"bits\" bitsize=\"128\" type=\"bits\"/><reg name=\"v\" bitsize=\"128\" "
	"type=\"vec\"/>"
	"<reg name=\"half\" bitsize=\"16\" type=\"ieee_half\"/>"
	"<reg name=\"bf\" bitsize=\"16\" type=\"bfloat16\"/>"
	"<reg name=\"single\" bitsize=\"32\" type=\"ieee_single\"/>"
	"<reg name=\"double\" bitsize=\"64\" type=\"ieee_double\"/>"
	"<reg name=\"x87\" bitsize=\"80\" type=\"i387_ext\"/>"
	"<reg name=\"fpa\" bitsize=\"96\" type=\"arm_fpa_ext\"/>"
	"<reg name=\"m68k\" bitsize=\"96\" type=\"float\"/>"
	"<reg name=\"quad\" bitsize=\"128\" type=\"float\"/>"
	"<reg name=\"odd\" bitsize=\"24\" type=\"float\"/>"
	"<reg name=\"i128\" bitsize=\"128\" type=\"int128\"/>"
	"<reg name=\"u512\" bitsize=\"512\" type=\"uint128\"/>"
	"<reg name=\"new\" bitsize=\"16\" type=\"nobody_knows\"/>"
	"<reg name=\"bit\" bitsize=\"1\" type=\"uint8\"/>"
	"</feature></target>";

static void setup(void)
{
	d = good_text(description);
}

/* Make a register value from hex digits, most significant first. It is valid until the next call.
 * */
static struct value {
	uint8_t *bytes;
	size_t size;
} value_of(const char *hex, enum gdbregs_byte_order order)
{
	static uint8_t bytes[64];
	size_t size = strlen(hex) / 2;
	/* The value ends where its memory ends, so that valgrind detects reading past it. */
	struct value v = {bytes + sizeof(bytes) - size, size};

	for (size_t i = 0; i < size; i++) {
		unsigned byte;

		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		v.bytes[order == BIG ? i : size - 1 - i] = (uint8_t)byte;
	}
	return v;
}

static const enum gdbregs_byte_order orders[] = {LITTLE, BIG};

#define EACH_ORDER(order) (size_t n_ = 0, order = LITTLE; n_ < 2; order = orders[1], n_++)

static int u64(const char *name, const char *hex, size_t order, uint64_t *out)
{
	struct gdbregs_field f = field(name);
	struct value v = value_of(hex, (enum gdbregs_byte_order)order);

	return gdbregs_field_u64(&f, (enum gdbregs_byte_order)order, v.bytes, v.size, out);
}

static void is_u64(const char *name, const char *hex, uint64_t expected)
{
	for
		EACH_ORDER(order)
		{
			uint64_t out = 77;

			ck_assert_int_eq(u64(name, hex, order, &out), 0);
			ck_assert_msg(out == expected, "%s of %s: %#llx", name, hex,
				      (unsigned long long)out);
		}
}

static void is_not_u64(const char *name, const char *hex, int code)
{
	for
		EACH_ORDER(order)
		{
			uint64_t out = 77;

			ck_assert_int_eq(u64(name, hex, order, &out), code);
			ck_assert_uint_eq(out, 77);
		}
}

static void is_i64(const char *name, const char *hex, int code, int64_t expected)
{
	for
		EACH_ORDER(order)
		{
			struct gdbregs_field f = field(name);
			struct value v = value_of(hex, (enum gdbregs_byte_order)order);
			int64_t out = 77;

			ck_assert_int_eq(gdbregs_field_i64(&f, (enum gdbregs_byte_order)order,
							   v.bytes, v.size, &out),
					 code);
			ck_assert_int_eq(out, code ? 77 : expected);
		}
}

/* Check that the field reads as this double, and that setting the double gives these bytes. */
static void is_double_in(enum gdbregs_byte_order order, const char *name, const char *hex,
			 double expected)
{
	struct gdbregs_field f = field(name);
	struct value v = value_of(hex, order);
	uint8_t back[64] = {0};
	double out = 77;

	ck_assert_int_eq(gdbregs_field_double(&f, order, v.bytes, v.size, &out), 0);
	if (isnan(expected))
		ck_assert(isnan(out));
	else
		ck_assert_msg(out == expected && signbit(out) == signbit(expected), "%s of %s: %a",
			      name, hex, out);
	ck_assert_int_eq(gdbregs_field_put_double(&f, order, back, v.size, out), 0);
	ck_assert_msg(memcmp(back, v.bytes, v.size) == 0, "%s %a", name, out);
}

static void is_double(const char *name, const char *hex, double expected)
{
	is_double_in(LITTLE, name, hex, expected);
	is_double_in(BIG, name, hex, expected);
}

static void is_no_double(const char *name, const char *hex, int code)
{
	for
		EACH_ORDER(order)
		{
			struct gdbregs_field f = field(name);
			struct value v = value_of(hex, (enum gdbregs_byte_order)order);
			double out = 77;

			ck_assert_int_eq(gdbregs_field_double(&f, (enum gdbregs_byte_order)order,
							      v.bytes, v.size, &out),
					 code);
			ck_assert(out == 77);
		}
}

/* ---------------------------------------------------------------- integers --- */

FIXTURE(setup, teardown)

TEST(integers)
{
	is_u64("x0", "0123456789abcdef", 0x0123456789abcdef);
	is_u64("x0", "ffffffffffffffff", UINT64_MAX); /* signed: the bits are not extended */
	is_u64("u64", "ffffffffffffffff", UINT64_MAX);
	is_u64("i8", "80", 0x80);
	is_u64("new", "8001", 0x8001);
	is_u64("i128", "0000000000000000ffffffffffffffff", UINT64_MAX);
	is_not_u64("i128", "00000000000000010000000000000000", GDBREGS_ERR_LIMIT);
	is_not_u64("i128", "ffffffffffffffffffffffffffffffff", GDBREGS_ERR_LIMIT);
	is_u64("x0", "8001", 0x8001); /* a reply that is shorter than the register */
	is_i64("x0", "ffffffffffffffff", 0, -1);
	is_i64("x0", "8000000000000000", 0, INT64_MIN);
	is_i64("x0", "8001", 0, -0x7fff);
	is_i64("u64", "7fffffffffffffff", 0, INT64_MAX);
	is_i64("u64", "8000000000000000", GDBREGS_ERR_LIMIT, 0);
	is_i64("i8", "80", 0, -128);
	is_i64("i128", "ffffffffffffffff8000000000000000", 0, INT64_MIN);
	is_i64("i128", "ffffffffffffffff7fffffffffffffff", GDBREGS_ERR_LIMIT, 0);
	is_i64("i128", "00000000000000008000000000000000", GDBREGS_ERR_LIMIT, 0);
	is_i64("i128", "00000000000000007fffffffffffffff", 0, INT64_MAX);
}

TEST(bit_fields)
{
	/* Bit 0 is the least significant in both byte orders. */
	is_u64("fl", "80d32041", 0x80d32041);
	is_u64("fl.C", "80d32041", 1);
	is_u64("fl.Z", "80d32041", 1);
	is_u64("fl.Z", "80d32001", 0);
	is_u64("fl.PL", "80d32041", 2);
	is_u64("fl.M", "80d32041", 3);
	is_u64("fl.S", "80d32041", 13);
	is_i64("fl.S", "80d32041", 0, -3);
	is_i64("fl.M", "000f0000", 0, 15);
	is_u64("fl.top", "80d32041", 1);
	is_i64("fl.top", "80d32041", 0, 1);
	is_u64("bits.lo", "ffffffffffffffff7fffffffffffffff", INT64_MAX);
	is_u64("bits.hi", "00000000000000008000000000000000", 1);
	is_u64("bits.all", "00000000000000008000000000000001", 0x8000000000000001);
	is_u64("bits", "00000000000000008000000000000001", 0x8000000000000001);
	is_not_u64("bits", "00000000000000018000000000000001", GDBREGS_ERR_LIMIT);
	is_not_u64("fl.top", "8000", GDBREGS_ERR_UNAVAILABLE);
	is_u64("fl.PL", "2000", 2);
}

TEST(memory_order)
{
	/* The bytes are 00 01 02 ... 0f. The places are in memory order. */
	static const uint8_t bytes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	static const struct {
		const char *name;
		uint64_t little, big;
	} parts[] = {
		{"v.i[0]", 0x0100, 0x0001}, {"v.i[7]", 0x0f0e, 0x0e0f},
		{"v.p.a", 0x0100, 0x0001},  {"v.p.b", 0x05040302, 0x02030405},
		{"v.p.b.C", 0, 1},	    {"v.p.b.M", 4, 3},
		{"v.p.d", 0x0f0e, 0x0e0f},
	};

	for (size_t i = 0; i < COUNT(parts); i++) {
		struct gdbregs_field f = field(parts[i].name);
		uint64_t out;

		ck_assert_int_eq(gdbregs_field_u64(&f, LITTLE, bytes, 16, &out), 0);
		ck_assert_uint_eq(out, parts[i].little);
		ck_assert_int_eq(gdbregs_field_u64(&f, BIG, bytes, 16, &out), 0);
		ck_assert_uint_eq(out, parts[i].big);
		ck_assert_int_eq(gdbregs_field_u64(&f, UNKNOWN, bytes, 16, &out),
				 GDBREGS_ERR_UNSUPPORTED);
	}
	struct gdbregs_field f = field("v.p.c");
	const uint8_t *part;
	size_t size;

	ck_assert_int_eq(gdbregs_field_bytes(&f, bytes, 16, &part, &size), 0);
	ck_assert_ptr_eq(part, bytes + 6);
	ck_assert_uint_eq(size, 8);
	ck_assert_int_eq(gdbregs_field_bytes(&f, bytes, 13, &part, &size), GDBREGS_ERR_UNAVAILABLE);
	f = field("fl.C");
	ck_assert_int_eq(gdbregs_field_bytes(&f, bytes, 4, &part, &size), GDBREGS_ERR_UNSUPPORTED);
}

TEST(what_has_no_number)
{
	static const char zeros[] = "00000000000000000000000000000000";

	is_not_u64("v", zeros, GDBREGS_ERR_UNSUPPORTED);
	is_not_u64("v.f", zeros, GDBREGS_ERR_UNSUPPORTED);
	is_not_u64("v.p", zeros, GDBREGS_ERR_UNSUPPORTED);
	is_not_u64("odd", "000000", GDBREGS_ERR_UNSUPPORTED);
	is_no_double("v", zeros, GDBREGS_ERR_UNSUPPORTED);
	is_no_double("odd", "000000", GDBREGS_ERR_UNSUPPORTED);
	is_not_u64("v.i[1]", "000000", GDBREGS_ERR_UNAVAILABLE);
	is_not_u64("x0", "", GDBREGS_ERR_UNAVAILABLE);
}

/* ------------------------------------------------------------------ floats --- */

TEST(floats)
{
	is_double("half", "3c00", 1.0);
	is_double("half", "0001", 0x1p-24);
	is_double("half", "03ff", 0x3ffp-24);
	is_double("half", "0400", 0x1p-14);
	is_double("half", "7bff", 65504.0);
	is_double("half", "8000", -0.0);
	is_double("half", "fc00", -INFINITY);
	is_double("half", "7e01", NAN);
	is_double("bf", "3f80", 1.0);
	is_double("bf", "0001", 0x1p-133);
	is_double("bf", "7f7f", 0x1.fep127);
	is_double("single", "3f800000", 1.0);
	is_double("single", "c0490fdb", -0x1.921fb6p1);
	is_double("single", "00000001", 0x1p-149);
	is_double("single", "007fffff", 0x7fffffp-149);
	is_double("single", "7f7fffff", 0x1.fffffep127);
	is_double("single", "7f800000", INFINITY);
	is_double("single", "7fc00000", NAN);
	is_double("single", "7f800001", NAN);
	is_double("double", "3ff8000000000000", 1.5);
	is_double("double", "0000000000000001", 0x1p-1074);
	is_double("double", "7fefffffffffffff", 0x1.fffffffffffffp1023);
	is_double("double", "7ff0000000000000", INFINITY);
	is_double("double", "fff8000000000123", -NAN);
	is_double("x87", "3fff8000000000000000", 1.0);
	is_double("x87", "4000c90fdaa22168c000", 0x1.921fb54442d18p1);
	is_double("x87", "3bcd8000000000000000", 0x1p-1074);
	is_double("x87", "ffff8000000000000000", -INFINITY);
	is_double("x87", "7fffc000000000000000", NAN);
	is_double("x87", "80000000000000000000", -0.0);
	is_double("quad", "3fff0000000000000000000000000000", 1.0);
	is_double("quad", "4000921fb54442d18000000000000000", 0x1.921fb54442d18p1);
	is_double("quad", "7fff0000000000000000000000000000", INFINITY);
	is_double("quad", "3bcd0000000000000000000000000000", 0x1p-1074);
	is_double("quad", "ffff8000000000000000000000000000", NAN);
	is_double_in(BIG, "m68k", "3fff00008000000000000000", 1.0);
	is_double_in(BIG, "m68k", "c0000000c90fdaa22168c000", -0x1.921fb54442d18p1);
	is_double_in(BIG, "m68k", "7fff00000000000000000000", INFINITY);
	is_double_in(BIG, "fpa", "00003fff8000000000000000", 1.0);
}

TEST(floats_that_no_double_is)
{
	is_no_double("x87", "4000c90fdaa22168c235", GDBREGS_ERR_LIMIT); /* pi */
	is_no_double("x87", "7ffeffffffffffffffff", GDBREGS_ERR_LIMIT);
	is_no_double("x87", "00000000000000000001", GDBREGS_ERR_LIMIT);
	is_no_double("x87", "3bcc8000000000000000", GDBREGS_ERR_LIMIT); /* 2^-1075 */
	is_no_double("x87", "7fffc000000000000001", GDBREGS_ERR_LIMIT); /* a NaN's payload */
	is_no_double("x87", "3fff0000000000000000", GDBREGS_ERR_UNSUPPORTED); /* unnormal */
	is_no_double("quad", "3fff0000000000000000000000000001", GDBREGS_ERR_LIMIT);
	is_no_double("quad", "43ff0000000000000000000000000000", GDBREGS_ERR_LIMIT); /* 2^1024 */
	is_no_double("i128", "00000000000000000020000000000001", GDBREGS_ERR_LIMIT);
}

TEST(floats_as_integers)
{
	is_u64("single", "40000000", 2);
	is_u64("double", "43efffffffffffff", 0xfffffffffffff800);
	is_not_u64("double", "43f0000000000000", GDBREGS_ERR_LIMIT); /* 2^64 */
	is_not_u64("single", "3fc00000", GDBREGS_ERR_LIMIT); /* 1.5 */
	is_not_u64("single", "bf800000", GDBREGS_ERR_LIMIT);
	is_not_u64("single", "7f800000", GDBREGS_ERR_LIMIT);
	is_not_u64("single", "7fc00000", GDBREGS_ERR_UNSUPPORTED);
	is_u64("single", "80000000", 0);
	is_u64("x87", "403effffffffffffffff", UINT64_MAX);
	is_i64("single", "bf800000", 0, -1);
	is_i64("double", "c3e0000000000000", 0, INT64_MIN);
	is_i64("double", "43e0000000000000", GDBREGS_ERR_LIMIT, 0);
	is_i64("half", "3800", GDBREGS_ERR_LIMIT, 0);
}

TEST(integers_as_doubles)
{
	is_double("x0", "ffffffffffffffff", -1.0);
	is_double("x0", "8000000000000000", -0x1p63);
	is_double("u64", "8000000000000000", 0x1p63);
	is_double("u64", "0020000000000000", 0x1p53);
	is_no_double("u64", "0020000000000001", GDBREGS_ERR_LIMIT);
	is_double("i128", "80000000000000000000000000000000", -0x1p127);
	is_double("i128", "fffffffffffffffffffffffffffffff0", -16.0);
	is_double("i128", "7ffffffffffffc000000000000000000", 0x1.fffffffffffffp126);
	is_double("fl.M", "00000000", 0.0);

	struct gdbregs_field f = field("u512");
	uint8_t bytes[64] = {[63] = 0x80};
	double out;

	ck_assert_int_eq(gdbregs_field_double(&f, LITTLE, bytes, 64, &out), 0);
	ck_assert(out == 0x1p511);
	bytes[0] = 1;
	ck_assert_int_eq(gdbregs_field_double(&f, LITTLE, bytes, 64, &out), GDBREGS_ERR_LIMIT);
}

/* ----------------------------------------------------------------- setting --- */

enum put { U64, I64, DOUBLE };

/* Set a field in the bytes `before`, and check the result. */
static void put_in(enum gdbregs_byte_order order, const char *name, const char *before,
		   enum put how, uint64_t number, double real, int code, const char *after)
{
	struct gdbregs_field f = field(name);
	uint8_t bytes[64];
	struct value v = value_of(before, order);
	int result;

	memcpy(bytes, v.bytes, v.size);
	if (how == U64)
		result = gdbregs_field_put_u64(&f, order, bytes, v.size, number);
	else if (how == I64)
		result = gdbregs_field_put_i64(&f, order, bytes, v.size, (int64_t)number);
	else
		result = gdbregs_field_put_double(&f, order, bytes, v.size, real);
	ck_assert_msg(result == code, "%s: %d", name, result);
	v = value_of(code ? before : after, order);
	ck_assert_msg(memcmp(bytes, v.bytes, v.size) == 0, "%s, %s", name, after);
}

static void put_u64(const char *name, const char *before, uint64_t number, const char *after)
{
	put_in(LITTLE, name, before, U64, number, 0, after ? 0 : GDBREGS_ERR_LIMIT, after);
	put_in(BIG, name, before, U64, number, 0, after ? 0 : GDBREGS_ERR_LIMIT, after);
}

static void put_i64(const char *name, const char *before, int64_t number, const char *after)
{
	int code = after ? 0 : GDBREGS_ERR_LIMIT;

	put_in(LITTLE, name, before, I64, (uint64_t)number, 0, code, after);
	put_in(BIG, name, before, I64, (uint64_t)number, 0, code, after);
}

static void put_double(const char *name, const char *before, double number, const char *after)
{
	put_in(LITTLE, name, before, DOUBLE, 0, number, after ? 0 : GDBREGS_ERR_LIMIT, after);
	put_in(BIG, name, before, DOUBLE, 0, number, after ? 0 : GDBREGS_ERR_LIMIT, after);
}

TEST(setting_keeps_the_rest)
{
	put_u64("fl.Z", "ffffffff", 0, "ffffffbf");
	put_u64("fl.Z", "00000000", 1, "00000040");
	put_u64("fl.PL", "ffffffff", 1, "ffffdfff");
	put_u64("fl.M", "a5a5a5a5", 15, "a5afa5a5");
	put_u64("fl.M", "a5a5a5a5", 16, NULL);
	put_u64("fl.Z", "00000000", 2, NULL);
	put_u64("fl.top", "00000000", 1, "80000000");
	put_i64("fl.S", "00000000", -8, "00800000");
	put_i64("fl.S", "00000000", -9, NULL);
	put_u64("fl.S", "00000000", 15, "00f00000"); /* the bits, as in x0=0xfff... */
	put_i64("fl.M", "00000000", -1, NULL); /* unsigned */
	put_u64("fl", "ffffffff", 0x12345678, "12345678");
	put_u64("bits.all", "ffffffffffffffff0000000000000000", UINT64_MAX,
		"ffffffffffffffffffffffffffffffff");
	put_u64("bits.hi", "00000000000000000000000000000000", 1,
		"00000000000000008000000000000000");
	put_u64("bits.lo", "ffffffffffffffffffffffffffffffff", 0,
		"ffffffffffffffff8000000000000000");
}

TEST(setting_integers)
{
	put_u64("x0", "ffffffffffffffff", 5, "0000000000000005");
	put_u64("x0", "0000000000000000", UINT64_MAX, "ffffffffffffffff");
	put_i64("x0", "0000000000000000", -2, "fffffffffffffffe");
	put_i64("u64", "0000000000000000", -2, NULL);
	put_i64("i8", "00", -128, "80");
	put_i64("i8", "00", -129, NULL);
	put_u64("i8", "00", 255, "ff");
	put_u64("i8", "00", 256, NULL);
	put_i64("i128", "00000000000000000000000000000000", -1, "ffffffffffffffffffffffffffffffff");
	put_u64("i128", "ffffffffffffffffffffffffffffffff", 1, "00000000000000000000000000000001");
	put_u64("bit", "fe", 1, "ff"); /* the other bits are padding */
	put_u64("bit", "fe", 2, NULL);
	put_double("i8", "00", -128.0, "80");
	put_double("i8", "00", 0.5, NULL);
	put_double("i8", "00", INFINITY, NULL);
	put_double("u64", "0000000000000000", 0x1p63, "8000000000000000");
	put_double("u64", "0000000000000000", 0x1p64, NULL);
	put_double("u64", "0000000000000001", -0.0, "0000000000000000");
	put_double("i128", "00000000000000000000000000000000", -0x1p127,
		   "80000000000000000000000000000000");
	put_double("i128", "00000000000000000000000000000000", 0x1p128, NULL);
}

TEST(setting_floats)
{
	put_double("half", "0000", 65504.0, "7bff");
	put_double("half", "0000", 65505.0, NULL);
	put_double("half", "0000", 65536.0, NULL);
	put_double("half", "0000", 0x1p-25, NULL);
	put_double("single", "00000000", 0.1, NULL); /* it would be rounded */
	put_double("single", "00000000", 0.5, "3f000000");
	put_double("single", "00000000", 0x1p128, NULL);
	put_double("single", "00000000", 0x1p-149, "00000001");
	put_double("single", "00000000", 0x1p-150, NULL);
	put_u64("single", "00000000", 16777217, NULL);
	put_u64("single", "00000000", 16777216, "4b800000");
	put_i64("half", "0000", -2, "c000");
	put_u64("x87", "00000000000000000000", UINT64_MAX, "403effffffffffffffff");
	put_u64("quad", "00000000000000000000000000000000", UINT64_MAX,
		"403efffffffffffffffe000000000000");
	/* Padding is unchanged. */
	put_in(LITTLE, "m68k", "abcd00000000000000000000", U64, 1, 0, 0,
	       "abcd3fff8000000000000000");
	put_in(BIG, "m68k", "0000abcd0000000000000000", U64, 1, 0, 0, "3fffabcd8000000000000000");
	put_in(BIG, "odd", "000000", U64, 1, 0, GDBREGS_ERR_UNSUPPORTED, "");
	put_in(BIG, "v.f", "00000000000000000000000000000000", U64, 1, 0, GDBREGS_ERR_UNSUPPORTED,
	       "");
}

/* The bytes are in memory order, so the value as a number depends on the byte order. */
TEST(setting_elements)
{
	static const uint8_t expected[] = {9, 9, 9, 9, 0, 0, 0x80, 0x3f, 9, 9, 9, 9, 9, 9, 9, 9};
	struct gdbregs_field f = field("v.f[1]");
	uint8_t bytes[16];

	memset(bytes, 9, sizeof(bytes));
	ck_assert_int_eq(gdbregs_field_put_double(&f, LITTLE, bytes, 16, 1.0), 0);
	ck_assert_mem_eq(bytes, expected, 16);
	memset(bytes, 9, sizeof(bytes));
	ck_assert_int_eq(gdbregs_field_put_double(&f, BIG, bytes, 16, 1.0), 0);
	ck_assert_uint_eq(bytes[4], 0x3f);
	ck_assert_uint_eq(bytes[5], 0x80);
	ck_assert_uint_eq(bytes[3] + bytes[8], 18);
	ck_assert_int_eq(gdbregs_field_put_double(&f, BIG, bytes, 7, 1.0), GDBREGS_ERR_UNAVAILABLE);
}

TEST(arguments)
{
	struct gdbregs_field f = field("fl"), none;
	uint8_t bytes[4] = {0};
	uint64_t u;
	int64_t i;
	double real;

	memset(&none, 0, sizeof(none));
	ck_assert_int_eq(gdbregs_field_u64(NULL, LITTLE, bytes, 4, &u), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_u64(&none, LITTLE, bytes, 4, &u), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_u64(&f, LITTLE, NULL, 4, &u), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_u64(&f, LITTLE, bytes, 4, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_i64(&f, LITTLE, bytes, 4, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_double(&f, LITTLE, bytes, 4, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_u64(&f, (enum gdbregs_byte_order)3, bytes, 4, &u),
			 GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_u64(&f, LITTLE, NULL, 0, &u), GDBREGS_ERR_UNAVAILABLE);
	ck_assert_int_eq(gdbregs_field_put_u64(&f, UNKNOWN, bytes, 4, 1), GDBREGS_ERR_UNSUPPORTED);
	ck_assert_int_eq(gdbregs_field_put_u64(NULL, LITTLE, bytes, 4, 1), GDBREGS_ERR_INVAL);
	f = field("i8");
	ck_assert_int_eq(gdbregs_field_i64(&f, UNKNOWN, "\xff", 1, &i), 0);
	ck_assert_int_eq(i, -1);
	ck_assert_int_eq(gdbregs_field_double(&f, UNKNOWN, "\xff", 1, &real), 0);
}
