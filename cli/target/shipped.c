/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/shipped.h"

#include "base/exit-status.h"
#include "base/message.h"
#include "base/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef GDBREGS_XML_DIR
#define GDBREGS_XML_DIR "/usr/local/share/gdbregs"
#endif

static const char suffix[] = ".xml";

/* The directory above that of the executable; false: not known. */
static bool find_prefix(char prefix[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", prefix, PATH_MAX - 1);
	if (length <= 0)
		return false;
	prefix[length] = '\0';
	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(prefix, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
	return true;
}

/* Were it /tmp, or the like, the descriptions in it could be anybody's. Where only
 * some may write, they could put another executable there as well. */
static bool anybody_writes(const char *prefix)
{
	struct stat info;
	return stat(prefix, &info) < 0 || (info.st_mode & S_IWOTH) != 0;
}

/* bin/ has share/gdbregs beside it, also where an installation was moved;
 * build/ has the xml/ of its source. */
static const char *find_beside(void)
{
	static const char *const places[] = {"share/gdbregs", "xml"};
	static char path[PATH_MAX];
	char prefix[PATH_MAX];
	if (!find_prefix(prefix) || anybody_writes(prefix))
		return NULL;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int length = snprintf(path, sizeof(path), "%s/%s", prefix, places[i]);
		if (length < (int)sizeof(path) && access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static const char *directory(void)
{
	const char *dir = getenv("GDBREGS_XML_DIR");
	if (dir && dir[0] != '\0')
		return dir;
	dir = find_beside();
	return dir ? dir : GDBREGS_XML_DIR;
}

bool shipped_find(const char *name, char path[PATH_MAX])
{
	if (name[0] == '.' || strchr(name, '/'))
		return false;
	int length = snprintf(path, PATH_MAX, "%s/%s%s", directory(), name, suffix);
	return length > 0 && length < PATH_MAX && access(path, F_OK) == 0;
}

static int is_description(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	return entry->d_name[0] != '.' && length > strlen(suffix) &&
	       strcmp(entry->d_name + length - strlen(suffix), suffix) == 0;
}

void shipped_list(struct shipped_names *names)
{
	struct dirent **entries = NULL;
	int count = scandir(directory(), &entries, is_description, alphasort);
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
	if (names->count == 0)
		return fail(STATUS_USAGE, "--arch: no shipped description '%s': none in %s", name,
			    directory());
	for (size_t i = 0; i < names->count; i++) {
		text_adds(&list, i > 0 ? ", " : "");
		text_adds(&list, names->item[i]);
	}
	int status = list.failed ? fail_nomem()
				 : fail(STATUS_USAGE,
					"--arch: no shipped description '%s'; there are %s", name,
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
	return code < 0 ? fail(status_of(code, 1), "%s", error.text) : 0;
}
