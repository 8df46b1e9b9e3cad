/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts text to floating point numbers, rounded to the nearest value as in IEEE 754. Hides: the
 * big numbers that this needs. strtold() supports one format of 80 or 128 bits at most, and takes
 * the decimal point from the locale. */
#ifndef GDBREGS_LIB_VALUE_READ_REAL_H
#define GDBREGS_LIB_VALUE_READ_REAL_H

#include "value/float-format.h"

/* Read a number for a format: `1.5e3`, `0x1.8p3`, `inf`, `nan`, `nan(0x1)`, with or without a
 * sign. Errors: INVAL if the text is not a number; LIMIT if it has more than 800 significant
 * digits, is too large for the format, or is rounded to 0 and is not 0. */
int gdbregs__real_read(const struct gdbregs__float_format *f, const char *text,
		       struct gdbregs__real *out);

#endif
