/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits on descriptions, just reached and then exceeded, in a new description and in one that a
 * context knows already. Other limits of a session are in tests/session/cases/limits.txt. */
#include "../tdesc/documents.h"

#include "tdesc/context.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

static const struct gdbregs_document plain[] = {
	{"target.xml", NULL, 0}, {"1.xml", NULL, 0}, {"2.xml", NULL, 0}};

#define OPTION(member) #member, offsetof(struct gdbregs_options, member)
#define REG(name)      "<reg name='" name "' bitsize='8'/>"

/* Documents, the size that is limited, and the option that limits it. */
static const struct {
	const char *name;
	size_t offset;
	const char *texts[3]; /* of target.xml, 1.xml, 2.xml */
	size_t measure;
} limits[] = {
	// clang-format off
	{OPTION(max_registers), {"<target><feature name='f'>" REG("a") REG("b") REG("c") "</feature></target>"}, 3},
	{OPTION(max_register_bits), {"<target><feature name='f'><reg name='a' bitsize='96'/></feature></target>"}, 96},
	{OPTION(max_register_number), {"<target><feature name='f'><reg name='a' bitsize='8' regnum='77'/></feature></target>"}, 77},
	{OPTION(max_register_number), {"<target><feature name='f'><reg name='a' bitsize='8' regnum='76'/>" REG("implicit") "</feature></target>"}, 77},
	{OPTION(max_includes), {"<target><xi:include href='1.xml'/><xi:include href='1.xml'/></target>", "<feature name='f'><xi:include href='2.xml'/></feature>", REG("a")}, 4},
	{OPTION(max_include_depth), {"<target><xi:include href='1.xml'/></target>", "<feature name='f'><xi:include href='2.xml'/></feature>", REG("a")}, 2},
	{OPTION(max_element_depth), {"<target><a><b><c/></b></a><d/></target>"}, 4},
	{OPTION(max_types), {"<target><feature name='f'><vector id='v' type='int8' count='4'/><flags id='g' size='4'><field name='x' start='0' end='0'/><field name='y' start='1' end='1'/></flags><enum id='e' size='4'><evalue name='z' value='0'/></enum></feature></target>"}, 6},
	/* target.xml once and 1.xml twice: 69 + 2 * 10. */
	{OPTION(max_description_bytes), {"<target><xi:include href='1.xml'/><xi:include href='1.xml'/></target>", "<feature/>"}, 89},
	// clang-format on
};

static size_t fill(size_t which, struct gdbregs_document *documents)
{
	size_t count = 0;

	memcpy(documents, plain, sizeof(plain));
	for (; count < 3 && limits[which].texts[count]; count++)
		documents[count] = document(plain[count].name, limits[which].texts[count]);
	return count;
}

static struct gdbregs_options options_of(size_t which, size_t value)
{
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	memcpy((char *)&o + limits[which].offset, &value, sizeof(value));
	return o;
}

static void require_named(const struct gdbregs_error *err, const char *option)
{
	ck_assert_msg(strstr(err->text, option), "\"%s\" does not name %s", err->text, option);
}

LOOP_TEST(at_the_limit, COUNT(limits))
{
	struct gdbregs_document documents[3];
	size_t count = fill(_i, documents);
	struct gdbregs_options o = options_of(_i, limits[_i].measure);

	gdbregs__description_free(parse_good(documents, count, &o));
}

LOOP_TEST(one_past, COUNT(limits))
{
	struct gdbregs_document documents[3];
	size_t count = fill(_i, documents);
	struct gdbregs_options o = options_of(_i, limits[_i].measure - 1);
	const struct gdbregs__limits most = gdbregs__limits_from(&o);
	struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};

	ck_assert_int_eq(gdbregs__parse_documents(documents, count, &most, &d, &err),
			 GDBREGS_ERR_LIMIT);
	ck_assert_ptr_null(d);
	require_named(&err, limits[_i].name);
}

