/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/shipped.h"

#include "tdesc/context.h"
#include "tdesc/roles.h"
#include "util/alloc.h"
#include "util/buffer.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef GDBREGS_XML_DIR
#define GDBREGS_XML_DIR "/usr/local/share/gdbregs"
#endif

/* Keep the string in one piece: a compiler may build a short string from immediate operands. The
 * program strings(1) would then not show where the library looks for its data. */
__attribute__((used)) static const char installed_dir[] = GDBREGS_XML_DIR;

/* Remove the last component of a path. Returns false if nothing would be left. */
static bool path_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return false;
	*slash = '\0';
	return true;
}

/* Find the shared library or the executable that contains this code. */
static bool find_object(char path[PATH_MAX])
{
	static const char at_this[] = "";
	Dl_info info;
	const char *name = dladdr(at_this, &info) && info.dli_fname ? info.dli_fname : "";
	const char *slash = strrchr(name, '/');

	/* The name of an executable is its argv[0], which its caller chose. */
	if (strncmp(slash ? slash + 1 : name, "libgdbregs.so", strlen("libgdbregs.so")) != 0)
		name = "/proc/self/exe";
	return realpath(name, path) != NULL;
}

/* Returns true for a directory such as /tmp: the descriptions in it could come from anybody. A
 * directory that only some users may write to is good enough: they could replace the executable
 * too. */
static bool anybody_writes(const char *prefix)
{
	struct stat info;

	return stat(prefix, &info) < 0 || (info.st_mode & S_IWOTH) != 0;
}

/* Where shipped files may be, relative to the directory that is `up` levels above the library or
 * the executable. Debian has libraries in lib/x86_64-linux-gnu/; the build directory has tests in
 * build/tests/unit/FOLDER/. */
static const struct {
	int up;
	const char *place;
	const char *also; /* another file that must exist, or NULL */
} places[] = {
	{2, "share/gdbregs", NULL},	  {3, "share/gdbregs", NULL},	    {2, "xml", NULL},
	{4, "xml", "lib/libgdbregs.map"}, {5, "xml", "lib/libgdbregs.map"},
};

static bool exists(const char *prefix, const char *name)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s", prefix, name);

	return length < (int)sizeof(path) && access(path, R_OK) == 0;
}

static bool find_beside(char path[GDBREGS__SHIPPED_PATH])
{
	char object[PATH_MAX], prefix[PATH_MAX];

	if (!find_object(object))
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		bool good = true;

		strcpy(prefix, object);
		for (int up = 0; up < places[i].up && good; up++)
			good = path_up(prefix);
		if (!good || anybody_writes(prefix) || !exists(prefix, places[i].place) ||
		    (places[i].also && !exists(prefix, places[i].also)))
			continue;
		int length =
			snprintf(path, GDBREGS__SHIPPED_PATH, "%s/%s", prefix, places[i].place);
		return length < GDBREGS__SHIPPED_PATH;
	}
	return false;
}

/* Find the directory of the shipped files. The first of these counts: $GDBREGS_XML_DIR;
 * share/gdbregs beside bin/ or lib/, or xml/ beside build/; the directory that `make install`
 * uses. bin/, lib/ and build/ are those of the shared library, or of the executable if the library
 * is linked into it. */
static void find_directory(char path[GDBREGS__SHIPPED_PATH])
{
	const char *given = secure_getenv("GDBREGS_XML_DIR");

	if (given && *given && strlen(given) < GDBREGS__SHIPPED_PATH)
		strcpy(path, given);
	else if (!find_beside(path))
		strcpy(path, installed_dir);
}

bool gdbregs__shipped_path(const char *name, char path[GDBREGS__SHIPPED_PATH])
{
	char directory[GDBREGS__SHIPPED_PATH];

	if (!*name || *name == '.' || strchr(name, '/'))
		return false;
	find_directory(directory);
	int length = snprintf(path, GDBREGS__SHIPPED_PATH, "%s/%s.xml", directory, name);
	return length < GDBREGS__SHIPPED_PATH;
}

/* -------------------------------------------------------- descriptions --- */

/* Files of types have this prefix. They cannot be chosen as descriptions. */
static const char types_prefix[] = "types-";

