/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The value of a register or of a part of one, and how it is shown. */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include "base/output.h"
#include "target/target.h"

/* A value that was read. `bytes` are its own, in target byte order. Bit fields have a
 * `number` instead. */
struct value {
	const char *target;
	const struct vcpu *vcpu;
	enum gdbregs_byte_order order; /* of the bytes */
	const struct gdbregs_register *reg;
	const struct chosen *part; /* NULL: the whole register */
	struct gdbregs_field field; /* the part or the register */
	const char *alias; /* another name that it was asked for by; NULL: its own */
	const uint8_t *bytes;
	size_t size_bytes;
	uint64_t number; /* of a bit field */
	bool is_bit_field;
	int status; /* a size, or the error that kept it from being read */
	const uint8_t *whole; /* the bytes of the whole register */
	size_t whole_bytes;
};

/* Make the value of a register, or of the part of it that was chosen, from what was
 * read in that byte order. `chosen` may be NULL. */
struct value value_make(const char *target, const struct vcpu *vcpu, enum gdbregs_byte_order order,
			const struct chosen *chosen, const struct gdbregs_read *read);
/* Returns the value of selected item `index` of a vCPU. */
struct value value_get(const struct snapshot *s, const struct vcpu *vcpu, size_t index);
/* The value of the register that read `index` of a vCPU is about. */
struct value value_get_read(const struct snapshot *s, const struct vcpu *vcpu, size_t index);

/* Returns its name for people: `rip`, `rip (pc)` if it was asked for by another name, `eflags.ZF`.
 * It may be stored in `name`. */
enum { VALUE_NAME = 200 };
const char *value_name(const struct value *v, char name[VALUE_NAME]);
/* Returns the columns for a list of names: `width`, or more for this one. A name that is wider than
 * VALUE_WIDEST_NAME moves its own line only. */
enum { VALUE_WIDEST_NAME = 24 };
size_t value_name_width(const struct value *v, size_t width);
/* Returns its name in data, which never includes the other name: `eflags.ZF` if `joined`, else the
 * name of the register. */
const char *value_data_name(const struct value *v, bool joined, char name[VALUE_NAME]);
/* Returns its path in the register; NULL: it is the whole register. */
const char *value_path(const struct value *v);
enum gdbregs_type_kind value_kind(const struct value *v);
/* Returns whether it is a vector, a struct or a union. */
bool value_is_compound(const struct value *v);
const char *value_type(const struct value *v);
/* Returns its size in bits, according to the description. */
unsigned value_bits(const struct value *v);
/* Returns the number of bits of the value, as the stub sent it. */
size_t value_sent_bits(const struct value *v);
/* Returns a bit of its number, bit 0 being the least significant one. If the byte order is
 * unknown, the value counts as big-endian. */
bool value_bit(const struct value *v, size_t bit);
/* Returns whether two values of one part differ. */
bool value_differs(const struct value *a, const struct value *b);

/* Make `text` what people see of the value: its digits, or why it has no value. */
void value_show(struct text *text, const struct value *v);
/* Returns the number of characters of that text. */
size_t value_show_width(const struct value *v);
/* Add the number as `0x` and digits; `padded`: all digits of its size. */
void value_add_number(struct text *text, const struct value *v, bool padded);
/* Returns what the library can say beyond the digits, or "". The text of vectors, structs and
 * unions is long: it is only returned with -v, or if they were asked for by name. It is valid
 * until `decoded` is used again. Returns NULL when out of memory. */
const char *value_decode(const struct value *v, const struct options *o,
			 struct gdbregs_buffer *decoded);
/* The same for registers of all kinds. */
const char *value_decode_all(const struct value *v, struct gdbregs_buffer *decoded);
/* The same for flags and enums, whose meaning is in snapshot files, and "" for other values. */
const char *value_text(const struct value *v, struct gdbregs_buffer *decoded);
/* Returns whether it was read, and is 0. */
bool value_is_zero(const struct value *v);
/* Returns whether it is a scalar of known byte order, which can be shown as one number. */
bool value_is_number(const struct value *v);
/* Get the number if it has at most 53 bits, so that every reader of JSON can hold it. Returns
 * false if it has more, or if it is not a number. */
bool value_small_number(const struct value *v, uint64_t *number);
/* Get the number of a float as the nearest double. Returns 1; 0 if it is not a float, not finite,
 * or of an unknown format; or -1 when out of memory. Uses `decoded`. */
int value_float(const struct value *v, struct gdbregs_buffer *decoded, double *number);
/* Returns why there is no value, for example "unavailable". */
const char *value_error(const struct value *v);
const char *byte_order_name(enum gdbregs_byte_order order); /* NULL: unknown */
/* How the byte order is known, as JSON writes it, e.g. "architecture"; NULL: unknown. */
const char *byte_order_from_name(enum gdbregs_byte_order_source from);

#endif
