/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One register a line, written as it is made. */
#include "out/formats.h"

#include "out/json.h"

static json_t *hex(const struct value *v, struct text *text)
{
	if (v->status < 0)
		return json_null();
	text_clear(text);
	text_add_bytes(text, v->bytes, v->size_bytes);
	return text->failed ? NULL : json_stringn(text->size > 0 ? text->data : "", text->size);
}

static json_t *number(const struct value *v, struct text *text)
{
	text_clear(text);
	text_add_number(text, v->vcpu->order, v->bytes, v->size_bytes, false);
	return text->failed ? NULL : json_stringn(text->data, text->size);
}

/* So that flags and enums can be told in files as well: `diff` reads them. */
static bool has_names(const struct value *v)
{
	enum gdbregs_type_kind kind = gdbregs_register_kind(v->reg);
	return kind == GDBREGS_TYPE_FLAGS || kind == GDBREGS_TYPE_ENUM;
}

static void add_names(json_t **object, const struct value *v)
{
	struct gdbregs_buffer decoded = {0};
	const char *names = value_decode_all(v, &decoded);
	if (!names || names[0] != '\0')
		json_member(object, "text", names ? json_text(names) : NULL);
	gdbregs_buffer_fini(&decoded);
}

static void add_register(json_t **object, const struct value *v, struct text *text)
{
	json_member(object, "name", json_text(gdbregs_register_name(v->reg)));
	json_member(object, "feature", json_text(gdbregs_register_feature(v->reg)));
	json_member(object, "bits", json_integer(gdbregs_register_bits(v->reg)));
	json_member(object, "type", json_text(gdbregs_register_type(v->reg)));
	json_member(object, "bytes", hex(v, text));
	if (value_is_number(v))
		json_member(object, "value", number(v, text));
	if (has_names(v))
		add_names(object, v);
	if (v->status < 0)
		json_member(object, "error", json_text(value_error(v)));
}

/* An array of the registers, one a line, indented. */
static bool put_registers(struct output *out, const struct snapshot *s, const struct vcpu *vcpu,
			  const char *indent)
{
	size_t count = snapshot_selected(s, vcpu)->count;
	struct text text = {0};
	bool ok = true;
	fputs("[", out->stream);
	for (size_t i = 0; i < count && ok && !output_broken(out); i++) {
		struct value v = value_get(s, vcpu, i);
		json_t *object = json_object();
		add_register(&object, &v, &text);
		fprintf(out->stream, "%s\n%s", i > 0 ? "," : "", indent);
		ok = json_put(out, object);
	}
	fputs("]", out->stream);
	text_fini(&text);
	return ok;
}

static json_t *describe_vcpu(const struct vcpu *vcpu, enum shape shape)
{
	json_t *object = json_object();
	json_member(&object, "vcpu", json_integer(vcpu->index));
	if (shape != SHAPE_SNAPSHOT)
		return object;
	json_member(&object, "thread", json_text(vcpu->thread));
	json_member(&object, "name", json_text(vcpu->name));
	json_member(&object, "architecture", json_text(vcpu->architecture));
	json_member(&object, "byte_order", json_text(byte_order_name(vcpu->order)));
	return object;
}

static bool put_vcpus(struct output *out, const struct snapshot *s, enum shape shape)
{
	bool ok = true;
	fputs("[", out->stream);
	for (size_t i = 0; i < s->vcpu_count && ok && !output_broken(out); i++) {
		fputs(i > 0 ? ",\n  " : "\n  ", out->stream);
		ok = json_put_open(out, describe_vcpu(&s->vcpus[i], shape));
		fputs(",\"registers\":", out->stream);
		ok = ok && put_registers(out, s, &s->vcpus[i], "   ");
		fputs("}", out->stream);
	}
	fputs("]", out->stream);
	return ok;
}

