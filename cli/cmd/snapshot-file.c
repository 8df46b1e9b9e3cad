/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/snapshot-file.h"
#include "base/message.h"
#include "base/number.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------- members of a snapshot --- */

/* The object that is being looked at, for messages. */
struct object {
	const struct stored *stored;
	json_t *json;
	char place[160];
};

static int bad(const struct object *o, const char *member, const char *message)
{
	return fail(STATUS_FILE, "%s: %s%s%s: %s", o->stored->name, o->place,
		    member[0] != '\0' ? "." : "", member, message);
}

/* Get element `index` of the array that is o's `member`. */
static struct object element(const struct object *o, const char *member, json_t *array,
			     size_t index)
{
	struct object e = {.stored = o->stored, .json = json_array_get(array, index)};
	snprintf(e.place, sizeof(e.place), "%.120s.%s[%zu]", o->place, member, index);
	return e;
}

static int need_object(const struct object *o)
{
	return json_is_object(o->json) ? 0 : bad(o, "", "is not an object");
}

/* Get a string. If it is not needed, it may also be null or missing. */
static int get_string(const struct object *o, const char *member, bool needed, const char **out)
{
	json_t *value = json_object_get(o->json, member);
	*out = json_string_value(value);
	if (*out || (!needed && (!value || json_is_null(value))))
		return 0;
	return bad(o, member, !value ? "is missing" : "is not a string");
}

static int get_array(const struct object *o, const char *member, json_t **out)
{
	*out = json_object_get(o->json, member);
	if (json_is_array(*out))
		return 0;
	return bad(o, member, !*out ? "is missing" : "is not an array");
}

static int get_vcpu(const struct object *o, unsigned *out)
{
	json_t *value = json_object_get(o->json, "vcpu");
	json_int_t number = json_integer_value(value);
	if (!json_is_integer(value) || number < 0 || number > INT_MAX)
		return bad(o, "vcpu", !value ? "is missing" : "is not the number of a vCPU");
	*out = (unsigned)number;
	return 0;
}

static int get_order(const struct object *o, enum gdbregs_byte_order *out)
{
	static const enum gdbregs_byte_order known[] = {GDBREGS_BYTE_ORDER_LITTLE,
							GDBREGS_BYTE_ORDER_BIG};
	const char *name;
	int status = get_string(o, "byte_order", false, &name);
	*out = GDBREGS_BYTE_ORDER_UNKNOWN;
	if (status != 0 || !name)
		return status;
	for (size_t i = 0; i < 2; i++) {
		if (strcmp(name, byte_order_name(known[i])) == 0)
			*out = known[i];
	}
	return *out != GDBREGS_BYTE_ORDER_UNKNOWN
		       ? 0
		       : bad(o, "byte_order", "is neither \"little\" nor \"big\"");
}

static bool is_hex(const char *text)
{
	return strspn(text, "0123456789abcdefABCDEF") == strlen(text);
}

static int check_number(const struct object *o, const char *number)
{
	if (number && (strncmp(number, "0x", 2) != 0 || number[2] == '\0' || !is_hex(number + 2)))
		return bad(o, "value", "is not a number that begins with 0x");
	return 0;
}

/* Make bytes of digits. s->bytes has room for them, because a byte takes two characters of the
 * file. */
static int take_bytes(struct stored *s, const struct object *o, const char *hex,
		      struct stored_value *value)
{
	if (!hex)
		return 0;
	value->size = strlen(hex) / 2;
	value->bytes = s->bytes + s->byte_count;
	if (!is_hex(hex) || strlen(hex) % 2 != 0)
		return bad(o, "bytes", "is not made of pairs of hexadecimal digits");
	for (; *hex != '\0'; hex += 2)
		s->bytes[s->byte_count++] =
			(uint8_t)(number_digit(hex[0]) << 4 | number_digit(hex[1]));
	return 0;
}

/* Returns the size of a register, or 0 if the file does not have it. */
static unsigned get_bits(const struct object *o)
{
	json_int_t bits = json_integer_value(json_object_get(o->json, "bits"));
	return bits > 0 && bits <= UINT_MAX ? (unsigned)bits : 0;
}

/* Add a register. `value` has what it shares with the others of its vCPU and target. */
static int add_register(struct stored *s, const struct object *o, struct stored_value value)
{
	const char *hex = NULL;
	const struct {
		const char *name;
		const char **out;
	} members[] = {{"name", &value.name}, {"field", &value.field},	{"feature", &value.feature},
		       {"bytes", &hex},	      {"value", &value.number}, {"text", &value.text}};
	int status = need_object(o);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && status == 0; i++)
		status = get_string(o, members[i].name, i == 0, members[i].out);
	if (status == 0)
		status = take_bytes(s, o, hex, &value);
	if (status == 0)
		status = check_number(o, value.number);
	value.type = json_string_value(json_object_get(o->json, "type"));
	value.bits = get_bits(o);
	return status == 0 ? stored_append(s, value) : status;
}

