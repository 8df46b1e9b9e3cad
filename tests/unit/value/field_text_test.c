/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing and formatting fields. For floats, the expected values are those of C's strtod() in the C
 * locale. */
#include "fields.h"
#include "util/alloc.h"

#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static const char description[] =
	"<target><architecture>s390:64-bit</architecture><feature name=\"f\">"
	"<enum id=\"mode\" size=\"4\"><evalue name=\"usr\" value=\"0\"/>"
	"<evalue name=\"svc\" value=\"3\"/><evalue name=\"0x1\" value=\"2\"/></enum>"
	"<flags id=\"fl\" size=\"4\"><field name=\"C\" start=\"0\" end=\"0\"/>"
	"<field name=\"PL\" start=\"12\" end=\"13\"/>"
	"<field name=\"M\" start=\"16\" end=\"19\" type=\"mode\"/>"
	"<field name=\"S\" start=\"20\" end=\"23\" type=\"int8\"/></flags>"
	"<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>"
	"<vector id=\"v2i\" type=\"int64\" count=\"2\"/>"
	"<struct id=\"pair\"><field name=\"a\" type=\"uint16\"/><field name=\"b\" type=\"fl\"/>"
	"</struct>"
	"<union id=\"vec\"><field name=\"f\" type=\"v4f\"/><field name=\"i\" type=\"v2i\"/>"
	"<field name=\"q\" type=\"uint128\"/><field name=\"s\" type=\"pair\"/></union>"
	"<reg name=\"r0\" bitsize=\"64\"/><reg name=\"u64\" bitsize=\"64\" type=\"uint64\"/>"
	"<reg name=\"u128\" bitsize=\"128\" type=\"uint128\"/>"
	"<reg name=\"i128\" bitsize=\"128\" type=\"int128\"/>"
	"<reg name=\"i8\" bitsize=\"8\" type=\"int8\"/><reg name=\"fl\" bitsize=\"32\" "
	"type=\"fl\"/>"
	"<reg name=\"mode\" bitsize=\"32\" type=\"mode\"/>"
	"<reg name=\"v\" bitsize=\"128\" type=\"vec\"/>"
	"<reg name=\"half\" bitsize=\"16\" type=\"ieee_half\"/>"
	"<reg name=\"bf\" bitsize=\"16\" type=\"bfloat16\"/>"
	"<reg name=\"single\" bitsize=\"32\" type=\"ieee_single\"/>"
	"<reg name=\"double\" bitsize=\"64\" type=\"ieee_double\"/>"
	"<reg name=\"x87\" bitsize=\"80\" type=\"i387_ext\"/>"
	"<reg name=\"m68k\" bitsize=\"96\" type=\"float\"/>"
	"<reg name=\"quad\" bitsize=\"128\" type=\"float\"/>"
	"<reg name=\"odd\" bitsize=\"24\" type=\"float\"/>"
	"<reg name=\"nine\" bitsize=\"9\"/>"
	"<reg name=\"new\" bitsize=\"16\" type=\"nobody_knows\"/></feature></target>";

static void setup(void)
{
	d = good_text(description);
}

static size_t size_of(const struct gdbregs_field *f)
{
	return gdbregs_register_bits(gdbregs_field_register(f)) / 8;
}

/* Returns the bytes as hex digits, most significant first. */
static const char *hex_of(const uint8_t *bytes, size_t size, enum gdbregs_byte_order order)
{
	static char hex[160];

	for (size_t i = 0; i < size; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[order == BIG ? i : size - 1 - i]);
	return hex;
}

/* ----------------------------------------------------------------- parsing --- */

