/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "format.h"

bool format_snapshots(struct output *out, const struct targets *set, enum shape shape)
{
	switch (set->options->format) {
	case FORMAT_JSON:
		return format_json(out, set, shape);
	case FORMAT_JSONL:
		return format_jsonl(out, set);
	case FORMAT_CSV:
		return format_csv(out, set);
	default:
		return format_text(out, set, shape);
	}
}

struct value value_get(const struct snapshot *s, const struct vcpu *vcpu, size_t index)
{
	const struct gdbregs_read *read = &s->reads[vcpu->first_read + index];
	return (struct value){
		.target = s->target,
		.vcpu = vcpu,
		.reg = read->reg,
		.bytes = read->data,
		.size_bytes = read->status > 0 ? (size_t)read->status : 0,
		.status = read->status,
	};
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