static int add_vcpu(struct stored *s, const struct object *o, struct stored_value value)
{
	json_t *registers = NULL;
	int status = need_object(o);
	if (status == 0)
		status = get_vcpu(o, &value.vcpu);
	if (status == 0)
		status = get_order(o, &value.order);
	if (status == 0)
		status = get_array(o, "registers", &registers);
	value.architecture = json_string_value(json_object_get(o->json, "architecture"));
	for (size_t i = 0; status == 0 && i < json_array_size(registers); i++) {
		struct object e = element(o, "registers", registers, i);
		status = add_register(s, &e, value);
	}
	return status;
}

static int add_failure(struct stored *s, const char *target, const char *error)
{
	size_t size = (s->failure_count + 1) * sizeof(*s->failures);
	struct stored_failure *failures = realloc(s->failures, size);
	if (!failures)
		return fail_nomem();
	s->failures = failures;
	failures[s->failure_count++] = (struct stored_failure){target, error};
	log_note("%s: %s was not read: %s", s->name, target, error);
	return 0;
}

/* Get the name of a target, and note it. *failed says that the file has an error in place of its
 * values. */
static int take_name(struct stored *s, const struct object *o, const char **target, bool *failed)
{
	const char *error = NULL;
	int status = need_object(o);
	if (status == 0)
		status = get_string(o, "target", true, target);
	*failed = status == 0 && json_object_get(o->json, "error") &&
		  !json_object_get(o->json, "name");
	if (*failed)
		status = get_string(o, "error", true, &error);
	if (status != 0)
		return status;
	if (*failed)
		status = add_failure(s, *target, error);
	stored_note_target(s, *target);
	return status;
}

static int begin(struct stored *s, json_t *root, const char *place, struct object *o)
{
	*o = (struct object){.stored = s, .json = root};
	snprintf(o->place, sizeof(o->place), "%s", place);
	return stored_keep(s, root);
}

/* Takes `target`, which may be NULL for lack of memory. */
static int add_target(struct stored *s, json_t *target, const char *place)
{
	struct object o;
	struct stored_value value = {.target = NULL};
	json_t *vcpus = NULL;
	bool failed = false;
	int status = begin(s, target, place, &o);
	if (status == 0)
		status = take_name(s, &o, &value.target, &failed);
	if (status == 0 && !failed)
		status = get_array(&o, "vcpus", &vcpus);
	for (size_t i = 0; status == 0 && i < json_array_size(vcpus); i++) {
		struct object e = element(&o, "vcpus", vcpus, i);
		status = add_vcpu(s, &e, value);
	}
	return status;
}

static int add_line(struct stored *s, json_t *line, const char *place)
{
	struct object o;
	struct stored_value value = {.target = NULL};
	bool failed = false;
	int status = begin(s, line, place, &o);
	if (status == 0)
		status = take_name(s, &o, &value.target, &failed);
	if (status == 0 && !failed)
		status = get_vcpu(&o, &value.vcpu);
	return status != 0 || failed ? status : add_register(s, &o, value);
}

/* ------------------------------------------ files, in two formats --- */

/* The limit is enough for 250,000 registers. In memory, jansson's values take about twenty
 * times the size of the file. It accepts 2048 levels of nesting. */
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

/* Refuse a file that is not JSON. The text of jansson says what the file has near the error. */
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
	json_t *targets = json_object_get(root, "targets");
	char place[64];
	int status = 0;
	if (!json_is_array(targets))
		return fail(STATUS_FILE, "%s: targets: is %s", s->name,
			    !targets ? "missing" : "not an array");
	for (size_t i = 0; i < json_array_size(targets) && status == 0; i++) {
		snprintf(place, sizeof(place), "targets[%zu]", i);
		status = add_target(s, json_incref(json_array_get(targets, i)), place);
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
		return fail(STATUS_FILE, "%s: version: is not 1, the only known version", s->name);
	return add_targets(s, root);
}

/* Each line is an object of its own. */
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
			status = add_line(s, object, place);
		at = next ? next + 1 : end;
	}
	return status;
}

static int no_snapshot(const struct stored *s)
{
	return fail(STATUS_FILE,
		    "%s: not a snapshot; 'gdbregs-cli dump' writes snapshots with -f json or jsonl",
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
	s->bytes = malloc(content->size / 2 + 1);
	if (!s->bytes) {
		status = fail_nomem();
	} else if (json_object_get(first, "format")) {
		size_t end = (size_t)error.position;
		if (end < content->size && !is_blank(data + end))
			status = fail(STATUS_FILE, "%s: there is data after the snapshot", s->name);
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

int snapshot_file_read(struct stored *s, const char *path)
{
	struct text content = {0};
	*s = (struct stored){.name = path};
	int status = load(s, path, &content);
	if (status == 0)
		status = parse(s, &content);
	text_fini(&content);
	return status;
}
