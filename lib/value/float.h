/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formats floating-point registers in decimal.
 * Hides: the binary formats. */
#ifndef GDBREGS_LIB_VALUE_FLOAT_H
#define GDBREGS_LIB_VALUE_FLOAT_H

#include "tdesc/model.h"
#include "value/text.h"

/* Add a value in GDB's notation, with the fewest digits that read back as the same
 * value: 0.1, 1e+20, -0, inf, nan(0x400000). Returns false and adds nothing if the
 * size does not match the format, or if no format has that size. */
bool gdbregs__float_put(struct gdbregs__text *text, enum gdbregs__scalar scalar,
			struct gdbregs__slice slice);

#endif