/* The limits of other sessions do not matter. */
LOOP_TEST(known_to_the_context, COUNT(limits))
{
	struct gdbregs_document documents[3];
	size_t count = fill(_i, documents);
	struct gdbregs_options low = options_of(_i, limits[_i].measure - 1);
	struct gdbregs_options just = options_of(_i, limits[_i].measure);
	const struct gdbregs__limits roomy = gdbregs__limits_from(NULL);
	const struct gdbregs__limits less = gdbregs__limits_from(&low);
	const struct gdbregs__limits enough = gdbregs__limits_from(&just);
	const struct gdbregs_description *first = NULL, *again = NULL, *none = NULL;
	struct gdbregs_context *ctx;
	struct gdbregs_error err = {0};

	ck_assert_int_eq(gdbregs_context_new(&ctx), 0);
	ck_assert_int_eq(gdbregs__context_description(ctx, documents, count, &roomy, &first, &err),
			 0);
	ck_assert_int_eq(gdbregs__context_description(ctx, documents, count, &less, &none, &err),
			 GDBREGS_ERR_LIMIT);
	require_named(&err, limits[_i].name);
	ck_assert_ptr_null(none);
	ck_assert_int_eq(gdbregs__context_description(ctx, documents, count, &enough, &again, &err),
			 0);
	ck_assert_ptr_eq(first, again);
	gdbregs_context_unref(ctx);
}

/* ------------------------------------------------------------------ the options --- */

TEST(zero_is_the_default)
{
	struct gdbregs_options zero, standard;

	memset(&zero, 0, sizeof(zero));
	gdbregs_options_init(&standard);
	const struct gdbregs__limits a = gdbregs__limits_from(&zero);
	const struct gdbregs__limits b = gdbregs__limits_from(&standard);
	const struct gdbregs__limits c = gdbregs__limits_from(NULL);
	ck_assert_mem_eq(&a, &b, sizeof(a));
	ck_assert_mem_eq(&a, &c, sizeof(a));
}

/* The defaults in include/gdbregs.h. */
TEST(defaults)
{
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	ck_assert_uint_eq(o.size, sizeof(o));
	ck_assert_uint_eq(o.max_packet_bytes, 1 << 20);
	ck_assert_uint_eq(o.max_description_bytes, 16 << 20);
	ck_assert_uint_eq(o.max_registers, 131072);
	ck_assert_uint_eq(o.max_register_bits, 524288);
	ck_assert_uint_eq(o.max_register_number, 1048575);
	ck_assert_uint_eq(o.max_includes, 1024);
	ck_assert_uint_eq(o.max_include_depth, 31);
	ck_assert_uint_eq(o.max_element_depth, 64);
	ck_assert_uint_eq(o.max_types, 1048576);
	ck_assert_uint_eq(o.max_vcpus, 4096);
	ck_assert_uint_eq(o.max_name_bytes, 1024);
	ck_assert_uint_eq(o.max_context_bytes, 32 << 20);
	ck_assert_uint_eq(o.max_session_registers, 1048576);
	ck_assert_uint_eq(o.max_value_bytes, 32 << 20);
	ck_assert_uint_eq(o.connect_timeout_ms, 5000);
	ck_assert_uint_eq(o.reply_timeout_ms, 5000);
	ck_assert_uint_eq(o.connect_deadline_ms, 120000);
	ck_assert_uint_eq(o.spin_us, 200);
}

TEST(the_initialiser_has_the_defaults)
{
	const struct gdbregs_options initialised = GDBREGS_OPTIONS_INIT;
	struct gdbregs_options a, b;

	ck_assert_ptr_null(gdbregs__options_take(&a, &initialised));
	ck_assert_ptr_null(gdbregs__options_take(&b, NULL));
	const struct gdbregs__limits x = gdbregs__limits_from(&a), y = gdbregs__limits_from(&b);
	ck_assert_mem_eq(&x, &y, sizeof(x));
	ck_assert_int_eq(a.access, b.access);
	ck_assert_uint_eq(a.spin_us, b.spin_us);
	ck_assert_uint_eq(a.reply_timeout_ms, b.reply_timeout_ms);
	ck_assert_uint_eq(a.connect_deadline_ms, b.connect_deadline_ms);
}

/* A program that was compiled with an older or a newer header. The struct ends where its memory
 * ends. */
#define OLD_SIZE (offsetof(struct gdbregs_options, max_vcpus) + sizeof(size_t))

