/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares decoded flags, such as `[ ZF PF IOPL=3 ]`. */
#ifndef CLI_FLAG_CHANGES_H
#define CLI_FLAG_CHANGES_H

#include "base/text.h"

bool flags_are(const char *text);
/* Call back for each word of `a` that `b` lacks, in order. Returns false when out of memory. */
bool flags_missing(const char *a, const char *b,
		   void (*word)(void *arg, const char *text, size_t size), void *arg);
/* Add the difference between two meanings: ` -PF +ZF` for flags, ` (OLD -> NEW)` for other texts.
 * `before` and `after` may be NULL. */
void flags_add_changes(struct text *text, const char *before, const char *after);

#endif
