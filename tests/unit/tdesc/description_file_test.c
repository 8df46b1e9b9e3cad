/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptions in files: which files are loaded, and includes that lead out of their directory. */
#include "tdesc/context.h"

#include "util/alloc.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct gdbregs_context *context(void)
{
	struct gdbregs_context *ctx = NULL;

	ck_assert_int_eq(gdbregs_context_new(&ctx), 0);
	return ctx;
}

struct folder {
	char path[64];
};

static void write_file(const struct folder *f, const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static struct folder folder_new(void)
{
	struct folder f = {"/tmp/gdbregs-registry-XXXXXX"};
	char path[100];

	ck_assert_ptr_nonnull(mkdtemp(f.path));
	snprintf(path, sizeof(path), "%s/below", f.path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	return f;
}

static void folder_free(const struct folder *f)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf '%s'", f->path);
	ck_assert_int_eq(system(command), 0);
}

static int load(struct gdbregs_context *ctx, const struct folder *f, const char *name,
		const struct gdbregs_options *o, const struct gdbregs_description **d,
		struct gdbregs_error *err)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	return gdbregs_description_load(ctx, path, o, d, err);
}

TEST(good)
{
	struct gdbregs_context *ctx = context();
	struct folder f = folder_new();
	const struct gdbregs_description *d = NULL;

	write_file(&f, "some.xml",
		   "<target><xi:include href='a.xml'/><xi:include "
		   "href='below/b.xml'/><xi:include href='a.xml'/></target>");
	write_file(&f, "a.xml", "<feature name='f'><reg name='a' bitsize='8'/></feature>");
	write_file(&f, "below/b.xml", "<feature name='f'><xi:include href='c.xml'/></feature>");
	write_file(&f, "c.xml", "<reg name='c' bitsize='8'/>");
	ck_assert_int_eq(load(ctx, &f, "some.xml", NULL, &d, NULL), 0);
	ck_assert_uint_eq(d->register_count, 3);
	ck_assert_uint_eq(gdbregs_description_document_count(d), 4);
	ck_assert_str_eq(gdbregs_description_document(d, 0).name, "some.xml");
	ck_assert_str_eq(gdbregs_description_document(d, 2).name, "below/b.xml");
	/* The path has no folder. */
	char *old = getcwd(NULL, 0);
	const struct gdbregs_description *again = NULL;
	ck_assert_int_eq(chdir(f.path), 0);
	ck_assert_int_eq(gdbregs_description_load(ctx, "some.xml", NULL, &again, NULL), 0);
	ck_assert_int_eq(chdir(old), 0);
	free(old);
	ck_assert_ptr_eq(again, d);
	folder_free(&f);
	gdbregs_context_unref(ctx);
}

TEST(bad)
{
	struct gdbregs_context *ctx = context();
	struct folder f = folder_new();
	const struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};
	struct gdbregs_options o;

	ck_assert_int_eq(load(ctx, &f, "none.xml", NULL, &d, &err), GDBREGS_ERR_IO);
	ck_assert_ptr_nonnull(strstr(err.text, "/none.xml: No such file"));
	ck_assert_int_eq(load(ctx, &f, "below", NULL, &d, &err), GDBREGS_ERR_IO);
	write_file(&f, "a.xml", "<target>\n<xi:include href='none.xml'/></target>");
	ck_assert_int_eq(load(ctx, &f, "a.xml", NULL, &d, &err), GDBREGS_ERR_DESCRIPTION);
	ck_assert_str_eq(err.text, "a.xml:2:1: included document \"none.xml\" is missing");
	write_file(&f, "a.xml", "<target><xi:include href='below'/></target>");
	ck_assert_int_eq(load(ctx, &f, "a.xml", NULL, &d, &err), GDBREGS_ERR_IO);
	ck_assert_ptr_nonnull(strstr(err.text, "must be a regular file"));
	write_file(&f, "b.xml", "<feature name='f'/>");
	gdbregs_options_init(&o);
	o.max_description_bytes = 50;
	write_file(&f, "a.xml", "<target><xi:include href='b.xml'/></target>");
	ck_assert_int_eq(load(ctx, &f, "a.xml", &o, &d, &err), GDBREGS_ERR_LIMIT);
	ck_assert_ptr_nonnull(strstr(err.text, "(max_description_bytes)"));
	ck_assert_int_eq(gdbregs_description_load(ctx, "/dev/zero", &o, &d, &err),
			 GDBREGS_ERR_LIMIT);
	gdbregs_options_init(&o);
	o.max_includes = 1;
	write_file(&f, "a.xml",
		   "<target><xi:include href='b.xml'/><xi:include href='b.xml'/></target>");
	ck_assert_int_eq(load(ctx, &f, "a.xml", &o, &d, &err), GDBREGS_ERR_LIMIT);
	ck_assert_int_eq(gdbregs_description_load(ctx, NULL, NULL, &d, &err), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_description_load(NULL, "x", NULL, &d, &err), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_description_load(ctx, "x", NULL, NULL, NULL), GDBREGS_ERR_INVAL);
	ck_assert_ptr_null(d);
	folder_free(&f);
	gdbregs_context_unref(ctx);
}

