/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Floating point registers in decimal. Hides: the formats. */
#ifndef GDBREGS_LIB_VALUES_FLOAT_H
#define GDBREGS_LIB_VALUES_FLOAT_H

#include "tdesc/model.h"
#include "value/text.h"

/* Add a value as GDB spells it, but with as few digits as read back: 0.1,
 * 1e+20, -0, inf, nan(0x400000). False, and nothing is added, where the bytes
 * are not of the format's size or no format has that size. */
bool gdbregs__float_put(struct gdbregs__text *text, enum gdbregs__scalar scalar,
			struct gdbregs__slice slice);

#endif
