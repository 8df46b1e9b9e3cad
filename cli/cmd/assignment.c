/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/assignment.h"
#include "base/message.h"
#include "base/number.h"
#include "target/name.h"
#include "target/part.h"

#include <stdio.h>
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
	size_t length = strspn(digits, "0123456789abcdefABCDEF");
	return length > 0 && length % 2 == 0 && digits[length] == '\0';
}

static bool is_value(const char *value)
{
	const char *digits = raw_digits(value);
	if (digits)
		return are_bytes(digits);
	return number_is_value(value);
}

int assignment_parse(struct assignment *a, const char *word)
{
	const char *equals = strchr(word, '=');
	a->pattern = NULL;
	if (!equals || equals == word)
		return fail(STATUS_USAGE, "'%s' is not REG=VALUE, such as rip=0x7c00", word);
	a->value = equals + 1;
	if (!is_value(a->value))
		return fail(STATUS_USAGE,
			    "'%s': the value is neither a number (10, -1, 0x1f, 0o17, 0b101, 1.5), "
			    "nor a name, nor hex: and pairs of digits",
			    word);
	a->pattern = strndup(word, (size_t)(equals - word));
	return a->pattern ? 0 : fail_nomem();
}

/* --------------------------------------------------------------- names --- */

/* Returns whether a pattern is the name of a register in its own case. Case only counts if there
 * are registers of both names, as fpsr and FPSR on aarch64. */
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
	for (size_t i = 0; i < all->register_count && !found.second; i++) {
		const struct gdbregs_register *reg = all->registers[i];
		if (!name_fits_register(pattern, reg) || (exact && !is_exact(pattern, reg)))
			continue;
		if (!found.reg)
			found.reg = reg;
		else
			found.second = reg;
	}
	return found;
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

/* Let a register that is a union of floats take numbers for the widest of them. */
static void take_float(struct chosen *out)
{
	struct gdbregs_field number;
	if (!out->path && part_float(&out->field, &number))
		out->field = number;
}

bool assignment_find(const struct assignment *a, const struct selected *all, struct chosen *out,
		     char *message, size_t capacity)
{
	struct found found = look_up(a->pattern, all, true);
	*out = (struct chosen){.path = NULL};
	if (!found.reg)
		found = look_up(a->pattern, all, false);
	if (found.second) {
		say_several(a->pattern, found, message, capacity);
		return false;
	}
	out->reg = found.reg;
	int error = found.reg ? gdbregs_register_field(found.reg, &out->field)
			      : part_choose(all->description, a->pattern, out, message, capacity);
	if (error == 0)
		take_float(out);
	return error == 0;
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
	snprintf(out->message, out->capacity, "%.100s=%.100s: %s", a->pattern, a->value, what);
	return false;
}

/* Refuse bytes for a register or part of another size, or for a part without bytes of its own. */
static bool refuse_raw(const struct target_bytes *out, const struct assignment *a,
		       const struct chosen *chosen, const char *digits)
{
	char what[100];
	size_t size = (gdbregs_field_bits(&chosen->field) + 7) / 8;
	const uint8_t *bytes;
	size_t own;
	if (chosen->path &&
	    gdbregs_field_bytes(&chosen->field, out->data, out->size, &bytes, &own) < 0)
		return refuse(out, a, "the part has no bytes of its own; give a number");
	snprintf(what, sizeof(what), "%zu byte%s given, the %s has %zu", strlen(digits) / 2,
		 strlen(digits) / 2 == 1 ? "" : "s", chosen->path ? "part" : "register",
		 chosen->path ? size : out->size);
	return refuse(out, a, what);
}

static bool is_fraction(const char *text)
{
	return strspn(text, "+-.0123456789") > 0;
}

static bool refuse_value(const struct target_bytes *out, const struct assignment *a,
			 const struct gdbregs_field *field, int error)
{
	char what[240], names[160];
	enum gdbregs_type_kind kind = gdbregs_field_kind(field);
	bool is_float = kind == GDBREGS_TYPE_FLOAT;
	size_t bits = gdbregs_field_bits(field);
	part_list_names(field, names, sizeof(names));
	if (error == GDBREGS_ERR_UNAVAILABLE)
		return refuse(out, a, "the stub sends no bytes for this part");
	if (error == GDBREGS_ERR_LIMIT && is_float && !number_is(a->value))
		return refuse(out, a, "beyond what the register can hold");
	if (error == GDBREGS_ERR_LIMIT)
		snprintf(what, sizeof(what), "does not fit in its %zu bit%s", bits,
			 bits == 1 ? "" : "s");
	else if (error == GDBREGS_ERR_UNSUPPORTED && is_float)
		snprintf(what, sizeof(what),
			 "floats of this type cannot be converted; give its bits as hex:...");
	else if (error == GDBREGS_ERR_UNSUPPORTED)
		snprintf(what, sizeof(what),
			 "it has no number; name one of its parts, or give its "
			 "bytes as hex:...");
	else if (number_is_bad_octal(a->value))
		snprintf(what, sizeof(what),
			 "a leading 0 means octal, and this is not an octal number; omit the 0 for "
			 "decimal");
	else if (names[0] != '\0')
		snprintf(what, sizeof(what), "give a number or one of its names: %s", names);
	else if (is_float)
		snprintf(what, sizeof(what), "it is a float: give a number such as 1.5, or inf");
	else
		snprintf(what, sizeof(what), "%sgive a whole number",
			 is_fraction(a->value) ? "it is not a float: " : "");
	return refuse(out, a, what);
}

bool assignment_apply(const struct assignment *a, const struct chosen *chosen,
		      enum gdbregs_byte_order order, uint8_t *bytes, size_t size, char *message,
		      size_t capacity)
{
	const struct target_bytes out = {bytes, size, message, capacity};
	const char *digits = raw_digits(a->value);
	if (!digits && order == GDBREGS_BYTE_ORDER_UNKNOWN && size > 1)
		return refuse(&out, a,
			      "the byte order of the target is unknown; give --endian, or the "
			      "bytes as hex:...");
	int error = part_parse(&chosen->field, chosen->path, a->value, order, bytes, size);
	if (error == 0)
		return true;
	return digits ? refuse_raw(&out, a, chosen, digits)
		      : refuse_value(&out, a, &chosen->field, error);
}
