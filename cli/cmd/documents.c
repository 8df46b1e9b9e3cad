/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/documents.h"

#include "base/message.h"
#include "base/exit-status.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_directory(const char *dir, int error)
{
	return fail(STATUS_FILE, "cannot write to directory %s: %s", dir, strerror(error));
}

/* What holds `dir`: its path without the last part. */
static void find_parent(const char *dir, char parent[PATH_MAX])
{
	char copy[PATH_MAX];
	snprintf(copy, sizeof(copy), "%s", dir);
	snprintf(parent, PATH_MAX, "%s", dirname(copy));
}

/* 0 or an errno. */
static int check_directory(const char *dir)
{
	struct stat info;
	char parent[PATH_MAX];
	if (strlen(dir) >= PATH_MAX)
		return ENAMETOOLONG;
	if (stat(dir, &info) == 0)
		return S_ISDIR(info.st_mode) ? access(dir, W_OK | X_OK) < 0 ? errno : 0 : ENOTDIR;
	if (errno != ENOENT)
		return errno;
	find_parent(dir, parent);
	return access(parent, W_OK | X_OK) < 0 ? errno : 0;
}

int documents_check(const char *dir)
{
	int error = check_directory(dir);
	return error == 0 ? 0 : fail_directory(dir, error);
}

/* The name comes from the stub: it must stay inside the directory, and in sight. */
static bool is_fit(const char *name)
{
	if (name[0] == '\0' || name[0] == '.' || strlen(name) > NAME_MAX - 8)
		return false;
	for (; *name != '\0'; name++) {
		if (*name == '/' || (unsigned char)*name < 0x20 || *name == 0x7f)
			return false;
	}
	return true;
}

static bool make_path(char path[PATH_MAX], const char *dir, const char *name)
{
	int length = snprintf(path, PATH_MAX, "%s/%s", dir, name);
	return length >= 0 && length < PATH_MAX;
}

static int save(const struct gdbregs_document *document, const char *dir)
{
	char path[PATH_MAX];
	struct output out;
	if (!make_path(path, dir, document->name))
		return fail(STATUS_FILE, "cannot write %s/%s: %s", dir, document->name,
			    strerror(ENAMETOOLONG));
	int status = output_open(&out, path);
	if (status != 0)
		return status;
	if (document->size > 0)
		fwrite(document->data, 1, document->size, out.stream);
	status = output_finish(&out);
	if (status == 0)
		detail("saved %s, %zu bytes", path, document->size);
	return status;
}

static int check_names(const struct gdbregs_description *d)
{
	size_t count = gdbregs_description_document_count(d);
	for (size_t i = 0; i < count; i++) {
		struct gdbregs_document document = gdbregs_description_document(d, i);
		if (!is_fit(document.name))
			return fail(STATUS_STUB,
				    "the stub calls a document '%s': not fit for a file name; "
				    "nothing saved",
				    document.name);
	}
	return 0;
}

/* The directory was made for the first `count` documents. */
static void take_back(const struct gdbregs_description *d, const char *dir, size_t count)
{
	char path[PATH_MAX];
	for (size_t i = 0; i < count; i++) {
		if (make_path(path, dir, gdbregs_description_document(d, i).name))
			unlink(path);
	}
	rmdir(dir);
}

int documents_save(const struct gdbregs_description *d, const char *dir)
{
	int status = check_names(d);
	bool made = status == 0 && mkdir(dir, 0777) == 0;
	if (status == 0 && !made && errno != EEXIST)
		return fail_directory(dir, errno);
	size_t count = gdbregs_description_document_count(d), done = 0;
	while (status == 0 && done < count) {
		struct gdbregs_document document = gdbregs_description_document(d, done);
		status = save(&document, dir);
		done += status == 0;
	}
	if (status != 0 && made)
		take_back(d, dir, done);
	return status;
}
