/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "out/csv.h"
#include "out/json.h"
#include "base/message.h"
#include "target/shipped.h"
#include "base/exit-status.h"
#include "target/target.h"

#include <string.h>

/* vCPUs of one description are listed together in text. */
struct listing {
	struct output *out;
	const struct snapshot *snapshot;
	bool offline; /* no vCPU: the number is null */
	bool ok;
};

static json_t *vcpu_number(const struct listing *l, const struct vcpu *vcpu)
{
	return l->offline ? json_null() : json_integer(vcpu->index);
}

static void add_register(json_t **object, const struct gdbregs_register *reg)
{
	json_member(object, "name", json_text(gdbregs_register_name(reg)));
	json_member(object, "feature", json_text(gdbregs_register_feature(reg)));
	json_member(object, "bits", json_integer(gdbregs_register_bits(reg)));
	json_member(object, "type", json_text(gdbregs_register_type(reg)));
	json_member(object, "group", json_text(gdbregs_register_group(reg)));
}

static bool more(const struct listing *l, const struct selected *selected, size_t i)
{
	return i < selected->count && l->ok && !output_broken(l->out);
}

static void put_json_vcpu(struct listing *l, const struct vcpu *vcpu)
{
	const struct selected *selected = snapshot_selected(l->snapshot, vcpu);
	json_t *object = json_object();
	json_member(&object, "vcpu", vcpu_number(l, vcpu));
	l->ok = json_put_open(l->out, object);
	fputs(",\"registers\":[", l->out->stream);
	for (size_t i = 0; more(l, selected, i); i++) {
		json_t *entry = json_object();
		add_register(&entry, selected->registers[i]);
		fputs(i > 0 ? ",\n  " : "\n  ", l->out->stream);
		l->ok = json_put(l->out, entry);
	}
	fputs("]}", l->out->stream);
}

static void put_json(struct listing *l)
{
	fputs("[", l->out->stream);
	for (size_t i = 0; i < l->snapshot->vcpu_count && l->ok; i++) {
		fputs(i > 0 ? ",\n " : "\n ", l->out->stream);
		put_json_vcpu(l, &l->snapshot->vcpus[i]);
	}
	fputs("]\n", l->out->stream);
}

static void put_line(struct listing *l, const struct vcpu *vcpu, const struct gdbregs_register *reg)
{
	json_t *object = json_object();
	json_member(&object, "vcpu", vcpu_number(l, vcpu));
	add_register(&object, reg);
	l->ok = json_put(l->out, object);
	fputs("\n", l->out->stream);
}

static void put_row(struct listing *l, const struct vcpu *vcpu, const struct gdbregs_register *reg)
{
	char index[16] = "", bits[16];
	if (!l->offline)
		snprintf(index, sizeof(index), "%u", vcpu->index);
	snprintf(bits, sizeof(bits), "%u", gdbregs_register_bits(reg));
	const char *fields[] = {index, gdbregs_register_feature(reg), gdbregs_register_name(reg),
				bits,  gdbregs_register_type(reg),    gdbregs_register_group(reg)};
	csv_row(l->out, fields, sizeof(fields) / sizeof(fields[0]));
}

typedef void (*put_fn)(struct listing *l, const struct vcpu *vcpu,
		       const struct gdbregs_register *reg);

static void put_each(struct listing *l, put_fn put)
{
	for (size_t i = 0; i < l->snapshot->vcpu_count; i++) {
		const struct vcpu *vcpu = &l->snapshot->vcpus[i];
		const struct selected *selected = snapshot_selected(l->snapshot, vcpu);
		for (size_t j = 0; more(l, selected, j); j++)
			put(l, vcpu, selected->registers[j]);
	}
}

static size_t name_width(const struct selected *selected)
{
	size_t widest = 4;
	for (size_t i = 0; i < selected->count; i++) {
		size_t width = printable_width(gdbregs_register_name(selected->registers[i]));
		if (width > widest && width <= 24)
			widest = width;
	}
	return widest;
}

static void put_text_register(FILE *stream, const struct gdbregs_register *reg, size_t width)
{
	fputs("  ", stream);
	printable_put(stream, gdbregs_register_name(reg), width);
	fprintf(stream, "  %5u  ", gdbregs_register_bits(reg));
	printable_put(stream, gdbregs_register_type(reg), 14);
	fputs("  ", stream);
	printable_put(stream, gdbregs_register_group(reg) ? gdbregs_register_group(reg) : "-", 0);
	fputs("\n", stream);
}

