/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hexadecimal digits: decoding, encoding, numbers. The expected values come from the C library. */
#include "util/hex.h"

#include "../guarded.h"
#include "suite.h"

#include <stdio.h>

/* Returns the value of a digit, computed by the C library. */
static unsigned expected_digit(unsigned character)
{
	char text[2] = {(char)character, '\0'};
	char *end;

	if (character == 'x')
		return GDBREGS__DIGIT_UNAVAILABLE;
	if (!strchr("0123456789abcdefABCDEF", (int)character) || character == 0)
		return GDBREGS__DIGIT_BAD;
	return (unsigned)strtoul(text, &end, 16);
}

TEST(digits)
{
	for (unsigned c = 0; c < 256; c++)
		ck_assert_uint_eq(gdbregs__hex_digit((uint8_t)c), expected_digit(c));
}

static enum gdbregs__hex_result decode(uint8_t *out, const char *hex)
{
	return gdbregs__hex_decode(out, guarded(hex, strlen(hex)), strlen(hex));
}

TEST(decode_known)
{
	uint8_t out[32];

	ck_assert_int_eq(decode(out, ""), GDBREGS__HEX_OK);
	ck_assert_int_eq(decode(out, "00ff7FaB"), GDBREGS__HEX_OK);
	ck_assert_mem_eq(out, "\x00\xff\x7f\xab", 4);
	ck_assert_int_eq(decode(out, "0123456789abcdefFEDCBA9876543210f0"), GDBREGS__HEX_OK);
	ck_assert_mem_eq(
		out, "\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10\xf0", 17);
}

TEST(decode_unavailable)
{
	uint8_t out[32];

	ck_assert_int_eq(decode(out, "xx"), GDBREGS__HEX_UNAVAILABLE);
	ck_assert_int_eq(decode(out, "00xx"), GDBREGS__HEX_UNAVAILABLE);
	ck_assert_int_eq(decode(out, "xxxxxxxxxxxxxxxx"), GDBREGS__HEX_UNAVAILABLE);
	ck_assert_int_eq(decode(out, "0123456789abcdxx0123456789abcdef"), GDBREGS__HEX_UNAVAILABLE);
	ck_assert_int_eq(decode(out, "0123456789abcdef0123456789abcdefxx"),
			 GDBREGS__HEX_UNAVAILABLE);
	/* Half a byte is an error, and an invalid character takes precedence over an x. */
	ck_assert_int_eq(decode(out, "x0"), GDBREGS__HEX_BAD);
	ck_assert_int_eq(decode(out, "0x"), GDBREGS__HEX_BAD);
	ck_assert_int_eq(decode(out, "0xx0"), GDBREGS__HEX_BAD);
	ck_assert_int_eq(decode(out, "xx0g"), GDBREGS__HEX_BAD);
	ck_assert_int_eq(decode(out, "XX"), GDBREGS__HEX_BAD);
	ck_assert_int_eq(decode(out, "0123456789abcde!0123456789abcdxx"), GDBREGS__HEX_BAD);
}

TEST(decode_odd)
{
	uint8_t out[32];

	ck_assert_int_eq(decode(out, "0"), GDBREGS__HEX_BAD);
	ck_assert_int_eq(decode(out, "E14"), GDBREGS__HEX_BAD);
	ck_assert_int_eq(decode(out, "0123456789abcdef0"), GDBREGS__HEX_BAD);
}

static void check_position(char *hex, size_t hexlen, size_t at, unsigned character)
{
	unsigned digit = expected_digit(character);
	char before = hex[at];
	uint8_t out[40], byte;

	hex[at] = (char)character;
	enum gdbregs__hex_result result = gdbregs__hex_decode(out, guarded(hex, hexlen), hexlen);
	if (digit < 16) {
		MUST(result == GDBREGS__HEX_OK);
		byte = at % 2 ? (uint8_t)(0x30 | digit) : (uint8_t)(digit << 4 | 3);
		MUST(out[at / 2] == byte);
	} else {
		MUST(result == GDBREGS__HEX_BAD);
	}
	hex[at] = before;
}

/* Every character is at every place of every length. In a wide step, an error of one character must
 * not affect its neighbours. */
