/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decimal numbers: which texts are numbers, and the largest number that the caller accepts.
 * Numbers in attributes of descriptions are tested in tests/data/tdesc. */
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
