/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each folder of tests/data/tdesc has a target.xml, the documents that it includes, and `expected`:
 * the model as text, or the error. If UPDATE_EXPECTED is set in the environment, `expected` is
 * rewritten (make update-expected). */
#include "tdesc/parse.h"

#include "util/buffer.h"
#include "suite.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef CASES
#define CASES "tests/data/tdesc"
#endif

static const char *const kind_names[] = {"unknown", "integer", "float", "enum",
					 "flags",   "struct",  "union", "vector"};

static void put(struct gdbregs_buffer *out, const char *format, const char *text)
{
	ck_assert_int_eq(gdbregs__buffer_printf(out, format, text ? text : "-"), 0);
}

static void put_number(struct gdbregs_buffer *out, const char *format, long long number)
{
	char text[64];

	snprintf(text, sizeof(text), format, number);
	put(out, "%s", text);
}

static void put_field(struct gdbregs_buffer *out, const struct gdbregs__field *field)
{
	put(out, "  .%s", field->name);
	if (field->start >= 0) {
		put_number(out, " %lld", field->start);
		put_number(out, "..%lld", field->end);
	} else {
		ck_assert_int_eq(field->end, -1);
	}
	if (field->type)
		put(out, " %s", field->type->id);
	put(out, "%s", "\n");
}

static void put_type(struct gdbregs_buffer *out, const struct gdbregs__type *type)
{
	if (type->kind == GDBREGS_TYPE_VECTOR) {
		put_number(out, "  [%lld] ", type->count);
		put(out, "%s\n", type->element->id);
		ck_assert_str_eq(type->element->id, type->element_name);
	}
	for (uint32_t i = 0; i < type->field_count; i++)
		put_field(out, &type->fields[i]);
	for (uint32_t i = 0; i < type->evalue_count; i++) {
		put(out, "  %s", type->evalues[i].name);
		ck_assert_int_eq(gdbregs__buffer_printf(out, " = %llu\n",
							(unsigned long long)type->evalues[i].value),
				 0);
	}
}

static void put_register(struct gdbregs_buffer *out, const struct gdbregs_register *reg)
{
	put(out, " %s", reg->name);
	put_number(out, " %lld", reg->regnum);
	put_number(out, " %lld", reg->bits);
	put(out, " %s", reg->type_name);
	put(out, " %s", kind_names[gdbregs_register_kind(reg)]);
	put(out, " %s", reg->group);
	if (reg->g_off_bytes >= 0)
		put_number(out, " @%lld", reg->g_off_bytes);
	put(out, "%s", reg->derived ? " derived\n" : "\n");
	if (reg->type)
		put_type(out, reg->type);
}

/* The ranges cover all registers, in order. */
static void put_runs(struct gdbregs_buffer *out, const struct gdbregs_description *d)
{
	size_t next = 0;

	for (size_t i = 0; i < d->feature_count; i++) {
		const struct gdbregs__feature_run *run = &d->features[i];

		ck_assert_uint_eq(run->first, next);
		ck_assert_uint_gt(run->count, 0);
		put(out, "feature %s\n", run->name);
		for (; next < run->first + run->count; next++) {
			ck_assert_uint_eq(d->registers[next].index, next);
			ck_assert_ptr_eq(d->registers[next].description, d);
			ck_assert_ptr_eq(d->registers[next].feature, run->name);
			put_register(out, &d->registers[next]);
		}
	}
	ck_assert_uint_eq(next, d->register_count);
}

static void put_description(struct gdbregs_buffer *out, const struct gdbregs_description *d)
{
	if (d->architecture)
		put(out, "architecture %s\n", d->architecture);
	if (d->osabi)
		put(out, "osabi %s\n", d->osabi);
	put_runs(out, d);
	ck_assert_int_eq(gdbregs__buffer_terminate(out), 0);
}

static void read_file(const char *path, struct gdbregs_buffer *out)
{
	FILE *file = fopen(path, "r");

	ck_assert_msg(file != NULL, "%s", path);
	ck_assert_int_eq(gdbregs__buffer_reserve(out, 100000), 0);
	out->size = fread(out->data, 1, 99999, file);
	fclose(file);
	ck_assert_int_eq(gdbregs__buffer_terminate(out), 0);
}

/* The canonical XML has the same meaning, and is its own canonical XML. */
static void read_again(const struct gdbregs_description *d, const char *expected)
{
	const struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	struct gdbregs_description *again = NULL;
	struct gdbregs_buffer text = {0};

	ck_assert_int_eq(gdbregs__parse_documents(&d->canonical, 1, &limits, &again, NULL), 0);
	put_description(&text, again);
	ck_assert_str_eq((char *)text.data, expected);
	ck_assert_uint_eq(again->canonical.size, d->canonical.size);
	ck_assert_mem_eq(again->canonical.data, d->canonical.data, d->canonical.size);
	gdbregs_buffer_fini(&text);
	gdbregs__description_free(again);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_msg(file && fputs(text, file) >= 0 && fclose(file) == 0, "cannot write %s", path);
}

static void check_expected(const char *name, const char *text)
{
	struct gdbregs_buffer expected = {0};
	char path[512];

	snprintf(path, sizeof(path), CASES "/%s/expected", name);
	if (getenv("UPDATE_EXPECTED")) {
		write_file(path, text);
		return;
	}
	read_file(path, &expected);
	ck_assert_msg(strcmp(text, (char *)expected.data) == 0, "%s:\n%s\nexpected:\n%s", name,
		      text, (char *)expected.data);
	gdbregs_buffer_fini(&expected);
}

static void run_case(const char *name)
{
	struct gdbregs_context *ctx;
	const struct gdbregs_description *d = NULL;
	struct gdbregs_buffer text = {0};
	struct gdbregs_error err = {0};
	char path[512];

	ck_assert_int_eq(gdbregs_context_new(&ctx), 0);
	snprintf(path, sizeof(path), CASES "/%s/target.xml", name);
	int result = gdbregs_description_load(ctx, path, NULL, &d, &err);
	if (result < 0) {
		ck_assert_int_eq(err.code, result);
		put(&text, "%s ", gdbregs_error_name(result));
		put(&text, "%s\n", err.text);
		ck_assert_int_eq(gdbregs__buffer_terminate(&text), 0);
	} else {
		put_description(&text, d);
		read_again(d, (char *)text.data);
	}
	check_expected(name, (char *)text.data);
	gdbregs_buffer_fini(&text);
	gdbregs_context_unref(ctx);
}

TEST(cases)
{
	DIR *folder = opendir(CASES);
	int count = 0;

	ck_assert_msg(folder != NULL, "run from the top of the tree: no " CASES);
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (entry->d_name[0] == '.')
			continue;
		run_case(entry->d_name);
		count++;
	}
	closedir(folder);
	ck_assert_int_gt(count, 30);
}
