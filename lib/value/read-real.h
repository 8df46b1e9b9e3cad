/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text to floating point numbers, rounded to the nearest as IEEE 754 has it. Hides: the
 * big numbers that it takes. strtold() knows one 80- or 128-bit format at most, and asks
 * the locale for the decimal point. */
#ifndef GDBREGS_LIB_VALUE_READ_REAL_H
#define GDBREGS_LIB_VALUE_READ_REAL_H

#include "value/float-format.h"

/* Read a number for a format: `1.5e3`, `0x1.8p3`, `inf`, `nan`, `nan(0x1)`, after a sign
 * or not. Errors: INVAL if the text is no number; LIMIT if it has more than 800 digits
 * that count, is too large for the format, or is rounded to 0 and is not 0. */
int gdbregs__real_read(const struct gdbregs__float_format *f, const char *text,
		       struct gdbregs__real *out);

#endif
