/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/number.h"

#include "util/hex.h"

#include <string.h>

/* isspace() depends on the process's locale. */
static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t\n\v\f\r");
}

static const char *take_base(const char *text, unsigned *base)
{
	*base = 10;
	if (text[0] != '0')
		return text;
	if ((text[1] | 0x20) == 'x') {
		*base = 16;
		return text + 2;
	}
	if ((text[1] | 0x20) == 'b') {
		*base = 2;
		return text + 2;
	}
	*base = 8;
	return text;
}

enum gdbregs__number gdbregs__number_parse(const char *text, uint64_t *value)
{
	unsigned base;
	uint64_t sum = 0;
	int too_large = 0;
	const char *at = skip_blanks(text);
	int negative = *at == '-';

	if (*at == '-' || *at == '+')
		at++;
	at = take_base(at, &base);
	const char *first = at;
	for (; gdbregs__hex_digit((uint8_t)*at) < base; at++) {
		unsigned digit = gdbregs__hex_digit((uint8_t)*at);

		if (sum > (UINT64_MAX - digit) / base)
			too_large = 1;
		sum = sum * base + digit;
	}
	if (at == first || *at)
		return GDBREGS__NUMBER_NONE;
	if (too_large || (negative && sum))
		return GDBREGS__NUMBER_RANGE;
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
