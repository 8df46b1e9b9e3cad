/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding fields by path, walking them, and describing them. */
#include "../guarded.h"
#include "fields.h"
#include "util/alloc.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

static const char description[] =
	"<target><architecture>i386</architecture><feature name=\"f\">"
	"<enum id=\"mode\" size=\"4\"><evalue name=\"usr\" value=\"0\"/>"
	"<evalue name=\"svc\" value=\"3\"/></enum>"
	"<flags id=\"fl\" size=\"4\"><field name=\"C\" start=\"0\" end=\"0\"/>"
	"<field name=\"\" start=\"1\" end=\"1\"/><field name=\"PL\" start=\"12\" end=\"13\"/>"
	"<field name=\"M\" start=\"16\" end=\"19\" type=\"mode\"/>"
	"<field name=\"S\" start=\"20\" end=\"23\" type=\"int8\"/>"
	"<field name=\"C\" start=\"31\" end=\"31\"/></flags>"
	"<struct id=\"wide\" size=\"8\"><field name=\"a\" start=\"3\" end=\"40\"/></struct>"
	"<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>"
	"<vector id=\"v2v\" type=\"v4f\" count=\"2\"/>"
	"<vector id=\"v2p\" type=\"data_ptr\" count=\"2\"/>"
	"<struct id=\"pair\"><field name=\"a\" type=\"uint16\"/><field name=\"b\" type=\"fl\"/>"
	"<field name=\"p\" type=\"code_ptr\"/><field name=\"q\" type=\"data_ptr\"/>"
	"<field name=\"d\" type=\"int16\"/></struct>"
	"<union id=\"vec\"><field name=\"f\" type=\"v2v\"/><field name=\"s\" type=\"pair\"/>"
	"<field name=\"a.b\" type=\"fl\"/><field name=\"a\" type=\"uint8\"/>"
	"<field name=\"x[1]\" type=\"uint8\"/></union>"
	"<vector id=\"v4v\" type=\"v4f\" count=\"4\"/><vector id=\"v64b\" type=\"uint8\" "
	"count=\"64\"/>"
	"<union id=\"inner\"><field name=\"v\" type=\"v4v\"/></union>"
	"<union id=\"large\"><field name=\"b\" type=\"v64b\"/><field name=\"u\" type=\"inner\"/>"
	"<field name=\"a\" type=\"uint8\"/></union>"
	"<vector id=\"v2u\" type=\"inner\" count=\"2\"/>"
	"<reg name=\"eflags\" bitsize=\"32\" type=\"fl\"/>"
	"<reg name=\"v\" bitsize=\"256\" type=\"vec\"/>"
	"<reg name=\"wide\" bitsize=\"64\" type=\"wide\"/>"
	"<reg name=\"pointers\" bitsize=\"128\" type=\"v2p\"/>"
	"<reg name=\"eax\" bitsize=\"32\"/><reg name=\"st0\" bitsize=\"80\" type=\"i387_ext\"/>"
	"<reg name=\"odd\" bitsize=\"32\" type=\"nobody_knows\"/>"
	"<reg name=\"mode\" bitsize=\"32\" type=\"mode\"/>"
	"<reg name=\"dotted.name\" bitsize=\"32\" type=\"fl\"/>"
	"<reg name=\"dotted\" bitsize=\"256\" type=\"vec\"/>"
	"<reg name=\"part\" bitsize=\"264\" type=\"large\"/>"
	"<reg name=\"lanes\" bitsize=\"32\" type=\"v64b\"/>"
	"<reg name=\"no_lane\" bitsize=\"120\" type=\"v4v\"/>"
	"<reg name=\"no_member\" bitsize=\"120\" type=\"large\"/>"
	"<reg name=\"no_union\" bitsize=\"504\" type=\"v2u\"/>"
	"<reg name=\"no_byte\" bitsize=\"36\" type=\"v64b\"/>"
	"<reg name=\"no_struct\" bitsize=\"32\" type=\"wide\"/></feature>"
	"<feature name=\"g.h\"><reg name=\"eax\" bitsize=\"32\" type=\"fl\"/></feature></target>";

static void setup(void)
{
	d = good_text(description);
}

/* ------------------------------------------------------------- described --- */

