/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/stored.h"

#include "base/message.h"

#include <stdlib.h>
#include <string.h>

int stored_append(struct stored *s, struct stored_value value)
{
	if (s->count == s->capacity) {
		size_t capacity = s->capacity > 0 ? 2 * s->capacity : 256;
		struct stored_value *item = realloc(s->item, capacity * sizeof(*item));
		if (!item)
			return fail_nomem();
		s->item = item;
		s->capacity = capacity;
	}
	value.place = s->count;
	s->item[s->count++] = value;
	return 0;
}

int stored_keep(struct stored *s, json_t *json)
{
	if (!s->kept)
		s->kept = json_array();
	return json_array_append_new(s->kept, json) == 0 ? 0 : fail_nomem();
}

void stored_note_target(struct stored *s, const char *target)
{
	if (!s->target)
		s->target = target;
	s->several_targets |= strcmp(s->target, target) != 0;
}

void stored_fini(struct stored *s)
{
	json_decref(s->kept);
	free(s->bytes);
	free(s->failures);
	free(s->item);
	*s = (struct stored){.name = NULL};
}

/* ------------------------------------------------------- registers of a target --- */

static int add_vcpu_reads(struct stored *s, const char *target, const struct snapshot *snapshot,
			  const struct vcpu *vcpu)
{
	const struct selected *selected = snapshot_selected(snapshot, vcpu);
	const struct gdbregs_read *reads = &snapshot->reads[vcpu->first_read];
	struct stored_value value = {
		.target = target,
		.vcpu = vcpu->index,
		.order = vcpu->order,
		.architecture = gdbregs_description_architecture(selected->description)};
	int status = 0;
	for (size_t i = 0; i < selected->register_count && status == 0; i++) {
		bool known = reads[i].status > 0;
		value.read = &reads[i];
		value.bytes = known ? reads[i].data : NULL;
		value.size = known ? (size_t)reads[i].status : 0;
		value.name = gdbregs_register_name(reads[i].reg);
		value.feature = gdbregs_register_feature(reads[i].reg);
		status = stored_append(s, value);
	}
	return status;
}

int stored_add_target(struct stored *s, const struct target *t)
{
	const struct snapshot *snapshot = &t->snapshot;
	/* The name is compared with names of files, where it is JSON, too. */
	json_t *name = json_text(t->name);
	int status = stored_keep(s, name);
	if (status != 0)
		return status;
	stored_note_target(s, json_string_value(name));
	for (size_t i = 0; i < snapshot->vcpu_count && status == 0; i++)
		status = add_vcpu_reads(s, json_string_value(name), snapshot, &snapshot->vcpus[i]);
	return status;
}

/* ----------------------------------------------------------- values and texts --- */

static struct value value_of(const struct stored_value *v, struct vcpu *vcpu)
{
	*vcpu = (struct vcpu){.index = v->vcpu, .order = v->order};
	return value_make(v->target, vcpu, v->order, NULL, v->read);
}

/* Make the texts that a value has in a snapshot file. Returns false if memory runs out. */
static bool make_texts(struct stored_texts *texts, const struct value *from)
{
	const char *meaning = value_text(from, &texts->decoded);
	text_clear(&texts->number);
	if (value_is_number(from)) {
		value_add_number(&texts->number, from, false);
		texts->value.number = texts->number.data;
	}
	if (meaning && meaning[0] != '\0')
		texts->value.text = meaning;
	return meaning && !texts->number.failed;
}

/* Replace a text by a copy that exists as long as `s`. */
static int keep_text(struct stored *s, const char **text)
{
	if (!*text)
		return 0;
	json_t *copy = json_text(*text);
	*text = json_string_value(copy);
	return stored_keep(s, copy);
}

int stored_add_value(struct stored *s, const struct value *from, struct stored_value value)
{
	struct stored_texts texts = {.value = value};
	struct stored_value *added = &texts.value;
	int status = make_texts(&texts, from) ? 0 : fail_nomem();
	if (status == 0)
		status = keep_text(s, &added->number);
	if (status == 0)
		status = keep_text(s, &added->text);
	if (from->status > 0 && !from->is_bit_field) {
		added->bytes = from->bytes;
		added->size = from->size_bytes;
	}
	if (status == 0)
		status = stored_append(s, *added);
	stored_texts_fini(&texts);
	return status;
}

/* The bytes of a file are compared. If somebody has edited them, its number and its text may be
 * those of the bytes before. */
static const struct stored_value *show_file(struct stored_texts *texts,
					    const struct stored_value *v, bool *ok)
{
	if (!v->number || v->size == 0 || v->order == GDBREGS_BYTE_ORDER_UNKNOWN)
		return v;
	text_clear(&texts->number);
	text_add_number(&texts->number, v->order, v->bytes, v->size, false);
	*ok = !texts->number.failed && *ok;
	if (!*ok || strcmp(texts->number.data, v->number) == 0)
		return v;
	texts->value = *v;
	texts->value.number = texts->number.data;
	texts->value.text = NULL;
	return &texts->value;
}

const struct stored_value *stored_show(struct stored_texts *texts, const struct stored_value *v,
				       bool *ok)
{
	struct vcpu vcpu;
	if (!v || !v->bytes)
		return v;
	if (!v->read)
		return show_file(texts, v, ok);
	struct value from = value_of(v, &vcpu);
	texts->value = *v;
	*ok = make_texts(texts, &from) && *ok;
	return &texts->value;
}

void stored_texts_fini(struct stored_texts *texts)
{
	text_fini(&texts->number);
	gdbregs_buffer_fini(&texts->decoded);
}

bool stored_same_vcpu(const struct stored_value *a, const struct stored_value *b)
{
	return a->vcpu == b->vcpu && (a->target == b->target || strcmp(a->target, b->target) == 0);
}

bool stored_same_feature(const struct stored_value *a, const struct stored_value *b)
{
	if (!a->feature || !b->feature)
		return a->feature == b->feature;
	return a->feature == b->feature || strcmp(a->feature, b->feature) == 0;
}

/* Returns whether two values have different byte orders. QEMU's PowerPC changes the order with
 * msr.LE. */
static bool is_reversed(const struct stored_value *a, const struct stored_value *b)
{
	return a->order != b->order && a->order != GDBREGS_BYTE_ORDER_UNKNOWN &&
	       b->order != GDBREGS_BYTE_ORDER_UNKNOWN;
}

bool stored_same_bytes(const struct stored_value *a, const struct stored_value *b)
{
	if (a->size != b->size)
		return false;
	if (!is_reversed(a, b))
		return memcmp(a->bytes, b->bytes, a->size) == 0;
	for (size_t i = 0; i < a->size; i++) {
		if (a->bytes[i] != b->bytes[b->size - 1 - i])
			return false;
	}
	return true;
}
