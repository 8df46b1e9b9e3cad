/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/condition.h"

#include "base/message.h"
#include "base/number.h"
#include "target/part.h"

#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- syntax --- */

/* Longer ones first. */
static const char *const operators[][2] = {
	{"==", "=="}, {"!=", "!="}, {"<=", "<="}, {">=", ">="},
	{"<", "<"},   {">", ">"},   {"&", "&"},	  {"=", "=="},
};
enum { OPERATORS = sizeof(operators) / sizeof(operators[0]) };

static const char blanks[] = " \t";

static char *copy_trimmed(const char *text, size_t size)
{
	while (size > 0 && strchr(blanks, text[0]))
		text++, size--;
	while (size > 0 && strchr(blanks, text[size - 1]))
		size--;
	return strndup(text, size);
}

static int bad(const char *option, const char *text, size_t size)
{
	return fail(STATUS_USAGE,
		    "%s: '%.*s' is not a condition; give REGISTER OP VALUE as one word, such as "
		    "rip==0x7c00 or eflags.IF=1, with one of == != < <= > >= &",
		    option, (int)size, text);
}

static int parse_one(struct condition *c, const char *text, size_t size, const char *option)
{
	size_t at = 0, length;
	while (at < size && !strchr("=!<>&", text[at]))
		at++;
	for (int i = 0; i < OPERATORS && !c->operator; i++) {
		length = strlen(operators[i][0]);
		if (at + length <= size && strncmp(text + at, operators[i][0], length) == 0)
			c->operator= operators[i][1];
	}
	if (!c->operator)
		return bad(option, text, size);
	length =
		strncmp(text + at, c->operator, strlen(c->operator)) == 0 ? strlen(c->operator) : 1;
	c->name = copy_trimmed(text, at);
	c->wanted = copy_trimmed(text + at + length, size - at - length);
	if (!c->name || !c->wanted)
		return fail_nomem();
	if (c->name[0] == '\0' || !number_is_value(c->wanted))
		return bad(option, text, size);
	return 0;
}

int conditions_parse(struct conditions *c, const char *word, const char *option)
{
	for (;; word++) {
		size_t size = strcspn(word, ",");
		struct condition *item = realloc(c->item, (c->count + 1) * sizeof(*item));
		if (!item)
			return fail_nomem();
		c->item = item;
		item[c->count] = (struct condition){.name = NULL};
		int status = parse_one(&item[c->count++], word, size, option);
		if (status != 0)
			return status;
		word += size;
		if (*word == '\0')
			return 0;
	}
}

void conditions_fini(struct conditions *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->item[i].name);
		free(c->item[i].wanted);
	}
	for (size_t i = 0; i < c->bound_count; i++)
		free(c->bound[i].wanted);
	free(c->bound);
	free(c->item);
	*c = (struct conditions){.item = NULL};
}

void condition_write(char *text, size_t capacity, const struct condition *c)
{
	snprintf(text, capacity, "%s %s %s", c->name, c->operator, c->wanted);
}

/* ------------------------------------------------------------- binding --- */

static bool is_order_missing(const struct bound_condition *bound)
{
	return bound->order == GDBREGS_BYTE_ORDER_UNKNOWN && bound->size_bytes > 1;
}

static void refuse(const struct bound_condition *bound, int error, char *message, size_t capacity)
{
	const struct condition *c = bound->condition;
	unsigned bits = gdbregs_field_bits(&bound->part.field);
	char names[160];
	part_list_names(&bound->part.field, names, sizeof(names));
	if (is_order_missing(bound))
		snprintf(message, capacity,
			 "%.80s: the byte order of the target is unknown; give --endian", c->name);
	else if (error == GDBREGS_ERR_LIMIT)
		snprintf(message, capacity, "%.80s: %.60s does not fit in its %u bit%s", c->name,
			 c->wanted, bits, bits == 1 ? "" : "s");
	else if (error == GDBREGS_ERR_UNSUPPORTED)
		snprintf(message, capacity,
			 "%.80s has no number to compare; name one of its parts ('gdbregs-cli list "
			 "--fields')",
			 c->name);
	else if (number_is_bad_octal(c->wanted))
		snprintf(message, capacity,
			 "%.80s: a leading 0 means octal, and '%.60s' is not an octal number; omit "
			 "the 0 for decimal",
			 c->name, c->wanted);
	else
		snprintf(message, capacity, "%.80s: '%.60s' is not a number%s%s", c->name,
			 c->wanted, names[0] != '\0' ? " nor one of its names: " : "", names);
}