/* GDB's default layouts. The architectures have variants with other registers, such as x32,
 * ColdFire and Book E, which the layouts do not fit. The first match counts. */
static const struct {
	const char *architectures;
	const char *layout;
} layouts[] = {
	{"i386:x86-64 i386:x86-64:intel x86-64 x86_64", "x86-64"},
	{"i386 i386:intel i486 i586 i686 i8086", "i386"},
	{"aarch64 aarch64:armv8-r aarch64:cortex-r82", "aarch64"},
	{"arm* iwmmxt* xscale ep9312", "arm"},
	{"riscv:rv32 riscv32*", "riscv32"},
	{"riscv riscv:rv64 riscv64*", "riscv64"},
	{"m68k m68k:68* m68k:cpu32", "m68k"},
	{"powerpc:common64 powerpc64 ppc64", "ppc64"},
	{"powerpc powerpc:common ppc", "ppc"},
};

static const char *layout_of(const char *architecture)
{
	for (size_t i = 0; architecture && i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (gdbregs__roles_match(layouts[i].architectures, architecture))
			return layouts[i].layout;
	return NULL;
}

bool gdbregs__shipped_find(const char *name, char path[GDBREGS__SHIPPED_PATH])
{
	if (strncmp(name, types_prefix, strlen(types_prefix)) == 0)
		return false;
	if (gdbregs__shipped_path(name, path) && access(path, F_OK) == 0)
		return true;
	const char *layout = layout_of(name);
	return layout && gdbregs__shipped_path(layout, path) && access(path, F_OK) == 0;
}

int gdbregs__shipped_complete(struct gdbregs_context *ctx, const struct gdbregs__limits *limits,
			      const struct gdbregs_description **d)
{
	char path[GDBREGS__SHIPPED_PATH];
	struct gdbregs_error err;
	const char *layout = layout_of((*d)->architecture);

	if ((*d)->register_count || (*d)->g_place_count || !layout ||
	    !gdbregs__shipped_path(layout, path))
		return 0;
	int result = gdbregs__context_load(ctx, path, limits, d, &err);
	return result == GDBREGS_ERR_NOMEM ? result : 0;
}

static int give(struct gdbregs_buffer *out, const char *path)
{
	out->size = 0;
	if (gdbregs__buffer_append(out, path, strlen(path)) < 0)
		return GDBREGS_ERR_NOMEM;
	return gdbregs__buffer_terminate(out);
}

int gdbregs_shipped_find(const char *name, struct gdbregs_buffer *path)
{
	char found[GDBREGS__SHIPPED_PATH];

	if (!name || !path)
		return GDBREGS_ERR_INVAL;
	return gdbregs__shipped_find(name, found) ? give(path, found) : GDBREGS_ERR_IO;
}

int gdbregs_shipped_directory(struct gdbregs_buffer *path)
{
	char directory[GDBREGS__SHIPPED_PATH];

	if (!path)
		return GDBREGS_ERR_INVAL;
	find_directory(directory);
	return give(path, directory);
}

/* -------------------------------------------------------------- types --- */

/* Returns true for a plain integer. Anything else that the stub describes is kept: a pointer, a
 * float, a type that the description defines, and the name of a type that it does not define. */
static bool is_bare(const struct gdbregs_register *reg)
{
	return reg->type && (reg->type->scalar == GDBREGS__SCALAR_INT ||
			     reg->type->scalar == GDBREGS__SCALAR_UINT);
}

/* lldb-server's features have no names. For its registers, name and width decide. */
static bool is_for(const struct gdbregs_register *known, const struct gdbregs_register *reg)
{
	return known->bits == reg->bits &&
	       (!reg->feature || strcmp(known->feature, reg->feature) == 0);
}

static void attach(struct gdbregs_register *reg, const struct gdbregs_description *types)
{
	for (const struct gdbregs_register *known = gdbregs__description_first(types, reg->name);
	     known; known = known->next_same_name) {
		if (!known->feature || !known->type || !is_for(known, reg))
			continue;
		reg->type = known->type;
		reg->type_shipped = true;
		return;
	}
}

void gdbregs__shipped_attach(struct gdbregs_description *d, const struct gdbregs_description *types)
{
	for (size_t i = 0; i < d->register_count; i++)
		if (is_bare(&d->registers[i]))
			attach(&d->registers[i], types);
}
