/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/condition.h"

#include "base/exit-status.h"
#include "base/message.h"
#include "base/number.h"

#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- syntax --- */

/* The longer ones first. */
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
		    "%s: '%.*s' is not a condition; give REGISTER OP NUMBER, such as rip==0x7c00, "
		    "with one of == != < <= > >= &",
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
	if (c->name[0] == '\0' || !number_is(c->wanted))
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
	free(c->item);
	*c = (struct conditions){.item = NULL};
}

void condition_write(char *text, size_t capacity, const struct condition *c)
{
	snprintf(text, capacity, "%s %s %s", c->name, c->operator, c->wanted);
}

/* ------------------------------------------------------------- binding --- */

static int bind_one(struct bound_condition *bound, struct sampler *sampler, char *message,
		    size_t capacity)
{
	const struct condition *c = bound->condition;
	const struct gdbregs_register *reg = sampler_find(sampler, c->name);
	if (!reg) {
		snprintf(message, capacity,
			 "no register, or several, '%s'; 'gdbregs-cli list' "
			 "shows what there is",
			 c->name);
		return GDBREGS_ERR_NO_REGISTER;
	}
	size_t bits = gdbregs_register_bits(reg);
	bound->size_bytes = (bits + 7) / 8;
	bound->place = sampler_include(sampler, reg);
	bound->wanted = calloc(bound->size_bytes + 1, 1);
	if (!bound->wanted)
		return GDBREGS_ERR_NOMEM;
	if (sampler->vcpu->order == GDBREGS_BYTE_ORDER_UNKNOWN && bound->size_bytes > 1) {
		snprintf(message, capacity,
			 "%s: the byte order of the target is unknown; give "
			 "--endian",
			 c->name);
		return GDBREGS_ERR_UNSUPPORTED;
	}
	if (number_fits(c->wanted, bound->wanted, bound->size_bytes, bits))
		return 0;
	snprintf(message, capacity, "%s: %s does not fit in its %zu bits", c->name, c->wanted,
		 bits);
	return GDBREGS_ERR_LIMIT;
}

int conditions_bind(struct bound_condition *bound, const struct conditions *c,
		    struct sampler *sampler, char *message, size_t capacity)
{
	int error = 0;
	for (size_t i = 0; i < c->count && error == 0; i++) {
		bound[i].condition = &c->item[i];
		error = bind_one(&bound[i], sampler, message, capacity);
	}
	return error;
}

void conditions_unbind(struct bound_condition *bound, size_t count)
{
	for (size_t i = 0; i < count && bound; i++)
		free(bound[i].wanted);
	free(bound);
}

/* ----------------------------------------------------------- comparing --- */

/* Byte `i` of the value, the least significant one first; 0 above it. */
static uint8_t byte_at(const struct value *v, size_t i)
{
	if (i >= v->size_bytes)
		return 0;
	return v->bytes[v->vcpu->order == GDBREGS_BYTE_ORDER_BIG ? v->size_bytes - 1 - i : i];
}

static int compare(const struct value *v, const struct bound_condition *bound, bool *common)
{
	size_t size = v->size_bytes > bound->size_bytes ? v->size_bytes : bound->size_bytes;
	int order = 0;
	*common = false;
	for (size_t i = 0; i < size; i++) {
		uint8_t is = byte_at(v, i);
		uint8_t wanted = i < bound->size_bytes ? bound->wanted[i] : 0;
		if (is != wanted)
			order = is < wanted ? -1 : 1;
		*common |= (is & wanted) != 0;
	}
	return order;
}

bool condition_holds(const struct bound_condition *bound, const struct sampler *sampler)
{
	struct value v = sampler_value(sampler, bound->place);
	const char *operator= bound->condition->operator;
	bool common, equal = operator[1] == '=';
	if (v.status <= 0)
		return false;
	int order = compare(&v, bound, &common);
	switch (operator[0]) {
	case '=':
		return order == 0;
	case '!':
		return order != 0;
	case '<':
		return order < 0 || (equal && order == 0);
	case '>':
		return order > 0 || (equal && order == 0);
	default:
		return common;
	}
}

bool conditions_hold(const struct bound_condition *bound, size_t count,
		     const struct sampler *sampler)
{
	for (size_t i = 0; i < count; i++) {
		if (!condition_holds(&bound[i], sampler))
			return false;
	}
	return true;
}
