/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The value of one register that was read, and how it is shown. */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include "base/output.h"
#include "target/target.h"

/* One register that was read. */
struct value {
	const char *target;
	const struct vcpu *vcpu;
	const struct gdbregs_register *reg;
	const char *alias; /* what it was asked for by; NULL: its own name */
	const uint8_t *bytes;
	size_t size_bytes;
	int status; /* a size, or what kept it from being read */
};

/* Its name for people, `rip (pc)` if it was asked for by another. In `name` if need be. */
enum { VALUE_NAME = 200 };
const char *value_name(const struct value *v, char name[VALUE_NAME]);
/* What stands for the value in text: digits, or why there are none. */
void value_show(struct text *text, const struct value *v);
/* What the library can say beyond the digits; "" where there is nothing. That of
 * vectors, structs and unions is long: only with -v, or if they were asked for by
 * name. Good until `decoded` is used again. NULL: out of memory. */
const char *value_decode(const struct value *v, const struct options *o,
			 struct gdbregs_buffer *decoded);
/* The same whatever its length. */
const char *value_decode_all(const struct value *v, struct gdbregs_buffer *decoded);
struct value value_get(const struct snapshot *s, const struct vcpu *vcpu, size_t index);
/* It was read, and all its bytes are 0. */
bool value_is_zero(const struct value *v);
/* A scalar of known byte order: it may be shown as one number. */
bool value_is_number(const struct value *v);
/* Why there are no bytes, e.g. "unavailable". */
const char *value_error(const struct value *v);
const char *byte_order_name(enum gdbregs_byte_order order); /* NULL where unknown */

#endif
