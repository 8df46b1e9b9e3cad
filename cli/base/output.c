/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/output.h"

#include "base/message.h"
#include "base/signals.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_write(const struct output *out, int error)
{
	return fail(STATUS_FILE, "cannot write %s: %s", out->name, strerror(error));
}

static bool is_stdout(const char *path)
{
	return !path || strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0 ||
	       strcmp(path, "/dev/fd/1") == 0 || strcmp(path, "/proc/self/fd/1") == 0;
}

static bool has_cursor(void)
{
	const char *term = getenv("TERM");
	return term && strcmp(term, "dumb") != 0;
}

/* Another process may have made stdout non-blocking: wait until it takes more. */
int output_write_all(int fd, const void *data, size_t size)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	for (size_t done = 0; done < size;) {
		ssize_t written = write(fd, (const char *)data + done, size - done);
		if (written >= 0)
			done += (size_t)written;
		else if (errno == EAGAIN)
			poll(&ready, 1, -1);
		else if (errno != EINTR)
			return errno;
	}
	return 0;
}

/* EINVAL and ENOTSUP: the file system has no fsync(2). */
int output_sync(int fd)
{
	return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

int output_memory_file(const void *data, size_t size, char path[MEMORY_PATH])
{
	int fd = memfd_create("gdbregs-cli", MFD_CLOEXEC);
	snprintf(path, MEMORY_PATH, "/proc/self/fd/%d", fd);
	if (fd < 0 || output_write_all(fd, data, size) == 0)
		return fd;
	close(fd);
	return -1;
}

/* stdio forgets its first error: keep it here. */
static ssize_t write_all(void *cookie, const char *data, size_t size)
{
	struct output *out = cookie;
	if (out->error == 0)
		out->error = output_write_all(out->fd, data, size);
	return out->error == 0 ? (ssize_t)size : 0;
}

static int open_stream(struct output *out)
{
	cookie_io_functions_t functions = {.write = write_all};
	out->stream = fopencookie(out, "w", functions);
	if (!out->stream)
		return fail_nomem();
	setvbuf(out->stream, NULL, _IOFBF, 1 << 16);
	out->tty = isatty(out->fd);
	out->has_cursor = out->tty && has_cursor();
	/* no-color.org: an empty value does not count. */
	const char *no_colour = getenv("NO_COLOR");
	out->colour = out->has_cursor && (!no_colour || no_colour[0] == '\0');
	return 0;
}

static int open_stdout(struct output *out)
{
	out->fd = STDOUT_FILENO;
	out->name = "standard output";
	out->standard = true;
	int flags = fcntl(STDOUT_FILENO, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return fail_write(out, EBADF);
	return open_stream(out);
}

static int open_direct(struct output *out, const char *path)
{
	out->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return out->fd >= 0 ? open_stream(out) : fail_write(out, errno);
}

/* Returns the mode that open(2) gives a new file. */
static mode_t new_mode(void)
{
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

static int open_temporary(struct output *out)
{
	size_t size = strlen(out->path) + sizeof(".XXXXXX");
	out->temporary = malloc(size);
	if (!out->temporary)
		return fail_nomem();
	snprintf(out->temporary, size, "%s.XXXXXX", out->path);
	out->fd = mkostemp(out->temporary, O_CLOEXEC);
	if (out->fd < 0) {
		int error = errno;
		free(out->temporary);
		out->temporary = NULL;
		return fail_write(out, error);
	}
	if (!signals_guard(out->temporary))
		return fail_write(out, ENAMETOOLONG);
	return open_stream(out);
}

/* A symbolic link stays one: what it points to is replaced. */
static int open_file(struct output *out, const char *path)
{
	struct stat info;
	bool exists = stat(path, &info) == 0;
	if (exists && !S_ISREG(info.st_mode))
		return open_direct(out, path);
	if (exists && access(path, W_OK) < 0)
		return fail_write(out, errno);
	/* Without set-user-id and the like: what is written may come from a stub. */
	out->mode = exists ? info.st_mode & 0777 : new_mode();
	out->path = exists ? realpath(path, NULL) : strdup(path);
	return out->path ? open_temporary(out) : fail_write(out, errno);
}

int output_open(struct output *out, const char *path)
{
	*out = (struct output){.name = path, .fd = -1};
	int status = is_stdout(path) ? open_stdout(out) : open_file(out, path);
	if (status != 0)
		output_abandon(out);
	return status;
}

bool output_broken(const struct output *out)
{
	return out->error != 0;
}

bool output_reader_gone(const struct output *out)
{
	struct pollfd reader = {.fd = out->fd};
	return poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0;
}

static void forget(struct output *out)
{
	signals_guard(NULL);
	free(out->path);
	free(out->temporary);
	out->path = out->temporary = NULL;
	out->stream = NULL;
}

static int close_file(struct output *out)
{
	int fd = out->fd;
	out->fd = -1;
	if (out->standard || fd < 0)
		return 0;
	return close(fd) == 0 ? 0 : errno;
}

void output_abandon(struct output *out)
{
	out->error = ECANCELED;
	if (out->stream)
		fclose(out->stream);
	close_file(out);
	if (out->temporary)
		unlink(out->temporary);
	forget(out);
}

static int write_out(struct output *out)
{
	errno = 0;
	if (fclose(out->stream) != 0 && out->error == 0)
		out->error = errno != 0 ? errno : EIO;
	out->stream = NULL;
	if (out->error == 0 && out->path)
		out->error = fchmod(out->fd, out->mode) < 0 && errno != EPERM
				     ? errno
				     : output_sync(out->fd);
	int closing = close_file(out);
	return out->error != 0 ? out->error : closing;
}

int output_finish(struct output *out)
{
	int error = write_out(out);
	if (error == EPIPE && out->standard)
		signals_die(SIGPIPE);
	if (error == 0 && out->path && rename(out->temporary, out->path) < 0)
		error = errno;
	if (error == 0) {
		forget(out);
		return 0;
	}
	int status = fail_write(out, error);
	output_abandon(out);
	return status;
}

int output_end(struct output *out, bool made)
{
	if (made)
		return output_finish(out);
	output_abandon(out);
	return fail_nomem();
}

size_t output_width(const struct output *out)
{
	enum { USUAL = 80, LEAST = 40 };
	struct winsize size;
	if (!out->tty || ioctl(out->fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return USUAL;
	return size.ws_col > LEAST ? size.ws_col : LEAST;
}

static void fail_on_memory(struct output *out, const struct text *text)
{
	if (text->failed && out->error == 0)
		out->error = ENOMEM;
}

void output_lines(struct output *out, const void *data, size_t size)
{
	struct text text = {0};
	const char *at = data;
	for (size_t i = 0; i < size; i++) {
		if (!out->tty || at[i] == '\n' || at[i] == '\t')
			text_add(&text, &at[i], 1);
		else if (at[i] != '\r')
			text_add_printable(&text, &at[i], 1);
	}
	fail_on_memory(out, &text);
	fwrite(text.data ? text.data : "", 1, text.size, out->stream);
	if (size > 0 && at[size - 1] != '\n')
		fputc('\n', out->stream);
	text_fini(&text);
}

void output_title(struct output *out, const char *text, char rule)
{
	struct text line = {0};
	size_t width = output_width(out);
	text_add_printable(&line, text, strlen(text));
	fail_on_memory(out, &line);
	fputs(out->colour ? "\033[1m" : "", out->stream);
	text_put_wrapped(out->stream, line.data ? line.data : "", 0, 2, width);
	fputs(out->colour ? "\033[0m\n" : "\n", out->stream);
	for (size_t i = 0; !out->colour && i < line.size && i < width; i++)
		fputc(rule, out->stream);
	fputs(out->colour ? "" : "\n", out->stream);
	text_fini(&line);
}

void output_heading(struct output *out, const char *text)
{
	fputs(out->colour ? "\033[1m" : "", out->stream);
	printable_put(out->stream, text, 0);
	fputs(out->colour ? "\033[0m\n" : "\n", out->stream);
}

void output_feature(struct output *out, const char *feature)
{
	printable_put(out->stream, feature ? feature : "(no feature)", 0);
	fputc('\n', out->stream);
}