static const struct {
	const char *name, *text;
	int code;
	const char *after; /* of zeros */
} parsed[] = {
	// clang-format off
	{"r0",   "10",    0, "000000000000000a"},
	{"r0",   "+10",   0, "000000000000000a"},
	{"r0",   "-1",    0, "ffffffffffffffff"},
	{"r0",   "0x1F",  0, "000000000000001f"},
	{"r0",   "0X1f",  0, "000000000000001f"},
	{"r0",   "0o17",  0, "000000000000000f"},
	{"r0",   "017",   0, "000000000000000f"},
	{"r0",   "0b101", 0, "0000000000000005"},
	{"r0",   "-0x8000000000000000", 0, "8000000000000000"},
	{"r0",   "-9223372036854775809", GDBREGS_ERR_LIMIT, NULL},
	{"r0",   "18446744073709551615", 0, "ffffffffffffffff"},
	{"r0",   "18446744073709551616", GDBREGS_ERR_LIMIT, NULL},
	{"r0",   "0x00000000000000000000000000000001", 0, "0000000000000001"},
	{"u64",  "-1",    GDBREGS_ERR_LIMIT, NULL},
	{"u64",  "-0",    0, "0000000000000000"},
	{"new",  "0x1234", 0, "1234"},
	{"u128", "340282366920938463463374607431768211455", 0, "ffffffffffffffffffffffffffffffff"},
	{"u128", "340282366920938463463374607431768211456", GDBREGS_ERR_LIMIT, NULL},
	{"i128", "-170141183460469231731687303715884105728", 0, "80000000000000000000000000000000"},
	{"i128", "-170141183460469231731687303715884105729", GDBREGS_ERR_LIMIT, NULL},
	{"fl.C", "1",     0, "00000001"},
	{"fl.C", "2",     GDBREGS_ERR_LIMIT, NULL},
	{"fl.C", "-1",    GDBREGS_ERR_LIMIT, NULL},
	{"fl.S", "-8",    0, "00800000"},
	{"fl.S", "-9",    GDBREGS_ERR_LIMIT, NULL},
	{"fl.M", "svc",   0, "00030000"},
	{"fl.M", "0x1",   0, "00020000"}, /* a name takes precedence */
	{"fl.M", "0b1",   0, "00010000"},
	{"fl.M", "SVC",   GDBREGS_ERR_INVAL, NULL},
	{"mode", "svc",   0, "00000003"},
	{"fl",   "0x12345678", 0, "12345678"},
	{"v.q",  "0x0102030405060708090a0b0c0d0e0f10", 0, "0102030405060708090a0b0c0d0e0f10"},
	{"v",    "1",     GDBREGS_ERR_UNSUPPORTED, NULL},
	{"v.s",  "1",     GDBREGS_ERR_UNSUPPORTED, NULL},
	{"odd",  "1.5",   GDBREGS_ERR_UNSUPPORTED, NULL},
	{"odd",  "0x123456", 0, "123456"},
	{"r0",   "",      GDBREGS_ERR_INVAL, NULL},
	{"r0",   "-",     GDBREGS_ERR_INVAL, NULL},
	{"r0",   "0x",    GDBREGS_ERR_INVAL, NULL},
	{"r0",   "0b2",   GDBREGS_ERR_INVAL, NULL},
	{"r0",   "08",    GDBREGS_ERR_INVAL, NULL},
	{"r0",   "1.0",   GDBREGS_ERR_INVAL, NULL},
	{"r0",   " 1",    GDBREGS_ERR_INVAL, NULL},
	{"r0",   "1 ",    GDBREGS_ERR_INVAL, NULL},
	{"r0",   "1_000", GDBREGS_ERR_INVAL, NULL},
	{"r0",   "--1",   GDBREGS_ERR_INVAL, NULL},
	{"r0",   "hex:",  GDBREGS_ERR_INVAL, NULL},
	{"r0",   "hex:123", GDBREGS_ERR_INVAL, NULL},
	{"r0",   "hex:12xy", GDBREGS_ERR_INVAL, NULL},
	{"r0",   "hex:1234", GDBREGS_ERR_LIMIT, NULL},
	{"fl.C", "hex:01000000", GDBREGS_ERR_UNSUPPORTED, NULL},
	/* Floats. */
	{"half",   "1.5",     0, "3e00"},
	{"half",   "65504",   0, "7bff"},
	{"half",   "65519.99", 0, "7bff"},
	{"half",   "65520",   GDBREGS_ERR_LIMIT, NULL},
	{"half",   "5.9604644775390625e-8", 0, "0001"},
	{"half",   "2.9802322387695312e-8", GDBREGS_ERR_LIMIT, NULL}, /* it would be 0 */
	{"half",   "2.9802322387695313e-8", 0, "0001"},
	{"bf",     "3.140625", 0, "4049"},
	{"single", "0.1",     0, "3dcccccd"},
	{"single", "-0",      0, "80000000"},
	{"single", "-0.0e99999999999", 0, "80000000"},
	{"single", "017",     0, "41880000"},
	{"single", "0x40000000", 0, "40000000"}, /* bits */
	{"single", "0b1",     0, "00000001"},
	{"single", "-0x1",    GDBREGS_ERR_INVAL, NULL},
	{"single", "0x1.8p1", 0, "40400000"},
	{"single", "0x.8",    0, "3f000000"},
	{"single", "0x1.000001p0", 0, "3f800000"}, /* half way: rounded to even */
	{"single", "0x1.000003p0", 0, "3f800002"},
	{"single", "0x1.00000100000000000000001p0", 0, "3f800001"},
	{"single", "0x1p128", GDBREGS_ERR_LIMIT, NULL},
	{"single", "0x1p-9999999", GDBREGS_ERR_LIMIT, NULL},
	{"single", "1e99999999999", GDBREGS_ERR_LIMIT, NULL},
	{"single", "1e-99999999999", GDBREGS_ERR_LIMIT, NULL},
	{"single", "inf",     0, "7f800000"},
	{"single", "-Infinity", 0, "ff800000"},
	{"single", "nan",     0, "7fc00000"},
	{"single", "nan(0x1)", 0, "7f800001"},
	{"single", "-nan(0x7fffff)", 0, "ffffffff"},
	{"single", "nan(0x800000)", GDBREGS_ERR_LIMIT, NULL},
	{"single", "nan(0x0)", GDBREGS_ERR_INVAL, NULL},
	{"single", "nan(0x1", GDBREGS_ERR_INVAL, NULL},
	{"single", "nan(1)",  GDBREGS_ERR_INVAL, NULL},
	{"single", "1e",      GDBREGS_ERR_INVAL, NULL},
	{"single", "1e+",     GDBREGS_ERR_INVAL, NULL},
	{"single", ".",       GDBREGS_ERR_INVAL, NULL},
	{"single", "1.2.3",   GDBREGS_ERR_INVAL, NULL},
	{"single", "1,5",     GDBREGS_ERR_INVAL, NULL},
	{"single", "infi",    GDBREGS_ERR_INVAL, NULL},
	{"single", "",        GDBREGS_ERR_INVAL, NULL},
	{"single", "0x1.8p",  GDBREGS_ERR_INVAL, NULL},
	{"double", "1e-324",  GDBREGS_ERR_LIMIT, NULL},
	{"double", "5e-324",  0, "0000000000000001"},
	{"x87",    "1",       0, "3fff8000000000000000"},
	{"x87",    "3.14159265358979323846264338327950288", 0, "4000c90fdaa22168c235"},
	{"x87",    "-inf",    0, "ffff8000000000000000"},
	{"x87",    "nan(0xc000000000000001)", 0, "7fffc000000000000001"},
	{"x87",    "3.6e-4951", 0, "00000000000000000001"},
	{"x87",    "1.18973149535723176502e+4932", 0, "7ffeffffffffffffffff"},
	{"x87",    "1.2e+4932", GDBREGS_ERR_LIMIT, NULL},
	/* The values of quadruple precision are GCC's, as constants of type __float128. */
	{"quad",   "3.14159265358979323846264338327950288", 0, "4000921fb54442d18469898cc51701b8"},
	{"quad",   "0.1",     0, "3ffb999999999999999999999999999a"},
	{"quad",   "6.4751751194380251109244389582276466e-4966", 0, "00000000000000000000000000000001"},
	{"quad",   "1.18973149535723176508575932662800702e+4932", 0, "7ffeffffffffffffffffffffffffffff"},
	{"quad",   "nan",     0, "7fff8000000000000000000000000000"},
	{"quad",   "nan(0x800000000000000000000000001f)", 0, "7fff800000000000000000000000001f"},
	// clang-format on
};

