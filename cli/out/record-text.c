/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records for people: a heading for each record, and under it old and new values. Samples have no
 * heading: each of their lines begins with the time. */
#include "out/record.h"

#include "out/lanes.h"

#include <string.h>

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

/* A register of a record, which may need several lines. */
struct row {
	struct recorder *r;
	const struct record *record;
	struct value now, old;
	bool changed; /* from the old value */
	size_t name_width, line_width;
	size_t indent; /* where the value begins */
};

static struct row make_row(struct recorder *r, const struct record *record, size_t index,
			   size_t name_width)
{
	const struct sampler *sampler = record->sampler;
	struct row row = {.r = r,
			  .record = record,
			  .now = sampler_value(sampler, index),
			  .old = sampler_old_value(sampler, index),
			  .changed = sampler->readings > 1 && sampler_changed(sampler, index),
			  .line_width = output_width(r->out)};
	char name[VALUE_NAME];
	size_t own = printable_width(value_name(&row.now, name));
	size_t prefix =
		!record->time ? 2 : strlen(record->time) + 2 + (r->sampler_count > 1 ? 10 : 0);
	row.name_width = own > name_width ? own : name_width;
	row.indent = prefix + row.name_width + 2;
	return row;
}

static void put_name(const struct row *row)
{
	char name[VALUE_NAME];
	put_prefix(row->r, row->record);
	printable_put(row->r->out->stream, value_name(&row->now, name), row->name_width);
	fputs("  ", row->r->out->stream);
}

/* `  z0  [3] 0x0000000000000000 -> 0x0000000000000001`, a line for each lane that differs. */
static bool put_changed_lanes(const struct row *row)
{
	struct recorder *r = row->r;
	bool first = true;
	for (size_t lane = 0; lane < lanes_count(&row->now) && !r->line.failed; lane++) {
		if (!lanes_differ(&row->old, &row->now, lane))
			continue;
		fputs(first ? "" : "\n", r->out->stream);
		if (!first)
			put_name(row);
		text_clear(&r->line);
		text_addf(&r->line, "[%zu] ", lane);
		lanes_add(&r->line, &row->old, lane);
		text_adds(&r->line, " -> ");
		lanes_add(&r->line, &row->now, lane);
		if (!r->line.failed)
			text_put_wrapped(r->out->stream, r->line.data, row->indent, row->indent,
					 row->line_width);
		first = false;
	}
	return !r->line.failed;
}

/* Put a value that is wider than a line. r->cell has all of it as text. */
static bool put_long(const struct row *row)
{
	struct recorder *r = row->r;
	bool divided = lanes_are(&row->now) && row->now.status > 0;
	if (divided && !row->changed)
		return lanes_put(r->out->stream, &r->line, &row->now, row->indent, row->line_width);
	if (divided && row->old.size_bytes == row->now.size_bytes)
		return put_changed_lanes(row);
	text_put_wrapped(r->out->stream, r->cell.data, row->indent, row->indent, row->line_width);
	return true;
}

static void add_shown(struct recorder *r, const struct value *v)
{
	value_show(&r->line, v);
	text_adds(&r->cell, r->line.data ? r->line.data : "");
	r->cell.failed |= r->line.failed;
}

/* Put the value, after the old one if it has changed. *used is where it ends. */
static bool put_value(const struct row *row, size_t *used)
{
	struct recorder *r = row->r;
	bool wide = row->now.size_bytes > sizeof(uint64_t) ||
		    (row->changed && row->old.size_bytes > sizeof(uint64_t));
	text_clear(&r->cell);
	if (row->changed) {
		add_shown(r, &row->old);
		text_adds(&r->cell, " -> ");
	}
	add_shown(r, &row->now);
	if (r->cell.failed)
		return false;
	*used = row->indent + r->cell.size;
	if (wide && *used > row->line_width) {
		*used = row->line_width;
		return put_long(row);
	}
	fputs(r->cell.data, r->out->stream);
	return true;
}

/* Put the meaning beside the value, or below it if it is long. Flags stay on the line of their
 * register, where grep(1) finds them together. */
static void put_meaning(const struct row *row, const char *text, size_t used)
{
	enum { DEEPER = 6 };
	struct recorder *r = row->r;
	if (text[0] == '\0')
		return;
	text_clear(&r->line);
	text_add_printable(&r->line, text, strlen(text));
	if (r->line.failed)
		return;
	if (value_is_compound(&row->now) && used + 2 + r->line.size > row->line_width)
		text_put_wrapped(r->out->stream, r->line.data, row->line_width, DEEPER,
				 row->line_width);
	else
		fprintf(r->out->stream, "  %s", r->line.data);
}

/* `  eflags  0x00000002 -> 0x00000046  [ ZF PF ]` */
static bool put_register(const struct row *row)
{
	struct recorder *r = row->r;
	const char *decoded = value_decode(&row->now, r->options, &r->decoded);
	size_t used;
	put_name(row);
	bool ok = decoded && put_value(row, &used);
	if (ok)
		put_meaning(row, decoded, used);
	fputc('\n', r->out->stream);
	return ok && !r->line.failed;
}

/* Put a line if a vCPU was halted or runs again. */
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
		if (!record_has(record, i))
			continue;
		struct row row = make_row(r, record, i, width);
		ok = put_register(&row);
	}
	return ok;
}

const struct record_format record_text = {.put = put};
