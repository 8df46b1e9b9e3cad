/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/assignment.h"
#include "base/exit-status.h"
#include "base/message.h"
#include "base/number.h"
#include "base/suggest.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char raw_prefix[] = "hex:";

/* ------------------------------------------------------------ notation --- */

static const char *raw_digits(const char *value)
{
	size_t length = strlen(raw_prefix);
	return strncmp(value, raw_prefix, length) == 0 ? value + length : NULL;
}

static bool are_bytes(const char *digits)
{
	size_t length = strlen(digits);
	return length > 0 && length % 2 == 0 && strspn(digits, "0123456789abcdefABCDEF") == length;
}

/* strtold() takes leading blanks, which nobody means. */
static bool is_float(const char *value)
{
	char *end;
	if (value[0] == '\0' || strchr(" \t\n\v\f\r", value[0]))
		return false;
	(void)strtold(value, &end);
	return end != value && *end == '\0';
}

static bool is_value(const char *value)
{
	const char *digits = raw_digits(value);
	if (digits)
		return are_bytes(digits);
	return number_is(value) || is_float(value);
}

int assignment_parse(struct assignment *a, const char *word)
{
	const char *equals = strchr(word, '=');
	a->pattern = NULL;
	if (!equals || equals == word)
		return fail(STATUS_USAGE, "'%s' is not REG=VALUE", word);
	a->value = equals + 1;
	if (number_is_bad_octal(a->value))
		return fail(STATUS_USAGE,
			    "'%s': a leading 0 means octal, and '%s' is no octal number; leave out "
			    "the 0 for decimal",
			    word, a->value);
	if (!is_value(a->value))
		return fail(STATUS_USAGE,
			    "'%s': the value is neither a number (10, -1, 0x1f, 0o17, 0b101, 1.5) "
			    "nor hex: and pairs of digits",
			    word);
	a->pattern = strndup(word, (size_t)(equals - word));
	return a->pattern ? 0 : fail_nomem();
}

/* --------------------------------------------------------------- names --- */

/* Upper and lower case count only where both are there, as aarch64's fpsr and
 * FPSR are. */
static bool is_exact(const char *pattern, const struct gdbregs_register *reg)
{
	const char *name = gdbregs_register_name(reg);
	size_t length = strlen(pattern), wanted = strlen(name);
	if (length < wanted || strcmp(pattern + length - wanted, name) != 0)
		return false;
	return length == wanted || pattern[length - wanted - 1] == ':';
}

struct found {
	const struct gdbregs_register *reg, *second; /* NULL: there is none */
};

static struct found look_up(const char *pattern, const struct selected *all, bool exact)
{
	struct found found = {NULL, NULL};
	for (size_t i = 0; i < all->count && !found.second; i++) {
		const struct gdbregs_register *reg = all->registers[i];
		if (!select_fits(pattern, gdbregs_register_feature(reg),
				 gdbregs_register_name(reg)) ||
		    (exact && !is_exact(pattern, reg)))
			continue;
		if (!found.reg)
			found.reg = reg;
		else
			found.second = reg;
	}
	return found;
}

static void say_none(const char *pattern, const struct selected *all, char *message,
		     size_t capacity)
{
	struct suggestion near;
	const char *colon = strrchr(pattern, ':');
	suggest_begin(&near, colon ? colon + 1 : pattern);
	for (size_t i = 0; i < all->count; i++)
		suggest_offer(&near, gdbregs_register_name(all->registers[i]));
	if (near.best)
		snprintf(message, capacity, "no register '%s'; did you mean '%s'?", pattern,
			 near.best);
	else
		snprintf(message, capacity,
			 "no register '%s'; 'gdbregs-cli list' shows what there is", pattern);
}

static const char *feature_of(const struct gdbregs_register *reg)
{
	const char *feature = gdbregs_register_feature(reg);
	return feature ? feature : "";
}

static void say_several(const char *pattern, struct found found, char *message, size_t capacity)
{
	snprintf(message, capacity, "'%s' is more than one register: %s:%s, %s:%s, ...", pattern,
		 feature_of(found.reg), gdbregs_register_name(found.reg), feature_of(found.second),
		 gdbregs_register_name(found.second));
}

const struct gdbregs_register *assignment_find(const struct assignment *a,
					       const struct selected *all, char *message,
					       size_t capacity)
{
	struct found found = look_up(a->pattern, all, true);
	if (!found.reg)
		found = look_up(a->pattern, all, false);
	if (!found.reg)
		found.reg = select_find(all->description, a->pattern);
	if (!found.reg)
		say_none(a->pattern, all, message, capacity);
	if (!found.second)
		return found.reg;
	say_several(a->pattern, found, message, capacity);
	return NULL;
}

/* --------------------------------------------------------------- bytes --- */

