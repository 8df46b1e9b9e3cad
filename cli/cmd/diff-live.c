/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/diff-live.h"

#include "base/number.h"

#include <string.h>

static struct value value_of(const struct stored_value *v, struct vcpu *vcpu)
{
	*vcpu = (struct vcpu){.index = v->vcpu, .order = v->order};
	return value_make(v->target, vcpu, v->order, NULL, v->read);
}

/* Flags and enums have a text, as in a snapshot file. */
static bool decode(struct live_texts *texts, const struct value *from)
{
	enum gdbregs_type_kind kind = value_kind(from);
	if (kind != GDBREGS_TYPE_FLAGS && kind != GDBREGS_TYPE_ENUM)
		return true;
	const char *text = value_decode_all(from, &texts->decoded);
	if (text && text[0] != '\0')
		texts->value.text = text;
	return text;
}

static bool make(struct live_texts *texts, const struct value *from)
{
	text_clear(&texts->bytes);
	text_clear(&texts->number);
	text_add_bytes(&texts->bytes, from->bytes, from->size_bytes);
	texts->value.bytes = texts->bytes.data;
	if (value_is_number(from)) {
		value_add_number(&texts->number, from, false);
		texts->value.number = texts->number.data;
	}
	return decode(texts, from) && !texts->bytes.failed && !texts->number.failed;
}

const struct stored_value *live_show(struct live_texts *texts, const struct stored_value *v,
				     bool *ok)
{
	struct vcpu vcpu;
	if (!v || !v->read || !live_has_bytes(v))
		return v;
	struct value from = value_of(v, &vcpu);
	texts->value = *v;
	*ok = make(texts, &from) && *ok;
	return &texts->value;
}

void live_texts_fini(struct live_texts *texts)
{
	text_fini(&texts->bytes);
	text_fini(&texts->number);
	gdbregs_buffer_fini(&texts->decoded);
}

bool live_has_bytes(const struct stored_value *v)
{
	return v->read ? v->read->status > 0 : v->bytes != NULL;
}

size_t live_size(const struct stored_value *v)
{
	return v->read ? (size_t)v->read->status : strlen(v->bytes) / 2;
}

unsigned live_byte(const struct stored_value *v, size_t i)
{
	if (v->read)
		return v->read->data[i];
	return number_digit(v->bytes[2 * i]) << 4 | number_digit(v->bytes[2 * i + 1]);
}

/* QEMU's PowerPC reverses the bytes of a register in its other mode. */
static bool is_reversed(const struct stored_value *a, const struct stored_value *b)
{
	return a->order != b->order && a->order != GDBREGS_BYTE_ORDER_UNKNOWN &&
	       b->order != GDBREGS_BYTE_ORDER_UNKNOWN;
}

bool live_same_bytes(const struct stored_value *a, const struct stored_value *b)
{
	size_t size = live_size(a);
	bool reversed = is_reversed(a, b);
	if (size != live_size(b))
		return false;
	if (!reversed && a->read && b->read)
		return memcmp(a->read->data, b->read->data, size) == 0;
	for (size_t i = 0; i < size; i++) {
		if (live_byte(a, i) != live_byte(b, reversed ? size - 1 - i : i))
			return false;
	}
	return true;
}
