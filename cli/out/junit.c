/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/junit.h"

#include "base/message.h"

#include <string.h>
#include <sys/stat.h>

/* The report of this run, if it has one. */
static struct {
	const char *path, *suite;
	bool failed; /* it has a failure or an error */
} report;

int junit_open(struct junit *junit, const char *path, const char *suite)
{
	*junit = (struct junit){.suite = suite};
	return output_open(&junit->out, path);
}

/* Add an attribute. Bytes of its value that are not printable ASCII become \xHH. */
static void add_attribute(struct text *text, const char *name, const char *value)
{
	struct text printable = {0};
	text_add_printable(&printable, value, strlen(value));
	text_addf(text, " %s=\"", name);
	text_add_xml(text, printable.data ? printable.data : "");
	text_adds(text, "\"");
	text->failed |= printable.failed;
	text_fini(&printable);
}

static void put(struct junit *junit, const char *class, const char *name, const char *element,
		const char *message)
{
	struct text *text = &junit->cases;
	junit->tests++;
	text_adds(text, "  <testcase");
	add_attribute(text, "classname", class);
	add_attribute(text, "name", name);
	if (!message) {
		text_adds(text, "/>\n");
		return;
	}
	text_addf(text, ">\n    <%s", element);
	add_attribute(text, "message", message);
	text_adds(text, "/>\n  </testcase>\n");
}

void junit_case(struct junit *junit, const char *class, const char *name, const char *failure)
{
	junit->failures += failure ? 1 : 0;
	put(junit, class, name, "failure", failure);
}

void junit_error(struct junit *junit, const char *class, const char *name, const char *message)
{
	junit->errors++;
	put(junit, class, name, "error", message);
}

int junit_close(struct junit *junit, unsigned took_ms)
{
	FILE *stream = junit->out.stream;
	fprintf(stream,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"gdbregs-cli %s\" tests=\"%u\" failures=\"%u\" errors=\"%u\" "
		"time=\"%u.%03u\">\n%s</testsuite>\n",
		junit->suite, junit->tests, junit->failures, junit->errors, took_ms / 1000,
		took_ms % 1000, junit->cases.data ? junit->cases.data : "");
	bool ok = !junit->cases.failed;
	text_fini(&junit->cases);
	int status = output_end(&junit->out, ok);
	/* A file that could not be written is not tried again. */
	report.failed = status != 0 || junit->failures + junit->errors > 0;
	return status;
}

/* ---------------------------------------------------------- the whole run --- */

static int write_error(const char *message)
{
	struct junit junit;
	int status = junit_open(&junit, report.path, report.suite);
	if (status != 0)
		return status;
	junit_error(&junit, "gdbregs-cli", report.suite, message);
	return junit_close(&junit, 0);
}

/* Returns whether the path has a file that is not a report. Such a file must survive a refused
 * command line, because the user may have given the name of a snapshot by mistake. */
static bool is_other_file(const char *path)
{
	struct stat info;
	if (stat(path, &info) < 0 || !S_ISREG(info.st_mode))
		return false;
	FILE *file = fopen(path, "r");
	int first = file ? getc(file) : EOF;
	if (file)
		fclose(file);
	return first != '<' && first != EOF;
}

/* Returns whether the output is a pipe or a terminal. Text that was written there cannot be
 * replaced later. */
static bool is_stream(const char *path)
{
	struct stat info;
	return strcmp(path, "-") == 0 || (stat(path, &info) == 0 && !S_ISREG(info.st_mode));
}

int junit_begin(const char *path, const char *suite)
{
	if (is_other_file(path))
		return 0;
	report.path = path;
	report.suite = suite;
	int status = is_stream(path) ? 0 : write_error("the run did not finish");
	report.failed = status != 0;
	return status;
}

int junit_end(int status)
{
	if (report.path && status != 0 && !report.failed)
		write_error(message_last());
	return status;
}
