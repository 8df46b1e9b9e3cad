/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command xml: writes a description as one document, and with --raw its documents as
 * files. */
#include "base/message.h"
#include "base/output.h"
#include "base/signals.h"
#include "opt/command.h"
#include "target/shipped.h"
#include "target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------- documents --- */

static int fail_directory(const char *dir, int error)
{
	return fail(STATUS_FILE, "cannot write to directory %s: %s", dir, strerror(error));
}

/* Find the directory that contains `dir`: its path without the last part. */
static void find_parent(const char *dir, char parent[PATH_MAX])
{
	char copy[PATH_MAX];
	snprintf(copy, sizeof(copy), "%s", dir);
	snprintf(parent, PATH_MAX, "%s", dirname(copy));
}

/* Returns 0, or an errno if the directory can neither be written to nor be made. */
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

/* Check that the directory can be written to, or made, before a guest is stopped for it. */
static int check_place(const char *dir)
{
	int error = check_directory(dir);
	return error == 0 ? 0 : fail_directory(dir, error);
}

/* The directory for the documents. It is opened once, so that all files are made in it even if
 * its path changes meanwhile. */
struct place {
	const char *dir; /* its path, for messages */
	int fd;
	bool made; /* by us */
};

/* Returns whether a name is fit for a file. It comes from the stub, so it must neither leave the
 * directory nor be hidden. */
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

static int check_names(const struct gdbregs_description *d)
{
	size_t count = gdbregs_description_document_count(d);
	for (size_t i = 0; i < count; i++) {
		struct gdbregs_document document = gdbregs_description_document(d, i);
		if (!is_fit(document.name))
			return fail(STATUS_STUB,
				    "cannot save document '%s': the stub's name for it cannot be "
				    "the name of a file; nothing was saved",
				    document.name);
	}
	return 0;
}

/* Check that no file would be replaced. The stub chooses the names: it must not be able to change
 * a script of the user's. */
static int check_new(const struct gdbregs_description *d, const struct place *place)
{
	size_t count = gdbregs_description_document_count(d);
	for (size_t i = 0; i < count; i++) {
		struct gdbregs_document document = gdbregs_description_document(d, i);
		struct stat info;
		if (fstatat(place->fd, document.name, &info, AT_SYMLINK_NOFOLLOW) == 0)
			return fail(STATUS_FILE,
				    "cannot save document '%s': %s has a file of that name; "
				    "give --raw a new or an empty directory",
				    document.name, place->dir);
	}
	return 0;
}

static int open_place(struct place *place, const char *dir)
{
	*place = (struct place){.dir = dir, .made = mkdir(dir, 0777) == 0};
	if (!place->made && errno != EEXIST)
		return fail_directory(dir, errno);
	place->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->fd >= 0)
		return 0;
	int error = errno;
	if (place->made)
		rmdir(dir);
	return fail_directory(dir, error);
}

/* Let a signal that ends the process remove the file. */
static void guard(const struct place *place, const char *name)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s", place->dir, name);
	if (length > 0 && length < PATH_MAX)
		signals_guard(path);
}

static int save(const struct gdbregs_document *document, const struct place *place)
{
	int fd = openat(place->fd, document->name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(STATUS_FILE, "cannot write %s/%s: %s", place->dir, document->name,
			    strerror(errno));
	guard(place, document->name);
	int error = output_write_all(fd, document->data, document->size);
	if (error == 0)
		error = output_sync(fd);
	if (close(fd) < 0 && error == 0)
		error = errno;
	if (error != 0)
		unlinkat(place->fd, document->name, 0);
	signals_guard(NULL);
	if (error != 0)
		return fail(STATUS_FILE, "cannot write %s/%s: %s", place->dir, document->name,
			    strerror(error));
	log_verbose("saved %s/%s, %zu bytes", place->dir, document->name, document->size);
	return 0;
}

/* Remove the first `count` documents, which were saved, and the directory if it is new. */
static void take_back(const struct gdbregs_description *d, const struct place *place, size_t count)
{
	for (size_t i = 0; i < count; i++)
		unlinkat(place->fd, gdbregs_description_document(d, i).name, 0);
	if (place->made)
		rmdir(place->dir);
}

static int save_all(const struct gdbregs_description *d, const struct place *place)
{
	size_t count = gdbregs_description_document_count(d), done = 0;
	int status = check_new(d, place);
	while (status == 0 && done < count) {
		struct gdbregs_document document = gdbregs_description_document(d, done);
		status = save(&document, place);
		done += status == 0;
	}
	if (status != 0)
		take_back(d, place, done);
	return status;
}

/* Save all documents as new files, or none. The directory is removed again if we made it and
 * saving fails. */
static int save_documents(const struct gdbregs_description *d, const char *dir)
{
	struct place place;
	int status = check_names(d);
	if (status == 0)
		status = open_place(&place, dir);
	if (status != 0)
		return status;
	status = save_all(d, &place);
	close(place.fd);
	return status;
}

/* ------------------------------------------------------------ command --- */

static bool put_resolved(struct output *out, const struct gdbregs_description *d)
{
	struct gdbregs_buffer xml = {0};
	bool ok = gdbregs_description_xml(d, &xml) >= 0;
	if (ok)
		output_lines(out, xml.data, xml.size);
	gdbregs_buffer_fini(&xml);
	return ok;
}

/* Returns whether the description is printed. With --raw alone it is not: the files are the
 * result. */
static bool wants_resolved(const struct options *o)
{
	return !o->raw_dir || o->output;
}

static int show(const struct options *o, struct output *out, const struct gdbregs_description *d)
{
	int status = o->raw_dir ? save_documents(d, o->raw_dir) : 0;
	if (status == 0 && wants_resolved(o))
		return output_end(out, put_resolved(out, d));
	output_abandon(out);
	return status;
}

static int show_offline(const struct options *o)
{
	struct output out;
	struct gdbregs_context *context;
	const struct gdbregs_description *d;
	int status = offline_load(o, &context, &d);
	if (status == 0)
		status = output_open(&out, o->output);
	if (status == 0)
		status = show(o, &out, d);
	gdbregs_context_unref(context);
	return status;
}

static int print(struct output *out, const struct targets *set)
{
	const struct snapshot *s = &set->item[0].snapshot;
	int status = targets_report(set);
	if (status == 0 && s->vcpu_count == 0)
		status = fail(STATUS_SELECTION, "%s: there are no vCPUs", s->target);
	if (status == 0)
		return show(set->options, out, s->selection.item[0].description);
	output_abandon(out);
	return status;
}

static int check(const struct options *o)
{
	if (o->vcpus_all || o->vcpu_count > 1)
		return fail(STATUS_USAGE,
			    "xml shows the description of one vCPU; give one to --vcpu");
	if (options_offline(o) && o->vcpu_count > 0)
		return fail(STATUS_USAGE,
			    "--vcpu needs a target; a description alone has no vCPUs");
	return o->raw_dir ? check_place(o->raw_dir) : 0;
}

int command_xml(const struct options *o)
{
	int status = check(o);
	if (status != 0)
		return status;
	return options_offline(o)
		       ? show_offline(o)
		       : targets_show_by(o, GDBREGS_R_REGS, snapshot_collect, NULL, print);
}
