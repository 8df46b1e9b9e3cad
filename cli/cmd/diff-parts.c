/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/diff-parts.h"

#include <string.h>

/* The search ends after so many registers in all. Parts of one register are neighbours in a file,
 * so only a file and a stub that were made for it reach this. */
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

/* Find the value of a part. Returns false if the vCPU does not have the part. */
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

static int add_found(struct stored *s, struct search *search, const struct stored_value *v)
{
	struct chosen chosen;
	struct value value;
	if (!find_value(search, v, &chosen, &value))
		return 0;
	const struct stored_value stored = {.target = search->snapshot->target,
					    .vcpu = v->vcpu,
					    .order = search->vcpu->order,
					    .name = gdbregs_register_name(chosen.reg),
					    .feature = gdbregs_register_feature(chosen.reg),
					    .field = v->field};
	return stored_add_value(s, &value, stored);
}

static int add_of_target(struct stored *s, const struct target *t, const struct stored *file)
{
	struct search search = {.snapshot = &t->snapshot, .left = MOST_COMPARED};
	int status = 0;
	for (size_t i = 0; i < file->count && status == 0; i++) {
		const struct stored_value *v = &file->item[i];
		/* With one target in the file, its address does not matter. */
		if (!v->field || (file->several_targets && strcmp(v->target, t->name) != 0))
			continue;
		for (size_t j = 0; j < t->snapshot.vcpu_count && status == 0; j++) {
			search.vcpu = &t->snapshot.vcpus[j];
			if (search.vcpu->index == v->vcpu)
				status = add_found(s, &search, v);
		}
	}
	return status;
}

int parts_add(struct stored *s, const struct targets *set, const struct stored *file)
{
	int status = 0;
	for (size_t i = 0; i < set->count && status == 0; i++)
		status = add_of_target(s, &set->item[i], file);
	return status;
}
