/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 3. Text of bounded length, made on the stack, and numbers in target
 * byte order. Hides: the bound, and the budget that keeps the time it takes to
 * walk a hostile type bounded too. Nothing here can fail: what does not fit is
 * left out and the text ends in "...". */
#ifndef GDBREGS_LIB_VALUES_TEXT_H
#define GDBREGS_LIB_VALUES_TEXT_H

#include <gdbregs.h>

#define GDBREGS__TEXT_BYTES 4096

struct gdbregs__text {
	size_t size;
	size_t budget; /* steps still allowed */
	bool full; /* something was left out: nothing more is added */
	char data[GDBREGS__TEXT_BYTES + 5];
};

/* Part of a register's bytes, in memory order. */
struct gdbregs__slice {
	const uint8_t *bytes;
	size_t size_bytes;
	enum gdbregs_byte_order order; /* LITTLE or BIG */
};

void gdbregs__text_init(struct gdbregs__text *text);
/* Add a piece whole, or not at all. */
void gdbregs__text_put(struct gdbregs__text *text, const char *piece);
/* The same for a name from a description, control characters made `?`. */
void gdbregs__text_put_name(struct gdbregs__text *text, const char *name);
void gdbregs__text_put_decimal(struct gdbregs__text *text, uint64_t value);
void gdbregs__text_put_hex(struct gdbregs__text *text, uint64_t value);
/* A number of any size as 0x and digits without leading zeros. */
void gdbregs__text_put_slice(struct gdbregs__text *text, struct gdbregs__slice slice);
/* Take `steps` from the budget; false, and the text is full, if it is used up
 * or the text was full before. */
bool gdbregs__text_spend(struct gdbregs__text *text, size_t steps);
/* End with "..." if something was left out, and a NUL. */
void gdbregs__text_end(struct gdbregs__text *text);

/* size_bytes bytes from off_bytes on, as far as they are there. */
struct gdbregs__slice gdbregs__slice_part(struct gdbregs__slice slice, size_t off_bytes,
					  size_t size_bytes);
/* The size_bytes least significant bytes (all, if there are fewer). */
struct gdbregs__slice gdbregs__slice_low(struct gdbregs__slice slice, size_t size_bytes);
/* The 64 least significant bits as a number. */
uint64_t gdbregs__slice_number(struct gdbregs__slice slice);
/* Byte i of the number, 0 the least significant. */
uint8_t gdbregs__slice_byte(struct gdbregs__slice slice, size_t i);

#endif
