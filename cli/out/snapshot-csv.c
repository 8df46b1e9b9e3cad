/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/formats.h"

#include "out/csv.h"

enum { TARGET, VCPU, FEATURE, NAME, BITS, TYPE, BYTES, VALUE, ERROR, COLUMNS };

static void put_header(struct output *out)
{
	static const char *const header[COLUMNS] = {"target", "vcpu",  "feature", "name", "bits",
						    "type",   "bytes", "value",	  "error"};
	csv_row(out, header, COLUMNS);
}

struct cells {
	struct text bytes;
	struct text value;
};

static void put_value(struct output *out, const struct value *v, struct cells *cells)
{
	char vcpu[16], bits[16];
	snprintf(vcpu, sizeof(vcpu), "%u", v->vcpu->index);
	snprintf(bits, sizeof(bits), "%u", gdbregs_register_bits(v->reg));
	text_clear(&cells->bytes);
	text_clear(&cells->value);
	text_add_bytes(&cells->bytes, v->bytes, v->size_bytes);
	if (value_is_number(v))
		text_add_number(&cells->value, v->vcpu->order, v->bytes, v->size_bytes, false);
	const char *fields[COLUMNS] = {
		[TARGET] = v->target,
		[VCPU] = vcpu,
		[FEATURE] = gdbregs_register_feature(v->reg),
		[NAME] = gdbregs_register_name(v->reg),
		[BITS] = bits,
		[TYPE] = gdbregs_register_type(v->reg),
		[BYTES] = cells->bytes.data,
		[VALUE] = cells->value.data,
		[ERROR] = v->status < 0 ? value_error(v) : NULL,
	};
	csv_row(out, fields, COLUMNS);
}

static bool put_vcpu(struct output *out, const struct snapshot *s, const struct vcpu *vcpu)
{
	size_t count = snapshot_selected(s, vcpu)->count;
	struct cells cells = {0};
	bool ok = true;
	for (size_t i = 0; i < count && ok && !output_broken(out); i++) {
		struct value v = value_get(s, vcpu, i);
		put_value(out, &v, &cells);
		ok = !cells.bytes.failed && !cells.value.failed;
	}
	text_fini(&cells.bytes);
	text_fini(&cells.value);
	return ok;
}

static void put_error(struct output *out, const struct target *t)
{
	const char *fields[COLUMNS] = {[TARGET] = t->name, [ERROR] = t->error};
	csv_row(out, fields, COLUMNS);
}

bool format_csv(struct output *out, const struct targets *set)
{
	bool ok = true;
	put_header(out);
	for (size_t i = 0; i < set->count && ok; i++) {
		const struct target *t = &set->item[i];
		if (t->status != 0)
			put_error(out, t);
		for (size_t j = 0; t->status == 0 && j < t->snapshot.vcpu_count && ok; j++)
			ok = put_vcpu(out, &t->snapshot, &t->snapshot.vcpus[j]);
	}
	return ok;
}
