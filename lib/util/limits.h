/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits on what a stub may make the library store: the limits of struct
 * gdbregs_options, with every 0 replaced by its default.
 * Hides: the defaults. */
#ifndef GDBREGS_LIB_UTIL_LIMITS_H
#define GDBREGS_LIB_UTIL_LIMITS_H

#include <gdbregs.h>

struct gdbregs__limits {
	size_t packet_bytes;
	size_t description_bytes;
	size_t registers;
	size_t register_bits;
	size_t register_number;
	size_t includes;
	size_t include_depth;
	size_t element_depth;
	size_t types;
	size_t vcpus;
	size_t name_bytes;
	size_t context_bytes;
	size_t session_registers;
	size_t value_bytes;
};

/* Take the limits from `o`; NULL means all defaults. */
struct gdbregs__limits gdbregs__limits_from(const struct gdbregs_options *o);

/* Lower each limit of `to` that is higher than that of `by`. Returns true if there was one. */
bool gdbregs__limits_lower(struct gdbregs__limits *to, const struct gdbregs__limits *by);

/* Copy the caller's options, whatever version of the struct it was compiled with. Zeros
 * are replaced by defaults, and NULL means all defaults. Returns NULL, or a text that says
 * what is wrong with the options: they were not initialised, hold an invalid value, or set
 * members that this version lacks. */
const char *gdbregs__options_take(struct gdbregs_options *to, const struct gdbregs_options *from);

/* Set the error for options that gdbregs__options_take() refuses. Returns INVAL. */
int gdbregs__options_fail(const struct gdbregs_options *o, struct gdbregs_error *err);

#endif
