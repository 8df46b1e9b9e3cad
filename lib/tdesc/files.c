/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/files.h"

#include "util/alloc.h"
#include "util/arena.h"
#include "util/buffer.h"
#include "util/error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
	char *directory; /* of the requested file, with a slash; "" is the working directory */
	const struct gdbregs__limits *limits;
	struct gdbregs_error *err;
	struct gdbregs__files *files;
	size_t bytes;
	size_t includes;
};

/* strerror() may be called from any thread (glibc 2.32, musl). strerror_r() is another function
 * in glibc than in musl. */
static int fail_io(struct reading *r, const char *path, int error)
{
	return gdbregs__fail(r->err, GDBREGS_ERR_IO, "cannot read %.150s: %s", path,
			     strerror(error));
}

static int read_all(struct reading *r, const char *path, int fd, struct gdbregs_buffer *data)
{
	for (;;) {
		if (data->size > r->limits->description_bytes - r->bytes)
			return gdbregs__fail(r->err, GDBREGS_ERR_LIMIT,
					     "%.150s: more than %zu bytes (max_description_bytes)",
					     path, r->limits->description_bytes);
		if (gdbregs__buffer_reserve(data, 16384) < 0)
			return gdbregs__fail_nomem(r->err);

		ssize_t got = read(fd, data->data + data->size, data->capacity - data->size);
		if (got == 0)
			return 0;
		if (got < 0 && errno != EINTR)
			return fail_io(r, path, errno);
		if (got > 0)
			data->size += (size_t)got;
	}
}

static int document_add(struct reading *r, const char *name, const struct gdbregs_buffer *data)
{
	struct gdbregs__files *files = r->files;
	struct gdbregs_document *documents = gdbregs__array_room(
		files->documents, files->count, &files->capacity, sizeof(*documents));

	if (!documents)
		return gdbregs__fail_nomem(r->err);
	files->documents = documents;

	struct gdbregs_document added = {
		.name = gdbregs__arena_copy(&files->arena, name, strlen(name)),
		.data = (uint8_t *)gdbregs__arena_copy(&files->arena, data->data, data->size),
		.size = data->size,
	};
	if (!added.name || !added.data)
		return gdbregs__fail_nomem(r->err);
	documents[files->count++] = added;
	r->bytes += data->size;
	return 0;
}

static int file_read(struct reading *r, const char *path, const char *name, int fd)
{
	struct gdbregs_buffer data = {0};
	int result = read_all(r, path, fd, &data);

	close(fd);
	if (result == 0)
		result = document_add(r, name, &data);
	gdbregs_buffer_fini(&data);
	return result;
}

/* Returns true if a document's name leads out of the directory. A description may come from an
 * untrusted source: it may only include files in its directory or below. */
static bool leads_out(const char *href)
{
	if (*href == '/')
		return true;
	for (const char *part = href; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || !part[2]))
			return true;
	}
	return false;
}

static bool has_document(const struct reading *r, const char *name)
{
	for (size_t i = 0; i < r->files->count; i++)
		if (strcmp(r->files->documents[i].name, name) == 0)
			return true;
	return false;
}

static int fail_include(struct reading *r, const char *path, const char *reason)
{
	return gdbregs__fail(r->err, GDBREGS_ERR_IO, "cannot read %.100s: an included document %s",
			     path, reason);
}

/* Open a directory below fd by one component of a path. Closes fd. Returns the new
 * descriptor, or -1 with errno. */
static int descend(int fd, const char *name, size_t length)
{
	char part[NAME_MAX + 1];
	int next = -1;

	if (length > NAME_MAX) {
		errno = ENAMETOOLONG;
	} else {
		memcpy(part, name, length);
		part[length] = '\0';
		next = openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	int error = errno;
	close(fd);
	errno = error;
	return next;
}

/* Open the directory of a document, and set *name to the document's name in it.
 * Returns a descriptor, or -1 with errno. */
static int open_directory(const struct reading *r, const char *href, const char **name)
{
	int fd = open(*r->directory ? r->directory : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *slash;

	while (fd >= 0 && (slash = strchr(href, '/'))) {
		if (slash > href)
			fd = descend(fd, href, (size_t)(slash - href));
		href = slash + 1;
	}
	*name = href;
	return fd;
}

/* Open a regular file only: opening a device may have side effects, and opening a
 * FIFO may block forever. Returns a descriptor, or -1 with errno; ENXIO means that it
 * is not a regular file. */
static int open_regular(int directory, const char *name)
{
	struct stat info;

	if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (!S_ISREG(info.st_mode)) {
		errno = S_ISLNK(info.st_mode) ? ELOOP : ENXIO;
		return -1;
	}
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)))
		return fd;
	close(fd);
	errno = ENXIO;
	return -1;
}

/* Report an included file that cannot be opened. A missing file is not an error here:
 * the parser reports it, with the line of the document that includes it. */
static int not_opened(struct reading *r, const char *path, int error)
{
	switch (error) {
	case ENOENT:
		return 0;
	case ELOOP:
	case ENOTDIR:
		return fail_include(r, path,
				    "must be in the same directory or below it, "
				    "and its path must not have symbolic links");
	case ENXIO:
		return fail_include(r, path, "must be a regular file");
	default:
		return fail_io(r, path, error);
	}
}

/* Read an included file. Symbolic links in the path are refused, because they may
 * lead out of the directory. */
static int include_read(struct reading *r, const char *path, const char *href)
{
	const char *name;
	int directory = open_directory(r, href, &name);

	if (directory < 0)
		return not_opened(r, path, errno);
	int fd = open_regular(directory, name);
	int error = errno;
	close(directory);
	return fd < 0 ? not_opened(r, path, error) : file_read(r, path, href, fd);
}

static int on_href(void *arg, const char *href)
{
	struct reading *r = arg;
	struct gdbregs_buffer path = {0};

	/* Each include is expanded at least once later, so this check rejects nothing
	 * that would pass. It bounds the time spent in has_document(). */
	if (r->includes++ >= r->limits->includes)
		return gdbregs__fail(r->err, GDBREGS_ERR_LIMIT,
				     "more than %zu includes (max_includes)", r->limits->includes);
	if (leads_out(href) || has_document(r, href))
		return 0;
	if (gdbregs__buffer_printf(&path, "%s%s", r->directory, href) < 0)
		return gdbregs__fail_nomem(r->err);
	int result = include_read(r, (const char *)path.data, href);
	gdbregs_buffer_fini(&path);
	return result;
}

/* Read the requested file. The caller chose it, so it may be a link, a FIFO or a device. */
static int first_read(struct reading *r, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	r->directory = gdbregs__arena_copy(&r->files->arena, path, (size_t)(name - path));
	if (!r->directory)
		return gdbregs__fail_nomem(r->err);

	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail_io(r, path, errno) : file_read(r, path, name, fd);
}

int gdbregs__files_read(struct gdbregs__files *files, const char *path,
			const struct gdbregs__limits *limits, struct gdbregs_error *err)
{
	struct reading r = {.limits = limits, .err = err, .files = files};
	int result = first_read(&r, path);

	for (size_t i = 0; i < files->count && result == 0; i++) {
		/* Copy it: the array may move while this document's includes are
		 * added. */
		const struct gdbregs_document document = files->documents[i];

		result = gdbregs__parse_includes(&document, limits, on_href, &r, err);
	}
	return result;
}

void gdbregs__files_fini(struct gdbregs__files *files)
{
	gdbregs__free(files->documents);
	gdbregs__arena_fini(&files->arena);
}
