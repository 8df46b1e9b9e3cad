/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/value.h"

struct value value_get(const struct snapshot *s, const struct vcpu *vcpu, size_t index)
{
	const struct gdbregs_read *read = &s->reads[vcpu->first_read + index];
	return (struct value){
		.target = s->target,
		.vcpu = vcpu,
		.reg = read->reg,
		.alias = snapshot_alias(s, vcpu, index),
		.bytes = read->data,
		.size_bytes = read->status > 0 ? (size_t)read->status : 0,
		.status = read->status,
	};
}

const char *value_name(const struct value *v, char name[VALUE_NAME])
{
	if (!v->alias)
		return gdbregs_register_name(v->reg);
	snprintf(name, VALUE_NAME, "%s (%s)", gdbregs_register_name(v->reg), v->alias);
	return name;
}

bool value_is_number(const struct value *v)
{
	if (v->vcpu->order == GDBREGS_BYTE_ORDER_UNKNOWN || v->size_bytes == 0)
		return false;
	switch (gdbregs_register_kind(v->reg)) {
	case GDBREGS_TYPE_INTEGER:
	case GDBREGS_TYPE_FLOAT:
	case GDBREGS_TYPE_ENUM:
	case GDBREGS_TYPE_FLAGS:
		return true;
	default:
		return false;
	}
}

bool value_is_zero(const struct value *v)
{
	size_t i = 0;
	while (i < v->size_bytes && v->bytes[i] == 0)
		i++;
	return v->status > 0 && i == v->size_bytes;
}

void value_show(struct text *text, const struct value *v)
{
	text_clear(text);
	if (v->status < 0)
		text_adds(text, v->status == GDBREGS_ERR_UNAVAILABLE ? "<unavailable>" : "<error>");
	else if (v->vcpu->order != GDBREGS_BYTE_ORDER_UNKNOWN)
		text_add_number(text, v->vcpu->order, v->bytes, v->size_bytes, true);
	else
		text_add_bytes(text, v->bytes, v->size_bytes);
}

static bool is_long(enum gdbregs_type_kind kind)
{
	return kind == GDBREGS_TYPE_VECTOR || kind == GDBREGS_TYPE_STRUCT ||
	       kind == GDBREGS_TYPE_UNION;
}

const char *value_decode_all(const struct value *v, struct gdbregs_buffer *decoded)
{
	if (v->status <= 0)
		return "";
	int error =
		gdbregs_register_format(v->reg, v->vcpu->order, v->bytes, v->size_bytes, decoded);
	if (error == GDBREGS_ERR_NOMEM)
		return NULL;
	return error >= 0 && decoded->size > 0 ? (const char *)decoded->data : "";
}

const char *value_decode(const struct value *v, const struct options *o,
			 struct gdbregs_buffer *decoded)
{
	if (is_long(gdbregs_register_kind(v->reg)) && !o->verbose && !select_named(o, v->reg))
		return "";
	return value_decode_all(v, decoded);
}

const char *value_error(const struct value *v)
{
	return v->status == GDBREGS_ERR_UNAVAILABLE ? "unavailable" : gdbregs_strerror(v->status);
}

const char *byte_order_name(enum gdbregs_byte_order order)
{
	switch (order) {
	case GDBREGS_BYTE_ORDER_LITTLE:
		return "little";
	case GDBREGS_BYTE_ORDER_BIG:
		return "big";
	default:
		return NULL;
	}
}
