/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "out/csv.h"
#include "out/json.h"
#include "base/message.h"
#include "base/exit-status.h"
#include "target/target.h"

#include <string.h>

static int collect(struct target *t)
{
	return snapshot_collect(t, VCPU_ALL);
}

static size_t register_count(const struct target *t, const struct vcpu *vcpu)
{
	return snapshot_selected(&t->snapshot, vcpu)->total;
}

static json_t *describe(const struct target *t, const struct vcpu *vcpu)
{
	json_t *object = json_object();
	if (t->set->count > 1)
		json_member(&object, "target", json_text(t->name));
	if (!vcpu) {
		json_member(&object, "error", json_text(t->error));
		return object;
	}
	json_member(&object, "vcpu", json_integer(vcpu->index));
	json_member(&object, "thread", json_text(vcpu->thread));
	json_member(&object, "name", json_text(vcpu->name));
	json_member(&object, "architecture", json_text(vcpu->architecture));
	json_member(&object, "registers", json_integer((json_int_t)register_count(t, vcpu)));
	return object;
}

struct sink {
	struct output *out;
	enum format format;
	size_t entries;
	bool ok;
};

/* An element of the JSON array, or a line of JSONL. vcpu NULL: the target's error. */
static void put_json(struct sink *sink, const struct target *t, const struct vcpu *vcpu)
{
	bool lines = sink->format == FORMAT_JSONL;
	if (!lines)
		fputs(sink->entries > 0 ? ",\n " : "\n ", sink->out->stream);
	sink->ok = sink->ok && json_put(sink->out, describe(t, vcpu));
	if (lines)
		fputs("\n", sink->out->stream);
}

static void put_csv(struct sink *sink, const struct target *t, const struct vcpu *vcpu)
{
	char index[16] = "", count[32] = "";
	const char *fields[] = {t->name, index, NULL, NULL, NULL, count, NULL};
	if (vcpu) {
		snprintf(index, sizeof(index), "%u", vcpu->index);
		snprintf(count, sizeof(count), "%zu", register_count(t, vcpu));
		fields[2] = vcpu->thread;
		fields[3] = vcpu->name;
		fields[4] = vcpu->architecture;
	} else {
		fields[6] = t->error;
	}
	csv_row(sink->out, fields, sizeof(fields) / sizeof(fields[0]));
}

static void put_text(struct sink *sink, const struct target *t, const struct vcpu *vcpu)
{
	FILE *stream = sink->out->stream;
	if (!vcpu) {
		fputs("error: ", stream);
		printable_put(stream, t->error, 0);
		fputs("\n", stream);
		return;
	}
	fprintf(stream, "%-4u  ", vcpu->index);
	printable_put(stream, vcpu->thread ? vcpu->thread : "-", 8);
	fputs("  ", stream);
	printable_put(stream, vcpu->architecture ? vcpu->architecture : "-", 16);
	fprintf(stream, "  %9zu  ", register_count(t, vcpu));
	printable_put(stream, vcpu->name ? vcpu->name : "-", 0);
	fputs("\n", stream);
}

static void put_text_heading(struct sink *sink, const struct target *t)
{
	FILE *stream = sink->out->stream;
	if (t->set->count > 1) {
		fputs(sink->entries > 0 ? "\n" : "", stream);
		printable_put(stream, t->name, 0);
		fputs("\n", stream);
	}
	if (t->status == 0)
		output_heading(sink->out, "VCPU  THREAD    ARCHITECTURE      REGISTERS  NAME");
}

static void put(struct sink *sink, const struct target *t, const struct vcpu *vcpu)
{
	if (sink->format == FORMAT_TEXT)
		put_text(sink, t, vcpu);
	else if (sink->format == FORMAT_CSV)
		put_csv(sink, t, vcpu);
	else
		put_json(sink, t, vcpu);
	sink->entries++;
}

static void put_target(struct sink *sink, const struct target *t)
{
	if (sink->format == FORMAT_TEXT)
		put_text_heading(sink, t);
	if (t->status != 0)
		put(sink, t, NULL);
	for (size_t i = 0; t->status == 0 && i < t->snapshot.vcpu_count && sink->ok; i++)
		put(sink, t, &t->snapshot.vcpus[i]);
}

static bool put_all(struct output *out, const struct targets *set)
{
	struct sink sink = {.out = out, .format = set->options->format, .ok = true};
	if (sink.format == FORMAT_CSV)
		fputs("target,vcpu,thread,name,architecture,registers,error\n", out->stream);
	if (sink.format == FORMAT_JSON)
		fputs("[", out->stream);
	for (size_t i = 0; i < set->count && sink.ok; i++)
		put_target(&sink, &set->item[i]);
	if (sink.format == FORMAT_JSON)
		fputs("]\n", out->stream);
	return sink.ok;
}

static int print(struct output *out, const struct targets *set)
{
	int failed = targets_report(set);
	if (targets_nothing_to_print(set)) {
		output_abandon(out);
		return failed;
	}
	int written = output_end(out, put_all(out, set));
	return written != 0 ? written : failed;
}

int command_vcpus(const struct options *o)
{
	return targets_show(o, GDBREGS_NO_REGS, collect, NULL, print);
}
