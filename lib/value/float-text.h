/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Floating point numbers to text and back. Text is rounded to the nearest value, as in IEEE 754.
 * Hides: the digits, and the big numbers that this needs. */
#ifndef GDBREGS_LIB_VALUE_FLOAT_TEXT_H
#define GDBREGS_LIB_VALUE_FLOAT_TEXT_H

#include "value/float-format.h"
#include "value/text.h"

/* Add a value in GDB's notation, with the fewest digits that read back as the same
 * value: 0.1, 1e+20, -0, inf, nan(0x400000). Returns false and adds nothing if the
 * size does not match the format, or if no format has that size. */
bool gdbregs__float_put(struct gdbregs__text *text, enum gdbregs__scalar scalar,
			struct gdbregs__slice slice);

/* Read a number for a format: `1.5e3`, `0x1.8p3`, `inf`, `nan`, `nan(0x1)`, with or without a
 * sign. Errors: INVAL if the text is not a number; LIMIT if it has more than 800 significant
 * digits, is too large for the format, or is rounded to 0 and is not 0. */
int gdbregs__float_read(const struct gdbregs__float_format *f, const char *text,
			struct gdbregs__real *out);

#endif