FIXTURE(setup, teardown)

LOOP_TEST(texts, COUNT(parsed))
{
	struct gdbregs_field f = field(parsed[_i].name);
	size_t size = size_of(&f);
	uint8_t little[16] = {0}, big[16] = {0}, zeros[16] = {0};

	ck_assert_msg(gdbregs_field_parse(&f, parsed[_i].text, LITTLE, little, size) ==
			      parsed[_i].code,
		      "%s=%s", parsed[_i].name, parsed[_i].text);
	ck_assert_int_eq(gdbregs_field_parse(&f, parsed[_i].text, BIG, big, size), parsed[_i].code);
	if (parsed[_i].code) {
		ck_assert_mem_eq(little, zeros, 16);
		ck_assert_mem_eq(big, zeros, 16);
	} else {
		ck_assert_str_eq(hex_of(little, size, LITTLE), parsed[_i].after);
		ck_assert_str_eq(hex_of(big, size, BIG), parsed[_i].after);
	}
}

/* As a whole, a register of any type is an integer. */
static const struct {
	const char *name, *text;
	int code;
	const char *after; /* of zeros; its length is the size of the value */
} registers[] = {
	{"v", "1", 0, "00000000000000000000000000000001"},
	{"v", "-2", 0, "fffffffffffffffffffffffffffffffe"},
	{"v", "hex:0102030405060708090a0b0c0d0e0f10", 0, NULL},
	{"v", "hex:01", GDBREGS_ERR_LIMIT, NULL},
	{"v", "1.5", GDBREGS_ERR_UNSUPPORTED, NULL},
	{"u64", "-1", 0, "ffffffffffffffff"},
	{"u64", "-0x8000000000000000", 0, "8000000000000000"},
	{"u64", "-0x8000000000000001", GDBREGS_ERR_LIMIT, NULL},
	{"u64", "0x1ff", 0, "000001ff"},
	{"u64", "0x1ffffffff", GDBREGS_ERR_LIMIT, "00000000"},
	{"nine", "511", 0, "01ff"},
	{"nine", "512", GDBREGS_ERR_LIMIT, "0000"},
	{"nine", "-256", 0, "0100"},
	{"mode", "svc", 0, "00000003"},
	{"mode", "-1", 0, "ffffffff"},
	{"mode", "none", GDBREGS_ERR_INVAL, NULL},
	{"single", "1.5", 0, "3fc00000"},
	{"single", "-0x1", GDBREGS_ERR_INVAL, NULL},
};

