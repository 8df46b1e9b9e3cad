/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields by the name of their register. */
#include "session/session.h"
#include "tdesc/roles.h"

#include <string.h>

/* The longest name of a register that a path can begin with. */
#define NAME_BYTES 256

static int find_part(const struct gdbregs_description *d, const char *feature, const char *name,
		     size_t length, struct gdbregs_field *out)
{
	const struct gdbregs_register *reg;
	char cut[NAME_BYTES];

	if (length >= sizeof(cut))
		return GDBREGS_ERR_NO_REGISTER;
	memcpy(cut, name, length);
	cut[length] = '\0';

	int result = gdbregs__roles_find(d, feature, cut, &reg);
	if (result < 0)
		return result;
	name += length;
	if (*name != '.')
		return gdbregs_field_find(reg, name, out);
	return name[1] && name[1] != '[' ? gdbregs_field_find(reg, name + 1, out)
					 : GDBREGS_ERR_NO_FIELD;
}

int gdbregs_description_find_field(const struct gdbregs_description *d, const char *feature,
				   const char *name, struct gdbregs_field *out)
{
	const struct gdbregs_register *reg;

	if (!d || !name || !out)
		return GDBREGS_ERR_INVAL;

	int exact = gdbregs__roles_find(d, feature, name, &reg);
	if (exact != GDBREGS_ERR_NO_REGISTER)
		return exact < 0 ? exact : gdbregs_register_field(reg, out);
	/* Names of registers may have dots, too. */
	for (size_t i = strcspn(name, ".["); name[i]; i += 1 + strcspn(name + i + 1, ".[")) {
		int result = find_part(d, feature, name, i, out);

		if (result == GDBREGS_ERR_NO_FIELD)
			exact = result;
		else if (result != GDBREGS_ERR_NO_REGISTER)
			return result;
	}
	return exact;
}

int gdbregs_find_field(struct gdbregs_session *s, unsigned vcpu, const char *feature,
		       const char *name, struct gdbregs_field *out)
{
	const struct gdbregs_register *reg;
	const struct gdbregs_description *d = s ? gdbregs_vcpu_description(s, vcpu) : NULL;
	int result = name && out ? gdbregs_description_find_field(d, feature, name, out)
				 : GDBREGS_ERR_INVAL;

	if (!s || result == 0)
		return result;
	if (name && !out)
		return gdbregs__engine_say(&s->engine, result, "out must not be NULL");
	if (result == GDBREGS_ERR_NO_FIELD)
		return gdbregs__engine_say(&s->engine, result,
					   "vCPU %u: the register has no field '%s'", vcpu, name);
	if (result == GDBREGS_ERR_AMBIGUOUS)
		return gdbregs__engine_say(&s->engine, result,
					   "vCPU %u: several registers have the name in '%s'; "
					   "name the feature too",
					   vcpu, name);
	/* The other errors are those of the register, and so are the texts. */
	return gdbregs_find_register(s, vcpu, feature, name, &reg);
}

static int number_of(struct gdbregs_session *s, unsigned vcpu, const char *name,
		     const struct gdbregs_field *f, const struct gdbregs_buffer *value,
		     uint64_t *out)
{
	enum gdbregs_byte_order order = gdbregs_vcpu_byte_order(s, vcpu);
	int result = gdbregs_field_u64(f, order, value->data, value->size, out);

	switch (result) {
	case GDBREGS_ERR_UNAVAILABLE:
		return gdbregs__engine_say(&s->engine, result, "%s: the stub sent only %zu bytes",
					   name, value->size);
	case GDBREGS_ERR_LIMIT:
		return gdbregs__engine_say(&s->engine, result, "%s is not a number of 64 bits",
					   name);
	case GDBREGS_ERR_UNSUPPORTED:
		if (order == GDBREGS_BYTE_ORDER_UNKNOWN)
			return gdbregs__engine_say(&s->engine, result,
						   "%s: the byte order is unknown", name);
		return gdbregs__engine_say(&s->engine, result,
					   "%s is not a number; name a part of it", name);
	default:
		return result;
	}
}

int gdbregs_read_u64(struct gdbregs_session *s, unsigned vcpu, const char *name, uint64_t *out)
{
	struct gdbregs_buffer value = {0};
	struct gdbregs_field f;

	if (s && !out)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL, "out must not be NULL");
	int result = gdbregs_find_field(s, vcpu, NULL, name, &f);
	if (result == 0)
		result = gdbregs_read_register(s, vcpu, gdbregs_field_register(&f), &value);
	if (result >= 0)
		result = number_of(s, vcpu, name, &f, &value, out);
	gdbregs_buffer_fini(&value);
	return result;
}
