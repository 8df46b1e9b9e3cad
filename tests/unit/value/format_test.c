/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gdbregs_register_format(). Where a comment names GDB, the expectation is what
 * gdb-multiarch 13.1 printed for the same bytes, served by a stub with the same
 * types. */
#include "util/alloc.h"
#include "tdesc/model.h"
#include "value/text.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LITTLE GDBREGS_BYTE_ORDER_LITTLE
#define BIG    GDBREGS_BYTE_ORDER_BIG

static struct gdbregs_buffer text;

/* ------------------------------------------------------------- types --- */

#define SCALAR(name_, kind_, scalar_, bits_)                                                       \
	static const struct gdbregs__type name_ = {                                                \
		.kind = GDBREGS_TYPE_##kind_, .scalar = GDBREGS__SCALAR_##scalar_, .bits = bits_}

SCALAR(t_int, INTEGER, INT, 0);
SCALAR(t_bool, INTEGER, BOOL, 8);
SCALAR(t_uint8, INTEGER, UINT, 8);
SCALAR(t_uint16, INTEGER, UINT, 16);
SCALAR(t_uint32, INTEGER, UINT, 32);
SCALAR(t_uint64, INTEGER, UINT, 64);
SCALAR(t_uint128, INTEGER, UINT, 128);
SCALAR(t_pointer, INTEGER, DATA_PTR, 0);
SCALAR(t_half, FLOAT, IEEE_HALF, 16);
SCALAR(t_single, FLOAT, IEEE_SINGLE, 32);
SCALAR(t_double, FLOAT, IEEE_DOUBLE, 64);
SCALAR(t_x87, FLOAT, I387_EXT, 80);
SCALAR(t_fpa, FLOAT, ARM_FPA_EXT, 96);
SCALAR(t_bfloat16, FLOAT, BFLOAT16, 16);
SCALAR(t_float, FLOAT, FLOAT, 0);
SCALAR(t_unknown, UNKNOWN, NONE, 0);

#define VECTOR(name_, element_, count_, bits_)                                                     \
	static const struct gdbregs__type name_ = {                                                \
		.kind = GDBREGS_TYPE_VECTOR, .bits = bits_, .element = element_, .count = count_}
VECTOR(t_v16u8, &t_uint8, 16, 128);
VECTOR(t_v8u16, &t_uint16, 8, 128);
VECTOR(t_v4f, &t_single, 4, 128);
VECTOR(t_v2p, &t_pointer, 2, 0);
VECTOR(t_v300, &t_uint8, 300, 2400);
VECTOR(t_v2v2p, &t_v2p, 2, 0);
VECTOR(t_vunknown, NULL, 4, 0);

static const struct gdbregs__evalue mode_values[] = {
	{"USR", 0}, {"SYS", 1}, {"IRQ", 2}, {"FOO", 8}};
static const struct gdbregs__type t_mode = {
	.kind = GDBREGS_TYPE_ENUM, .bits = 32, .evalues = mode_values, .evalue_count = 4};

static const struct gdbregs__field flag_fields[] = {
	{"", NULL, NULL, 1, 1, 0, 0},
	{"CF", NULL, NULL, 0, 0, 0, 0},
	{"ZF", "bool", &t_bool, 6, 6, 0, 0},
	{"PF", NULL, NULL, 2, 2, 0, 0},
	{"IOPL", NULL, NULL, 12, 13, 0, 0},
	{"M", "mode", &t_mode, 16, 19, 0, 0},
	{"U1", "uint32", &t_uint32, 20, 20, 0, 0},
	{"", NULL, NULL, 24, 27, 0, 0},
};
static const struct gdbregs__type t_flags = {.kind = GDBREGS_TYPE_FLAGS,
					     .bits = 32,
					     .fields = flag_fields,
					     .field_count = COUNT(flag_fields)};

static const struct gdbregs__field segment_fields[] = {
	{"base", "uint64", &t_uint64, -1, -1, 0, 0},
	{"limit", "uint32", &t_uint32, -1, -1, 64, 0},
	{"fl", "fl", &t_flags, -1, -1, 96, 0},
};
static const struct gdbregs__type t_segment = {.kind = GDBREGS_TYPE_STRUCT,
					       .bits = 128,
					       .fields = segment_fields,
					       .field_count = 3,
					       .sized_bits = 128};

static const struct gdbregs__field bit_fields[] = {
	{"a", NULL, NULL, 0, 3, 0, 0},	{"b", "bool", &t_bool, 4, 4, 0, 0},
	{"c", NULL, NULL, 8, 20, 0, 0}, {"e", NULL, NULL, 60, 63, 0, 0},
	{"", NULL, NULL, 30, 31, 0, 0},
};
static const struct gdbregs__type t_bits = {
	.kind = GDBREGS_TYPE_STRUCT, .bits = 64, .fields = bit_fields, .field_count = 5};

static const struct gdbregs__field vec128_fields[] = {
	{"v4_float", "v4f", &t_v4f, -1, -1, 0, 0},
	{"v8_int16", "v8i16", &t_v8u16, -1, -1, 0, 0},
	{"uint128", "uint128", &t_uint128, -1, -1, 0, 0},
};
static const struct gdbregs__type t_vec128 = {
	.kind = GDBREGS_TYPE_UNION, .bits = 128, .fields = vec128_fields, .field_count = 3};

/* ------------------------------------------------------------ helpers --- */

/* Format a copy that ends where its memory ends, so that reading past it is detected. */
static const char *format(const struct gdbregs__type *type, enum gdbregs_byte_order order,
			  const void *bytes, size_t size)
{
	struct gdbregs_register r = {.type = type, .name = "r", .bits = (uint32_t)size * 8};
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, bytes, size);
	ck_assert_int_eq(gdbregs_register_format(&r, order, copy, size, &text), 0);
	free(copy);
	ck_assert_uint_eq(strlen((char *)text.data), text.size);
	return (char *)text.data;
}

