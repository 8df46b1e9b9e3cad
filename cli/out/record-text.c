/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For people: a heading per record, and under it old and new values; samples,
 * which have a time, begin each line with it instead. */
#include "out/record.h"

#include "out/lanes.h"

#include <string.h>

enum { WIDEST_VALUE = 22 };

static size_t name_width(const struct sampler *sampler)
{
	size_t width = 0;
	for (size_t i = 0; i < sampler->count; i++) {
		struct value v = sampler_value(sampler, i);
		width = value_name_width(&v, width);
	}
	return width;
}

static void put_prefix(struct recorder *r, const struct record *record)
{
	if (!record->time) {
		fputs("  ", r->out->stream);
		return;
	}
	fprintf(r->out->stream, "%s  ", record->time);
	if (r->sampler_count > 1)
		fprintf(r->out->stream, "vCPU %-3u  ", record->sampler->vcpu->index);
}

static void put_heading(struct recorder *r, const struct record *record)
{
	char heading[160];
	bool dull = strcmp(record->reason, r->unit) == 0;
	snprintf(heading, sizeof(heading), "%s %llu, vCPU %u%s%s", r->unit,
		 (unsigned long long)record->number, record->sampler->vcpu->index, dull ? "" : ": ",
		 dull ? "" : record->reason);
	output_heading(r->out, heading);
}

/* Returns the number of characters that put_prefix() and put_name() write. */
static size_t indent_of(const struct recorder *r, const struct record *record, size_t width)
{
	size_t prefix = record->time ? strlen(record->time) + 2 : 2;
	return prefix + (record->time && r->sampler_count > 1 ? 10 : 0) + width + 2;
}

static void put_name(struct recorder *r, const struct record *record, const struct value *v,
		     size_t width)
{
	char name[VALUE_NAME];
	put_prefix(r, record);
	printable_put(r->out->stream, value_name(v, name), width);
	fputs("  ", r->out->stream);
}

/* `  z0  [3] 0x0000000000000000 -> 0x0000000000000001`, a line for each lane that differs. */
static bool put_changed_lanes(struct recorder *r, const struct record *record,
			      const struct value *old, const struct value *now, size_t width)
{
	size_t indent = indent_of(r, record, width), line = output_width(r->out);
	bool first = true;
	for (size_t lane = 0; lane < lanes_count(now) && !r->line.failed; lane++) {
		if (!lanes_differ(old, now, lane))
			continue;
		fputs(first ? "" : "\n", r->out->stream);
		if (!first)
			put_name(r, record, now, width);
		text_clear(&r->line);
		text_addf(&r->line, "[%zu] ", lane);
		lanes_add(&r->line, old, lane);
		text_adds(&r->line, " -> ");
		lanes_add(&r->line, now, lane);
		if (!r->line.failed)
			text_put_wrapped(r->out->stream, r->line.data, indent, indent, line);
		first = false;
	}
	return !r->line.failed;
}
/* Put a value that is wider than a line. r->cell has all of it as text. */
static bool put_long(struct recorder *r, const struct record *record, const struct value *old,
		     const struct value *now, size_t width)
{
	size_t indent = indent_of(r, record, width), line = output_width(r->out);
	bool divided = lanes_are(now) && now->status > 0;
	if (divided && !old)
		return lanes_put(r->out->stream, &r->line, now, indent, line);
	if (divided && old->size_bytes == now->size_bytes)
		return put_changed_lanes(r, record, old, now, width);
	text_put_wrapped(r->out->stream, r->cell.data, indent, indent, line);
	return true;
}

/* Put the value, after the old one if that is not NULL. *used is where it ends. */
static bool put_value(struct recorder *r, const struct record *record, const struct value *old,
		      const struct value *now, size_t width, size_t *used)
{
	size_t line = output_width(r->out);
	bool wide =
		now->size_bytes > sizeof(uint64_t) || (old && old->size_bytes > sizeof(uint64_t));
	text_clear(&r->cell);
	for (int i = old ? 0 : 1; i < 2; i++) {
		value_show(&r->line, i == 0 ? old : now);
		text_adds(&r->cell, r->line.data ? r->line.data : "");
		text_adds(&r->cell, i == 0 ? " -> " : "");
		r->cell.failed |= r->line.failed;
	}
	if (r->cell.failed)
		return false;
	*used = indent_of(r, record, width) + r->cell.size;
	if (wide && *used > line) {
		*used = line;
		return put_long(r, record, old, now, width);
	}
	fputs(r->cell.data, r->out->stream);
	return true;
}

static bool is_compound(const struct value *v)
{
	enum gdbregs_type_kind kind = value_kind(v);
	return kind == GDBREGS_TYPE_VECTOR || kind == GDBREGS_TYPE_STRUCT ||
	       kind == GDBREGS_TYPE_UNION;
}

/* Flags stay on the line of their register, where grep(1) finds them together. */
static void put_meaning(struct recorder *r, const struct value *v, const char *text, size_t used)
{
	enum { DEEPER = 6 };
	size_t line = output_width(r->out);
	if (text[0] == '\0')
		return;
	text_clear(&r->line);
	text_add_printable(&r->line, text, strlen(text));
	if (r->line.failed)
		return;
	if (is_compound(v) && used + 2 + r->line.size > line)
		text_put_wrapped(r->out->stream, r->line.data, line, DEEPER, line);
	else
		fprintf(r->out->stream, "  %s", r->line.data);
}

/* `  eflags  0x00000002 -> 0x00000046  [ ZF PF ]` */
static bool put_register(struct recorder *r, const struct record *record, size_t index,
			 size_t width)
{
	const struct sampler *sampler = record->sampler;
	struct value now = sampler_value(sampler, index), old = sampler_old_value(sampler, index);
	const char *decoded = value_decode(&now, r->options, &r->decoded);
	bool changed = sampler->readings > 1 && sampler_changed(sampler, index);
	char name[VALUE_NAME];
	size_t used, own = printable_width(value_name(&now, name));
	width = own > width ? own : width;
	put_name(r, record, &now, width);
	bool ok = decoded && put_value(r, record, changed ? &old : NULL, &now, width, &used);
	if (ok)
		put_meaning(r, &now, decoded, used);
	fputc('\n', r->out->stream);
	return ok && !r->line.failed;
}

/* A sample says so when a vCPU is halted or runs again. */
static void put_state(struct recorder *r, const struct record *record)
{
	const struct sampler *sampler = record->sampler;
	const struct vcpu_state *state = &sampler->state;
	bool changed = strcmp(state->text, state->before) != 0;
	if (!changed && (sampler->readings > 1 || strcmp(state->text, "halted") != 0))
		return;
	put_prefix(r, record);
	if (changed)
		fprintf(r->out->stream, "%s -> ", state->before);
	fprintf(r->out->stream, "%s\n", state->text);
}

static bool put(struct recorder *r, const struct record *record)
{
	const struct sampler *sampler = record->sampler;
	size_t width = name_width(sampler);
	bool ok = true;
	if (record->time)
		put_state(r, record);
	else
		put_heading(r, record);
	for (size_t i = 0; i < sampler->count && ok; i++) {
		if (record_has(record, i))
			ok = put_register(r, record, i, width);
	}
	return ok;
}

const struct record_format record_text = {.put = put};
