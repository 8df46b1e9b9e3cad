/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of registers, which gdbregs.h calls fields. Hides: where members and elements are. field.c
 * finds and describes them, field-number.c has their numbers, field-text.c their texts. Memory is
 * allocated only to read a number of any width from text. */
#ifndef GDBREGS_LIB_VALUE_FIELD_H
#define GDBREGS_LIB_VALUE_FIELD_H

#include "tdesc/model.h"
#include "value/float-format.h"
#include "value/slice.h"

/* How a field is part of its parent. */
enum gdbregs__field_place {
	GDBREGS__FIELD_ROOT, /* the register itself */
	GDBREGS__FIELD_MEMBER, /* bytes of a struct or union */
	GDBREGS__FIELD_ELEMENT, /* bytes of a vector */
	GDBREGS__FIELD_BITS, /* bits of flags, or of a struct that has a size */
};

/* A field within a value of a register. */
struct gdbregs__field_at {
	struct gdbregs__slice slice; /* the bytes that contain it */
	unsigned low_bit; /* 0 but for bits */
	size_t width_bits;
};

/* Returns the type, or NULL if it is unknown or if the field is bits without a type. */
static inline const struct gdbregs__type *gdbregs__field_type(const struct gdbregs_field *f)
{
	return f->type_;
}

/* Returns true if the value is an integer: a scalar that is not a float, flags, or a struct of
 * bits. */
bool gdbregs__field_is_integer(const struct gdbregs_field *f);

/* Find a field in a register's value. Errors: INVAL; UNAVAILABLE if the value is too
 * short to have all of it. */
int gdbregs__field_locate(const struct gdbregs_field *f, enum gdbregs_byte_order order,
			  const void *bytes, size_t size, struct gdbregs__field_at *at);
/* The same for its number. The error is UNSUPPORTED if that needs the byte order, and it is
 * UNKNOWN. */
int gdbregs__field_locate_number(const struct gdbregs_field *f, enum gdbregs_byte_order order,
				 const void *bytes, size_t size, struct gdbregs__field_at *at);

/* Returns a register's value as a slice. */
struct gdbregs__slice gdbregs__field_register_slice(const struct gdbregs_register *reg,
						    enum gdbregs_byte_order order,
						    const void *bytes, size_t size);

/* Write a number into a field that was located in bytes that may be written. Errors: LIMIT
 * UNSUPPORTED. */
int gdbregs__field_write(const struct gdbregs_field *f, const struct gdbregs__field_at *at,
			 struct gdbregs__real real);

/* The same for an integer of any width, whose magnitude begins with its least significant byte.
 * A field that is not signed takes no negative number. Errors: LIMIT. */
int gdbregs__field_write_integer(const struct gdbregs__field_at *at, bool is_signed, bool negative,
				 const uint8_t *magnitude, size_t size);

/* Find the place of a member of a struct or union of size_bytes. Returns the member's size. */
uint32_t gdbregs__field_place(const struct gdbregs__type *type, const struct gdbregs__field *member,
			      uint32_t size_bytes, uint32_t *off_bytes);

#endif
