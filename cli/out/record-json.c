/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An object for each record: JSON lines, or one array of them. Parts that are the same in
 * every record are made into JSON once. The rest is put together by hand, because a step
 * takes less time than jansson takes for a few objects. */
#include "out/record.h"

#include "out/json.h"

#include <stdlib.h>

/* Names up to this size are made once. Further ones are made for each record. */
enum { NAMES_MOST = 8 << 20 };
/* A line is written in pieces of about this size. */
enum { PIECE = 1 << 16 };

/* `{"name":"rip","feature":"..."` of the registers of all samplers. */
struct names {
	struct text text;
	size_t **starts; /* per sampler: one more than registers */
};

static bool add_name(struct text *text, const struct chosen *item)
{
	json_t *object = json_object();
	json_member(&object, "name", json_text(gdbregs_register_name(item->reg)));
	if (item->path)
		json_member(&object, "field", json_text(item->path));
	json_member(&object, "feature", json_text(gdbregs_register_feature(item->reg)));
	bool ok = json_add(text, object);
	/* Without the closing brace: more follows. */
	if (ok)
		text->size--;
	return ok;
}

static bool add_names(struct names *names, const struct sampler *sampler, size_t **out)
{
	size_t *starts = calloc(sampler->count + 1, sizeof(*starts));
	*out = starts;
	for (size_t i = 0; i < sampler->count && starts; i++) {
		starts[i] = names->text.size;
		if (names->text.size < NAMES_MOST && !add_name(&names->text, &sampler->items[i]))
			return false;
	}
	if (starts)
		starts[sampler->count] = names->text.size;
	return starts;
}

static bool begin(struct recorder *r)
{
	struct names *names = calloc(1, sizeof(*names));
	r->state = names;
	if (!names)
		return false;
	names->starts = calloc(r->sampler_count + 1, sizeof(*names->starts));
	bool ok = names->starts;
	for (size_t i = 0; i < r->sampler_count && ok; i++)
		ok = add_names(names, &r->samplers[i], &names->starts[i]);
	if (r->options->format == FORMAT_JSON)
		fputs("[", r->out->stream);
	return ok;
}

/* As in a snapshot. */
static void add_numbers(struct text *line, const struct value *v, struct gdbregs_buffer *decoded)
{
	uint64_t number;
	double real;
	if (value_small_number(v, &number))
		text_addf(line, ",\"number\":%llu", (unsigned long long)number);
	int known = value_float(v, decoded, &real);
	line->failed |= known < 0;
	if (known > 0)
		text_addf(line, ",\"float\":%.17g", real);
}

static void add_value(struct text *line, const struct value *v, struct text *shown,
		      struct gdbregs_buffer *decoded)
{
	if (v->status < 0) {
		text_addf(line, ",\"bytes\":null,\"error\":\"%s\"}", value_error(v));
		return;
	}
	if (!v->is_bit_field) {
		text_adds(line, ",\"bytes\":\"");
		text_add_bytes(line, v->bytes, v->size_bytes);
		text_adds(line, "\"");
	}
	if (value_is_number(v)) {
		text_adds(line, ",\"value\":\"");
		value_add_number(line, v, false);
		text_adds(line, "\"");
		add_numbers(line, v, decoded);
	}
	if (v->vcpu->as != DIGITS_USUAL) {
		value_show(shown, v);
		text_addf(line, ",\"shown\":\"%s\"", shown->data ? shown->data : "");
	}
	text_adds(line, "}");
}

static void write_out(struct recorder *r)
{
	if (r->line.size > 0 && !r->line.failed)
		fwrite(r->line.data, 1, r->line.size, r->out->stream);
	r->line.size = 0;
}

static void add_registers(struct recorder *r, const struct record *record)
{
	const struct names *names = r->state;
	const struct sampler *sampler = record->sampler;
	const size_t *starts = names->starts[sampler - r->samplers];
	bool first = true;
	for (size_t i = 0; i < sampler->count; i++) {
		if (!record_has(record, i))
			continue;
		struct value v = sampler_value(sampler, i);
		text_adds(&r->line, first ? "" : ",");
		if (starts[i + 1] > starts[i])
			text_add(&r->line, names->text.data + starts[i], starts[i + 1] - starts[i]);
		else if (!add_name(&r->line, &sampler->items[i]))
			r->line.failed = true;
		add_value(&r->line, &v, &r->cell, &r->decoded);
		first = false;
		if (r->line.size > PIECE)
			write_out(r);
	}
}

static void add_head(struct recorder *r, const struct record *record)
{
	struct text *line = &r->line;
	text_adds(line, "{");
	if (record->time)
		text_addf(line, "\"time\":\"%s\",", record->time);
	text_addf(line, "\"%s\":%llu,\"vcpu\":%u,", r->unit, (unsigned long long)record->number,
		  record->sampler->vcpu->index);
	if (record->time && record->sampler->state.text[0] != '\0')
		text_addf(line, "\"state\":\"%s\",", record->sampler->state.text);
	text_addf(line, "\"reason\":\"%s\",\"changed\":[", record->reason);
}

static bool put(struct recorder *r, const struct record *record)
{
	bool lines = r->options->format == FORMAT_JSONL;
	text_clear(&r->line);
	if (!lines)
		text_adds(&r->line, r->count > 0 ? ",\n " : "\n ");
	add_head(r, record);
	add_registers(r, record);
	text_adds(&r->line, lines ? "]}\n" : "]}");
	if (r->line.failed)
		return false;
	write_out(r);
	return true;
}

static void end(struct recorder *r)
{
	if (r->options->format == FORMAT_JSON)
		fputs("]\n", r->out->stream);
}

static void fini(struct recorder *r)
{
	struct names *names = r->state;
	if (!names)
		return;
	for (size_t i = 0; i < r->sampler_count && names->starts; i++)
		free(names->starts[i]);
	free(names->starts);
	text_fini(&names->text);
	free(names);
	r->state = NULL;
}

const struct record_format record_json = {put, begin, end, fini};