static const struct {
	const char *path, *name, *type;
	enum gdbregs_type_kind kind;
	bool is_signed;
	unsigned bits, position;
	size_t offset, count;
} described[] = {
	// clang-format off
	{"eflags",      "eflags", "fl",          GDBREGS_TYPE_FLAGS,   false,  32,  0,  0, 6},
	{"eflags.C",    "C",      "bool",        GDBREGS_TYPE_INTEGER, false,   1,  0,  0, 0},
	{"eflags.PL",   "PL",     "uint32",      GDBREGS_TYPE_INTEGER, false,   2, 12,  0, 0},
	{"eflags.M",    "M",      "mode",        GDBREGS_TYPE_ENUM,    false,   4, 16,  0, 0},
	{"eflags.S",    "S",      "int8",        GDBREGS_TYPE_INTEGER, true,    4, 20,  0, 0},
	{"wide.a",      "a",      "uint64",      GDBREGS_TYPE_INTEGER, false,  38,  3,  0, 0},
	{"v",           "v",      "vec",         GDBREGS_TYPE_UNION,   false, 256,  0,  0, 5},
	{"v.f",         "f",      "v2v",         GDBREGS_TYPE_VECTOR,  false, 256,  0,  0, 2},
	{"v.f[1]",      NULL,     "v4f",         GDBREGS_TYPE_VECTOR,  false, 128,  0, 16, 4},
	{"v.f[1][3]",   NULL,     "ieee_single", GDBREGS_TYPE_FLOAT,   true,   32,  0, 28, 0},
	{"v.s",         "s",      "pair",        GDBREGS_TYPE_STRUCT,  false, 256,  0,  0, 5},
	{"v.s.a",       "a",      "uint16",      GDBREGS_TYPE_INTEGER, false,  16,  0,  0, 0},
	{"v.s.b",       "b",      "fl",          GDBREGS_TYPE_FLAGS,   false,  32,  0,  2, 6},
	{"v.s.b.PL",    "PL",     "uint32",      GDBREGS_TYPE_INTEGER, false,   2, 12,  2, 0},
	/* Pointers share the rest of the struct. */
	{"v.s.p",       "p",      "code_ptr",    GDBREGS_TYPE_INTEGER, false,  96,  0,  6, 0},
	{"v.s.q",       "q",      "data_ptr",    GDBREGS_TYPE_INTEGER, false,  96,  0, 18, 0},
	{"v.s.d",       "d",      "int16",       GDBREGS_TYPE_INTEGER, true,   16,  0, 30, 0},
	{"v.a",         "a",      "uint8",       GDBREGS_TYPE_INTEGER, false,   8,  0,  0, 0},
	{"v.a.b",       "a.b",    "fl",          GDBREGS_TYPE_FLAGS,   false,  32,  0,  0, 6},
	{"v.a.b.M",     "M",      "mode",        GDBREGS_TYPE_ENUM,    false,   4, 16,  0, 0},
	{"v.x[1]",      "x[1]",   "uint8",       GDBREGS_TYPE_INTEGER, false,   8,  0,  0, 0},
	{"pointers[1]", NULL,     "data_ptr",    GDBREGS_TYPE_INTEGER, false,  64,  0,  8, 0},
	{"st0",         "st0",    "i387_ext",    GDBREGS_TYPE_FLOAT,   true,   80,  0,  0, 0},
	{"odd",         "odd",    "nobody_knows", GDBREGS_TYPE_UNKNOWN, false, 32,  0,  0, 0},
	{"mode",        "mode",   "mode",        GDBREGS_TYPE_ENUM,    false,  32,  0,  0, 0},
	{"dotted.name", "dotted.name", "fl",     GDBREGS_TYPE_FLAGS,   false,  32,  0,  0, 6},
	{"dotted.name.PL", "PL",  "uint32",      GDBREGS_TYPE_INTEGER, false,   2, 12,  0, 0},
	{"dotted.f[0]", NULL,     "v4f",         GDBREGS_TYPE_VECTOR,  false, 128,  0,  0, 4},
	/* Types that are larger than their register: of a vector, the elements that fit remain. */
	{"part",        "part",   "large",       GDBREGS_TYPE_UNION,   false, 264,  0,  0, 3},
	{"part.b",      "b",      "v64b",        GDBREGS_TYPE_VECTOR,  false, 264,  0,  0, 33},
	{"part.b[32]",  NULL,     "uint8",       GDBREGS_TYPE_INTEGER, false,   8,  0, 32, 0},
	{"part.u.v",    "v",      "v4v",         GDBREGS_TYPE_VECTOR,  false, 264,  0,  0, 2},
	{"part.u.v[1][3]", NULL,  "ieee_single", GDBREGS_TYPE_FLOAT,   true,   32,  0, 28, 0},
	{"part.a",      "a",      "uint8",       GDBREGS_TYPE_INTEGER, false,   8,  0,  0, 0},
	{"lanes[3]",    NULL,     "uint8",       GDBREGS_TYPE_INTEGER, false,   8,  0,  3, 0},
	{"no_lane",     "no_lane", "v4v",        GDBREGS_TYPE_UNKNOWN, false, 120,  0,  0, 0},
	{"no_member",   "no_member", "large",    GDBREGS_TYPE_UNKNOWN, false, 120,  0,  0, 0},
	{"no_union",    "no_union", "v2u",       GDBREGS_TYPE_UNKNOWN, false, 504,  0,  0, 0},
	{"no_byte",     "no_byte", "v64b",       GDBREGS_TYPE_UNKNOWN, false,  36,  0,  0, 0},
	{"no_struct",   "no_struct", "wide",     GDBREGS_TYPE_UNKNOWN, false,  32,  0,  0, 0},
	// clang-format on
};