static const char *number(const struct gdbregs__type *type, enum gdbregs_byte_order order,
			  uint64_t value, size_t size)
{
	uint8_t bytes[16] = {0};

	for (size_t i = 0; i < size && i < 8; i++)
		bytes[order == BIG ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
	return format(type, order, bytes, size);
}

static const char *extended(unsigned top, uint64_t mantissa)
{
	uint8_t bytes[10];

	for (size_t i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(mantissa >> (8 * i));
	bytes[8] = (uint8_t)top;
	bytes[9] = (uint8_t)(top >> 8);
	return format(&t_x87, LITTLE, bytes, sizeof(bytes));
}

/* Check that both byte orders give the same text. */
#define check_number(type, value, size, expected)                                                  \
	do {                                                                                       \
		ck_assert_str_eq(number(type, LITTLE, value, size), expected);                     \
		ck_assert_str_eq(number(type, BIG, value, size), expected);                        \
	} while (0)

static void free_text(void)
{
	gdbregs_buffer_fini(&text);
}

FIXTURE(NULL, free_text)

/* -------------------------------------------------------------- plain --- */

TEST(integers_add_nothing)
{
	check_number(&t_int, 0x1234, 8, "");
	check_number(&t_bool, 1, 1, "");
	check_number(&t_pointer, 0x1234, 8, "");
	check_number(&t_unknown, 0x1234, 8, "");
	check_number(NULL, 0x1234, 8, "");
}

TEST(unknown_order_or_no_bytes_is_empty)
{
	uint8_t bytes[16] = {0x47};

	ck_assert_str_eq(format(&t_flags, GDBREGS_BYTE_ORDER_UNKNOWN, bytes, 4), "");
	ck_assert_str_eq(format(&t_v16u8, GDBREGS_BYTE_ORDER_UNKNOWN, bytes, 16), "");
	ck_assert_str_eq(format(&t_flags, LITTLE, bytes, 0), "");
	ck_assert_str_eq(format(&t_v16u8, BIG, bytes, 0), "");
	ck_assert_str_eq(format(&t_vunknown, BIG, bytes, 4), "");
}

TEST(arguments_are_checked)
{
	struct gdbregs_register r = {.type = &t_flags};
	struct gdbregs_buffer kept = {0};

	ck_assert_int_eq(gdbregs_register_format(NULL, LITTLE, "", 1, &kept), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_register_format(&r, LITTLE, NULL, 1, &kept), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_register_format(&r, LITTLE, "", 1, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_register_format(&r, LITTLE, NULL, 0, &kept), 0);
	gdbregs_buffer_fini(&kept);
}

TEST(no_memory_leaves_the_text)
{
	struct gdbregs_register r = {.type = &t_v16u8};
	struct gdbregs_buffer kept = {0};
	uint8_t bytes[16];

	for (size_t i = 0; i < 16; i++)
		bytes[i] = (uint8_t)i;
	ck_assert_int_eq(gdbregs_register_format(&r, LITTLE, bytes, 1, &kept), 0);
	ck_assert_str_eq((char *)kept.data, "{0x0}");
	gdbregs__alloc_fail(1, 1);
	int result = gdbregs_register_format(&r, LITTLE, bytes, 16, &kept);
	gdbregs__alloc_fail(0, 0);
	ck_assert_int_eq(result, GDBREGS_ERR_NOMEM);
	ck_assert_str_eq((char *)kept.data, "{0x0}");
	ck_assert_uint_eq(kept.size, 5);
	gdbregs_buffer_fini(&kept);
}

/* ------------------------------------------------------ flags and enums --- */

/* GDB: p $f0 .. p $f4 */
TEST(flags_as_gdb_shows_them)
{
	check_number(&t_flags, 0, 4, "[ IOPL=0 M=USR U1=0 ]");
	check_number(&t_flags, 0x47, 4, "[ CF ZF PF IOPL=0 M=USR U1=0 ]");
	check_number(&t_flags, 0xff000000u | 0x1000 | 3 << 16, 4, "[ IOPL=1 M=3 U1=0 ]");
	check_number(&t_flags, 5 << 16 | 1 << 20 | 8 << 24 | 4, 4, "[ PF IOPL=0 M=5 U1=1 ]");
	check_number(&t_flags, 9 << 16, 4, "[ IOPL=0 M=9 U1=0 ]");
}

/* QEMU 7.2's x86-64 eflags has its highest bit first. GDB: info registers eflags */
TEST(flags_in_the_order_of_the_description)
{
	static const struct gdbregs__field fields[] = {
		{"", NULL, NULL, 22, 31, 0, 0},	    {"ID", NULL, NULL, 21, 21, 0, 0},
		{"IOPL", NULL, NULL, 12, 13, 0, 0}, {"IF", NULL, NULL, 9, 9, 0, 0},
		{"ZF", NULL, NULL, 6, 6, 0, 0},	    {"AF", NULL, NULL, 4, 4, 0, 0},
		{"PF", NULL, NULL, 2, 2, 0, 0},	    {"", NULL, NULL, 1, 1, 0, 0},
		{"CF", NULL, NULL, 0, 0, 0, 0},
	};
	static const struct gdbregs__type type = {
		.kind = GDBREGS_TYPE_FLAGS, .bits = 32, .fields = fields, .field_count = 9};

	check_number(&type, 0x257, 4, "[ IOPL=0 IF ZF AF PF CF ]");
	check_number(&type, 0x2, 4, "[ IOPL=0 ]");
}

TEST(flags_of_another_size)
{
	/* only the fields within the size */
	check_number(&t_flags, 0x47, 1, "[ CF ZF PF ]");
	check_number(&t_flags, 0x1047, 2, "[ CF ZF PF IOPL=1 ]");
	/* bit 0 is the least significant bit, wherever it is stored */
	check_number(&t_flags, 0x1, 8, "[ CF IOPL=0 M=USR U1=0 ]");
	check_number(&t_flags, 0x1, 16, "[ CF IOPL=0 M=USR U1=0 ]");
}

TEST(flags_up_to_bit_63)
{
	static const struct gdbregs__field fields[] = {{"LOW", NULL, NULL, 0, 0, 0, 0},
						       {"TOP", NULL, NULL, 63, 63, 0, 0},
						       {"ALL", NULL, NULL, 0, 63, 0, 0}};
	static const struct gdbregs__type type = {
		.kind = GDBREGS_TYPE_FLAGS, .bits = 64, .fields = fields, .field_count = 3};

	check_number(&type, 1ull << 63, 8, "[ TOP ALL=9223372036854775808 ]");
}

/* GDB: p $m0 .. p $m4; a plain number adds nothing to the digits */
TEST(enums_by_name)
{
	check_number(&t_mode, 1, 4, "SYS");
	check_number(&t_mode, 0, 4, "USR");
	check_number(&t_mode, 8, 4, "FOO");
	check_number(&t_mode, 3, 4, "");
	check_number(&t_mode, 9, 4, "");
	check_number(&t_mode, 2, 1, "IRQ");
}

/* -------------------------------------------------------------- floats --- */

struct sample {
	uint64_t bits;
	const char *text;
};

// clang-format off
/* GDB: info registers. GDB shows 9, 17, 5 and 4 digits where fewer would read back as the same
 * value, and pads one NaN. The expected text of these is derived from the bits. */
static const struct sample singles[] = {
	{0, "0"}, {0x80000000, "-0"}, {0x3f800000, "1"}, {0x3dcccccd, "0.1"},
	{0x7f800000, "inf"}, {0xff800000, "-inf"}, {0x7fc00000, "nan(0x400000)"},
	{0xffc00000, "-nan(0x400000)"}, {0x7f800001, "nan(0x1)"}, {1, "1e-45"},
	{0x7f7fffff, "3.4028235e+38"}, {0x4b800000, "16777216"}, {0x4cbebc20, "100000000"},
	{0x4e6e6b28, "1e+09"}, {0x501502f9, "1e+10"}, {0x38d1b717, "0.0001"},
	{0x3727c5ac, "1e-05"}, {0x00800000, "1.1754944e-38"}, {0x40490fdb, "3.1415927"},
};
static const struct sample doubles[] = {
	{0, "0"}, {1ull << 63, "-0"}, {0x3ff0000000000000, "1"}, {0x3fb999999999999a, "0.1"},
	{0x7ff0000000000000, "inf"}, {0xfff0000000000000, "-inf"},
	{0x7ff8000000000000, "nan(0x8000000000000)"}, {0x7ff0000000000001, "nan(0x1)"},
	{1, "5e-324"}, {0x7fefffffffffffff, "1.7976931348623157e+308"},
	{0x4341c37937e08000, "10000000000000000"}, {0x4376345785d8a000, "1e+17"},
	{0x43abc16d674ec800, "1e+18"}, {0x3f1a36e2eb1c432d, "0.0001"},
	{0x3ee4f8b588e368f1, "1e-05"}, {0x400921fb54442d18, "3.141592653589793"},
	{0xc05edd2f1a9fbe77, "-123.456"},
	/* the smallest normal number, whose neighbours are at different distances */
	{0x0010000000000000, "2.2250738585072014e-308"},
	/* a power of two, 9007199254740992, and its neighbours */
	{0x4340000000000000, "9007199254740992"}, {0x433fffffffffffff, "9007199254740991"},
	/* 1e23 is exactly between two of them and reads back as the even one */
	{0x44b52d02c7e14af5, "9.999999999999997e+22"}, {0x44b52d02c7e14af6, "1e+23"},
	{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
	/* ...624.25 and .75 are as near to one digit as to the next: the even digit */
	{0x4310000000000001, "1125899906842624.2"}, {0x4310000000000003, "1125899906842624.8"},
};
static const struct sample halves[] = {
	{0, "0"}, {0x8000, "-0"}, {0x3c00, "1"}, {0x2e66, "0.1"}, {0x7c00, "inf"},
	{0x7e00, "nan(0x200)"}, {0xfc00, "-inf"}, {1, "6e-08"}, {0x7bff, "65500"},
	{0x7c01, "nan(0x1)"}, {0x70e2, "10000"}, {0x0400, "6.104e-05"},
};
static const struct sample bfloats[] = {
	{0, "0"}, {0x3f80, "1"}, {0x3dcd, "0.1"}, {0x7f80, "inf"}, {0x7fc0, "nan(0x40)"},
	{1, "9e-41"}, {0x7f7f, "3.39e+38"}, {0x447a, "1000"}, {0x42c8, "100"}, {0x4640, "1.23e+04"},
};
// clang-format on

static void check_samples(const struct gdbregs__type *type, const struct sample *samples,
			  size_t count, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		check_number(type, samples[i].bits, size, samples[i].text);
		if (size != 2)
			check_number(&t_float, samples[i].bits, size, samples[i].text);
	}
}

TEST(floats_in_decimal)
{
	check_samples(&t_single, singles, COUNT(singles), 4);
	check_samples(&t_double, doubles, COUNT(doubles), 8);
	check_samples(&t_half, halves, COUNT(halves), 2);
	check_samples(&t_bfloat16, bfloats, COUNT(bfloats), 2);
}

/* GDB: info registers, with fewer digits as above */
TEST(x87_in_decimal)
{
	ck_assert_str_eq(extended(0, 0), "0");
	ck_assert_str_eq(extended(0x8000, 0), "-0");
	ck_assert_str_eq(extended(0x3fff, 1ull << 63), "1");
	ck_assert_str_eq(extended(0x3ffb, 0xcccccccccccccccd), "0.1");
	ck_assert_str_eq(extended(0x7fff, 1ull << 63), "inf");
	ck_assert_str_eq(extended(0xffff, 1ull << 63), "-inf");
	ck_assert_str_eq(extended(0x7fff, 0xc000000000000000), "nan(0xc000000000000000)");
	ck_assert_str_eq(extended(0xffff, 0xc000000000000000), "-nan(0xc000000000000000)");
	ck_assert_str_eq(extended(0x7fff, 0), "<invalid float value>");
	ck_assert_str_eq(extended(0x7fff, 1), "<invalid float value>");
	ck_assert_str_eq(extended(0, 1ull << 63), "<invalid float value>");
	ck_assert_str_eq(extended(0x3fff, 1ull << 62), "<invalid float value>");
	ck_assert_str_eq(extended(0, 1), "4e-4951");
	ck_assert_str_eq(extended(0x7ffe, ~0ull), "1.189731495357231765e+4932");
	ck_assert_str_eq(extended(0x4000, 0xc90fdaa22168c235), "3.1415926535897932385");
	ck_assert_str_eq(extended(0x4034, 0x8e1bc9bf04000000), "10000000000000000");
	ck_assert_str_eq(extended(1, 1ull << 63), "3.3621031431120935063e-4932");
}

TEST(extended_in_other_sizes)
{
	/* 1.5: 0xc000..., exponent 0x3fff */
	static const uint8_t x87[16] = {[7] = 0xc0, [8] = 0xff, [9] = 0x3f, [10] = 0xaa};
	static const uint8_t m68k[12] = {0xbf, 0xff, 0, 0, 0xc0};
	static const uint8_t m68k_least[12] = {[11] = 1};
	static const uint8_t fpa_big[12] = {0x80, 0, 0x3f, 0xff, 0xc0};
	static const uint8_t fpa_little[12] = {0xff, 0x3f, 0, 0x80, [7] = 0xc0};

	ck_assert_str_eq(format(&t_x87, LITTLE, x87, 10), "1.5");
	ck_assert_str_eq(format(&t_x87, LITTLE, x87, 12), "1.5");
	ck_assert_str_eq(format(&t_x87, LITTLE, x87, 16), "1.5");
	ck_assert_str_eq(format(&t_float, LITTLE, x87, 10), "1.5");
	ck_assert_str_eq(format(&t_float, BIG, m68k, 12), "-1.5");
	/* 2^-16446 */
	ck_assert_str_eq(format(&t_float, BIG, m68k_least, 12), "2e-4951");
	ck_assert_str_eq(format(&t_fpa, BIG, fpa_big, 12), "-1.5");
	ck_assert_str_eq(format(&t_fpa, LITTLE, fpa_little, 12), "-1.5");
	ck_assert_str_eq(format(&t_float, LITTLE, x87, 16), "");
	ck_assert_str_eq(format(&t_single, LITTLE, x87, 8), "");
	ck_assert_str_eq(format(&t_double, BIG, x87, 4), "");
	ck_assert_str_eq(format(&t_half, BIG, x87, 1), "");
	ck_assert_str_eq(format(&t_float, BIG, x87, 3), "");
}

/* The C library reads each text back as the same bits, and no text with fewer digits. */
static void check_shortest(const char *shown, double value)
{
	char shorter[40];

	ck_assert_msg(strtod(shown, NULL) == value, "%s is not %.17g", shown, value);
	for (int digits = 1; digits < 17; digits++) {
		snprintf(shorter, sizeof(shorter), "%.*e", digits - 1, value);
		if (strtod(shorter, NULL) != value)
			continue;
		int used = 0;
		for (const char *c = shown; *c && *c != 'e'; c++)
			used += *c >= '0' && *c <= '9';
		if (strchr(shown, 'e'))
			ck_assert_msg(used <= digits, "%s has more than %d digits", shown, digits);
		return;
	}
}

TEST(doubles_read_back)
{
	uint64_t bits = 0x9e3779b97f4a7c15;

	for (int i = 0; i < 20000; i++) {
		double value;

		bits = bits * 6364136223846793005 + 1442695040888963407;
		uint64_t sample = i % 4 ? bits : bits & 0xfff0000000000000;
		if ((sample >> 52 & 0x7ff) == 0x7ff)
			continue;
		memcpy(&value, &sample, 8);
		check_shortest(number(&t_double, LITTLE, sample, 8), value);
	}
}

TEST(singles_read_back)
{
	uint32_t bits = 1;

	for (int i = 0; i < 20000; i++) {
		float value;

		bits = bits * 1664525 + 1013904223;
		if ((bits >> 23 & 0xff) == 0xff)
			continue;
		memcpy(&value, &bits, 4);
		const char *shown = number(&t_single, BIG, bits, 4);
		ck_assert_msg(strtof(shown, NULL) == value, "%s is not %.9g", shown, value);
	}
}

/* ---------------------------------------------------------- aggregates --- */

/* GDB: p/x $va $vb $vc $vx */
TEST(vectors_as_gdb_shows_them)
{
	uint8_t bytes[300] = {0};
	char *expected;

	ck_assert_str_eq(format(&t_v16u8, LITTLE, bytes, 16), "{0x0 <repeats 16 times>}");
	bytes[0] = 1;
	memset(bytes + 10, 2, 6);
	ck_assert_str_eq(format(&t_v16u8, BIG, bytes, 16),
			 "{0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x2, 0x2, 0x2, 0x2, "
			 "0x2, 0x2}");
	memset(bytes, 0, 16);
	bytes[0] = 1;
	memset(bytes + 11, 2, 5);
	ck_assert_str_eq(format(&t_v16u8, LITTLE, bytes, 16),
			 "{0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x2, 0x2, 0x2, "
			 "0x2, 0x2}");
	bytes[11] = 0;
	ck_assert_str_eq(format(&t_v16u8, LITTLE, bytes, 16),
			 "{0x1, 0x0 <repeats 11 times>, 0x2, 0x2, 0x2, 0x2}");

	expected = malloc(2000);
	size_t at = 0;
	for (int i = 0; i < 300; i++)
		bytes[i] = (uint8_t)i;
	for (int i = 0; i < 200; i++)
		at += (size_t)sprintf(expected + at, "%s0x%x", i ? ", " : "{", i);
	sprintf(expected + at, "...}");
	ck_assert_str_eq(format(&t_v300, LITTLE, bytes, 300), expected);
	free(expected);
}

TEST(elements_lie_in_memory_order)
{
	static const uint8_t bytes[16] = {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8};

	ck_assert_str_eq(format(&t_v8u16, BIG, bytes, 16),
			 "{0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8}");
	ck_assert_str_eq(format(&t_v8u16, LITTLE, bytes, 16),
			 "{0x100, 0x200, 0x300, 0x400, 0x500, 0x600, 0x700, 0x800}");
}

TEST(vectors_of_another_size)
{
	static const uint8_t bytes[20] = {1, 0, 2, 0, 3, [16] = 9};

	ck_assert_str_eq(format(&t_v8u16, LITTLE, bytes, 20),
			 "{0x1, 0x2, 0x3, 0x0, 0x0, 0x0, 0x0, 0x0}");
	ck_assert_str_eq(format(&t_v8u16, LITTLE, bytes, 4), "{0x1, 0x2}");
	ck_assert_str_eq(format(&t_v8u16, LITTLE, bytes, 5), "{0x1, 0x2}");
	ck_assert_str_eq(format(&t_v8u16, LITTLE, bytes, 1), "");
	/* pointers have the size of the register */
	ck_assert_str_eq(format(&t_v2p, LITTLE, bytes, 8), "{0x20001, 0x3}");
	ck_assert_str_eq(format(&t_v2p, LITTLE, bytes, 4), "{0x1, 0x2}");
	ck_assert_str_eq(format(&t_v2v2p, LITTLE, bytes, 8), "{{0x1, 0x2}, {0x3, 0x0}}");
	ck_assert_str_eq(format(&t_vunknown, LITTLE, bytes, 8), "");
}

/* GDB: p/x $sg, with flags as p $sg has them */
TEST(structs_by_member)
{
	static const uint8_t little[16] = {0, 0, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0x44};
	static const uint8_t big[16] = {0, 0, 0,    0,	  0xff, 0xff, 0, 0,
					0, 0, 0xff, 0xff, 0,	0,    0, 0x44};
	const char *expected =
		"{base = 0xffff0000, limit = 0xffff, fl = [ ZF PF IOPL=0 M=USR U1=0 ]}";

	ck_assert_str_eq(format(&t_segment, LITTLE, little, 16), expected);
	ck_assert_str_eq(format(&t_segment, BIG, big, 16), expected);
	ck_assert_str_eq(format(&t_segment, LITTLE, little, 10),
			 "{base = 0xffff0000, limit = ?, fl = ?}");
}

/* GDB: p/x $bt */
TEST(bit_fields_of_a_struct)
{
	check_number(&t_bits, 0xf0000000000aa215, 8, "{a = 0x5, b = 0x1, c = 0xaa2, e = 0xf}");
	check_number(&t_bits, 0x215, 2, "{a = 0x5, b = 0x1, c = ?, e = ?}");
}

TEST(unions_show_every_member)
{
	static const uint8_t bytes[16] = {0, 0, 0x80, 0x3f, 0, 0, 0, 0x40};

	ck_assert_str_eq(
		format(&t_vec128, LITTLE, bytes, 16),
		"{v4_float = {1, 2, 0, 0}, v8_int16 = {0x0, 0x3f80, 0x0, 0x4000, 0x0, 0x0, "
		"0x0, 0x0}, uint128 = 0x400000003f800000}");
	ck_assert_str_eq(format(&t_vec128, BIG, bytes, 4),
			 "{v4_float = {4.6006e-41}, v8_int16 = {0x0, 0x803f}, uint128 = ?}");
}

TEST(unresolved_members_are_marked)
{
	static const struct gdbregs__field fields[] = {
		{"a", "uint16", &t_uint16, -1, -1, 0, 0},
		{"b", "nowhere", NULL, -1, -1, 16, 0},
		{"c", "data_ptr", &t_pointer, -1, -1, 16, 1}};
	static const struct gdbregs__type type = {.kind = GDBREGS_TYPE_STRUCT,
						  .fields = fields,
						  .field_count = 3,
						  .sized_bits = 16,
						  .unsized_count = 2};
	static const uint8_t bytes[10] = {1, 0, 2, 0, 0, 0, 3};

	ck_assert_str_eq(format(&type, LITTLE, bytes, 10), "{a = 0x1, b = ?, c = 0x3}");
}

/* -------------------------------------------------------------- bounds --- */

TEST(nesting_is_capped)
{
	struct gdbregs__type chain[100];
	const uint8_t byte = 7;

	for (int i = 0; i < 100; i++)
		chain[i] = (struct gdbregs__type){.kind = GDBREGS_TYPE_VECTOR,
						  .bits = 8,
						  .count = 1,
						  .element = i ? &chain[i - 1] : &t_uint8};
	ck_assert_str_eq(format(&chain[3], LITTLE, &byte, 1), "{{{{0x7}}}}");
	ck_assert_str_eq(format(&chain[99], LITTLE, &byte, 1), "{{{{{{{{{{{{{{{{?}}}}}}}}}}}}}}}}");
}

/* Each union doubles the text of the one below. */
TEST(length_is_capped)
{
	struct gdbregs__type chain[15];
	struct gdbregs__field fields[15][2];
	const uint8_t bytes[4] = {1, 2, 3, 4};

	for (int i = 0; i < 15; i++) {
		const struct gdbregs__type *below = i ? &chain[i - 1] : &t_uint32;

		fields[i][0] = (struct gdbregs__field){"a", "t", below, -1, -1, 0, 0};
		fields[i][1] = (struct gdbregs__field){"b", "t", below, -1, -1, 0, 0};
		chain[i] = (struct gdbregs__type){.kind = GDBREGS_TYPE_UNION,
						  .bits = 32,
						  .fields = fields[i],
						  .field_count = 2};
	}
	const char *shown = format(&chain[14], LITTLE, bytes, 4);
	ck_assert_uint_le(strlen(shown), GDBREGS__TEXT_BYTES + 4);
	ck_assert_uint_ge(strlen(shown), GDBREGS__TEXT_BYTES / 2);
	ck_assert_str_eq(shown + strlen(shown) - 3, "...");
	ck_assert_int_eq(strncmp(shown, "{a = {a = {a", 12), 0);
}

/* The text is cut between numbers: half a number would be another number. */
TEST(numbers_are_never_cut)
{
	static const char names[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	static const uint32_t values[3] = {0xbf9e0652, 0xffc00000, 0x3dcccccd};
	static const char *const texts[3] = {"-1.2345679", "-nan(0x400000)", "0.1"};
	struct gdbregs__type vector = {
		.kind = GDBREGS_TYPE_VECTOR, .bits = 6400, .count = 200, .element = &t_single};
	struct gdbregs__field many[3] = {{"a", "v", &vector, -1, -1, 0, 0},
					 {"b", "v", &vector, -1, -1, 0, 0},
					 {"c", "v", &vector, -1, -1, 0, 0}};
	struct gdbregs__type type = {
		.kind = GDBREGS_TYPE_UNION, .bits = 6400, .fields = many, .field_count = 3};
	uint8_t bytes[800];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(values[i / 4 % 3] >> (i % 4 * 8));
	for (size_t length = 1; length < sizeof(names); length++) {
		many[0].name = names + sizeof(names) - 1 - length;
		const char *shown = format(&type, LITTLE, bytes, sizeof(bytes));
		size_t end = strlen(shown) - 4, last = end;
		bool whole = false;

		ck_assert_str_eq(shown + end, " ...");
		end -= shown[end - 1] == ',';
		for (last = end; shown[last - 1] != ' '; last--)
			;
		for (size_t i = 0; i < 3; i++)
			whole |= strlen(texts[i]) == end - last &&
				 !strncmp(shown + last, texts[i], end - last);
		ck_assert_msg(whole, "cut: %s", shown + last);
	}
}

/* A million reserved bits, 200 times: nothing is printed, but it takes time. */
TEST(work_is_capped)
{
	size_t count = 1 << 20;
	struct gdbregs__field *fields = calloc(count, sizeof(*fields));
	static uint8_t bytes[1024];

	for (size_t i = 0; i < count; i++)
		fields[i].name = "";
	struct gdbregs__type flags = {.kind = GDBREGS_TYPE_FLAGS,
				      .bits = 8,
				      .fields = fields,
				      .field_count = (uint32_t)count};
	struct gdbregs__type vector = {
		.kind = GDBREGS_TYPE_VECTOR, .bits = 8192, .count = 1024, .element = &flags};
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	uint32_t values = 1 << 20;
	struct gdbregs__evalue *evalues = calloc(values, sizeof(*evalues));
	for (uint32_t i = 0; i < values; i++)
		evalues[i] = (struct gdbregs__evalue){"x", 1000};
	struct gdbregs__type numbers = {
		.kind = GDBREGS_TYPE_ENUM, .bits = 8, .evalues = evalues, .evalue_count = values};

	ck_assert_str_eq(format(&vector, LITTLE, bytes, sizeof(bytes)), "{[ ...");
	vector.element = &numbers;
	ck_assert_str_eq(format(&vector, LITTLE, bytes, sizeof(bytes)), "{ ...");
	free(fields);
	free(evalues);
}

/* 512 Kibit, the largest register: as a number, and as a vector of equal bytes. */
TEST(large_registers)
{
	size_t size = 65536;
	uint8_t *bytes = calloc(1, size);
	struct gdbregs__type vector = {
		.kind = GDBREGS_TYPE_VECTOR, .bits = 524288, .count = 65536, .element = &t_uint8};
	struct gdbregs__field field = {"all", "int", &t_int, -1, -1, 0, 0};
	struct gdbregs__type whole = {
		.kind = GDBREGS_TYPE_UNION, .fields = &field, .field_count = 1};

	ck_assert_str_eq(format(&vector, LITTLE, bytes, size), "{0x0 <repeats 65536 times>}");
	bytes[0] = 0x12;
	ck_assert_str_eq(format(&whole, LITTLE, bytes, size), "{all = 0x12}");
	ck_assert_str_eq(format(&whole, BIG, bytes, size), "{all = ...");
	free(bytes);
}

TEST(names_are_made_printable)
{
	static const struct gdbregs__field fields[] = {{"A\033[2J\n", NULL, NULL, 0, 0, 0, 0}};
	static const struct gdbregs__type type = {
		.kind = GDBREGS_TYPE_FLAGS, .bits = 8, .fields = fields, .field_count = 1};

	check_number(&type, 1, 1, "[ A?[2J? ]");
}
