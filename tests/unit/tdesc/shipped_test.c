/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the shipped files are, and which registers get types from them. */
#include "tdesc/shipped.h"

#include "tdesc/context.h"
#include "tdesc/files.h"
#include "tdesc/roles-table.h"

#include "suite.h"
#include "documents.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/gdbregs-shipped.XXXXXX";

static void make_directory(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(setenv("GDBREGS_XML_DIR", directory, 1), 0);
}

static void remove_directory(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", directory);
	ck_assert_int_eq(system(command), 0);
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	unsetenv("GDBREGS_XML_DIR");
}

static void write_file(const char *name, const char *text)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static const char *const types =
	"<target><feature name='org.gnu.gdb.aarch64.core'>"
	"<flags id='ours' size='4'><field name='EL' start='2' end='3'/></flags>"
	"<reg name='cpsr' bitsize='32' type='ours'/>"
	"<flags id='ours64' size='8'><field name='Z' start='30' end='30'/></flags>"
	"<reg name='cpsr' bitsize='64' type='ours64'/>"
	"</feature></target>";

static const struct gdbregs_description *get(struct gdbregs_context *ctx, const char *registers)
{
	const struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	const struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};
	char text[2000];

	snprintf(text, sizeof(text), "<target><architecture>aarch64</architecture>%s</target>",
		 registers);
	const struct gdbregs_document one = document("target.xml", text);
	int result = gdbregs__context_description(ctx, &one, 1, &limits, &d, &err);
	ck_assert_msg(result == 0, "%s", err.text);
	return d;
}

#define CORE(attributes)                                                                           \
	"<feature name='org.gnu.gdb.aarch64.core'>"                                                \
	"<enum id='theirs' size='4'><evalue name='a' value='1'/></enum>"                           \
	"<reg name='cpsr' " attributes "/></feature>"

static const struct {
	const char *registers;
	const char *type; /* NULL: the type is the stub's, or there is no type */
} cases[] = {
	{CORE("bitsize='32'"), "ours"},
	{CORE("bitsize='32' type='int'"), "ours"},
	{CORE("bitsize='32' type='uint32'"), "ours"},
	{CORE("bitsize='64' type='int64'"), "ours64"},
	/* The register has another width. */
	{CORE("bitsize='16'"), NULL},
	/* The stub describes a type, or intends to. */
	{CORE("bitsize='32' type='theirs'"), NULL},
	{CORE("bitsize='32' type='undefined'"), NULL},
	{CORE("bitsize='32' type='code_ptr'"), NULL},
	{CORE("bitsize='32' type='data_ptr'"), NULL},
	{CORE("bitsize='32' type='ieee_single'"), NULL},
	{CORE("bitsize='32' type='float'"), NULL},
	/* Another feature or another name. In lldb-server's descriptions features have no names. */
	{"<feature name='f'><reg name='cpsr' bitsize='32'/></feature>", NULL},
	{"<feature name='org.gnu.gdb.aarch64.core'><reg name='x0' bitsize='32'/></feature>", NULL},
	{"<feature><reg name='cpsr' bitsize='32'/></feature>", "ours"},
};

FIXTURE(make_directory, remove_directory)

LOOP_TEST(bare_registers_get_types, COUNT(cases))
{
	struct gdbregs_context *ctx = NULL;

	write_file("types-aarch64.xml", types);
	ck_assert_int_eq(gdbregs_context_new(&ctx), 0);
	const struct gdbregs_register *reg = &get(ctx, cases[_i].registers)->registers[0];
	ck_assert_int_eq(gdbregs_register_type_from(reg),
			 cases[_i].type ? GDBREGS_TYPE_SHIPPED : GDBREGS_TYPE_DESCRIBED);
	if (cases[_i].type) {
		ck_assert_str_eq(reg->type->id, cases[_i].type);
		ck_assert_int_eq(gdbregs_register_kind(reg), GDBREGS_TYPE_FLAGS);
		/* Types that the stub describes are kept. */
		ck_assert_str_ne(gdbregs_register_type(reg), cases[_i].type);
	}
	gdbregs_context_unref(ctx);
}

