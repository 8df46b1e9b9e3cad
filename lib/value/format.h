/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formats values according to their type.
 * Hides: GDB's notation of flags and enums, and the offsets of members of aggregates. */
#ifndef GDBREGS_LIB_VALUE_FORMAT_H
#define GDBREGS_LIB_VALUE_FORMAT_H

#include "tdesc/model.h"
#include "value/text.h"

/* Add a value of any type. `depth` is the nesting depth, 0 for the register. Adds `?`
 * for a value that cannot be decoded: the type is unknown, or the reply is too short
 * for the member. */
void gdbregs__values_put(struct gdbregs__text *text, const struct gdbregs__type *type,
			 struct gdbregs__slice slice, unsigned depth);

/* Add a bit field of that type, which may be NULL: an enum by name, other types in decimal or
 * hex. */
void gdbregs__values_put_bits(struct gdbregs__text *text, const struct gdbregs__type *type,
			      uint64_t value, bool decimal);

#endif
