/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text of bounded length, made on the stack. Hides: the bound, and the budget that keeps
 * the time that it takes to walk a hostile type bounded, too. Nothing here can fail: a
 * text that does not fit is cut and ends in "...". */
#ifndef GDBREGS_LIB_VALUES_TEXT_H
#define GDBREGS_LIB_VALUES_TEXT_H

#include "value/slice.h"

#define GDBREGS__TEXT_BYTES (GDBREGS_FORMAT_MOST - 4)

struct gdbregs__text {
	size_t size;
	size_t budget; /* steps still allowed */
	bool full; /* something was left out: nothing more is added */
	char data[GDBREGS__TEXT_BYTES + 5];
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
/* Replace the contents of a buffer. 0, or NOMEM and the buffer is as before. */
int gdbregs__text_replace(struct gdbregs_buffer *buf, const struct gdbregs__text *text);

#endif