LOOP_TEST(whole_registers, COUNT(registers))
{
	struct gdbregs_field f = field(registers[_i].name);
	const struct gdbregs_register *h = gdbregs_field_register(&f);
	const char *after = registers[_i].after, *text = registers[_i].text;
	size_t size = after ? strlen(after) / 2 : size_of(&f);
	uint8_t little[16] = {0}, big[16] = {0}, zeros[16] = {0};

	ck_assert_msg(gdbregs_register_parse(h, text, LITTLE, little, size) == registers[_i].code,
		      "%s=%s", registers[_i].name, text);
	ck_assert_int_eq(gdbregs_register_parse(h, text, BIG, big, size), registers[_i].code);
	if (registers[_i].code) {
		ck_assert_mem_eq(little, zeros, 16);
		ck_assert_mem_eq(big, zeros, 16);
	} else if (after) {
		ck_assert_str_eq(hex_of(little, size, LITTLE), after);
		ck_assert_str_eq(hex_of(big, size, BIG), after);
	}
	memset(little, 0xff, 16);
	memset(big, 0xff, 16);
	ck_assert_int_eq(gdbregs_register_parse(h, text, LITTLE, little, size), registers[_i].code);
	ck_assert_int_eq(gdbregs_register_parse(h, text, BIG, big, size), registers[_i].code);
	if (after && !registers[_i].code) {
		ck_assert_str_eq(hex_of(little, size, LITTLE), after);
		ck_assert_str_eq(hex_of(big, size, BIG), after);
	}
	ck_assert_int_eq(gdbregs_register_parse(NULL, text, BIG, big, size), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_register_parse(h, NULL, BIG, big, size), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_register_parse(h, "1", UNKNOWN, big, size),
			 GDBREGS_ERR_UNSUPPORTED);
}