TEST(decode_every_character_everywhere)
{
	char hex[72];

	memset(hex, '3', sizeof(hex));
	for (size_t hexlen = 2; hexlen <= 68; hexlen += 2)
		for (size_t at = 0; at < hexlen; at++)
			for (unsigned c = 0; c < 256; c++)
				check_position(hex, hexlen, at, c);
}

TEST(encode_then_decode)
{
	uint8_t bytes[256], back[256];
	char hex[512], text[3];

	for (unsigned i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	gdbregs__hex_encode(hex, bytes, sizeof(bytes));
	for (unsigned i = 0; i < 256; i++) {
		snprintf(text, sizeof(text), "%02x", i);
		ck_assert_mem_eq(hex + 2 * i, text, 2);
	}
	ck_assert_int_eq(gdbregs__hex_decode(back, guarded(hex, 512), 512), GDBREGS__HEX_OK);
	ck_assert_mem_eq(back, bytes, 256);
	gdbregs__hex_encode(hex, bytes, 0);
}

TEST(numbers)
{
	static const uint64_t values[] = {0,	      1,	  9,	      0xa,
					  0xf,	      0x10,	  0xff,	      0x100,
					  0xfff,      0x1000,	  0x7fffffff, 0x80000000,
					  UINT32_MAX, UINT64_MAX, 1ull << 60, (1ull << 60) - 1};
	char out[16], text[24];

	for (size_t i = 0; i < COUNT(values); i++) {
		size_t length = gdbregs__hex_number(out, values[i]);

		snprintf(text, sizeof(text), "%llx", (unsigned long long)values[i]);
		ck_assert_uint_eq(length, strlen(text));
		ck_assert_mem_eq(out, text, length);
	}
}

static bool parse(const char *text, size_t *at, uint64_t *value)
{
	return gdbregs__hex_parse(guarded(text, strlen(text)), strlen(text), at, value);
}

TEST(parse_numbers)
{
	size_t at = 0;
	uint64_t value = 0;

	ck_assert(parse("1249394", &at, &value));
	ck_assert_uint_eq(value, 0x1249394);
	ck_assert_uint_eq(at, 7);
	at = 1;
	ck_assert(parse("p0Fx", &at, &value));
	ck_assert_uint_eq(value, 15);
	ck_assert_uint_eq(at, 3);
	at = 0;
	ck_assert(parse("ffffffffffffffff", &at, &value));
	ck_assert(value == UINT64_MAX);
	at = 0;
	ck_assert(parse("0000000000000000000001;", &at, &value));
	ck_assert_uint_eq(value, 1);
	ck_assert_uint_eq(at, 22);
}

TEST(parse_refuses)
{
	static const char *const texts[] = {"", "x", "-1", ";", "10000000000000000", "g0"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		size_t at = 0;
		uint64_t value = 42;

		ck_assert(!parse(texts[i], &at, &value));
		ck_assert_uint_eq(at, 0);
		ck_assert_uint_eq(value, 42);
	}
}

static void check_random(uint32_t *state)
{
	static const char alphabet[] = "00112233445566778899aabbccddeeffABCDEFxx\n";
	uint8_t hex[160], out[80];
	size_t hexlen = random_text(state, hex, sizeof(hex), alphabet,
				    random_next(state) % 4 ? 38 : sizeof(alphabet));
	bool bad = hexlen % 2, unavailable = false;

	for (size_t i = 0; i + 1 < hexlen; i += 2) {
		unsigned high = expected_digit(hex[i]), low = expected_digit(hex[i + 1]);

		bad |= high == 17 || low == 17 || (high == 16) != (low == 16);
		unavailable |= high == 16;
	}
	enum gdbregs__hex_result expected = bad		  ? GDBREGS__HEX_BAD
					    : unavailable ? GDBREGS__HEX_UNAVAILABLE
							  : GDBREGS__HEX_OK;
	MUST(gdbregs__hex_decode(out, guarded(hex, hexlen), hexlen) == expected);
	for (size_t i = 0; !bad && !unavailable && i < hexlen; i += 2)
		MUST(out[i / 2] == (expected_digit(hex[i]) << 4 | expected_digit(hex[i + 1])));
}

TEST(random_input)
{
	uint32_t state = 0x1d872b41;

	for (int i = 0; i < 100000; i++)
		check_random(&state);
}
