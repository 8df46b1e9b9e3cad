/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows values that are wider than a line as lanes of 64 bits, on as many lines as needed. Lane 0
 * has the first bytes in memory, like element 0 of a vector. */
#ifndef CLI_LANES_H
#define CLI_LANES_H

#include "target/value.h"

/* Returns whether the value can be shown in lanes. It can with digits of base 2 or 16, or as
 * bytes (--as). */
bool lanes_are(const struct value *v);
/* Returns the number of lanes. The last one may be shorter. */
size_t lanes_count(const struct value *v);
/* Returns whether the value has several lanes, all of the same length and with the same bytes. */
bool lanes_are_equal(const struct value *v);
/* Returns whether a lane differs between two values of one size. */
bool lanes_differ(const struct value *a, const struct value *b, size_t lane);
/* Returns the number of characters of a lane. */
size_t lanes_width(const struct value *v);
/* Add the digits of a lane. */
void lanes_add(struct text *text, const struct value *v, size_t lane);
/* Write all lanes. Each line but the first gets `indent` blanks in front; the caller has already
 * written those of the first line. `line` is the width of a line. `scratch` is overwritten.
 * Returns false if memory ran out. */
bool lanes_put(FILE *stream, struct text *scratch, const struct value *v, size_t indent,
	       size_t line);

#endif