TEST(bytes_as_they_are)
{
	struct gdbregs_field f = field("v.i[1]");
	uint8_t bytes[16] = {0};

	memset(bytes, 0xee, 16);
	ck_assert_int_eq(gdbregs_field_parse(&f, "hex:0102030405060708", UNKNOWN, bytes, 16), 0);
	ck_assert_str_eq(hex_of(bytes, 16, BIG), "eeeeeeeeeeeeeeee0102030405060708");
	ck_assert_int_eq(gdbregs_field_parse(&f, "1", UNKNOWN, bytes, 16), GDBREGS_ERR_UNSUPPORTED);
	ck_assert_int_eq(gdbregs_field_parse(&f, "1", LITTLE, bytes, 15), GDBREGS_ERR_UNAVAILABLE);
	f = field("v.s");
	ck_assert_int_eq(gdbregs_field_parse(&f, "hex:aabbccddeeff", BIG, bytes, 16), 0);
	ck_assert_str_eq(hex_of(bytes, 16, BIG), "aabbccddeeffeeee0102030405060708");
	ck_assert_int_eq(gdbregs_field_parse(&f, NULL, BIG, bytes, 16), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_parse(NULL, "1", BIG, bytes, 16), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_parse(&f, "1", BIG, NULL, 16), GDBREGS_ERR_INVAL);
	f = field("i8");
	ck_assert_int_eq(gdbregs_field_parse(&f, "-2", UNKNOWN, bytes, 1), 0);
	ck_assert_uint_eq(bytes[0], 0xfe);
}

TEST(other_bits_stay)
{
	struct gdbregs_field f = field("fl.M");
	uint8_t bytes[4] = {0xff, 0xff, 0xff, 0xff};

	ck_assert_int_eq(gdbregs_field_parse(&f, "svc", BIG, bytes, 4), 0);
	ck_assert_str_eq(hex_of(bytes, 4, BIG), "fff3ffff");
	ck_assert_int_eq(gdbregs_field_parse(&f, "16", BIG, bytes, 4), GDBREGS_ERR_LIMIT);
	ck_assert_str_eq(hex_of(bytes, 4, BIG), "fff3ffff");
}

/* The first 800 digits count. After them only zeros do not change the value. */
TEST(many_digits)
{
	struct gdbregs_field f = field("double");
	char text[2000] = "0.";
	uint8_t bytes[8] = {0};

	memset(text + 2, '3', 800);
	memset(text + 802, '0', 900);
	ck_assert_int_eq(gdbregs_field_parse(&f, text, BIG, bytes, 8), 0);
	ck_assert_str_eq(hex_of(bytes, 8, BIG), "3fd5555555555555");
	text[1500] = '1';
	ck_assert_int_eq(gdbregs_field_parse(&f, text, BIG, bytes, 8), GDBREGS_ERR_LIMIT);
}

/* ------------------------------------------------------------ against the C library --- */

static uint64_t seed = 88172645463325252u;

static uint64_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void random_text(char *text, size_t capacity, int exponents)
{
	int exponent = (int)(random_number() % (unsigned)(2 * exponents)) - exponents;

	snprintf(text, capacity, "%llu.%llue%d", (unsigned long long)(random_number() % 1000000),
		 (unsigned long long)random_number(), exponent);
}