struct target_bytes {
	uint8_t *data;
	size_t size;
	char *message;
	size_t capacity;
};

static bool refuse(const struct target_bytes *out, const struct assignment *a, const char *what)
{
	snprintf(out->message, out->capacity, "%s=%s: %s", a->pattern, a->value, what);
	return false;
}

static bool take_raw(const struct target_bytes *out, const struct assignment *a, const char *digits)
{
	char what[80];
	if (strlen(digits) != 2 * out->size) {
		snprintf(what, sizeof(what), "%zu bytes given, the register has %zu",
			 strlen(digits) / 2, out->size);
		return refuse(out, a, what);
	}
	for (size_t i = 0; i < out->size; i++) {
		char pair[3] = {digits[2 * i], digits[2 * i + 1], '\0'};
		out->data[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

static bool is_host_little(void)
{
	const uint16_t one = 1;
	return *(const uint8_t *)&one == 1;
}

static void reverse(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size / 2; i++) {
		uint8_t byte = bytes[i];
		bytes[i] = bytes[size - 1 - i];
		bytes[size - 1 - i] = byte;
	}
}

/* The value as the host has it, least significant byte first. */
static bool take_host(const struct target_bytes *out, const void *value, size_t size)
{
	memcpy(out->data, value, size);
	if (!is_host_little())
		reverse(out->data, size);
	return true;
}

static bool take_single(const struct target_bytes *out, const char *value)
{
	float number = strtof(value, NULL);
	bool overflow = errno == ERANGE && (number == HUGE_VALF || number == -HUGE_VALF);
	return !overflow && take_host(out, &number, sizeof(number));
}

static bool take_double(const struct target_bytes *out, const char *value)
{
	double number = strtod(value, NULL);
	bool overflow = errno == ERANGE && (number == HUGE_VAL || number == -HUGE_VAL);
	return !overflow && take_host(out, &number, sizeof(number));
}

#if LDBL_MANT_DIG == 64
/* The host's long double is that of the i387, with padding behind. */
static bool take_extended(const struct target_bytes *out, const char *value)
{
	long double number = strtold(value, NULL);
	bool overflow = errno == ERANGE && (number == HUGE_VALL || number == -HUGE_VALL);
	return !overflow && take_host(out, &number, 10);
}
#endif

typedef bool (*take_fn)(const struct target_bytes *out, const char *value);

static take_fn float_kind(const char *type, size_t size)
{
	bool any = strcmp(type, "float") == 0;
	if (size == 4 && (any || strcmp(type, "ieee_single") == 0))
		return take_single;
	if (size == 8 && (any || strcmp(type, "ieee_double") == 0))
		return take_double;
#if LDBL_MANT_DIG == 64
	if (size == 10 && (any || strcmp(type, "i387_ext") == 0))
		return take_extended;
#endif
	return NULL;
}

static bool take_float(const struct target_bytes *out, const struct assignment *a,
		       const struct gdbregs_register *reg)
{
	take_fn take = float_kind(gdbregs_register_type(reg), out->size);
	if (!take)
		return refuse(out, a,
			      "floats of this type can't be converted here; give its bits as 0x... "
			      "or hex:...");
	errno = 0;
	return take(out, a->value) || refuse(out, a, "beyond what the register can hold");
}

static bool take_number(const struct target_bytes *out, const struct assignment *a,
			const struct gdbregs_register *reg)
{
	size_t bits = gdbregs_register_bits(reg);
	char what[80];
	if ((bits + 7) / 8 != out->size)
		bits = 8 * out->size;
	if (number_fits(a->value, out->data, out->size, bits))
		return true;
	snprintf(what, sizeof(what), "does not fit in the register's %zu bits", bits);
	return refuse(out, a, what);
}

bool assignment_bytes(const struct assignment *a, const struct gdbregs_register *reg,
		      enum gdbregs_byte_order order, uint8_t *bytes, size_t size, char *message,
		      size_t capacity)
{
	const struct target_bytes out = {bytes, size, message, capacity};
	bool is_float_register = gdbregs_register_kind(reg) == GDBREGS_TYPE_FLOAT;
	const char *digits = raw_digits(a->value);
	bool ok;
	if (digits)
		return take_raw(&out, a, digits);
	if (order == GDBREGS_BYTE_ORDER_UNKNOWN && size > 1)
		return refuse(&out, a,
			      "the byte order of the target is unknown; give --endian, or the "
			      "bytes as hex:...");
	if (is_float_register && !number_is_bits(a->value))
		ok = take_float(&out, a, reg);
	else if (number_is(a->value))
		ok = take_number(&out, a, reg);
	else
		ok = refuse(&out, a, "the register is no float: give a whole number");
	if (ok && order == GDBREGS_BYTE_ORDER_BIG)
		reverse(bytes, size);
	return ok;
}
