/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target over files and directories, without libFuzzer: seeds and
 * regressions in every `make check`, with any compiler. Prints how many files
 * there were; a failure aborts, and the file's name has been printed. */
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
	/* Exactly as much as there is: one byte read too far is seen. */
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
	/* A target that runs away ends here. */
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
