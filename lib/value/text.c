/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "value/text.h"

#include "util/buffer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Limit of fields, values and elements visited for one register. The largest real
 * type, that of aarch64's z registers, needs some thousands. A description may hold a
 * million fields and nest them in vectors. */
#define BUDGET_STEPS 65536

void gdbregs__text_init(struct gdbregs__text *text)
{
	text->size = 0;
	text->budget = BUDGET_STEPS;
	text->full = false;
}

/* Returns room for a piece of `size` bytes. Returns NULL, from then on, if there is none. */
static char *take(struct gdbregs__text *text, size_t size)
{
	if (text->full || size > GDBREGS__TEXT_BYTES - text->size) {
		text->full = true;
		return NULL;
	}
	text->size += size;
	return text->data + text->size - size;
}

void gdbregs__text_put(struct gdbregs__text *text, const char *piece)
{
	size_t size = strlen(piece);
	char *to = take(text, size);

	if (to)
		memcpy(to, piece, size);
}

void gdbregs__text_put_name(struct gdbregs__text *text, const char *name)
{
	size_t size = strlen(name);
	char *to = take(text, size);

	for (size_t i = 0; to && i < size; i++)
		to[i] = (unsigned char)name[i] < 0x20 || name[i] == 0x7f ? '?' : name[i];
}

void gdbregs__text_put_decimal(struct gdbregs__text *text, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	gdbregs__text_put(text, digits);
}

void gdbregs__text_put_hex(struct gdbregs__text *text, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "0x%" PRIx64, value);
	gdbregs__text_put(text, digits);
}

void gdbregs__text_put_slice(struct gdbregs__text *text, struct gdbregs__slice slice)
{
	static const char digit[] = "0123456789abcdef";
	size_t nibbles = slice.size_bytes * 2;

	while (nibbles > 1 && !gdbregs__slice_bits(slice, 4 * (nibbles - 1), 4))
		nibbles--;
	char *to = take(text, 2 + nibbles);
	if (!to)
		return;
	*to++ = '0';
	*to++ = 'x';
	for (size_t i = nibbles; i-- > 0;)
		*to++ = digit[gdbregs__slice_bits(slice, 4 * i, 4)];
}

bool gdbregs__text_spend(struct gdbregs__text *text, size_t steps)
{
	if (text->full || steps > text->budget) {
		text->full = true;
		return false;
	}
	text->budget -= steps;
	return true;
}

void gdbregs__text_end(struct gdbregs__text *text)
{
	if (text->full) {
		/* after a blank, so that the last number does not look truncated */
		if (text->size && text->data[text->size - 1] != ' ')
			text->data[text->size++] = ' ';
		memcpy(text->data + text->size, "...", 3);
		text->size += 3;
	}
	text->data[text->size] = '\0';
}

int gdbregs__text_replace(struct gdbregs_buffer *buf, const struct gdbregs__text *text)
{
	if (buf->capacity <= text->size && gdbregs__buffer_reserve(buf, text->size + 1) < 0)
		return GDBREGS_ERR_NOMEM;
	memcpy(buf->data, text->data, text->size + 1);
	buf->size = text->size;
	return 0;
}