static bool put_target(struct output *out, const struct target *t)
{
	json_t *object = json_object();
	json_member(&object, "target", json_text(t->name));
	if (t->status != 0) {
		json_member(&object, "error", json_text(t->error));
		return json_put(out, object);
	}
	bool ok = json_put_open(out, object);
	fputs(",\"vcpus\":", out->stream);
	ok = ok && put_vcpus(out, &t->snapshot, SHAPE_SNAPSHOT);
	fputs("}", out->stream);
	return ok;
}

static json_t *vcpu_object(const struct snapshot *s, const struct vcpu *vcpu, struct text *text)
{
	json_t *object = describe_vcpu(vcpu, SHAPE_SNAPSHOT);
	json_t *list = json_array();
	for (size_t i = 0; i < snapshot_selected(s, vcpu)->count; i++) {
		struct value v = value_get(s, vcpu, i);
		json_t *entry = json_object();
		add_register(&entry, &v, text);
		json_element(&list, entry);
	}
	json_member(&object, "registers", list);
	return object;
}

json_t *format_json_target(const struct target *t)
{
	struct text text = {0};
	json_t *object = json_object();
	json_t *vcpus = json_array();
	for (size_t i = 0; i < t->snapshot.vcpu_count; i++)
		json_element(&vcpus, vcpu_object(&t->snapshot, &t->snapshot.vcpus[i], &text));
	json_member(&object, "target", json_text(t->name));
	json_member(&object, "vcpus", vcpus);
	text_fini(&text);
	return object;
}

static bool put_snapshot(struct output *out, const struct targets *set)
{
	bool ok = true;
	fputs("{\"format\":\"gdbregs-snapshot\",\"version\":1,\"targets\":[", out->stream);
	for (size_t i = 0; i < set->count && ok && !output_broken(out); i++) {
		fputs(i > 0 ? ",\n " : "\n ", out->stream);
		ok = put_target(out, &set->item[i]);
	}
	fputs("]}\n", out->stream);
	return ok;
}

bool format_json(struct output *out, const struct targets *set, enum shape shape)
{
	const struct snapshot *first = &set->item[0].snapshot;
	if (shape == SHAPE_SNAPSHOT)
		return put_snapshot(out, set);
	bool ok = shape == SHAPE_VCPUS ? put_vcpus(out, first, shape)
				       : put_registers(out, first, &first->vcpus[0], " ");
	fputs("\n", out->stream);
	return ok;
}

static bool put_line(struct output *out, const struct value *v, struct text *text)
{
	json_t *object = json_object();
	json_member(&object, "target", json_text(v->target));
	json_member(&object, "vcpu", json_integer(v->vcpu->index));
	add_register(&object, v, text);
	bool ok = json_put(out, object);
	fputs("\n", out->stream);
	return ok;
}

static bool put_lines(struct output *out, const struct snapshot *s, const struct vcpu *vcpu)
{
	size_t count = snapshot_selected(s, vcpu)->count;
	struct text text = {0};
	bool ok = true;
	for (size_t i = 0; i < count && ok && !output_broken(out); i++) {
		struct value v = value_get(s, vcpu, i);
		ok = put_line(out, &v, &text);
	}
	text_fini(&text);
	return ok;
}

static bool put_error(struct output *out, const struct target *t)
{
	json_t *object = json_object();
	json_member(&object, "target", json_text(t->name));
	json_member(&object, "error", json_text(t->error));
	bool ok = json_put(out, object);
	fputs("\n", out->stream);
	return ok;
}

bool format_jsonl(struct output *out, const struct targets *set)
{
	bool ok = true;
	for (size_t i = 0; i < set->count && ok; i++) {
		const struct target *t = &set->item[i];
		if (t->status != 0) {
			ok = put_error(out, t);
			continue;
		}
		for (size_t j = 0; j < t->snapshot.vcpu_count && ok; j++)
			ok = put_lines(out, &t->snapshot, &t->snapshot.vcpus[j]);
	}
	return ok;
}