/* A context reads a file once, so that equal descriptions have the same types. */
LOOP_TEST(missing_and_bad_files, 6)
{
	static const char *const bad[] = {
		NULL,	     "",       "<target>",
		"<target/>", "no XML", "<target><feature><reg name='cpsr'/></feature></target>"};
	struct gdbregs_context *ctx = NULL;

	if (bad[_i])
		write_file("types-aarch64.xml", bad[_i]);
	ck_assert_int_eq(gdbregs_context_new(&ctx), 0);
	const struct gdbregs_register *reg = &get(ctx, CORE("bitsize='32'"))->registers[0];
	ck_assert_int_eq(gdbregs_register_type_from(reg), GDBREGS_TYPE_DESCRIBED);
	write_file("types-aarch64.xml", types);
	reg = &get(ctx, "<!-- other -->" CORE("bitsize='32' group='x'"))->registers[0];
	ck_assert_int_eq(gdbregs_register_type_from(reg), GDBREGS_TYPE_DESCRIBED);
	gdbregs_context_unref(ctx);
	ck_assert_int_eq(gdbregs_context_new(&ctx), 0);
	reg = &get(ctx, CORE("bitsize='32'"))->registers[0];
	ck_assert_int_eq(gdbregs_register_type_from(reg), GDBREGS_TYPE_SHIPPED);
	gdbregs_context_unref(ctx);
	ck_assert_int_eq(gdbregs_register_type_from(NULL), GDBREGS_TYPE_DESCRIBED);
}

TEST(names_of_files)
{
	char path[GDBREGS__SHIPPED_PATH], expected[100];

	ck_assert(gdbregs__shipped_path("mips", path));
	snprintf(expected, sizeof(expected), "%s/mips.xml", directory);
	ck_assert_str_eq(path, expected);
	ck_assert(!gdbregs__shipped_path("", path));
	ck_assert(!gdbregs__shipped_path("../mips", path));
	ck_assert(!gdbregs__shipped_path("/mips", path));
	ck_assert(!gdbregs__shipped_path(".mips", path));
}

/* Returns whether this program is where the library looks for the source's xml/, four or five
 * levels below it. */
static bool in_build_directory(void)
{
	char program[PATH_MAX] = "", top[PATH_MAX] = "";
	int levels = 0;

	if (!realpath("/proc/self/exe", program) || !realpath(".", top) ||
	    strncmp(program, top, strlen(top)) != 0)
		return false;
	for (const char *at = program + strlen(top); (at = strchr(at, '/')); at++)
		levels++;
	return levels == 4 || levels == 5;
}

TEST(the_directory_is_asked_for)
{
	struct gdbregs_buffer path = {0};

	ck_assert_int_eq(gdbregs_shipped_directory(NULL), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_shipped_directory(&path), 0);
	ck_assert_str_eq((const char *)path.data, directory);
	ck_assert_uint_eq(path.size, strlen(directory));
	/* For a program in the build directory, it is the source's directory. */
	unsetenv("GDBREGS_XML_DIR");
	ck_assert_int_eq(gdbregs_shipped_directory(&path), 0);
	if (in_build_directory()) {
		ck_assert_str_eq((const char *)path.data + path.size - strlen("/xml"), "/xml");
		ck_assert_int_eq(access((const char *)path.data, R_OK), 0);
	}
	gdbregs_buffer_fini(&path);
}

/* Every file of a family exists and is valid. Each of its registers has a type of flags, and every
 * file belongs to a family. */
TEST(files_of_the_source)
{
	const struct gdbregs__limits limits = gdbregs__limits_from(NULL);

	/* The build directory may be anywhere, but tests run at the top of the source. */
	ck_assert_int_eq(setenv("GDBREGS_XML_DIR", "xml", 1), 0);
	for (size_t f = 0; f < gdbregs__family_count; f++) {
		char path[GDBREGS__SHIPPED_PATH];
		struct gdbregs__files files = {0};
		struct gdbregs_description *d;
		struct gdbregs_error err;

		if (!gdbregs__families[f].types)
			continue;
		ck_assert(gdbregs__shipped_path(gdbregs__families[f].types, path));
		int result = gdbregs__files_read(&files, path, &limits, &err);
		ck_assert_msg(result == 0, "%s", err.text);
		d = parse_good(files.documents, files.count, NULL);
		ck_assert_uint_gt(d->register_count, 0);
		for (size_t i = 0; i < d->register_count; i++) {
			const struct gdbregs_register *reg = &d->registers[i];

			ck_assert_msg(reg->feature && reg->type &&
					      reg->type->kind == GDBREGS_TYPE_FLAGS &&
					      reg->type->bits == reg->bits,
				      "%s: %s", path, reg->name);
			for (uint32_t k = 0; k < reg->type->field_count; k++)
				ck_assert_msg(!reg->type->fields[k].type_name ||
						      reg->type->fields[k].type,
					      "%s: type of %s.%s", path, reg->name,
					      reg->type->fields[k].name);
		}
		gdbregs__description_free(d);
		gdbregs__files_fini(&files);
	}
}
