/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptions: numbers in attributes, limits, looking registers up, the canonical
 * document. */
#include "documents.h"

#include "util/alloc.h"
#include "suite.h"

#include <stdio.h>

TEST(numbers)
{
	static const struct {
		const char *bitsize;
		uint32_t bits; /* 0: the description is refused */
		int code; /* then, if it is not DESCRIPTION */
	} cases[] = {
		{"1", 1, 0},
		{"12", 12, 0},
		{"0x20", 32, 0},
		{"0X1f", 31, 0},
		{"010", 8, 0},
		{" 8", 8, 0},
		{"\t\n +8", 8, 0},
		{"524288", 524288, 0},
		{"0", 0, 0},
		{"524289", 0, GDBREGS_ERR_LIMIT},
		{"-8", 0, 0},
		{"- 8", 0, 0},
		{"+-8", 0, 0},
		{"", 0, 0},
		{" ", 0, 0},
		{"8 ", 0, 0},
		{"8bits", 0, 0},
		{"x", 0, 0},
		{"0x", 0, 0},
		{"09", 0, 0},
		{"1e3", 0, 0},
		{"8.0", 0, 0},
		{"4294967296", 0, GDBREGS_ERR_LIMIT},
		{"4294967304", 0, GDBREGS_ERR_LIMIT},
		{"18446744073709551616", 0, GDBREGS_ERR_LIMIT},
		{"18446744073709551624", 0, GDBREGS_ERR_LIMIT},
		{"99999999999999999999999999999999", 0, GDBREGS_ERR_LIMIT},
		{"0xffffffffffffffffffffff", 0, GDBREGS_ERR_LIMIT},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char body[100];

		snprintf(body, sizeof(body), "<reg name='a' bitsize='%s'/>", cases[i].bitsize);
		char *text = feature_of(body);
		if (cases[i].bits) {
			struct gdbregs_description *d = good_text(text);

			ck_assert_uint_eq(d->registers[0].bits, cases[i].bits);
			gdbregs__description_free(d);
		} else {
			bad_text(text, cases[i].code ? cases[i].code : GDBREGS_ERR_DESCRIPTION,
				 NULL);
		}
		gdbregs_free(text);
	}
}

/* Compare the registers that take room in g, as NUMBER:INDEX:BITS. */
static void check_places(const struct gdbregs_description *d, const char *expected)
{
	char text[200] = "";

	for (size_t i = 0; i < d->g_place_count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u:%d:%u ",
			 d->g_places[i].regnum, (int)d->g_places[i].index, d->g_places[i].bits);
	ck_assert_str_eq(text, expected);
}

/* Registers without a name are not listed. They have a number and a place in g. */
TEST(registers_without_a_name)
{
	char *text =
		feature_of("<reg name='' bitsize='12'/><reg name='a' bitsize='8'/>"
			   "<reg name='' bitsize='64' regnum='7'/><reg name='b' bitsize='8'/>");
	struct gdbregs_description *d = good_text(text);

	ck_assert_uint_eq(d->register_count, 2);
	ck_assert_uint_eq(d->registers[0].regnum, 1);
	ck_assert_uint_eq(d->registers[1].regnum, 8);
	check_places(d, "0:-1:12 1:0:8 7:-1:64 8:1:8 ");
	gdbregs__description_free(d);
	gdbregs_free(text);
	text = feature_of("<reg name='' bitsize='8' regnum='2'/><reg name='' bitsize='16' "
			  "regnum='1'/>");
	d = good_text(text);
	check_places(d, "1:-1:16 2:-1:8 ");
	gdbregs__description_free(d);
	gdbregs_free(text);
}

static void bad_body(const char *body, int code, const char *says)
{
	char *text = feature_of(body);

	bad_text(text, code, says);
	gdbregs_free(text);
}

