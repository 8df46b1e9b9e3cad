/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/diff-live.h"

#include <string.h>
#include <strings.h>

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

static bool same_digits(const struct gdbregs_read *read, const char *digits)
{
	static const char hex[] = "0123456789abcdef";
	size_t size = (size_t)read->status;
	if (strlen(digits) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		char pair[2] = {hex[read->data[i] >> 4], hex[read->data[i] & 15]};
		if (strncasecmp(pair, digits + 2 * i, 2) != 0)
			return false;
	}
	return true;
}

bool live_same_bytes(const struct stored_value *a, const struct stored_value *b)
{
	if (!a->read && !b->read)
		return strcasecmp(a->bytes, b->bytes) == 0;
	if (a->read && b->read)
		return a->read->status == b->read->status &&
		       memcmp(a->read->data, b->read->data, (size_t)a->read->status) == 0;
	return a->read ? same_digits(a->read, b->bytes) : same_digits(b->read, a->bytes);
}
