/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hostile descriptions: large, deep or damaged ones. */
#include "documents.h"
#include "suite.h"

#include <stdio.h>
#include <time.h>

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

typedef void (*write_item)(struct gdbregs_buffer *text, int i);

static void write_register(struct gdbregs_buffer *text, int i)
{
	ck_assert_int_eq(
		gdbregs__buffer_printf(text, "<reg name='r%d' bitsize='64' type='t%d'/>", i, i), 0);
}

static void write_same_name(struct gdbregs_buffer *text, int i)
{
	(void)i;
	ck_assert_int_eq(gdbregs__buffer_append_text(text, "<reg name='r' bitsize='64'/>"), 0);
}

static void write_type(struct gdbregs_buffer *text, int i)
{
	ck_assert_int_eq(gdbregs__buffer_printf(text,
						"<vector id='t%d' type='%s%d' count='1'/>"
						"<reg name='r%d' bitsize='8' type='t%d'/>",
						i, i ? "t" : "uint", i ? i - 1 : 8, i, i),
			 0);
}

static void write_feature(struct gdbregs_buffer *text, int i)
{
	ck_assert_int_eq(gdbregs__buffer_printf(text,
						"</feature><feature name='f%d'><reg name='r%d' "
						"bitsize='8'/><union id='u'><field name='n' "
						"type='uint8'/></union>",
						i, i),
			 0);
}

static struct gdbregs_document many(int count, write_item write)
{
	struct gdbregs_buffer text = {0};

	ck_assert_int_eq(gdbregs__buffer_append_text(&text, "<target><feature>"), 0);
	for (int i = 0; i < count; i++)
		write(&text, i);
	ck_assert_int_eq(gdbregs__buffer_append_text(&text, "</feature></target>"), 0);
	return (struct gdbregs_document){"target.xml", text.data, text.size};
}

static double time_of(int count, write_item write)
{
	const struct gdbregs_document big = many(count, write);
	double begin = seconds();
	struct gdbregs_description *d = parse_good(&big, 1, NULL);
	double took = seconds() - begin;

	ck_assert_uint_eq(d->register_count, (size_t)count);
	gdbregs__description_free(d);
	gdbregs_free((void *)big.data);
	return took;
}

/* Ten times the input takes ten times as long, with room for a busy machine. If anything were
 * quadratic, it would take a hundred times as long. */
LOOP_TEST(linear, 4)
{
	static const write_item writes[] = {write_register, write_same_name, write_type,
					    write_feature};
	double small = time_of(10000, writes[_i]), large = time_of(100000, writes[_i]);

	ck_assert_msg(large < 0.2 + 30 * small, "%g s, %g s", small, large);
}

TEST(million)
{
	const struct gdbregs_document big = many(500000, write_same_name);
	const struct gdbregs_register *reg;
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	parse_bad(&big, 1, NULL, GDBREGS_ERR_LIMIT,
		  "target.xml:1:3670034: more than 131072 registers (max_registers)");
	o.max_registers = 500000;
	struct gdbregs_description *d = parse_good(&big, 1, &o);
	ck_assert_uint_eq(d->register_count, 500000);
	ck_assert_int_eq(gdbregs__description_find(d, NULL, "r", &reg), GDBREGS_ERR_AMBIGUOUS);
	gdbregs__description_free(d);
	gdbregs_free((void *)big.data);
}

/* Types within types grow beyond every limit, and are not kept. */
TEST(growing_types)
{
	struct gdbregs_buffer body = {0};

	ck_assert_int_eq(gdbregs__buffer_append_text(
				 &body, "<vector id='t0' type='uint128' count='65536'/>"),
			 0);
	for (int i = 1; i < 50; i++)
		ck_assert_int_eq(
			gdbregs__buffer_printf(
				&body,
				"<vector id='t%d' type='t%d' count='65536'/><struct id='s%d'>"
				"<field name='a' type='%s%d'/><field name='b' type='%s%d'/>"
				"</struct>",
				i, i - 1, i, i > 1 ? "s" : "uint", i > 1 ? i - 1 : 64,
				i > 1 ? "s" : "uint", i > 1 ? i - 1 : 64),
			0);
	ck_assert_int_eq(gdbregs__buffer_printf(&body, "<reg name='a' bitsize='8' type='t49'/>"
						       "<reg name='b' bitsize='8192' type='s7'/>"
						       "<reg name='c' bitsize='8' type='s49'/>"),
			 0);
	ck_assert_int_eq(gdbregs__buffer_terminate(&body), 0);
	char *text = feature_of((char *)body.data);
	struct gdbregs_description *d = good_text(text);
	ck_assert_ptr_null(d->registers[0].type);
	ck_assert_ptr_nonnull(d->registers[1].type);
	ck_assert_ptr_null(d->registers[2].type);
	gdbregs__description_free(d);
	gdbregs_free(text);
	gdbregs_buffer_fini(&body);
}

/* Descriptions that are cut anywhere, or have any byte changed, are refused or parsed. */
TEST(damaged)
{
	static const char text[] =
		"<?xml version='1.0'?><!DOCTYPE target SYSTEM 'gdb-target.dtd'><target>"
		"<architecture>a</architecture><feature name='f'><flags id='l' size='4'>"
		"<field name='X' start='0' end='1' type='uint8'/></flags><enum id='e' size='1'>"
		"<evalue name='v' value='1'/></enum><vector id='w' type='int8' count='4'/><union "
		"id='u'>"
		"<field name='m' type='w'/></union><reg name='r' bitsize='32' regnum='4' type='u'/>"
		"</feature></target>";
	const struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	char copy[sizeof(text)];

	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		const struct gdbregs_document cut = {"target.xml", (const uint8_t *)text, at};

		parse_bad(&cut, 1, NULL, GDBREGS_ERR_DESCRIPTION, NULL);
		for (int value = 0; value < 256; value += at % 7 + 1) {
			struct gdbregs_description *d = NULL;

			memcpy(copy, text, sizeof(text));
			copy[at] = (char)value;
			const struct gdbregs_document bent = {"target.xml", (uint8_t *)copy,
							      sizeof(text) - 1};
			int result = gdbregs__parse_documents(&bent, 1, &limits, &d, NULL);
			ck_assert(result == 0 || result == GDBREGS_ERR_DESCRIPTION);
			gdbregs__description_free(d);
		}
	}
}
