/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decimal numbers: which texts are numbers, and the largest number that the caller accepts. Numbers
 * with a prefix, of any size. Those in attributes are also tested in tests/data/tdesc. */
#include "util/number.h"

#include "suite.h"

#include <string.h>

/* If the text is not a number, `value` is not used. */
static const struct {
	const char *text;
	uint64_t most;
	bool taken;
	uint64_t value;
} rows[] = {
	{"0", 0, true, 0},
	{"1", 0, false, 0},
	{"1234", 65535, true, 1234},
	{"0001234", 65535, true, 1234},
	{"65535", 65535, true, 65535},
	{"65536", 65535, false, 0},
	{"9", 3, false, 0},
	{"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
	{"18446744073709551616", UINT64_MAX, false, 0},
	{"184467440737095516150", UINT64_MAX, false, 0},
	{"", 9, false, 0},
	{"-1", 9, false, 0},
	{"+1", 9, false, 0},
	{" 1", 9, false, 0},
	{"1 ", 9, false, 0},
	{"0x1", 9, false, 0},
	{"1a", 99, false, 0},
	{"x", 99, false, 0},
};

LOOP_TEST(decimal, COUNT(rows))
{
	uint64_t value = 77;
	size_t size = strlen(rows[_i].text);
	bool taken = gdbregs__number_decimal(rows[_i].text, size, rows[_i].most, &value);

	ck_assert_int_eq(taken, rows[_i].taken);
	ck_assert_uint_eq(value, taken ? rows[_i].value : 77);
}

TEST(not_beyond_the_size)
{
	uint64_t value = 77;

	ck_assert(gdbregs__number_decimal("123", 2, 99, &value));
	ck_assert_uint_eq(value, 12);
}

/* The values are those of C and, for 0o, of Python. */
static const struct {
	const char *text;
	enum gdbregs__number result;
	uint64_t value;
	bool negative, prefixed;
} prefixed[] = {
	{"0", GDBREGS__NUMBER_OK, 0, false, false},
	{"-0", GDBREGS__NUMBER_OK, 0, true, false},
	{"+42", GDBREGS__NUMBER_OK, 42, false, false},
	{"0x2A", GDBREGS__NUMBER_OK, 42, false, true},
	{"0X2a", GDBREGS__NUMBER_OK, 42, false, true},
	{"0b101010", GDBREGS__NUMBER_OK, 42, false, true},
	{"0o52", GDBREGS__NUMBER_OK, 42, false, true},
	{"052", GDBREGS__NUMBER_OK, 42, false, false},
	{"-0x1", GDBREGS__NUMBER_NEGATIVE, 1, true, true},
	{"18446744073709551615", GDBREGS__NUMBER_OK, UINT64_MAX, false, false},
	{"0x0000000000000000ffffffffffffffff", GDBREGS__NUMBER_OK, UINT64_MAX, false, true},
	{"0x10000000000000000", GDBREGS__NUMBER_TOO_LARGE, 0, false, true},
	{"", GDBREGS__NUMBER_NONE, 0, false, false},
	{"-", GDBREGS__NUMBER_NONE, 0, false, false},
	{"0x", GDBREGS__NUMBER_NONE, 0, false, false},
	{"0o8", GDBREGS__NUMBER_NONE, 0, false, false},
	{"0b2", GDBREGS__NUMBER_NONE, 0, false, false},
	{"09", GDBREGS__NUMBER_NONE, 0, false, false},
	{"1 ", GDBREGS__NUMBER_NONE, 0, false, false},
	{"--1", GDBREGS__NUMBER_NONE, 0, false, false},
	{"0x-1", GDBREGS__NUMBER_NONE, 0, false, false},
};

LOOP_TEST(prefixes, COUNT(prefixed))
{
	struct gdbregs__number_text number;
	uint64_t value = 77;

	ck_assert_int_eq(gdbregs__number_parse(prefixed[_i].text, &value), prefixed[_i].result);
	ck_assert_uint_eq(value,
			  prefixed[_i].result == GDBREGS__NUMBER_OK ? prefixed[_i].value : 77);
	bool is_number = gdbregs__number_split(prefixed[_i].text, &number);
	ck_assert_int_eq(is_number, prefixed[_i].result != GDBREGS__NUMBER_NONE);
	if (!is_number)
		return;
	ck_assert_int_eq(number.negative, prefixed[_i].negative);
	ck_assert_int_eq(number.prefixed, prefixed[_i].prefixed);
}

/* 2^72 + 1 does not fit into 9 bytes. */
TEST(wide_numbers)
{
	struct gdbregs__number_text number;
	uint8_t bytes[10];

	ck_assert(gdbregs__number_split("4722366482869645213697", &number));
	ck_assert(!gdbregs__number_magnitude(&number, bytes, 9));
	ck_assert(gdbregs__number_magnitude(&number, bytes, 10));
	ck_assert_mem_eq(bytes, "\1\0\0\0\0\0\0\0\0\1", 10);
}
