/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target on files and directories without libFuzzer, so that `make check` can replay
 * seeds and regressions with any compiler. Prints the number of files. It prints the name of each
 * file before it runs, because a failure aborts. */
#include "fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long replayed;

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	struct stat about;

	if (!file || fstat(fileno(file), &about) < 0) {
		perror(path);
		exit(2);
	}
	*size = (size_t)about.st_size;
	/* The copy has exactly that size, so that reading past it is detected. */
	uint8_t *data = malloc(*size);
	if ((*size && !data) || fread(data, 1, *size, file) != *size) {
		perror(path);
		exit(2);
	}
	fclose(file);
	return data;
}

static void replay_file(const char *path)
{
	size_t size;
	uint8_t *data = read_file(path, &size);

	printf("%s\n", path);
	fflush(stdout);
	/* Ends a target that does not terminate. */
	alarm(60);
	LLVMFuzzerTestOneInput(data, size);
	alarm(0);
	free(data);
	replayed++;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void replay(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, visible, alphasort);

	if (count < 0) {
		replay_file(path);
		return;
	}
	for (int i = 0; i < count; i++) {
		char inner[PATH_MAX];

		snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);
		replay(inner);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%lu inputs\n", replayed);
	return replayed ? 0 : 1;
}
