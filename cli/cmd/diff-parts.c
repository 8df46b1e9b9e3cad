/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/diff-parts.h"

#include "base/message.h"

#include <string.h>

/* Registers that are looked at for all parts together. Parts of one register are
 * neighbours in a file, so this is only reached by a file and a stub that are made for it. */
enum { MOST_COMPARED = 100000000 };

struct search {
	const struct snapshot *snapshot;
	const struct vcpu *vcpu;
	size_t place; /* of the register that was found last */
	size_t left;
};

static const struct gdbregs_read *find_read(struct search *search,
					    const struct gdbregs_register *reg)
{
	const struct selected *selected = snapshot_selected(search->snapshot, search->vcpu);
	const struct gdbregs_read *reads = &search->snapshot->reads[search->vcpu->first_read];
	if (search->place < selected->register_count && selected->registers[search->place] == reg)
		return &reads[search->place];
	for (size_t i = 0; i < selected->register_count && search->left > 0; i++, search->left--) {
		if (selected->registers[i] != reg)
			continue;
		search->place = i;
		return &reads[i];
	}
	return NULL;
}

/* Returns false if the vCPU does not have the part. */
static bool find_value(struct search *search, const struct stored_value *v, struct chosen *chosen,
		       struct value *out)
{
	const struct gdbregs_description *d =
		snapshot_selected(search->snapshot, search->vcpu)->description;
	const struct gdbregs_register *reg;
	*chosen = (struct chosen){.path = (char *)v->field};
	if (!d || gdbregs_description_find_register(d, v->feature, v->name, &reg) < 0 ||
	    gdbregs_field_find(reg, v->field, &chosen->field) < 0)
		return false;
	const struct gdbregs_read *read = find_read(search, reg);
	chosen->reg = reg;
	if (!read)
		return false;
	*out = value_make(v->target, search->vcpu, search->vcpu->order, chosen, read);
	return true;
}

json_t *diff_part_object(const struct value *v)
{
	struct text bytes = {0}, number = {0};
	struct gdbregs_buffer decoded = {0};
	const char *meaning = value_decode_all(v, &decoded);
	json_t *object = json_object();
	json_member(&object, "name", json_text(gdbregs_register_name(v->reg)));
	json_member(&object, "field", json_text(value_path(v)));
	json_member(&object, "feature", json_text(gdbregs_register_feature(v->reg)));
	if (v->status > 0 && !v->is_bit_field) {
		text_add_bytes(&bytes, v->bytes, v->size_bytes);
		json_member(&object, "bytes", json_text(bytes.data));
	}
	if (value_is_number(v)) {
		value_add_number(&number, v, false);
		json_member(&object, "value", json_text(number.data));
	}
	if (meaning && value_kind(v) == GDBREGS_TYPE_ENUM)
		json_member(&object, "text", json_text(meaning));
	if (!meaning || bytes.failed || number.failed) {
		json_decref(object);
		object = NULL;
	}
	text_fini(&bytes);
	text_fini(&number);
	gdbregs_buffer_fini(&decoded);
	return object;
}

static int add_part(struct stored *s, struct search *search, const struct stored_value *v)
{
	struct chosen chosen;
	struct value value;
	struct stored_value stored = {
		.target = search->snapshot->target, .vcpu = v->vcpu, .order = search->vcpu->order};
	if (!find_value(search, v, &chosen, &value))
		return 0;
	return stored_add_register(s, diff_part_object(&value), stored);
}

static int add_of_target(struct stored *s, const struct target *t, const struct stored *file)
{
	struct search search = {.snapshot = &t->snapshot, .left = MOST_COMPARED};
	int status = 0;
	for (size_t i = 0; i < file->count && status == 0; i++) {
		const struct stored_value *v = &file->item[i];
		/* With one target in the file, its address does not matter. */
		if (!v->field || (file->several && strcmp(v->target, t->name) != 0))
			continue;
		for (size_t j = 0; j < t->snapshot.vcpu_count && status == 0; j++) {
			search.vcpu = &t->snapshot.vcpus[j];
			if (search.vcpu->index == v->vcpu)
				status = add_part(s, &search, v);
		}
	}
	return status;
}

int diff_add_parts(struct stored *s, const struct targets *set, const struct stored *file)
{
	int status = 0;
	for (size_t i = 0; i < set->count && status == 0; i++)
		status = add_of_target(s, &set->item[i], file);
	return status;
}
