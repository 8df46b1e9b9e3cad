/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values by type. Hides: how GDB spells flags and enums, where the
 * members of aggregates lie. */
#ifndef GDBREGS_LIB_VALUES_H
#define GDBREGS_LIB_VALUES_H

#include "tdesc/model.h"
#include "value/text.h"

/* Add a value of any type; `?` for what can't be decoded: an unknown type, a
 * member that the reply is too short for. depth: of nesting, 0 on top. */
void gdbregs__values_put(struct gdbregs__text *text, const struct gdbregs__type *type,
			 struct gdbregs__slice slice, unsigned depth);

/* Vectors, structs and unions of that; values-aggregate.c. */
void gdbregs__values_put_aggregate(struct gdbregs__text *text, const struct gdbregs__type *type,
				   struct gdbregs__slice slice, unsigned depth);

/* Whether the bits of a field are within the value. */
bool gdbregs__values_has_bits(const struct gdbregs__field *field, struct gdbregs__slice slice);

/* Add a bit field of `number`, an enum by name, else in decimal or hex. */
void gdbregs__values_put_bits(struct gdbregs__text *text, const struct gdbregs__field *field,
			      uint64_t number, bool decimal);

#endif
