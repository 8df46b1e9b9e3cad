/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text of bounded length, built on the stack. Functions never fail: text that does
 * not fit is omitted, and the text ends in "...".
 * Hides: the bound, and the step budget that bounds the time spent on a hostile type. */
#ifndef GDBREGS_LIB_VALUE_TEXT_H
#define GDBREGS_LIB_VALUE_TEXT_H

#include "value/slice.h"

#define GDBREGS__TEXT_BYTES (GDBREGS_FORMAT_MOST - 4)

struct gdbregs__text {
	size_t size;
	size_t budget; /* steps left */
	bool full; /* text was omitted: nothing more is added */
	char data[GDBREGS__TEXT_BYTES + 5];
};

void gdbregs__text_init(struct gdbregs__text *text);
/* Add a piece completely, or not at all. */
void gdbregs__text_put(struct gdbregs__text *text, const char *piece);
/* Add a name from a description. Control characters become `?`. */
void gdbregs__text_put_name(struct gdbregs__text *text, const char *name);
void gdbregs__text_put_decimal(struct gdbregs__text *text, uint64_t value);
void gdbregs__text_put_hex(struct gdbregs__text *text, uint64_t value);
/* Add a number of any size, as 0x and digits without leading zeros. */
void gdbregs__text_put_slice(struct gdbregs__text *text, struct gdbregs__slice slice);
/* Take `steps` from the budget. Returns false and marks the text as full if the
 * budget is used up, or if the text was full before. */
bool gdbregs__text_spend(struct gdbregs__text *text, size_t steps);
/* End the text with a NUL, and with "..." if text was omitted. */
void gdbregs__text_end(struct gdbregs__text *text);
/* Replace the contents of a buffer. Returns 0, or GDBREGS_ERR_NOMEM and leaves the
 * buffer unchanged. */
int gdbregs__text_replace(struct gdbregs_buffer *buf, const struct gdbregs__text *text);

#endif