FIXTURE(setup, teardown)

LOOP_TEST(descriptions, COUNT(described))
{
	struct gdbregs_field f = field(described[_i].path);

	ck_assert_pstr_eq(gdbregs_field_name(&f), described[_i].name);
	ck_assert_str_eq(gdbregs_field_type(&f), described[_i].type);
	ck_assert_int_eq(gdbregs_field_kind(&f), described[_i].kind);
	ck_assert_int_eq(gdbregs_field_is_signed(&f), described[_i].is_signed);
	ck_assert_uint_eq(gdbregs_field_bits(&f), described[_i].bits);
	ck_assert_uint_eq(gdbregs_field_position(&f), described[_i].position);
	ck_assert_uint_eq(gdbregs_field_offset_bytes(&f), described[_i].offset);
	ck_assert_uint_eq(gdbregs_field_count(&f), described[_i].count);
}

TEST(what_is_not_there)
{
	static const char *const paths[] = {
		"eflags.",	   "eflags.X",	   "eflags[0]",	   "eflags.C.x",
		"eflags.C[0]",	   "v.f[2]",	   "v.f[1][4]",	   "v.f[-1]",
		"v.f[ 1]",	   "v.f[+1]",	   "v.f[0x1]",	   "v.f[]",
		"v.f[1",	   "v.f.[1]",	   "v.f[1]x",	   "v.f1",
		"v.f[1].",	   "v..f",	   "v.F",	   "v.f[99999999999]",
		"v.f[4294967297]", "v.f[1][1][1]", "st0.x",	   "odd.x",
		"eflags.C.",	   "v[0]",	   "pointers.[1]", "pointers.0",
		"eflags. C",	   "part.b[33]",   "part.u.v[2]",  "lanes[4]",
	};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct gdbregs_field f = {.index_ = 77};
		/* The path ends where readable memory ends. */
		const char *path = (const char *)guarded(paths[i], strlen(paths[i]) + 1);
		int result = gdbregs_description_find_field(d, NULL, path, &f);

		ck_assert_msg(result == GDBREGS_ERR_NO_FIELD, "%s: %d", path, result);
		ck_assert_uint_eq(f.index_, 77);
	}
}

