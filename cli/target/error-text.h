/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library says went wrong with a target, as it stands behind the
 * target's name. Hides: how the library's words name it themselves. */
#ifndef CLI_ERROR_TEXT_H
#define CLI_ERROR_TEXT_H

#include <stddef.h>

/* Copy `words` without `label`, where that leaves a sentence. */
void error_text_write(char *out, size_t capacity, const char *words, const char *label);

#endif