TEST(number_errors)
{
	bad_body("<reg name='a' bitsize='8' regnum='-1'/>", GDBREGS_ERR_DESCRIPTION,
		 "target.xml:1:27: register \"a\": regnum -1 is out of range: 0 to 1048575");
	bad_body("<reg name='a' bitsize='8' regnum='four'/>", GDBREGS_ERR_DESCRIPTION,
		 "target.xml:1:27: register \"a\": regnum \"four\" is not a number");
	bad_body("<reg name='a' bitsize='8' regnum=''/>", GDBREGS_ERR_DESCRIPTION, NULL);
	bad_body("<reg name='a' bitsize='8' regnum='18446744073709551616'/>", GDBREGS_ERR_LIMIT,
		 "target.xml:1:27: register \"a\": regnum 18446744073709551616 is out of range: "
		 "0 to 1048575 (max_register_number)");
	bad_body("<reg name='a' bitsize='8' regnum='-18446744073709551616'/>",
		 GDBREGS_ERR_DESCRIPTION, NULL);
	bad_body("<reg name='a' bitsize='8' regnum='4294967296'/>", GDBREGS_ERR_LIMIT, NULL);
	bad_body("<reg name='a' bitsize='8' regnum='1048576'/>", GDBREGS_ERR_LIMIT, NULL);
	bad_body("<reg name='a' bitsize='8' regnum='1048575'/><reg name='b' bitsize='8'/>",
		 GDBREGS_ERR_LIMIT,
		 "target.xml:1:71: register \"b\": regnum (implied) is out of range: 0 to 1048575 "
		 "(max_register_number)");
	/* A register whose name is empty is still a register. */
	bad_body("<reg name='' bitsize='8' regnum='1048575'/><reg name='b' bitsize='8'/>",
		 GDBREGS_ERR_LIMIT, NULL);
	bad_body("<reg name=''/>", GDBREGS_ERR_DESCRIPTION, NULL);
	bad_body("<reg name='&#233;\n' bitsize='0'/>", GDBREGS_ERR_DESCRIPTION,
		 "target.xml:1:27: register \"\\xc3\\xa9 \": bitsize 0 is out of range: 1 to "
		 "524288");
}

/* A number that is too large exceeds a limit of the session. */
TEST(number_limits)
{
	char *text = feature_of("<reg name='a' bitsize='65' regnum='100'/>");
	const struct gdbregs_document one = document("target.xml", text);
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.max_register_bits = 64;
	parse_bad(&one, 1, &o, GDBREGS_ERR_LIMIT,
		  "target.xml:1:27: register \"a\": bitsize 65 is out of range: 1 to 64 "
		  "(max_register_bits)");
	o.max_register_bits = 65;
	o.max_register_number = 99;
	parse_bad(&one, 1, &o, GDBREGS_ERR_LIMIT, NULL);
	o.max_register_number = 100;
	gdbregs__description_free(parse_good(&one, 1, &o));
	gdbregs_free(text);
}

/* No option permits a number that would be negative in QEMU's int. */
TEST(number_ceiling)
{
	char *text = feature_of("<reg name='a' bitsize='8' regnum='0x7fffffff'/>"
				"<reg name='b' bitsize='8'/>");
	const struct gdbregs_document one = document("target.xml", text);
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.max_register_number = SIZE_MAX;
	parse_bad(&one, 1, &o, GDBREGS_ERR_LIMIT, NULL);
	gdbregs_free(text);
	text = feature_of("<reg name='a' bitsize='2147483648'/>");
	const struct gdbregs_document wide = document("target.xml", text);
	o.max_register_bits = SIZE_MAX;
	parse_bad(&wide, 1, &o, GDBREGS_ERR_LIMIT, NULL);
	gdbregs_free(text);
}

TEST(count_limits)
{
	char *text = feature_of("<reg name='a' bitsize='8'/><reg name='' bitsize='8'/>"
				"<flags id='x' size='1'><field name='F' start='0' end='0'/></flags>"
				"<reg name='b' bitsize='8'/>");
	const struct gdbregs_document one = document("target.xml", text);
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.max_registers = 2;
	o.max_types = 2;
	gdbregs__description_free(parse_good(&one, 1, &o));
	o.max_registers = 1;
	parse_bad(&one, 1, &o, GDBREGS_ERR_LIMIT,
		  "target.xml:1:146: more than 1 registers (max_registers)");
	o.max_types = 1;
	parse_bad(&one, 1, &o, GDBREGS_ERR_LIMIT,
		  "target.xml:1:103: more than 1 types, fields and values (max_types)");
	gdbregs_free(text);
}

