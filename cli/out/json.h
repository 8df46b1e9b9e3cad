/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small things on top of jansson. Hides: text that is not UTF-8. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "base/text.h"

#include <jansson.h>

/* null for NULL. Bytes that are not UTF-8 become U+0080..U+00FF each. */
json_t *json_text(const char *text);
json_t *json_bytes(const void *data, size_t size);
/* Set a member; both the object and the value may be NULL from an earlier lack
 * of memory. Takes the value. */
void json_member(json_t **object, const char *key, json_t *value);
/* The same for an array. */
void json_element(json_t **array, json_t *value);
/* Add on one line, and free. A value of NULL makes the text fail. */
void json_add(struct text *text, json_t *value);

#endif