static void put_feature_heading(struct listing *l, const char *feature)
{
	struct text text = {0};
	const char *name = feature ? feature : "(no feature)";
	text_add_printable(&text, name, strlen(name));
	l->ok = !text.failed;
	output_heading(l->out, text.data ? text.data : "");
	text_fini(&text);
}

static void put_text_registers(struct listing *l, const struct selected *selected)
{
	size_t width = name_width(selected);
	const struct gdbregs_register *before = NULL;
	for (size_t i = 0; more(l, selected, i); i++) {
		const struct gdbregs_register *reg = selected->registers[i];
		const char *feature = gdbregs_register_feature(reg);
		if (!before || gdbregs_register_feature(before) != feature) {
			fputs(before ? "\n" : "", l->out->stream);
			put_feature_heading(l, feature);
		}
		put_text_register(l->out->stream, reg, width);
		before = reg;
	}
}

static bool listed_before(const struct snapshot *s, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (s->vcpus[i].selected == s->vcpus[index].selected)
			return true;
	}
	return false;
}

/* "vCPU 0, 1, 2: i386:x86-64, 66 registers" */
static void put_vcpus_heading(struct listing *l, size_t first)
{
	const struct snapshot *s = l->snapshot;
	const struct vcpu *vcpu = &s->vcpus[first];
	FILE *stream = l->out->stream;
	fprintf(stream, "%svCPU %u", first > 0 ? "\n" : "", vcpu->index);
	for (size_t i = first + 1; i < s->vcpu_count; i++) {
		if (s->vcpus[i].selected == vcpu->selected)
			fprintf(stream, ", %u", s->vcpus[i].index);
	}
	fputs(": ", stream);
	printable_put(stream, vcpu->architecture ? vcpu->architecture : "unknown architecture", 0);
	fputs("\n\n", stream);
}

static void put_text(struct listing *l)
{
	for (size_t i = 0; i < l->snapshot->vcpu_count && l->ok; i++) {
		if (listed_before(l->snapshot, i))
			continue;
		if (!l->offline && l->snapshot->vcpu_count > 1)
			put_vcpus_heading(l, i);
		put_text_registers(l, snapshot_selected(l->snapshot, &l->snapshot->vcpus[i]));
	}
}

static int put(struct listing *l, enum format format)
{
	if (format == FORMAT_CSV)
		fputs("vcpu,feature,name,bits,type,group\n", l->out->stream);
	if (format == FORMAT_TEXT)
		put_text(l);
	else if (format == FORMAT_JSON)
		put_json(l);
	else
		put_each(l, format == FORMAT_CSV ? put_row : put_line);
	return output_end(l->out, l->ok);
}

static int select_offline(const struct options *o, const struct gdbregs_description *d,
			  struct snapshot *snapshot)
{
	char message[400];
	if (snapshot_offline(snapshot, o, d) < 0)
		return fail_nomem();
	if (selection_check(&snapshot->selection, message, sizeof(message)) < 0)
		return fail(STATUS_SELECTION, "%s", message);
	return 0;
}

static int list_offline(const struct options *o)
{
	struct output out;
	struct gdbregs_context *context;
	const struct gdbregs_description *d;
	struct snapshot snapshot = {.target = NULL};
	struct listing l = {.out = &out, .snapshot = &snapshot, .offline = true, .ok = true};
	int status = offline_load(o, &context, &d);
	if (status == 0)
		status = select_offline(o, d, &snapshot);
	if (status == 0)
		status = output_open(&out, o->output);
	if (status == 0)
		status = put(&l, o->format);
	snapshot_fini(&snapshot);
	gdbregs_context_unref(context);
	return status;
}

static int collect(struct target *t)
{
	return snapshot_collect(t, VCPU_ALL);
}

static int print(struct output *out, const struct targets *set)
{
	struct listing l = {.out = out, .snapshot = &set->item[0].snapshot, .ok = true};
	int status = targets_report(set);
	if (status == 0)
		return put(&l, set->options->format);
	output_abandon(out);
	return status;
}

int command_list(const struct options *o)
{
	bool offline = options_offline(o);
	if (offline && (o->vcpu_count > 0 || o->vcpus_all))
		return fail(STATUS_USAGE,
			    "--vcpu needs a target; a description alone has no vCPUs");
	return offline ? list_offline(o) : targets_show(o, GDBREGS_R_REGS, collect, NULL, print);
}
