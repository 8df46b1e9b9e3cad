/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/json.h"

#include "base/text.h"

#include <string.h>

/* The output is pure ASCII, so that no control character of a stub reaches a terminal. */
static const size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY;

static json_t *widen(const unsigned char *data, size_t size)
{
	struct text text = {0};
	for (size_t i = 0; i < size; i++) {
		char pair[2] = {(char)(0xc0 | data[i] >> 6), (char)(0x80 | (data[i] & 0x3f))};
		if (data[i] < 0x80)
			text_add(&text, &data[i], 1);
		else
			text_add(&text, pair, 2);
	}
	json_t *value = text.failed ? NULL : json_stringn(size > 0 ? text.data : "", text.size);
	text_fini(&text);
	return value;
}

json_t *json_bytes(const void *data, size_t size)
{
	json_t *value = json_stringn(size > 0 ? data : "", size);
	return value ? value : widen(data, size);
}

json_t *json_text(const char *text)
{
	return text ? json_bytes(text, strlen(text)) : json_null();
}

void json_member(json_t **object, const char *key, json_t *value)
{
	if (*object && value) {
		if (json_object_set_new(*object, key, value) == 0)
			return;
		value = NULL;
	}
	json_decref(value);
	json_decref(*object);
	*object = NULL;
}

void json_element(json_t **array, json_t *value)
{
	if (*array && value && json_array_append_new(*array, value) == 0)
		return;
	if (!*array || !value)
		json_decref(value);
	json_decref(*array);
	*array = NULL;
}

static int append(const char *data, size_t size, void *text)
{
	text_add(text, data, size);
	return ((struct text *)text)->failed ? -1 : 0;
}

/* This does not use json_dumps(): jansson 2.14 drops parts of its text when memory is short. */
void json_add(struct text *text, json_t *value)
{
	if (!value || json_dump_callback(value, append, text, flags) < 0)
		text->failed = true;
	json_decref(value);
}
