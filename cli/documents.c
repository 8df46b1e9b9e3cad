/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "documents.h"

#include "message.h"
#include "status.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

int documents_prepare(const char *dir, struct output *out)
{
	struct stat info;
	int error = mkdir(dir, 0777) < 0 ? errno : 0;
	if (error == EEXIST)
		error = stat(dir, &info) < 0 ? errno : S_ISDIR(info.st_mode) ? 0 : ENOTDIR;
	if (error == 0)
		return 0;
	output_abandon(out);
	return fail(STATUS_FILE, "cannot write to directory %s: %s", dir, strerror(error));
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

static int save(const struct gdbregs_document *document, const char *dir)
{
	char path[PATH_MAX];
	struct output out;
	int length = snprintf(path, sizeof path, "%s/%s", dir, document->name);
	if (length < 0 || (size_t)length >= sizeof path)
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

int documents_save(const struct gdbregs_description *d, const char *dir)
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
	for (size_t i = 0; i < count; i++) {
		struct gdbregs_document document = gdbregs_description_document(d, i);
		int status = save(&document, dir);
		if (status != 0)
			return status;
	}
	return 0;
}