/* Each register with a long name may hold a copy of it. */
static const char *const long_names[] = {
	"<target><feature name='%s'/></target>",
	"<target><feature name='f'><reg name='%s' bitsize='8'/></feature></target>",
	"<target><feature name='f'><reg name='a' bitsize='8' type='%s'/></feature></target>",
	"<target><feature name='f'><reg name='a' bitsize='8' group='%s'/></feature></target>",
	"<target><feature name='f'><reg name='a' bitsize='8' altname='%s'/></feature></target>",
	"<target><feature name='f'><union id='%s'/></feature></target>",
	"<target><feature name='f'><enum id='e' size='1'><evalue name='%s' value='1'/></enum>"
	"</feature></target>",
	"<target><feature name='f'><flags id='e' size='1'><field name='%s' start='1'/></flags>"
	"</feature></target>",
	"<target><xi:include href='%s'/></target>",
};

LOOP_TEST(name_limit, COUNT(long_names))
{
	for (size_t length = 1024; length <= 1025; length++) {
		char name[1026] = "", text[1400];

		memset(name, 'n', length);
		snprintf(text, sizeof(text), long_names[_i], name);
		const struct gdbregs_document documents[] = {
			document("target.xml", text),
			document(length == 1024 ? name : "none", "<feature/>"),
		};
		if (length == 1024)
			gdbregs__description_free(parse_good(documents, 2, NULL));
		else
			parse_bad(documents, 2, NULL, GDBREGS_ERR_LIMIT, NULL);
	}
}

/* -------------------------------------------------------------- finding --- */

static int find(const struct gdbregs_description *d, const char *feature, const char *name)
{
	const struct gdbregs_register *reg = NULL;
	int result = gdbregs__description_find(d, feature, name, &reg);

	ck_assert((result == 0) == (reg != NULL));
	return result < 0 ? result : (int)reg->index;
}

TEST(look_up)
{
	struct gdbregs_description *d =
		good_text("<target><feature name='f'><reg name='lr' bitsize='32'/><reg name='pc' "
			  "bitsize='32'/>"
			  "<reg name='q10' bitsize='8'/><reg name='q10' bitsize='8'/></feature>"
			  "<feature name='g'><reg name='lr' bitsize='32'/><reg name='PC' "
			  "bitsize='8'/></feature>"
			  "<feature><reg name='lr' bitsize='32'/><reg name='x' "
			  "bitsize='32'/></feature></target>");

	ck_assert_int_eq(find(d, NULL, "pc"), 1);
	ck_assert_int_eq(find(d, NULL, "PC"), 5);
	ck_assert_int_eq(find(d, NULL, "x"), 7);
	ck_assert_int_eq(find(d, NULL, "lr"), GDBREGS_ERR_AMBIGUOUS);
	ck_assert_int_eq(find(d, "f", "lr"), 0);
	ck_assert_int_eq(find(d, "g", "lr"), 4);
	ck_assert_int_eq(find(d, "f", "q10"), GDBREGS_ERR_AMBIGUOUS);
	ck_assert_int_eq(find(d, "g", "q10"), GDBREGS_ERR_NO_REGISTER);
	ck_assert_int_eq(find(d, "", "lr"), GDBREGS_ERR_NO_REGISTER);
	ck_assert_int_eq(find(d, NULL, ""), GDBREGS_ERR_NO_REGISTER);
	ck_assert_int_eq(find(d, NULL, "p"), GDBREGS_ERR_NO_REGISTER);
	gdbregs__description_free(d);
	d = good_text("<target/>");
	ck_assert_int_eq(find(d, NULL, "pc"), GDBREGS_ERR_NO_REGISTER);
	gdbregs__description_free(d);
}

