/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes JSON with jansson. Hides: text that is not UTF-8, and lack of memory. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "base/text.h"

#include <jansson.h>

/* Make a string, or null from NULL. If the text is not UTF-8, each of its bytes from 0x80 on
 * becomes U+0080 to U+00FF. */
json_t *json_text(const char *text);
json_t *json_bytes(const void *data, size_t size);
/* Set a member and take ownership of the value. The object and the value may be NULL because
 * memory ran out before; the object is then NULL afterwards. */
void json_member(json_t **object, const char *key, json_t *value);
/* Append to an array, in the same way. */
void json_element(json_t **array, json_t *value);
/* Add a value to a text, on one line, and free it. If the value is NULL, the text fails. */
void json_add(struct text *text, json_t *value);

#endif