TEST(names_of_registers)
{
	struct gdbregs_field f;

	ck_assert_int_eq(gdbregs_description_find_field(d, NULL, "eax", &f), GDBREGS_ERR_AMBIGUOUS);
	ck_assert_int_eq(gdbregs_description_find_field(d, NULL, "eax.C", &f),
			 GDBREGS_ERR_AMBIGUOUS);
	ck_assert_int_eq(gdbregs_description_find_field(d, "f", "eax.C", &f), GDBREGS_ERR_NO_FIELD);
	ck_assert_int_eq(gdbregs_description_find_field(d, "g.h", "eax.C", &f), 0);
	ck_assert_str_eq(gdbregs_register_feature(gdbregs_field_register(&f)), "g.h");
	ck_assert_int_eq(gdbregs_description_find_field(d, NULL, "ebx", &f),
			 GDBREGS_ERR_NO_REGISTER);
	ck_assert_int_eq(gdbregs_description_find_field(d, NULL, "ebx.C", &f),
			 GDBREGS_ERR_NO_REGISTER);
	ck_assert_int_eq(gdbregs_description_find_field(d, NULL, "", &f), GDBREGS_ERR_NO_REGISTER);
	ck_assert_int_eq(gdbregs_description_find_field(d, NULL, ".C", &f),
			 GDBREGS_ERR_NO_REGISTER);
	/* Names of roles are names of registers, too. */
	ck_assert_int_eq(gdbregs_description_find_field(d, NULL, "flags.PL", &f), 0);
	ck_assert_str_eq(gdbregs_register_name(gdbregs_field_register(&f)), "eflags");
	ck_assert_int_eq(gdbregs_description_find_field(NULL, NULL, "eax", &f), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_description_find_field(d, NULL, NULL, &f), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_description_find_field(d, NULL, "v", NULL), GDBREGS_ERR_INVAL);
}

TEST(enums)
{
	struct gdbregs_field m = field("eflags.M"), c = field("eflags.C");
	uint64_t value = 77;

	ck_assert_uint_eq(gdbregs_field_enum_count(&m), 2);
	ck_assert_str_eq(gdbregs_field_enum_item(&m, 1, &value), "svc");
	ck_assert_uint_eq(value, 3);
	ck_assert_str_eq(gdbregs_field_enum_item(&m, 0, NULL), "usr");
	ck_assert_ptr_null(gdbregs_field_enum_item(&m, 2, &value));
	ck_assert_str_eq(gdbregs_field_enum_name(&m, 3), "svc");
	ck_assert_ptr_null(gdbregs_field_enum_name(&m, 1));
	ck_assert_int_eq(gdbregs_field_enum_value(&m, "usr", &value), 0);
	ck_assert_uint_eq(value, 0);
	ck_assert_int_eq(gdbregs_field_enum_value(&m, "us", &value), GDBREGS_ERR_NO_FIELD);
	ck_assert_int_eq(gdbregs_field_enum_value(&m, NULL, &value), GDBREGS_ERR_INVAL);
	ck_assert_uint_eq(gdbregs_field_enum_count(&c), 0);
	ck_assert_ptr_null(gdbregs_field_enum_name(&c, 0));
	ck_assert_int_eq(gdbregs_field_enum_value(&c, "usr", &value), GDBREGS_ERR_NO_FIELD);
}

