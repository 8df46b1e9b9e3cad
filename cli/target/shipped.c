/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/shipped.h"

#include "base/message.h"
#include "base/text.h"

#include <gdbregs.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char suffix[] = ".xml";

/* Types alone are no description to choose. */
static const char types[] = "types-";

/* The library knows where it is; in path, or what else there is to show. */
static const char *directory(char path[PATH_MAX])
{
	struct gdbregs_buffer found = {0};
	if (gdbregs_shipped_directory(&found) < 0)
		strcpy(path, ".");
	else
		snprintf(path, PATH_MAX, "%s", (const char *)found.data);
	gdbregs_buffer_fini(&found);
	return path;
}

static bool is_types(const char *name)
{
	return strncmp(name, types, strlen(types)) == 0;
}

bool shipped_find(const char *name, char path[PATH_MAX])
{
	struct gdbregs_buffer found = {0};
	bool ok = gdbregs_shipped_find(name, &found) == 0 && found.size < PATH_MAX;
	if (ok)
		strcpy(path, (const char *)found.data);
	gdbregs_buffer_fini(&found);
	return ok;
}

static int is_description(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	return entry->d_name[0] != '.' && !is_types(entry->d_name) && length > strlen(suffix) &&
	       strcmp(entry->d_name + length - strlen(suffix), suffix) == 0;
}

void shipped_list(struct shipped_names *names)
{
	struct dirent **entries = NULL;
	char dir[PATH_MAX];
	int count = scandir(directory(dir), &entries, is_description, alphasort);
	*names = (struct shipped_names){
		.item = calloc(count > 0 ? (size_t)count : 1, sizeof(*names->item))};
	for (int i = 0; i < count; i++) {
		const char *file = entries[i]->d_name;
		char *name = strndup(file, strlen(file) - strlen(suffix));
		if (names->item && name)
			names->item[names->count++] = name;
		else
			free(name);
		free(entries[i]);
	}
	free(entries);
}

void shipped_list_fini(struct shipped_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->item[i]);
	free(names->item);
	*names = (struct shipped_names){.item = NULL};
}

static int say_unknown(const char *name, const struct shipped_names *names)
{
	struct text list = {0};
	char dir[PATH_MAX];
	if (names->count == 0)
		return fail(STATUS_USAGE, "--arch: no shipped description '%s': none in %s", name,
			    directory(dir));
	for (size_t i = 0; i < names->count; i++)
		text_addf(&list, "%s%s", i > 0 ? ", " : "", names->item[i]);
	int status = list.failed ? fail_nomem()
				 : fail(STATUS_USAGE,
					"--arch: no shipped description '%s'; available: %s", name,
					list.data);
	text_fini(&list);
	return status;
}

int shipped_check(const char *name)
{
	char path[PATH_MAX];
	struct shipped_names names;
	if (shipped_find(name, path))
		return 0;
	shipped_list(&names);
	int status = say_unknown(name, &names);
	shipped_list_fini(&names);
	return status;
}

int offline_load(const struct options *o, struct gdbregs_context **context,
		 const struct gdbregs_description **out)
{
	char arch[PATH_MAX];
	struct gdbregs_error error = {.code = 0};
	*context = NULL;
	if (!o->tdesc && !shipped_find(o->arch, arch))
		return shipped_check(o->arch);
	if (gdbregs_context_new(context) < 0)
		return fail_nomem();
	const char *path = o->tdesc ? o->tdesc : arch;
	int code = gdbregs_description_load(*context, path, NULL, out, &error);
	return code < 0 ? fail_library(&error) : 0;
}
