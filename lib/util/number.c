/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/number.h"

#include "util/hex.h"

#include <string.h>

/* isspace() depends on the process's locale. */
static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t\n\v\f\r");
}

static unsigned take_base(const char **text)
{
	static const struct {
		char letter;
		unsigned base;
	} prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}};
	const char *at = *text;

	for (size_t i = 0; at[0] == '0' && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if ((at[1] | 0x20) == prefixes[i].letter) {
			*text += 2;
			return prefixes[i].base;
		}
	}
	return at[0] == '0' ? 8 : 10;
}

bool gdbregs__number_split(const char *text, struct gdbregs__number_text *out)
{
	out->negative = *text == '-';
	text += *text == '-' || *text == '+';
	out->digits = text;
	out->base = take_base(&out->digits);
	out->prefixed = out->digits != text;

	const char *end = out->digits;
	while (gdbregs__hex_digit((uint8_t)*end) < out->base)
		end++;
	return end != out->digits && !*end;
}

bool gdbregs__number_magnitude(const struct gdbregs__number_text *text, uint8_t *bytes, size_t size)
{
	const char *digits = text->digits + strspn(text->digits, "0");

	memset(bytes, 0, size);
	for (; *digits; digits++) {
		unsigned carry = gdbregs__hex_digit((uint8_t)*digits);

		for (size_t i = 0; i < size; i++) {
			carry += bytes[i] * text->base;
			bytes[i] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry)
			return false;
	}
	return true;
}

enum gdbregs__number gdbregs__number_parse(const char *text, uint64_t *value)
{
	struct gdbregs__number_text number;
	uint8_t bytes[8];
	uint64_t sum = 0;

	if (!gdbregs__number_split(skip_blanks(text), &number))
		return GDBREGS__NUMBER_NONE;
	if (!gdbregs__number_magnitude(&number, bytes, sizeof(bytes)))
		return number.negative ? GDBREGS__NUMBER_NEGATIVE : GDBREGS__NUMBER_TOO_LARGE;
	for (size_t i = 0; i < sizeof(bytes); i++)
		sum |= (uint64_t)bytes[i] << (8 * i);
	if (number.negative && sum)
		return GDBREGS__NUMBER_NEGATIVE;
	*value = sum;
	return GDBREGS__NUMBER_OK;
}

bool gdbregs__number_decimal(const void *text, size_t size, uint64_t most, uint64_t *value)
{
	const uint8_t *digits = text;
	uint64_t sum = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned digit = gdbregs__hex_digit(digits[i]);

		if (digit > 9 || digit > most || sum > (most - digit) / 10)
			return false;
		sum = 10 * sum + digit;
	}
	if (size > 0)
		*value = sum;
	return size > 0;
}
