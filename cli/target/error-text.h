/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shorten an error message of the library by removing the target's name, which the
 * caller prints in front, and name our options in place of the library's. */
#ifndef CLI_ERROR_TEXT_H
#define CLI_ERROR_TEXT_H

#include <stddef.h>

/* Copy `words` without `label`, if the rest is a sentence. */
void error_text_write(char *out, size_t capacity, const char *words, const char *label);

#endif
