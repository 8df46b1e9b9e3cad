/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A part of the input, borrowed: a payload, or an item of a list such as
 * `name:value;name:value`. */
#ifndef GDBREGS_LIB_RSP_SPAN_H
#define GDBREGS_LIB_RSP_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct gdbregs__span {
	const uint8_t *text;
	size_t size;
};

static inline bool gdbregs__span_equals(struct gdbregs__span span, const char *word)
{
	return span.size == strlen(word) && memcmp(span.text, word, span.size) == 0;
}

static inline bool gdbregs__span_has(struct gdbregs__span span, char character)
{
	return span.size && memchr(span.text, character, span.size);
}

/* Remove the text before the next `separator` from *rest, or all of *rest, and return it. */
static inline struct gdbregs__span gdbregs__span_cut(struct gdbregs__span *rest, char separator)
{
	struct gdbregs__span item = *rest;
	const uint8_t *end = rest->size ? memchr(rest->text, separator, rest->size) : NULL;

	if (end)
		item.size = (size_t)(end - item.text);
	rest->text += item.size + (end ? 1 : 0);
	rest->size -= item.size + (end ? 1 : 0);
	return item;
}

/* Remove the next `key:value` and its `;` from *rest. Returns false if it has no colon: all of it
 * is the key then. */
static inline bool gdbregs__span_pair(struct gdbregs__span *rest, struct gdbregs__span *key,
				      struct gdbregs__span *value)
{
	*value = gdbregs__span_cut(rest, ';');

	bool pair = gdbregs__span_has(*value, ':');
	*key = gdbregs__span_cut(value, ':');
	return pair;
}

#endif
