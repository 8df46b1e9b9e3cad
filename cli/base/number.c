/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/number.h"

#include <string.h>

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

/* bytes = bytes * base + digit. Returns false if the result does not fit. */
static bool push_digit(uint8_t *bytes, size_t size, unsigned base, unsigned digit)
{
	unsigned carry = digit;
	for (size_t i = 0; i < size; i++) {
		carry += bytes[i] * base;
		bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return carry == 0;
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

static bool get_bit(const uint8_t *bytes, size_t bit)
{
	return bytes[bit / 8] >> bit % 8 & 1;
}

/* Returns whether no bit at or above bit `bits` is set. */
static bool is_below(const uint8_t *bytes, size_t size, size_t bits)
{
	for (size_t bit = bits; bit < 8 * size; bit++) {
		if (get_bit(bytes, bit))
			return false;
	}
	return true;
}

/* The magnitude is at most 2^(bits-1): the one negative number without a
 * positive counterpart is the largest. */
static bool may_be_negative(const uint8_t *bytes, size_t size, size_t bits)
{
	if (!is_below(bytes, size, bits))
		return false;
	for (size_t bit = 0; bit + 1 < bits; bit++) {
		if (get_bit(bytes, bit))
			return !get_bit(bytes, bits - 1);
	}
	return true;
}

/* Bits beyond the register's own are padding of its last byte. */
static void clear_above(uint8_t *bytes, size_t size, size_t bits)
{
	for (size_t bit = bits; bit < 8 * size; bit++)
		bytes[bit / 8] &= (uint8_t) ~(1u << bit % 8);
}

bool number_fits(const char *text, uint8_t *bytes, size_t size, size_t bits)
{
	const char *digits;
	unsigned base = base_of(text, &digits);
	memset(bytes, 0, size);
	for (; *digits != '\0'; digits++) {
		if (!push_digit(bytes, size, base, number_digit(*digits)))
			return false;
	}
	if (text[0] != '-')
		return is_below(bytes, size, bits);
	if (!may_be_negative(bytes, size, bits))
		return false;
	negate(bytes, size);
	clear_above(bytes, size, bits);
	return true;
}

bool number_plain(const char *text, uint64_t *number)
{
	uint8_t bytes[8];
	*number = 0;
	if (number_digit(text[0]) >= 10 || !number_is(text) ||
	    !number_fits(text, bytes, sizeof(bytes), 64))
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		*number |= (uint64_t)bytes[i] << 8 * i;
	return true;
}

bool number_take(const char **at, uint64_t most, uint64_t *number)
{
	const char *first = *at;
	*number = 0;
	for (; number_digit(**at) < 10; ++*at) {
		unsigned digit = number_digit(**at);
		if (digit > most || *number > (most - digit) / 10)
			return false;
		*number = 10 * *number + digit;
	}
	return *at > first;
}

bool number_is_bad_octal(const char *text)
{
	text += text[0] == '-' || text[0] == '+';
	return text[0] == '0' && text[1] != '\0' && strspn(text, "0123456789") == strlen(text) &&
	       strspn(text, "01234567") < strlen(text);
}
