/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/digits.h"

#include <stdlib.h>
#include <string.h>

static uint8_t byte_at(const struct digits *d, size_t i)
{
	return d->bytes[d->is_big ? d->size - 1 - i : i];
}

static unsigned bit_at(const struct digits *d, size_t bit)
{
	return bit < d->bits && bit < 8 * d->size ? byte_at(d, bit / 8) >> bit % 8 & 1u : 0;
}

/* Digits of `width` bits each, with the prefix that write takes them with. */
static void add_grouped(struct text *text, const struct digits *d, unsigned width,
			const char *prefix)
{
	size_t count = (d->bits + width - 1) / width;
	text_adds(text, prefix);
	for (size_t i = count; i-- > 0;) {
		unsigned digit = 0;
		for (unsigned bit = width; bit-- > 0;)
			digit = digit << 1 | bit_at(d, i * width + bit);
		text_add(text, &"0123456789abcdef"[digit], 1);
	}
}

/* The magnitude, least significant byte first. Returns whether the number is negative;
 * NULL in *out: out of memory. */
static bool magnitude(const struct digits *d, uint8_t **out)
{
	bool negative = d->is_signed && d->bits > 0 && bit_at(d, d->bits - 1);
	uint8_t *bytes = *out = calloc(d->size + 1, 1);
	unsigned carry = negative;
	for (size_t bit = 0; bit < d->bits && bytes; bit++)
		bytes[bit / 8] |= (uint8_t)((bit_at(d, bit) ^ negative) << bit % 8);
	for (size_t i = 0; i < d->size && bytes && carry; i++) {
		carry += bytes[i];
		bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return negative;
}

/* Divide by ten. Returns the remainder. *size becomes smaller with the number. */
static unsigned divide(uint8_t *bytes, size_t *size)
{
	unsigned rest = 0;
	for (size_t i = *size; i-- > 0;) {
		rest = rest << 8 | bytes[i];
		bytes[i] = (uint8_t)(rest / 10);
		rest %= 10;
	}
	while (*size > 0 && bytes[*size - 1] == 0)
		(*size)--;
	return rest;
}

static void add_decimal(struct text *text, const struct digits *d)
{
	uint8_t *bytes;
	size_t size = d->size, start;
	bool negative = magnitude(d, &bytes);
	text->failed |= !bytes;
	if (!bytes)
		return;
	text_adds(text, negative ? "-" : "");
	start = text->size;
	do {
		text_add(text, &"0123456789"[divide(bytes, &size)], 1);
	} while (size > 0 && !text->failed);
	for (size_t i = start, j = text->size; i + 1 < j && !text->failed; i++) {
		char digit = text->data[--j];
		text->data[j] = text->data[i];
		text->data[i] = digit;
	}
	free(bytes);
}

/* The shortest digits that give back the number. The tool never sets a locale. */
static void add_float(struct text *text, const struct digits *d)
{
	uint64_t bits = 0;
	double number;
	float single;
	char shown[40];
	for (size_t i = 8 * d->size; i-- > 0;)
		bits = bits << 1 | bit_at(d, i);
	uint32_t narrow = (uint32_t)bits;
	memcpy(&number, &bits, sizeof(number));
	memcpy(&single, &narrow, sizeof(single));
	bool is_single = d->size == sizeof(single);
	for (int precision = 1; precision <= 17; precision++) {
		snprintf(shown, sizeof(shown), "%.*g", precision,
			 is_single ? (double)single : number);
		if (is_single ? strtof(shown, NULL) == single : strtod(shown, NULL) == number)
			break;
	}
	text_adds(text, shown);
}

void digits_add(struct text *text, const struct digits *d, enum digits_form form)
{
	switch (form) {
	case DIGITS_DEC:
		add_decimal(text, d);
		break;
	case DIGITS_OCT:
		add_grouped(text, d, 3, "0o");
		break;
	case DIGITS_BIN:
		add_grouped(text, d, 1, "0b");
		break;
	case DIGITS_RAW:
		text_add_bytes(text, d->bytes, d->size);
		break;
	case DIGITS_FLOAT:
		if (d->bits == 32 || d->bits == 64) {
			add_float(text, d);
			break;
		}
		/* fall through */
	default:
		add_grouped(text, d, 4, "0x");
	}
}
