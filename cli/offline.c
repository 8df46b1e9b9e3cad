/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "offline.h"

#include "message.h"
#include "status.h"
#include "text.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef GDBREGS_XML_DIR
#define GDBREGS_XML_DIR "/usr/local/share/gdbregs"
#endif

static const char suffix[] = ".xml";

static const char *directory(void)
{
	const char *dir = getenv("GDBREGS_XML_DIR");
	return dir != NULL && dir[0] != '\0' ? dir : GDBREGS_XML_DIR;
}

static int is_description(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	return entry->d_name[0] != '.' && length > strlen(suffix) &&
	       strcmp(entry->d_name + length - strlen(suffix), suffix) == 0;
}

static void add_name(struct text *names, const char *file)
{
	if (names->size > 0)
		text_adds(names, ", ");
	text_add(names, file, strlen(file) - strlen(suffix));
}

/* The shipped names, "a, b, c". */
static void list_names(struct text *names)
{
	struct dirent **entries;
	int count = scandir(directory(), &entries, is_description, alphasort);
	for (int i = 0; i < count; i++) {
		add_name(names, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static int unknown_arch(const char *name)
{
	struct text names = {0};
	int status;
	list_names(&names);
	if (names.size > 0)
		status = fail(STATUS_USAGE, "--arch: no shipped description '%s'; there are %s",
			      name, names.data);
	else
		status = fail(STATUS_USAGE, "--arch: no shipped description '%s': none in %s", name,
			      directory());
	text_fini(&names);
	return status;
}

bool offline_find_arch(const char *name, char path[PATH_MAX])
{
	if (name[0] == '.' || strchr(name, '/') != NULL)
		return false;
	int length = snprintf(path, PATH_MAX, "%s/%s%s", directory(), name, suffix);
	return length > 0 && length < PATH_MAX && access(path, F_OK) == 0;
}

int offline_check_arch(const char *name)
{
	char path[PATH_MAX];
	return offline_find_arch(name, path) ? 0 : unknown_arch(name);
}

int offline_load(const struct options *o, struct gdbregs_context **context,
		 const struct gdbregs_description **out)
{
	char arch[PATH_MAX];
	struct gdbregs_error error = {.code = 0};
	*context = NULL;
	if (o->tdesc == NULL && !offline_find_arch(o->arch, arch))
		return unknown_arch(o->arch);
	if (gdbregs_context_new(context) < 0)
		return fail_nomem();
	const char *path = o->tdesc != NULL ? o->tdesc : arch;
	int code = gdbregs_description_load(*context, path, NULL, out, &error);
	return code < 0 ? fail(status_of(code, 1), "%s", error.text) : 0;
}