/* A description cannot include files outside of its directory. */
TEST(outside)
{
	static const char *const hrefs[] = {"/etc/hostname", "../c.xml",
					    "x/../../c.xml", "..",
					    "below/..",	     "below//../../c.xml"};
	struct gdbregs_context *ctx = context();
	struct folder f = folder_new();

	write_file(&f, "c.xml", "<feature name='f'/>");
	for (size_t i = 0; i < COUNT(hrefs); i++) {
		const struct gdbregs_description *d = NULL;
		struct gdbregs_error err = {0};
		char text[200];

		snprintf(text, sizeof(text), "<target><xi:include href='%s'/></target>", hrefs[i]);
		write_file(&f, "below/a.xml", text);
		ck_assert_int_eq(load(ctx, &f, "below/a.xml", NULL, &d, &err),
				 GDBREGS_ERR_DESCRIPTION);
		ck_assert_ptr_nonnull(strstr(err.text, "is missing"));
	}
	write_file(&f, "below/a.xml", "<target><xi:include href='..c.xml'/></target>");
	write_file(&f, "below/..c.xml", "<feature name='f'/>");
	const struct gdbregs_description *d = NULL;
	ck_assert_int_eq(load(ctx, &f, "below/a.xml", NULL, &d, NULL), 0);
	folder_free(&f);
	gdbregs_context_unref(ctx);
}

TEST(out_of_memory)
{
	struct gdbregs_context *ctx = context();
	struct folder f = folder_new();
	int result = GDBREGS_ERR_NOMEM;

	write_file(&f, "a.xml", "<target><xi:include href='b.xml'/></target>");
	write_file(&f, "b.xml", "<feature name='f'><reg name='r' bitsize='8'/></feature>");
	for (unsigned long nth = 1; result == GDBREGS_ERR_NOMEM; nth++) {
		const struct gdbregs_description *d = NULL;
		struct gdbregs_error err = {0};

		ck_assert_uint_lt(nth, 1000);
		gdbregs__alloc_fail(nth, 1);
		result = load(ctx, &f, "a.xml", NULL, &d, &err);
		gdbregs__alloc_fail(0, 0);
		ck_assert_int_eq(err.code, result);
	}
	ck_assert_int_eq(result, 0);
	folder_free(&f);
	gdbregs_context_unref(ctx);
}

/* A name next to the description, and its kind. */
struct trap {
	const char *make; /* created by the shell, in the folder */
	const char *href;
	int result;
	const char *says;
};

static const struct trap traps[] = {
	{"ln -s /etc/passwd a", "a", GDBREGS_ERR_IO, "symbolic links"},
	{"ln -s below/b a", "a", GDBREGS_ERR_IO, "symbolic links"},
	{"ln -s /etc a", "a/passwd", GDBREGS_ERR_IO, "symbolic links"},
	{"ln -s .. below/up", "below/up/below/b", GDBREGS_ERR_IO, "symbolic links"},
	{"ln -s /proc/self/root a", "a/etc/passwd", GDBREGS_ERR_IO, "symbolic links"},
	{"ln -s a a", "a", GDBREGS_ERR_IO, "symbolic links"},
	{"mkfifo a", "a", GDBREGS_ERR_IO, "must be a regular file"},
	{"mkfifo below/a", "below/a", GDBREGS_ERR_IO, "must be a regular file"},
	{"touch a", "a/b", GDBREGS_ERR_IO, "same directory or below it"},
	{"touch a", "../a", GDBREGS_ERR_DESCRIPTION, "is missing"},
	{"true", "nowhere/a", GDBREGS_ERR_DESCRIPTION, "is missing"},
	{"true", "below//b", 0, ""},
	{"true", "./below/./b", 0, ""},
};

LOOP_TEST(includes_stay_below, COUNT(traps))
{
	const struct trap *trap = &traps[_i];
	struct gdbregs_context *ctx = context();
	struct folder f = folder_new();
	const struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};
	char text[200];

	write_file(&f, "below/b", "<feature name='f'><reg name='a' bitsize='8'/></feature>");
	snprintf(text, sizeof(text), "cd %s && %s", f.path, trap->make);
	ck_assert_int_eq(system(text), 0);
	snprintf(text, sizeof(text), "<target><xi:include href='%s'/></target>", trap->href);
	write_file(&f, "some.xml", text);
	int result = load(ctx, &f, "some.xml", NULL, &d, &err);
	ck_assert_msg(result == trap->result, "%s: %s", trap->href, err.text);
	ck_assert_msg(strstr(err.text, trap->says) != NULL, "%s", err.text);
	/* The description itself may be a link, because the caller has named it. */
	snprintf(text, sizeof(text), "ln -s ../some.xml %s/below/link", f.path);
	ck_assert_int_eq(system(text), 0);
	write_file(&f, "some.xml", "<target><xi:include href='b'/></target>");
	ck_assert_int_eq(load(ctx, &f, "below/link", NULL, &d, &err), 0);
	folder_free(&f);
	gdbregs_context_unref(ctx);
}
