/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setters of what trace and watch are told: how often, and where. */
#include "opt/option-values.h"

#include "base/message.h"
#include "base/exit-status.h"

#include <errno.h>
#include <stdlib.h>

/* Decimal, or 0x and hex digits; all of it. strtoull() alone takes signs, blanks
 * and octal, which nobody means by an address. */
static bool parse_number(const char *value, uint64_t *number)
{
	char *end;
	int base = value[0] == '0' && (value[1] == 'x' || value[1] == 'X') ? 16 : 10;
	const char *digits = base == 16 ? value + 2 : value;
	bool digit = (digits[0] >= '0' && digits[0] <= '9') ||
		     (base == 16 && ((digits[0] | 32) >= 'a' && (digits[0] | 32) <= 'f'));
	errno = 0;
	*number = strtoull(digits, &end, base);
	return digit && *end == '\0' && errno == 0;
}

static int parse_address(const char *option, const char *value, uint64_t *address)
{
	if (parse_number(value, address))
		return 0;
	return fail(STATUS_USAGE,
		    "%s: '%s' is not an address; give a number of up to 64 bits, such as 0x7c00",
		    option, value);
}

int set_count(struct options *o, const char *value)
{
	if (parse_number(value, &o->count) && o->count > 0)
		return 0;
	return fail(STATUS_USAGE, "--count: '%s' is not a number from 1 to 2^64 - 1", value);
}

int set_until(struct options *o, const char *value)
{
	o->has_until = true;
	return parse_address("--until", value, &o->until);
}

static bool has_break(const struct options *o, uint64_t address)
{
	for (size_t i = 0; i < o->break_count; i++) {
		if (o->breaks[i] == address)
			return true;
	}
	return false;
}

int set_break(struct options *o, const char *value)
{
	uint64_t address;
	int status = parse_address("--break", value, &address);
	if (status != 0 || has_break(o, address))
		return status;
	uint64_t *breaks = realloc(o->breaks, (o->break_count + 1) * sizeof(*breaks));
	if (!breaks)
		return fail_nomem();
	o->breaks = breaks;
	breaks[o->break_count++] = address;
	return 0;
}
