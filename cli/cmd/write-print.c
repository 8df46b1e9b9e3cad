/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/write-verify.h"

#include "out/csv.h"
#include "out/flag-changes.h"
#include "out/json.h"

/* Before and after. */
struct pair {
	struct value old, new;
};

static struct pair pair_of(const struct targets *set, size_t index)
{
	const struct write_job *job = set->work_arg;
	const struct snapshot *s = &set->item[0].snapshot;
	const struct write_one *w = &job->writes[index];
	struct pair pair;
	pair.old = (struct value){.target = s->target,
				  .vcpu = &s->vcpus[index / job->assignment_count],
				  .reg = s->reads[index].reg,
				  .bytes = s->reads[index].data,
				  .status = s->reads[index].status};
	pair.old.size_bytes = pair.old.status > 0 ? (size_t)pair.old.status : 0;
	pair.new = pair.old;
	pair.new.bytes = w->bytes;
	pair.new.size_bytes = w->size;
	pair.new.status = (int)w->size;
	return pair;
}

static void add_decoded(struct text *text, const struct pair *pair)
{
	struct gdbregs_buffer old = {0}, new = {0};
	const char *before = value_decode_all(&pair->old, &old);
	const char *after = value_decode_all(&pair->new, &new);
	enum gdbregs_type_kind kind = gdbregs_register_kind(pair->new.reg);
	if (kind == GDBREGS_TYPE_FLAGS || kind == GDBREGS_TYPE_ENUM || kind == GDBREGS_TYPE_FLOAT)
		flags_add_changes(text, before, after);
	gdbregs_buffer_fini(&old);
	gdbregs_buffer_fini(&new);
}

static bool put_text(struct output *out, const struct pair *pair, bool many)
{
	struct text old = {0}, new = {0};
	value_show(&old, &pair->old);
	value_show(&new, &pair->new);
	add_decoded(&new, pair);
	bool ok = !old.failed && !new.failed;
	if (many)
		fprintf(out->stream, "vCPU %u  ", pair->old.vcpu->index);
	printable_put(out->stream, gdbregs_register_name(pair->old.reg), 0);
	fputs("  ", out->stream);
	printable_put(out->stream, ok ? old.data : "", 0);
	fputs(" -> ", out->stream);
	printable_put(out->stream, ok ? new.data : "", 0);
	fputc('\n', out->stream);
	text_fini(&old);
	text_fini(&new);
	return ok;
}

/* The number where it is one, else the bytes; NULL where there is neither. */
static const char *brief(struct text *text, const struct value *v)
{
	text_clear(text);
	if (v->status < 0)
		return NULL;
	if (value_is_number(v))
		text_add_number(text, v->vcpu->order, v->bytes, v->size_bytes, false);
	else
		text_add_bytes(text, v->bytes, v->size_bytes);
	return text->failed ? NULL : text->data;
}

static bool put_json(struct output *out, const struct pair *pair)
{
	struct text text = {0};
	json_t *object = json_object();
	json_member(&object, "vcpu", json_integer(pair->old.vcpu->index));
	json_member(&object, "feature", json_text(gdbregs_register_feature(pair->old.reg)));
	json_member(&object, "name", json_text(gdbregs_register_name(pair->old.reg)));
	json_member(&object, "old", json_text(brief(&text, &pair->old)));
	bool ok = !text.failed;
	json_member(&object, "new", json_text(brief(&text, &pair->new)));
	ok = json_put(out, object) && ok && !text.failed;
	text_fini(&text);
	return ok;
}

static bool put_csv(struct output *out, const struct pair *pair)
{
	struct text old = {0}, new = {0};
	char vcpu[16];
	snprintf(vcpu, sizeof(vcpu), "%u", pair->old.vcpu->index);
	const char *fields[] = {vcpu, gdbregs_register_feature(pair->old.reg),
				gdbregs_register_name(pair->old.reg), brief(&old, &pair->old),
				brief(&new, &pair->new)};
	csv_row(out, fields, sizeof(fields) / sizeof(fields[0]));
	bool ok = !old.failed && !new.failed;
	text_fini(&old);
	text_fini(&new);
	return ok;
}

bool write_put(struct output *out, const struct targets *set, size_t index)
{
	struct pair pair = pair_of(set, index);
	switch (set->options->format) {
	case FORMAT_JSON:
		fputs(index > 0 ? ",\n " : "\n ", out->stream);
		return put_json(out, &pair);
	case FORMAT_JSONL: {
		bool ok = put_json(out, &pair);
		fputc('\n', out->stream);
		return ok;
	}
	case FORMAT_CSV:
		return put_csv(out, &pair);
	default:
		return put_text(out, &pair, set->item[0].snapshot.vcpu_count > 1);
	}
}