TEST(older_programs)
{
	/* volatile: the compiler would warn that the struct does not fit. */
	volatile size_t size = OLD_SIZE + 8;
	struct gdbregs_options *o = malloc(size), taken;
	uint8_t *behind = (uint8_t *)o + OLD_SIZE;

	memset(o, 0xaa, OLD_SIZE + 8);
	(gdbregs_options_init)(o);
	ck_assert_uint_eq(o->size, OLD_SIZE);
	for (size_t i = 0; i < 8; i++)
		ck_assert_uint_eq(behind[i], 0xaa);
	o->max_vcpus = 7;
	ck_assert_ptr_null(gdbregs__options_take(&taken, o));
	ck_assert_uint_eq(taken.max_vcpus, 7);
	ck_assert_uint_eq(taken.spin_us, 200);
	free(o);
}

TEST(newer_programs)
{
	struct {
		struct gdbregs_options o;
		uint64_t later[2];
	} newer;
	struct gdbregs_options taken;

	gdbregs_options_init_size(&newer.o, sizeof(newer));
	ck_assert_uint_eq(newer.o.size, sizeof(newer));
	newer.o.spin_us = 0;
	ck_assert_ptr_null(gdbregs__options_take(&taken, &newer.o));
	ck_assert_uint_eq(taken.spin_us, 0);
	newer.later[1] = 1;
	ck_assert_ptr_nonnull(gdbregs__options_take(&taken, &newer.o));
	newer.later[1] = 0;
	newer.o.size = SIZE_MAX; /* an uninitialised struct */
	ck_assert_ptr_nonnull(gdbregs__options_take(&taken, &newer.o));
	newer.o.size = 8;
	ck_assert_ptr_nonnull(gdbregs__options_take(&taken, &newer.o));
}

/* An enum of C may hold any number. The message names the member. */
TEST(no_member_has_an_unknown_value)
{
	static const char *const names[] = {"access", "on_close", "pipeline", "byte_order"};

	for (size_t i = 0; i < 4; i++) {
		struct gdbregs_options o = GDBREGS_OPTIONS_INIT, taken;
		struct gdbregs_error error;

		ck_assert_ptr_null(gdbregs__options_take(&taken, &o));
		o.access = i == 0 ? 3 : o.access;
		o.on_close = i == 1 ? 3 : o.on_close;
		o.pipeline = i == 2 ? 2 : o.pipeline;
		o.byte_order = i == 3 ? 3 : o.byte_order;
		ck_assert_ptr_nonnull(gdbregs__options_take(&taken, &o));
		ck_assert_int_eq(gdbregs__options_fail(&o, &error), GDBREGS_ERR_INVAL);
		ck_assert_ptr_nonnull(strstr(error.text, names[i]));
	}
}

TEST(packets_have_room_for_the_status)
{
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;

	o.max_packet_bytes = 1;
	ck_assert_uint_eq(gdbregs__limits_from(&o).packet_bytes, 512);
	o.max_packet_bytes = 513;
	ck_assert_uint_eq(gdbregs__limits_from(&o).packet_bytes, 513);
}

/* QEMU stores a number in an int, and a negative number kills it. No option permits larger numbers.
 * */
TEST(no_option_lifts_the_ceiling)
{
	static const char *const numbers[] = {"0x80000000", "4294967295", "4294967296",
					      "18446744073709551615"};
	struct gdbregs_options o;
	char text[200];

	gdbregs_options_init(&o);
	o.max_register_number = SIZE_MAX;
	for (size_t i = 0; i < 4; i++) {
		snprintf(text, sizeof(text),
			 "<target><feature name='f'><reg name='a' bitsize='8' regnum='%s'/>"
			 "</feature></target>",
			 numbers[i]);
		const struct gdbregs_document one = document("target.xml", text);
		const struct gdbregs__limits most = gdbregs__limits_from(&o);
		struct gdbregs_description *d = NULL;
		ck_assert_int_lt(gdbregs__parse_documents(&one, 1, &most, &d, NULL), 0);
	}
	const struct gdbregs_document last =
		document("target.xml", "<target><feature name='f'><reg name='a' bitsize='8' "
				       "regnum='0x7fffffff'/></feature></target>");
	gdbregs__description_free(parse_good(&last, 1, &o));
	const struct gdbregs_document behind =
		document("target.xml", "<target><feature name='f'><reg name='a' bitsize='8' "
				       "regnum='0x7fffffff'/>" REG("b") "</feature></target>");
	struct gdbregs_description *d = NULL;
	const struct gdbregs__limits most = gdbregs__limits_from(&o);
	ck_assert_int_lt(gdbregs__parse_documents(&behind, 1, &most, &d, NULL), 0);
}
