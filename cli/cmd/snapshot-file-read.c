/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of snapshots: which of the two formats it is, and where it is broken. */
#include "cmd/snapshot-file.h"

#include "base/message.h"
#include "base/exit-status.h"

#include <errno.h>
#include <string.h>

/* 250,000 registers and more. What jansson makes of a file is some twenty times
 * as large as the file; of nesting it takes 2048 levels. */
enum { LARGEST_MIB = 64, BLOCK = 1 << 16 };

static const size_t parse_flags = JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK;

static int read_all(struct stored *s, FILE *file, struct text *content)
{
	static char block[BLOCK];
	size_t size;
	while ((size = fread(block, 1, sizeof(block), file)) > 0) {
		text_add(content, block, size);
		if (content->failed)
			return fail_nomem();
		if (content->size > (size_t)LARGEST_MIB << 20)
			return fail(STATUS_FILE, "%s: larger than %d MiB", s->name, LARGEST_MIB);
	}
	if (ferror(file))
		return fail(STATUS_FILE, "cannot read %s: %s", s->name, strerror(errno));
	return 0;
}

static int load(struct stored *s, const char *path, struct text *content)
{
	bool standard = strcmp(path, "-") == 0;
	s->name = standard ? "standard input" : path;
	FILE *file = standard ? stdin : fopen(path, "r");
	if (!file)
		return fail(STATUS_FILE, "cannot read %s: %s", path, strerror(errno));
	errno = 0;
	int status = read_all(s, file, content);
	if (!standard)
		fclose(file);
	return status;
}

/* jansson's own words tell what was found near the error: text of the file. */
static int bad_json(const struct stored *s, size_t line, const json_error_t *error)
{
	return fail(STATUS_FILE, "%s: line %zu, column %d: %s", s->name,
		    line + (size_t)error->line - 1, error->column, error->text);
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static int add_targets(struct stored *s, json_t *root)
{
	json_t *targets = json_object_get(root, "targets"), *target;
	size_t i;
	char place[64];
	if (!json_is_array(targets))
		return fail(STATUS_FILE, "%s: targets: is %s", s->name,
			    !targets ? "missing" : "no array");
	int status = 0;
	for (i = 0; i < json_array_size(targets) && status == 0; i++) {
		target = json_incref(json_array_get(targets, i));
		snprintf(place, sizeof(place), "targets[%zu]", i);
		status = stored_add_target(s, target, place);
	}
	return status;
}

static int add_snapshot(struct stored *s, json_t *root)
{
	const char *format = json_string_value(json_object_get(root, "format"));
	json_t *version = json_object_get(root, "version");
	if (!format || strcmp(format, "gdbregs-snapshot") != 0)
		return fail(STATUS_FILE, "%s: format: is not \"gdbregs-snapshot\"", s->name);
	if (!json_is_integer(version) || json_integer_value(version) != 1)
		return fail(STATUS_FILE, "%s: version: is not 1, the only one known", s->name);
	return add_targets(s, root);
}

/* Each line an object of its own. A NUL ends a line for us, not for the file. */
static int add_lines(struct stored *s, const char *at, const char *end)
{
	char place[64];
	json_error_t error;
	int status = 0;
	for (size_t line = 1; at < end && status == 0; line++) {
		const char *next = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)((next ? next : end) - at);
		bool blank = strspn(at, " \t\r") >= size;
		json_t *object =
			blank ? NULL : json_loadb(at, size, JSON_REJECT_DUPLICATES, &error);
		if (!object && !blank)
			return bad_json(s, line, &error);
		snprintf(place, sizeof(place), "line %zu", line);
		if (!blank)
			status = stored_add_line(s, object, place);
		at = next ? next + 1 : end;
	}
	return status;
}

static int no_snapshot(const struct stored *s)
{
	return fail(STATUS_FILE,
		    "%s: no snapshot; 'gdbregs-cli dump' writes them with -f json or jsonl",
		    s->name);
}

static int parse(struct stored *s, const struct text *content)
{
	json_error_t error;
	const char *data = content->data;
	if (!data || is_blank(data))
		return fail(STATUS_FILE, "%s: empty", s->name);
	json_t *first = json_loadb(data, content->size, parse_flags, &error);
	if (!first)
		return bad_json(s, 1, &error);
	int status = 0;
	if (json_object_get(first, "format")) {
		size_t end = (size_t)error.position;
		if (end < content->size && !is_blank(data + end))
			status = fail(STATUS_FILE, "%s: something follows the snapshot", s->name);
		else
			status = add_snapshot(s, first);
	} else if (json_object_get(first, "target")) {
		status = add_lines(s, data, data + content->size);
	} else {
		status = no_snapshot(s);
	}
	json_decref(first);
	return status;
}

int stored_read(struct stored *s, const char *path)
{
	struct text content = {0};
	*s = (struct stored){.name = path};
	int status = load(s, path, &content);
	if (status == 0)
		status = parse(s, &content);
	text_fini(&content);
	return status;
}
