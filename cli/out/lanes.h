/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows values that are wider than a line as lanes of 64 bits, on as many lines as needed. Lane 0
 * has the first bytes in memory, like element 0 of a vector. */
#ifndef CLI_LANES_H
#define CLI_LANES_H

#include "target/value.h"

/* Returns whether the digits that --as asks for can be divided: those of base 2 and 16 can, and
 * bytes. */
bool lanes_are(const struct value *v);
/* Returns the number of lanes. The last one may be shorter. */
size_t lanes_count(const struct value *v);
/* Returns whether there are several, all of the same length and the same bytes. */
bool lanes_are_equal(const struct value *v);
/* Returns whether a lane of two values of one size differs. */
bool lanes_differ(const struct value *a, const struct value *b, size_t lane);
/* Returns the number of characters of a lane. */
size_t lanes_width(const struct value *v);
/* Add the digits of a lane. */
void lanes_add(struct text *text, const struct value *v, size_t lane);
/* Write all lanes, each line after the first one with `indent` blanks in front, which the first
 * one has already. `line` is the width of a line; `scratch` is changed. Returns false if
 * memory ran out. */
bool lanes_put(FILE *stream, struct text *scratch, const struct value *v, size_t indent,
	       size_t line);

#endif
