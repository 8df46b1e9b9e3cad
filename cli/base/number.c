/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/number.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------- parsing --- */

/* Returns the base that the prefix gives. *digits becomes the place where the digits begin. */
static unsigned base_of(const char *text, const char **digits)
{
	static const struct {
		char prefix[3];
		unsigned base;
	} table[] = {{"0x", 16}, {"0X", 16}, {"0o", 8}, {"0O", 8}, {"0b", 2}, {"0B", 2}};
	text += text[0] == '-' || text[0] == '+';
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strncmp(text, table[i].prefix, 2) == 0) {
			*digits = text + 2;
			return table[i].base;
		}
	}
	*digits = text;
	return text[0] == '0' && text[1] != '\0' ? 8 : 10;
}

unsigned number_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 32;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool number_is(const char *text)
{
	const char *digits;
	unsigned base = base_of(text, &digits);
	if (digits[0] == '\0')
		return false;
	while (digits[0] != '\0' && number_digit(digits[0]) < base)
		digits++;
	return digits[0] == '\0';
}

static const char *skip(const char *text, const char *set)
{
	return text + strspn(text, set);
}

/* Returns the place after DIGITS[.DIGITS], or NULL if there is no digit. */
static const char *skip_fraction(const char *text, const char *digits_set)
{
	const char *end = skip(text, digits_set);
	bool any = end != text;
	if (*end == '.') {
		const char *more = skip(end + 1, digits_set);
		any |= more != end + 1;
		end = more;
	}
	return any ? end : NULL;
}

/* No strtold(): it follows the locale and the host's floats. */
static bool is_fraction(const char *text)
{
	static const char decimal[] = "0123456789", hex[] = "0123456789abcdefABCDEF";
	text += text[0] == '-' || text[0] == '+';
	bool is_hex = text[0] == '0' && (text[1] | 32) == 'x';
	const char *end = skip_fraction(is_hex ? text + 2 : text, is_hex ? hex : decimal);
	if (!end)
		return false;
	if ((*end | 32) == (is_hex ? 'p' : 'e')) {
		const char *exponent = end + 1 + (end[1] == '-' || end[1] == '+');
		end = skip(exponent, decimal);
		if (end == exponent)
			return false;
	}
	return *end == '\0';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Of a name: no operator and no blank, so that a slip is noticed before a guest stops. */
bool number_is_value(const char *text)
{
	const char *name = text + (text[0] == '-' || text[0] == '+');
	if (is_letter(name[0]))
		return !strpbrk(text, "=<>!&|,; \t\n\v\f\r");
	return number_is(text) || is_fraction(text);
}

static bool take_digits(const char **at, unsigned base, uint64_t most, uint64_t *number)
{
	const char *first = *at;
	*number = 0;
	for (; number_digit(**at) < base; ++*at) {
		unsigned digit = number_digit(**at);
		if (digit > most || *number > (most - digit) / base)
			return false;
		*number = base * *number + digit;
	}
	return *at > first;
}

bool number_take(const char **at, uint64_t most, uint64_t *number)
{
	return take_digits(at, 10, most, number);
}

bool number_plain(const char *text, uint64_t *number)
{
	const char *digits;
	unsigned base = base_of(text, &digits);
	return number_digit(text[0]) < 10 && take_digits(&digits, base, UINT64_MAX, number) &&
	       digits[0] == '\0';
}

bool number_is_bad_octal(const char *text)
{
	text += text[0] == '-' || text[0] == '+';
	return text[0] == '0' && text[1] != '\0' && strspn(text, "0123456789") == strlen(text) &&
	       strspn(text, "01234567") < strlen(text);
}

/* ------------------------------------------------------------- showing --- */

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

static void negate(uint8_t *bytes, size_t size)
{
	unsigned carry = 1;
	for (size_t i = 0; i < size; i++) {
		carry += (uint8_t)~bytes[i];
		bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* Bits beyond the register's own are padding of its last byte. */
static void clear_above(uint8_t *bytes, size_t size, size_t bits)
{
	for (size_t bit = bits; bit < 8 * size; bit++)
		bytes[bit / 8] &= (uint8_t) ~(1u << bit % 8);
}

/* Returns the magnitude, least significant byte first. Returns whether the number is negative;
 * NULL in *out: out of memory. */
static bool magnitude(const struct digits *d, uint8_t **out)
{
	bool negative = d->is_signed && d->bits > 0 && bit_at(d, d->bits - 1);
	uint8_t *bytes = *out = calloc(d->size + 1, 1);
	if (!bytes)
		return false;
	for (size_t bit = 0; bit < d->bits; bit++)
		bytes[bit / 8] |= (uint8_t)(bit_at(d, bit) << bit % 8);
	if (negative)
		negate(bytes, d->size);
	clear_above(bytes, d->size, d->bits);
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