TEST(arguments)
{
	struct gdbregs_field f = field("eflags"), child = {.index_ = 77};
	struct gdbregs_buffer path = {0};

	ck_assert_ptr_null(gdbregs_register_name(NULL));
	ck_assert_ptr_null(gdbregs_register_feature(NULL));
	ck_assert_ptr_null(gdbregs_register_type(NULL));
	ck_assert_ptr_null(gdbregs_register_group(NULL));
	ck_assert_ptr_null(gdbregs_register_alias(NULL));
	ck_assert_uint_eq(gdbregs_register_bits(NULL), 0);
	ck_assert_int_eq(gdbregs_register_role(NULL), GDBREGS_ROLE_NONE);
	ck_assert_int_eq(gdbregs_register_kind(NULL), GDBREGS_TYPE_UNKNOWN);
	ck_assert_int_eq(gdbregs_register_type_from(NULL), GDBREGS_TYPE_DESCRIBED);
	ck_assert_int_eq(gdbregs_register_format(NULL, GDBREGS_BYTE_ORDER_BIG, "", 1, &path),
			 GDBREGS_ERR_INVAL);
	ck_assert_ptr_null(gdbregs_field_register(NULL));
	ck_assert_ptr_null(gdbregs_field_name(NULL));
	ck_assert_ptr_null(gdbregs_field_type(NULL));
	ck_assert_int_eq(gdbregs_field_kind(NULL), GDBREGS_TYPE_UNKNOWN);
	ck_assert(!gdbregs_field_is_signed(NULL));
	ck_assert_uint_eq(gdbregs_field_bits(NULL) + gdbregs_field_position(NULL), 0);
	ck_assert_uint_eq(gdbregs_field_offset_bytes(NULL) + gdbregs_field_count(NULL), 0);
	ck_assert_uint_eq(gdbregs_field_index(NULL) + gdbregs_field_enum_count(NULL), 0);
	ck_assert_int_eq(gdbregs_register_field(NULL, &f), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_child(NULL, 0, &child), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_child(&f, 0, NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_child(&f, 6, &child), GDBREGS_ERR_NO_FIELD);
	ck_assert_int_eq(gdbregs_field_find(NULL, "C", &child), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_find(gdbregs_field_register(&f), NULL, &child),
			 GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_field_append_path(NULL, &path), GDBREGS_ERR_INVAL);
	ck_assert_uint_eq(child.index_, 77);
	/* Programs keep thousands of fields. */
	ck_assert_uint_le(sizeof(struct gdbregs_field), 64);
}

/* ---------------------------------------------------------------- walked --- */

static unsigned long walked;

/* Check that a field has these bits, and no others. */
static void check_bits(const struct gdbregs_field *f, enum gdbregs_byte_order order)
{
	size_t size = (gdbregs_register_bits(gdbregs_field_register(f)) + 7) / 8, set = 0;
	uint8_t *bytes = calloc(size, 1);
	unsigned width = gdbregs_field_bits(f);
	uint64_t ones = width < 64 ? ((uint64_t)1 << width) - 1 : UINT64_MAX, back = 0;

	if (gdbregs_field_kind(f) == GDBREGS_TYPE_FLOAT ||
	    gdbregs_field_put_u64(f, order, bytes, size, ones) == GDBREGS_ERR_UNSUPPORTED) {
		free(bytes);
		return;
	}
	for (size_t i = 0; i < size * 8; i++)
		set += bytes[i / 8] >> i % 8 & 1;
	ck_assert_uint_eq(set, width < 64 ? width : 64);
	ck_assert_int_eq(gdbregs_field_u64(f, order, bytes, size, &back), 0);
	ck_assert_uint_eq(back, ones);
	ck_assert_int_eq(gdbregs_field_put_u64(f, order, bytes, size, 0), 0);
	for (size_t i = 0; i < size; i++)
		ck_assert_uint_eq(bytes[i], 0);
	free(bytes);
}

static void walk(const struct gdbregs_field *f, struct gdbregs_buffer *path)
{
	size_t count = gdbregs_field_count(f), before = path->size;
	/* Only the first and last elements of a long vector are tested. */
	bool is_long = gdbregs_field_kind(f) == GDBREGS_TYPE_VECTOR && count > 20;

	walked++;
	check_bits(f, LITTLE);
	check_bits(f, BIG);
	for (size_t i = 0; i < count; i += is_long && i == 1 ? count - 2 : 1) {
		struct gdbregs_field child, found;

		ck_assert_int_eq(gdbregs_field_child(f, i, &child), 0);
		ck_assert_uint_eq(gdbregs_field_index(&child), i);
		if (gdbregs_field_name(&child) && !*gdbregs_field_name(&child))
			continue;
		ck_assert_int_eq(gdbregs_field_append_path(&child, path), 0);
		const char *text = (char *)path->data;
		ck_assert_msg(gdbregs_field_find(gdbregs_field_register(f), text, &found) == 0,
			      "%s", text);
		/* A name that several fields have finds the first one. */
		if (gdbregs_field_index(&found) == i)
			ck_assert_mem_eq(&found, &child, sizeof(found));
		else
			ck_assert_str_eq(gdbregs_field_name(&found), gdbregs_field_name(&child));
		ck_assert_uint_le(gdbregs_field_offset_bytes(&child) * 8 +
					  gdbregs_field_position(&child) +
					  gdbregs_field_bits(&child),
				  gdbregs_register_bits(gdbregs_field_register(f)));
		walk(&child, path);
		path->size = before;
	}
}

static void walk_description(const struct gdbregs_description *all)
{
	for (size_t i = 0; i < all->register_count; i++) {
		struct gdbregs_buffer path = {0};
		struct gdbregs_field f, again;

		ck_assert_int_eq(gdbregs_register_field(&all->registers[i], &f), 0);
		ck_assert_int_eq(gdbregs_field_find(&all->registers[i], "", &again), 0);
		ck_assert_mem_eq(&f, &again, sizeof(f));
		walk(&f, &path);
		gdbregs_buffer_fini(&path);
	}
}

TEST(every_field_has_a_path)
{
	walk_description(d);
	ck_assert_uint_gt(walked, 60);
}

static void walk_files(struct gdbregs_context *context, const char *pattern)
{
	glob_t files;

	ck_assert_int_eq(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const struct gdbregs_description *loaded;
		struct gdbregs_error err;

		/* Malformed descriptions are included. */
		if (gdbregs_description_load(context, files.gl_pathv[i], NULL, &loaded, &err) == 0)
			walk_description(loaded);
	}
	globfree(&files);
}

TEST(every_field_of_the_files_has_a_path)
{
	struct gdbregs_context *context;

	ck_assert_int_eq(gdbregs_context_new(&context), 0);
	walk_files(context, "tests/data/tdesc/*/target.xml");
	walk_files(context, "xml/*.xml");
	ck_assert_uint_gt(walked, 500);
	gdbregs_context_unref(context);
}

/* --------------------------------------------------------------- hostile --- */

/* u0 has members of 8 bits. Each level doubles the width with a vector and multiplies the number of
 * parts by eight: u10 would expand to 8^10 parts. */
static char *expanding_text(unsigned levels)
{
	struct gdbregs_buffer text = {0};

	ck_assert_int_eq(gdbregs__buffer_printf(&text,
						"<target><feature name=\"f\"><union id=\"u0\">"
						"<field name=\"a\" type=\"uint8\"/>"
						"<field name=\"b\" type=\"int8\"/></union>"),
			 0);
	for (unsigned i = 1; i <= levels; i++)
		ck_assert_int_eq(
			gdbregs__buffer_printf(
				&text,
				"<vector id=\"v%u\" type=\"u%u\" count=\"2\"/><union id=\"u%u\">"
				"<field name=\"a\" type=\"v%u\"/><field name=\"b\" type=\"v%u\"/>"
				"<field name=\"c\" type=\"v%u\"/><field name=\"d\" type=\"v%u\"/>"
				"</union>",
				i, i - 1, i, i, i, i, i),
			0);
	ck_assert_int_eq(gdbregs__buffer_printf(
				 &text,
				 "<reg name=\"r\" bitsize=\"%u\" type=\"u%u\"/></feature></target>",
				 8u << levels, levels),
			 0);
	ck_assert_int_eq(gdbregs__buffer_terminate(&text), 0);
	return (char *)text.data;
}

/* There are 8^16 parts: expanding them would take more time and memory than the test has. */
TEST(expanding_types)
{
	char *text = expanding_text(16);
	struct gdbregs_description *hostile = good_text(text);
	const struct gdbregs_register *reg = &hostile->registers[0];
	size_t size = 65536;
	uint8_t *bytes = calloc(size, 1);
	struct gdbregs_buffer path = {0}, shown = {0};
	struct gdbregs_field f, found;
	uint64_t value;

	ck_assert_uint_eq(gdbregs_register_bits(reg), size * 8);
	ck_assert_int_eq(gdbregs_register_field(reg, &f), 0);
	while (gdbregs_field_count(&f)) {
		ck_assert_int_eq(gdbregs_field_child(&f, gdbregs_field_count(&f) - 1, &f), 0);
		ck_assert_int_eq(gdbregs_field_append_path(&f, &path), 0);
	}
	ck_assert_int_eq(gdbregs_field_find(reg, (char *)path.data, &found), 0);
	ck_assert_mem_eq(&found, &f, sizeof(f));
	ck_assert_uint_eq(gdbregs_field_offset_bytes(&f), size - 1);
	bytes[size - 1] = 42;
	ck_assert_int_eq(gdbregs_field_u64(&f, BIG, bytes, size, &value), 0);
	ck_assert_uint_eq(value, 42);

	ck_assert_int_eq(gdbregs_register_format(reg, LITTLE, bytes, size, &shown), 0);
	ck_assert_uint_le(shown.size, GDBREGS_FORMAT_MOST);
	ck_assert_int_eq(gdbregs_register_field(reg, &f), 0);
	ck_assert_int_eq(gdbregs_field_format(&f, LITTLE, bytes, size, &shown), 0);
	ck_assert_uint_le(shown.size, GDBREGS_FORMAT_MOST);
	ck_assert_str_eq((char *)shown.data + shown.size - 3, "...");
	gdbregs_buffer_fini(&path);
	gdbregs_buffer_fini(&shown);
	free(bytes);
	gdbregs__description_free(hostile);
	gdbregs_free(text);
}