static int take_wanted(struct bound_condition *bound, char *message, size_t capacity)
{
	bound->size_bytes = (gdbregs_register_bits(bound->part.reg) + 7) / 8;
	bound->order = bound->vcpu->order;
	bound->wanted = calloc(bound->size_bytes + 1, 1);
	if (!bound->wanted)
		return GDBREGS_ERR_NOMEM;
	int error = part_parse(&bound->part.field, bound->part.path, bound->condition->wanted,
			       bound->order, bound->wanted, bound->size_bytes);
	if (error < 0 && error != GDBREGS_ERR_NOMEM)
		refuse(bound, error, message, capacity);
	return error < 0 && error != GDBREGS_ERR_NOMEM ? GDBREGS_ERR_INVAL : error;
}

static int bind_one(struct bound_condition *bound, struct sampler *sampler, char *message,
		    size_t capacity)
{
	const struct condition *c = bound->condition;
	const struct gdbregs_description *d =
		snapshot_selected(sampler->snapshot, sampler->vcpu)->description;
	int error = part_choose(d, c->name, &bound->part, message, capacity);
	if (error < 0)
		return error;
	bound->vcpu = sampler->vcpu;
	struct gdbregs_field whole = bound->part.field;
	if (!bound->part.path && part_float(&whole, &bound->part.field))
		bound->part.path = (char *)gdbregs_field_name(&bound->part.field);
	bound->part.place = sampler_include(sampler, bound->part.reg);
	error = take_wanted(bound, message, capacity);
	if (error == 0)
		bound->is_signed = gdbregs_field_is_signed(&bound->part.field);
	return error;
}

int conditions_bind(struct conditions *c, struct target *t, struct sampler *samplers, size_t count)
{
	char message[sizeof(t->error)];
	int error = 0;
	c->samplers = samplers;
	c->bound = calloc(count * c->count + 1, sizeof(*c->bound));
	if (!c->bound)
		return GDBREGS_ERR_NOMEM;
	for (; c->bound_count < count * c->count && error == 0; c->bound_count++) {
		struct bound_condition *bound = &c->bound[c->bound_count];
		bound->condition = &c->item[c->bound_count % c->count];
		error = bind_one(bound, &samplers[c->bound_count / c->count], message,
				 sizeof(message));
	}
	return error == 0 || error == GDBREGS_ERR_NOMEM
		       ? error
		       : target_fail(t, status_of(error, 1), "%s", message);
}

const struct bound_condition *conditions_at(const struct conditions *c,
					    const struct sampler *sampler, size_t index)
{
	return &c->bound[(size_t)(sampler - c->samplers) * c->count + index];
}

struct value condition_value(const struct bound_condition *bound, const struct sampler *sampler)
{
	return sampler_value_at(sampler, bound->part.place, &bound->part);
}

/* ----------------------------------------------------------- comparing --- */

enum order { LESS, EQUAL, GREATER, UNORDERED };

/* Byte `i` of a number, the least significant one first; `fill` above it. */
static uint8_t byte_at(const struct value *v, size_t i, uint8_t fill)
{
	if (i >= (value_sent_bits(v) + 7) / 8)
		return fill;
	if (v->is_bit_field)
		return (uint8_t)(v->number >> 8 * i);
	return v->bytes[v->order == GDBREGS_BYTE_ORDER_BIG ? v->size_bytes - 1 - i : i];
}

static bool is_negative(const struct value *v)
{
	return value_sent_bits(v) > 0 && value_bit(v, value_sent_bits(v) - 1);
}

static enum order order_of(bool less)
{
	return less ? LESS : GREATER;
}

/* Compare two numbers of any size, as unsigned. */
static enum order compare_bytes(const struct value *is, const struct value *wanted, uint8_t is_fill,
				uint8_t wanted_fill)
{
	size_t a = (value_sent_bits(is) + 7) / 8, b = (value_sent_bits(wanted) + 7) / 8;
	for (size_t i = a > b ? a : b; i-- > 0;) {
		uint8_t left = byte_at(is, i, is_fill), right = byte_at(wanted, i, wanted_fill);
		if (left != right)
			return order_of(left < right);
	}
	return EQUAL;
}

