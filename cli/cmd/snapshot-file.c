/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands in a snapshot, checked member by member. */
#include "cmd/snapshot-file.h"

#include "base/message.h"
#include "base/exit-status.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The object that is being looked at, for messages. */
struct object {
	const struct stored *stored;
	json_t *json;
	char place[160];
};

static int bad(const struct object *o, const char *member, const char *why)
{
	return fail(STATUS_FILE, "%s: %s%s%s: %s", o->stored->name, o->place,
		    member[0] != '\0' ? "." : "", member, why);
}

/* Element `index` of an array that stands at o's `member`. */
static struct object element(const struct object *o, const char *member, json_t *array,
			     size_t index)
{
	struct object e = {.stored = o->stored, .json = json_array_get(array, index)};
	snprintf(e.place, sizeof(e.place), "%.120s.%s[%zu]", o->place, member, index);
	return e;
}

static int need_object(const struct object *o)
{
	return json_is_object(o->json) ? 0 : bad(o, "", "is no object");
}

/* A string, or null where that may be. */
static int get_string(const struct object *o, const char *member, bool needed, const char **out)
{
	json_t *value = json_object_get(o->json, member);
	*out = json_string_value(value);
	if (*out || (!needed && (!value || json_is_null(value))))
		return 0;
	return bad(o, member, !value ? "is missing" : "is no string");
}

static int get_array(const struct object *o, const char *member, json_t **out)
{
	*out = json_object_get(o->json, member);
	if (json_is_array(*out))
		return 0;
	return bad(o, member, !*out ? "is missing" : "is no array");
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
	const char *name;
	int status = get_string(o, "byte_order", false, &name);
	if (status != 0)
		return status;
	*out = GDBREGS_BYTE_ORDER_UNKNOWN;
	if (!name)
		return 0;
	if (strcmp(name, "little") == 0)
		*out = GDBREGS_BYTE_ORDER_LITTLE;
	else if (strcmp(name, "big") == 0)
		*out = GDBREGS_BYTE_ORDER_BIG;
	else
		return bad(o, "byte_order", "is neither \"little\" nor \"big\"");
	return 0;
}

static bool is_hex(const char *text)
{
	return strspn(text, "0123456789abcdefABCDEF") == strlen(text);
}

static int check_digits(const struct object *o, const struct stored_value *value)
{
	if (value->bytes && (!is_hex(value->bytes) || strlen(value->bytes) % 2 != 0))
		return bad(o, "bytes", "is not made of pairs of hexadecimal digits");
	if (value->number && (strncmp(value->number, "0x", 2) != 0 || value->number[2] == '\0' ||
			      !is_hex(value->number + 2)))
		return bad(o, "value", "is not a number that begins with 0x");
	return 0;
}

static struct stored_value *append(struct stored *s)
{
	if (s->count == s->capacity) {
		size_t capacity = s->capacity > 0 ? 2 * s->capacity : 256;
		struct stored_value *item = realloc(s->item, capacity * sizeof(*item));
		if (!item)
			return NULL;
		s->item = item;
		s->capacity = capacity;
	}
	return &s->item[s->count];
}

/* `value`: what its vCPU and target say of it. */
static int add_register(struct stored *s, const struct object *o, struct stored_value value)
{
	int status = need_object(o);
	if (status == 0)
		status = get_string(o, "name", true, &value.name);
	if (status == 0)
		status = get_string(o, "feature", false, &value.feature);
	if (status == 0)
		status = get_string(o, "bytes", false, &value.bytes);
	if (status == 0)
		status = get_string(o, "value", false, &value.number);
	if (status == 0)
		status = get_string(o, "text", false, &value.text);
	if (status == 0)
		status = check_digits(o, &value);
	if (status != 0)
		return status;
	struct stored_value *item = append(s);
	if (!item)
		return fail_nomem();
	value.place = s->count++;
	*item = value;
	return 0;
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
	for (size_t i = 0; status == 0 && i < json_array_size(registers); i++) {
		struct object e = element(o, "registers", registers, i);
		status = add_register(s, &e, value);
	}
	return status;
}

static int keep(struct stored *s, json_t *root)
{
	/* The size doubles with the count: JSON lines have a root each. */
	if ((s->root_count & (s->root_count - 1)) == 0) {
		size_t capacity = s->root_count > 0 ? 2 * s->root_count : 1;
		json_t **roots = realloc(s->roots, capacity * sizeof(*roots));
		if (!roots) {
			json_decref(root);
			return fail_nomem();
		}
		s->roots = roots;
	}
	s->roots[s->root_count++] = root;
	return 0;
}

/* A failed target has no values; that it failed is said. */
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
		note("%s: %s was not read: %s", s->name, *target, error);
	if (!s->target)
		s->target = *target;
	s->several |= strcmp(s->target, *target) != 0;
	return 0;
}

static int begin(struct stored *s, json_t *root, const char *place, struct object *o)
{
	*o = (struct object){.stored = s, .json = root};
	snprintf(o->place, sizeof(o->place), "%s", place);
	return root ? keep(s, root) : fail_nomem();
}

int stored_add_target(struct stored *s, json_t *target, const char *place)
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

int stored_add_line(struct stored *s, json_t *line, const char *place)
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

void stored_fini(struct stored *s)
{
	for (size_t i = 0; i < s->root_count; i++)
		json_decref(s->roots[i]);
	free(s->roots);
	free(s->item);
	*s = (struct stored){.name = NULL};
}
