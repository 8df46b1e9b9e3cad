/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes of a floating point value, and the number that they represent. Hides: the formats, and
 * where their bits are. Conversions are exact or fail. */
#ifndef GDBREGS_LIB_VALUE_FLOAT_FORMAT_H
#define GDBREGS_LIB_VALUE_FLOAT_FORMAT_H

#include "tdesc/model.h"
#include "value/slice.h"

enum gdbregs__real_kind { GDBREGS__REAL_FINITE, GDBREGS__REAL_INFINITE, GDBREGS__REAL_NAN };

/* A number: (high * 2^64 + low) * 2^exponent. */
struct gdbregs__real {
	enum gdbregs__real_kind kind;
	bool negative;
	uint64_t high, low; /* of a NaN: its fraction, from the top bit of `high` on */
	int exponent;
};

/* A value's fields as they are stored. */
struct gdbregs__float_parts {
	bool negative;
	int exponent;
	uint64_t high, low; /* the fraction, with the integer bit where there is one */
};

struct gdbregs__float_format; /* float-format.c */

/* Returns the format of a type with that many bytes, or NULL if there is none. */
const struct gdbregs__float_format *gdbregs__float_format(enum gdbregs__scalar scalar,
							  struct gdbregs__slice slice);

struct gdbregs__float_parts gdbregs__float_unpack(const struct gdbregs__float_format *f,
						  struct gdbregs__slice slice);
/* Returns true for bits that no x87 since the 80387 produces or accepts. GDB 13 calls them invalid
 * too. */
bool gdbregs__float_is_invalid(const struct gdbregs__float_format *f,
			       struct gdbregs__float_parts parts);
/* Returns the number that valid parts represent. */
struct gdbregs__real gdbregs__float_real(const struct gdbregs__float_format *f,
					 struct gdbregs__float_parts parts);
/* Write a number over a value, whose bytes may be written. Padding stays. Returns false and
 * writes nothing if the format does not hold the number exactly. */
bool gdbregs__float_store(const struct gdbregs__float_format *f, struct gdbregs__slice slice,
			  struct gdbregs__real real);

struct gdbregs__float_limits {
	unsigned precision; /* bits, with the leading 1 */
	int digits; /* as many as GDB shows */
	int least; /* exponent of the smallest normal number */
	int most; /* exponent of the largest number */
};

struct gdbregs__float_limits gdbregs__float_limits(const struct gdbregs__float_format *f);

/* Shift a number of 128 bits by less than 128. */
void gdbregs__shift_left(uint64_t *high, uint64_t *low, unsigned bits);
void gdbregs__shift_right(uint64_t *high, uint64_t *low, unsigned bits);

/* The format of the C type double, whatever the byte order of the host. */
struct gdbregs__real gdbregs__real_from_double(double value);
/* Returns false if no double has that value. */
bool gdbregs__real_to_double(struct gdbregs__real real, double *out);
bool gdbregs__real_is_zero(struct gdbregs__real real);
/* Make the exponent 0. Returns false if it is not an integer below 2^128. */
bool gdbregs__real_to_integer(struct gdbregs__real *real);

#endif