static enum order compare_signed(const struct value *is, const struct value *wanted)
{
	bool negative = is_negative(is);
	if (negative != is_negative(wanted))
		return order_of(negative);
	uint8_t fill = negative ? 0xff : 0;
	return compare_bytes(is, wanted, fill, fill);
}

/* Returns whether it is a number or infinite. */
static bool is_ordinary(const struct value *v, const struct gdbregs_field *field)
{
	struct gdbregs_buffer text = {0};
	bool ok = gdbregs_field_format(field, v->order, v->whole, v->whole_bytes, &text) == 0 &&
		  text.size > 0;
	if (ok) {
		const char *shown = (const char *)text.data;
		shown += shown[0] == '-';
		ok = (shown[0] >= '0' && shown[0] <= '9') || strncmp(shown, "inf", 3) == 0;
	}
	gdbregs_buffer_fini(&text);
	return ok;
}

/* Compare floats that do not fit a double. The bits of IEEE formats are ordered as sign and
 * magnitude. */
static enum order compare_magnitudes(const struct value *is, const struct value *wanted,
				     const struct gdbregs_field *field)
{
	if (!is_ordinary(is, field) || !is_ordinary(wanted, field))
		return UNORDERED;
	bool negative = is_negative(is);
	if (negative != is_negative(wanted))
		return order_of(negative);
	enum order order = compare_bytes(is, wanted, 0, 0);
	return order == EQUAL || !negative ? order : order_of(order == GREATER);
}

static enum order compare_floats(const struct value *is, const struct value *wanted,
				 const struct gdbregs_field *field)
{
	double a, b;
	if (gdbregs_field_double(field, is->order, is->whole, is->whole_bytes, &a) < 0 ||
	    gdbregs_field_double(field, wanted->order, wanted->whole, wanted->whole_bytes, &b) < 0)
		return compare_magnitudes(is, wanted, field);
	if (a == b)
		return EQUAL;
	return a < b ? LESS : a > b ? GREATER : UNORDERED;
}

/* A number that is too large for a signed register as a positive number means bits, as in C: `rax
 * >= 0xffff800000000000`. */
static enum order compare(const struct bound_condition *bound, const struct value *is,
			  const struct value *wanted)
{
	bool bits = is_negative(wanted) && bound->condition->wanted[0] != '-';
	if (gdbregs_field_kind(&bound->part.field) == GDBREGS_TYPE_FLOAT)
		return compare_floats(is, wanted, &bound->part.field);
	return bound->is_signed && !bits ? compare_signed(is, wanted)
					 : compare_bytes(is, wanted, 0, 0);
}

static bool have_common_bits(const struct value *is, const struct value *wanted)
{
	for (size_t i = 0; i < (value_sent_bits(is) + 7) / 8; i++) {
		if (byte_at(is, i, 0) & byte_at(wanted, i, 0))
			return true;
	}
	return false;
}

bool condition_holds(const struct bound_condition *bound, const struct sampler *sampler)
{
	const struct gdbregs_read read = {
		.reg = bound->part.reg, .status = (int)bound->size_bytes, .data = bound->wanted};
	struct value is = condition_value(bound, sampler);
	struct value wanted = value_make(NULL, sampler->vcpu, bound->order, &bound->part, &read);
	const char *operator= bound->condition->operator;
	bool equal = operator[1] == '=';
	if (is.status <= 0)
		return false;
	if (operator[0] == '&')
		return have_common_bits(&is, &wanted);
	enum order order = compare(bound, &is, &wanted);
	switch (operator[0]) {
	case '=':
		return order == EQUAL;
	case '!':
		return order != EQUAL;
	case '<':
		return order == LESS || (equal && order == EQUAL);
	default:
		return order == GREATER || (equal && order == EQUAL);
	}
}

bool conditions_hold(const struct conditions *c, const struct sampler *sampler)
{
	for (size_t i = 0; i < c->count; i++) {
		if (!condition_holds(conditions_at(c, sampler, i), sampler))
			return false;
	}
	return true;
}