TEST(getters)
{
	struct gdbregs_description *d =
		good_text("<target><architecture>a</architecture><osabi>o</osabi><feature name='f'>"
			  "<reg name='x' bitsize='32' type='float' group='g'/></feature><feature>"
			  "<reg name='y' bitsize='8' type='?'/></feature></target>");
	struct gdbregs_reg_descriptor *registers;
	struct gdbregs_feature *features;
	size_t count;

	ck_assert_int_eq(gdbregs_description_registers(d, &registers, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(registers[0].name, "x");
	ck_assert_str_eq(registers[0].feature, "f");
	ck_assert_ptr_null(registers[1].feature);
	ck_assert_str_eq(gdbregs_register_name(registers[0].handle), "x");
	ck_assert_str_eq(gdbregs_register_feature(registers[0].handle), "f");
	ck_assert_str_eq(gdbregs_register_type(registers[0].handle), "float");
	ck_assert_str_eq(gdbregs_register_group(registers[0].handle), "g");
	ck_assert_uint_eq(gdbregs_register_bits(registers[0].handle), 32);
	ck_assert_int_eq(gdbregs_register_kind(registers[0].handle), GDBREGS_TYPE_FLOAT);
	ck_assert_ptr_null(gdbregs_register_feature(registers[1].handle));
	ck_assert_ptr_null(gdbregs_register_group(registers[1].handle));
	ck_assert_int_eq(gdbregs_register_kind(registers[1].handle), GDBREGS_TYPE_UNKNOWN);
	gdbregs_free(registers);
	ck_assert_int_eq(gdbregs_description_features(d, &features, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(features[0].name, "f");
	ck_assert_ptr_null(features[1].name);
	ck_assert_uint_eq(features[1].first, 1);
	ck_assert_uint_eq(features[1].count, 1);
	gdbregs_free(features);
	ck_assert_str_eq(gdbregs_description_architecture(d), "a");
	ck_assert_str_eq(gdbregs_description_osabi(d), "o");
	ck_assert_uint_eq(gdbregs_description_document_count(d), 1);
	ck_assert_str_eq(gdbregs_description_document(d, 0).name, "target.xml");
	ck_assert_ptr_null(gdbregs_description_document(d, 1).name);
	ck_assert_int_eq(gdbregs_description_registers(d, NULL, &count), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_description_features(NULL, &features, &count), GDBREGS_ERR_INVAL);
	gdbregs__description_free(d);
}

TEST(getters_out_of_memory)
{
	struct gdbregs_description *d = good_text("<target/>");
	struct gdbregs_reg_descriptor *registers = NULL;
	struct gdbregs_feature *features = NULL;
	struct gdbregs_buffer xml = {0};
	size_t count = 77;

	gdbregs__alloc_fail(1, 1);
	ck_assert_int_eq(gdbregs_description_registers(d, &registers, &count), GDBREGS_ERR_NOMEM);
	ck_assert_int_eq(gdbregs_description_features(d, &features, &count), GDBREGS_ERR_NOMEM);
	ck_assert_int_eq(gdbregs_description_xml(d, &xml), GDBREGS_ERR_NOMEM);
	gdbregs__alloc_fail(0, 0);
	ck_assert_uint_eq(count, 77);
	ck_assert_int_eq(gdbregs_description_registers(d, &registers, &count), 0);
	ck_assert_uint_eq(count, 0);
	ck_assert_ptr_nonnull(registers);
	gdbregs_free(registers);
	gdbregs__description_free(d);
}

/* ------------------------------------------------------ one document --- */

static void expect_xml(const struct gdbregs_document *documents, size_t count, const char *says)
{
	struct gdbregs_description *d = parse_good(documents, count, NULL);
	struct gdbregs_buffer xml = {0};

	ck_assert_int_eq(gdbregs__buffer_append_text(&xml, "replaced"), 0);
	ck_assert_int_eq(gdbregs_description_xml(d, &xml), 0);
	ck_assert_int_eq(gdbregs__buffer_terminate(&xml), 0);
	ck_assert_str_eq((char *)xml.data, says);
	gdbregs_buffer_fini(&xml);
	gdbregs__description_free(d);
}

TEST(resolved)
{
	const struct gdbregs_document documents[] = {
		document("target.xml",
			 "<!DOCTYPE target SYSTEM 'gdb-target.dtd'><!-- c --><target >"
			 "<architecture>\n i386 &amp; &lt;&gt;\"'\xc3\xa9 \n</architecture>"
			 "<xi:include href='f'>gone</xi:include><x "
			 "a='&quot;&apos;&lt;&gt;&amp;&#10;&#9;'>"
			 "one<y></y>two\n three <![CDATA[]]></x><z> </z></target>"),
		document("f", "<?xml version='1.0'?>\n<feature name='f'>\n</feature>\n"),
	};

	expect_xml(documents, 2,
		   "<?xml version=\"1.0\"?>\n"
		   "<target>\n"
		   "  <architecture>i386 &amp; &lt;&gt;\"'\xc3\xa9</architecture>\n"
		   "  <feature name=\"f\"/>\n"
		   "  <x a=\"&quot;'&lt;&gt;&amp;&#10;&#9;\">\n"
		   "    one\n"
		   "    <y/>\n"
		   "    two\n three\n"
		   "  </x>\n"
		   "  <z/>\n"
		   "</target>\n");
}