TEST(as_strtod)
{
	struct gdbregs_field f = field("double"), narrow = field("single");

	for (unsigned i = 0; i < 3000; i++) {
		char text[80];
		uint8_t bytes[8] = {0};
		double expected, made;
		float expected_narrow;

		random_text(text, sizeof(text), 330);
		expected = strtod(text, NULL);
		if (expected == 0 || expected > DBL_MAX) {
			ck_assert_int_eq(gdbregs_field_parse(&f, text, LITTLE, bytes, 8),
					 GDBREGS_ERR_LIMIT);
			continue;
		}
		ck_assert_int_eq(gdbregs_field_parse(&f, text, LITTLE, bytes, 8), 0);
		ck_assert_int_eq(gdbregs_field_double(&f, LITTLE, bytes, 8, &made), 0);
		ck_assert_msg(made == expected, "%s: %a, not %a", text, made, expected);

		random_text(text, sizeof(text), 40);
		expected_narrow = strtof(text, NULL);
		if (expected_narrow == 0 || expected_narrow > FLT_MAX)
			continue;
		ck_assert_int_eq(gdbregs_field_parse(&narrow, text, BIG, bytes, 4), 0);
		ck_assert_int_eq(gdbregs_field_double(&narrow, BIG, bytes, 4, &made), 0);
		ck_assert_msg(made == (double)expected_narrow, "%s: %a", text, made);
	}
}

#if LDBL_MANT_DIG == 64
TEST(as_strtold)
{
	struct gdbregs_field f = field("x87");
	volatile long double above = 1 + LDBL_EPSILON;

	/* valgrind computes with doubles. */
	if (above == 1)
		return;

	for (unsigned i = 0; i < 500; i++) {
		char text[80];
		uint8_t bytes[10] = {0};
		long double expected;

		random_text(text, sizeof(text), 4990);
		expected = strtold(text, NULL);
		if (expected == 0 || expected > LDBL_MAX)
			continue;
		ck_assert_int_eq(gdbregs_field_parse(&f, text, LITTLE, bytes, 10), 0);
		ck_assert_msg(memcmp(bytes, &expected, 10) == 0, "%s", text);
	}
}
#endif

/* -------------------------------------------------------------- there and back --- */

static const char *const formats[] = {"half", "bf", "single", "double", "x87", "m68k", "quad"};

LOOP_TEST(a_text_reads_back, COUNT(formats))
{
	struct gdbregs_field f = field(formats[_i]);
	size_t size = size_of(&f);
	struct gdbregs_buffer text = {0};

	for (unsigned i = 0; i < 1000; i++) {
		uint8_t bytes[16], back[16] = {0};
		uint64_t high = random_number(), low = random_number();

		memcpy(bytes, &high, 8);
		memcpy(bytes + 8, &low, 8);
		if (size == 10)
			bytes[7] |= 0x80; /* with the integer bit */
		if (size == 12) {
			bytes[2] = bytes[3] = 0;
			bytes[4] |= 0x80;
		}
		/* The special exponents are tried often. */
		if (i % 4 == 0)
			bytes[size == 12 ? 0 : size - 1] |= 0x7f;
		enum gdbregs_byte_order order = size == 12 ? BIG : LITTLE;
		ck_assert_int_eq(gdbregs_field_format(&f, order, bytes, size, &text), 0);
		if (text.data[0] == '<')
			continue; /* for example x87's zeros with an integer bit */
		int result = gdbregs_field_parse(&f, (char *)text.data, order, back, size);
		ck_assert_msg(result == 0 && memcmp(bytes, back, size) == 0, "%s of %s: %d, %s",
			      (char *)text.data, formats[_i], result, hex_of(bytes, size, order));
	}
	gdbregs_buffer_fini(&text);
}

/* The locale of the application has no influence. */
TEST(locales)
{
	struct gdbregs_field f = field("double");
	struct gdbregs_buffer text = {0};
	uint8_t bytes[8] = {0};

	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		setlocale(LC_ALL, "");
	ck_assert_int_eq(gdbregs_field_parse(&f, "1.5", LITTLE, bytes, 8), 0);
	ck_assert_int_eq(gdbregs_field_parse(&f, "1,5", LITTLE, bytes, 8), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_format(&f, LITTLE, bytes, 8, &text), 0);
	ck_assert_str_eq((char *)text.data, "1.5");
	gdbregs_buffer_fini(&text);
}

/* -------------------------------------------------------------- formatting --- */

