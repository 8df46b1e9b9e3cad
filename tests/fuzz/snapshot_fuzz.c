/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshot files, as `diff` reads them. The input is one file, or two with a line `===` between
 * them. A file that is accepted does not differ from itself. The changes between two files are
 * written in each format. */
#include "fuzz.h"

#include "cmd/diff-match.h"
#include "cmd/snapshot-file.h"
#include "base/message.h"

#include <sys/mman.h>
#include <unistd.h>

#define MARK "\n===\n"

/* Make a file that has a name and is only in memory. */
static int make_file(const uint8_t *data, size_t size, char *path, size_t capacity)
{
	int fd = memfd_create("snapshot", 0);

	REQUIRE(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, capacity, "/proc/self/fd/%d", fd);
	return fd;
}

static int read_snapshot(struct stored *s, const uint8_t *data, size_t size, char *path,
			 size_t capacity)
{
	int fd = make_file(data, size, path, capacity);
	int status = snapshot_file_read(s, path);

	close(fd);
	REQUIRE(status == 0 || status == STATUS_FILE);
	return status;
}

static void write_diff(struct options *o, const struct diff *d)
{
	static const enum format formats[] = {FORMAT_TEXT, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct output out;

		o->format = formats[i];
		REQUIRE(output_open(&out, "/dev/null") == 0);
		REQUIRE(diff_write(&out, d));
		REQUIRE(output_finish(&out) == 0);
	}
}

static size_t count_changes(struct stored *before, struct stored *after)
{
	struct options o = {.timeout_ms = 1000, .all = true};
	struct diff d;
	int status = diff_make(&d, &o, NULL, before, after);

	REQUIRE(status == 0 || status == STATUS_FILE || status == STATUS_SELECTION);
	size_t count = d.count;
	if (status == 0)
		write_diff(&o, &d);
	diff_fini(&d);
	return count;
}

static void compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
	char a_path[64], b_path[64];
	struct stored before, after;

	int result = read_snapshot(&before, a, a_size, a_path, sizeof(a_path));
	int other = read_snapshot(&after, b, b_size, b_path, sizeof(b_path));
	if (result == 0 && other == 0) {
		size_t count = count_changes(&before, &after);

		REQUIRE(a != b || count == 0);
	}
	stored_fini(&before);
	stored_fini(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, data + size};
	uint8_t *copy = fuzz_take(&in, &size);
	uint8_t *mark = size ? memmem(copy, size, MARK, strlen(MARK)) : NULL;

	if (mark) {
		const uint8_t *second = mark + strlen(MARK);

		compare(copy, (size_t)(mark - copy), second, (size_t)(copy + size - second));
		size = (size_t)(mark - copy);
	}
	compare(copy, size, copy, size);
	free(copy);
	return 0;
}