static const struct {
	const char *name;
	const char *bytes; /* 16 bytes, most significant first */
	size_t size;
	const char *text;
} formatted[] = {
	// clang-format off
	{"r0",     "\0\0\0\0\0\0\x12\x34", 8, "0x1234"},
	{"r0",     "\0\0\0\0\0\0\0\0", 8, "0x0"},
	{"new",    "\x12\x34", 2, "0x1234"},
	{"fl",     "\0\x03\x20\x01", 4, "[ C PL=2 M=svc S=0 ]"},
	{"fl.C",   "\0\x03\x20\x01", 4, "0x1"},
	{"fl.PL",  "\0\x03\x20\x01", 4, "0x2"},
	{"fl.M",   "\0\x03\x20\x01", 4, "svc"},
	{"fl.M",   "\0\x04\x20\x01", 4, "0x4"},
	{"mode",   "\0\0\0\x03", 4, "svc"},
	{"mode",   "\0\0\0\x04", 4, "0x4"},
	{"v.f",    "\x3f\x80\0\0\x40\0\0\0\0\0\0\0\x7f\x80\0\0", 16, "{1, 2, 0, inf}"},
	{"v.f[1]", "\x3f\x80\0\0\x40\0\0\0\0\0\0\0\x7f\x80\0\0", 16, "2"},
	{"v.f[1]", "\x3f\x80\0\0\x40\0\0\0", 8, "2"}, /* a reply that is shorter */
	{"v.f",    "\x3f\x80\0\0\x40\0\0\0", 8, "{1, 2}"},
	{"v.s",    "\x12\x34\0\0\0\x01\0\0\0\0\0\0\0\0\0\0", 16,
	 "{a = 0x1234, b = [ C PL=0 M=usr S=0 ]}"},
	{"v.s.b",  "\x12\x34\0\0\0\x01\0\0\0\0\0\0\0\0\0\0", 16, "[ C PL=0 M=usr S=0 ]"},
	{"v.q",    "\x12\x34\0\0\0\x01\0\0\0\0\0\0\0\0\0\0", 16, "0x12340000000100000000000000000000"},
	{"odd",    "\0\0\0", 3, "?"},
	/* 2^-16494 is 6.475e-4966: no other value is as near to 6e-4966. */
	{"quad",   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16, "6e-4966"},
	{"quad",   "\x3f\xfb\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x9a", 16, "0.1"},
	{"quad",   "\x40\x00\x92\x1f\xb5\x44\x42\xd1\x84\x69\x89\x8c\xc5\x17\x01\xb8", 16,
	 "3.1415926535897932384626433832795028"},
	{"quad",   "\xff\xff\x80\0\0\0\0\0\0\0\0\0\0\0\0\x1f", 16,
	 "-nan(0x800000000000000000000000001f)"},
	// clang-format on
};

LOOP_TEST(formats_of_parts, COUNT(formatted))
{
	struct gdbregs_field f = field(formatted[_i].name);
	struct gdbregs_buffer text = {0};

	ck_assert_int_eq(
		gdbregs_field_format(&f, BIG, formatted[_i].bytes, formatted[_i].size, &text), 0);
	ck_assert_str_eq((char *)text.data, formatted[_i].text);
	ck_assert_uint_eq(text.size, strlen(formatted[_i].text));
	ck_assert_int_eq(
		gdbregs_field_format(&f, UNKNOWN, formatted[_i].bytes, formatted[_i].size, &text),
		0);
	ck_assert_uint_eq(text.size, 0);
	gdbregs_buffer_fini(&text);
}

TEST(what_is_not_there_has_no_text)
{
	struct gdbregs_field f = field("v.f[3]");
	struct gdbregs_buffer text = {0};
	uint8_t bytes[16] = {0};

	ck_assert_int_eq(gdbregs_field_format(&f, BIG, bytes, 15, &text), GDBREGS_ERR_UNAVAILABLE);
	ck_assert_int_eq(gdbregs_field_format(&f, BIG, bytes, 0, &text), GDBREGS_ERR_UNAVAILABLE);
	ck_assert_int_eq(gdbregs_field_format(&f, BIG, bytes, 16, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_format(NULL, BIG, bytes, 16, &text), GDBREGS_ERR_INVAL);
	f = field("v");
	ck_assert_int_eq(gdbregs_field_format(&f, BIG, bytes, 0, &text), GDBREGS_ERR_UNAVAILABLE);
	ck_assert_ptr_null(text.data);
}
