/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For people: a heading per record, and under it old and new values; samples,
 * which have a time, begin each line with it instead. */
#include "out/record.h"

#include <string.h>

enum { WIDEST_NAME = 24, WIDEST_VALUE = 22 };

static size_t name_width(const struct sampler *sampler)
{
	char name[VALUE_NAME];
	size_t width = 0;
	for (size_t i = 0; i < sampler->count; i++) {
		struct value v = sampler_value(sampler, i);
		size_t size = printable_width(value_name(&v, name));
		if (size > width && size <= WIDEST_NAME)
			width = size;
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

static bool put_value(struct recorder *r, const struct value *v, size_t width)
{
	value_show(&r->line, v);
	if (r->line.failed)
		return false;
	printable_put(r->out->stream, r->line.data ? r->line.data : "", width);
	return true;
}

/* `  eflags  0x00000002 -> 0x00000046  [ ZF PF ]` */
static bool put_register(struct recorder *r, const struct record *record, size_t index,
			 size_t width)
{
	FILE *stream = r->out->stream;
	char name[VALUE_NAME];
	const struct sampler *sampler = record->sampler;
	struct value now = sampler_value(sampler, index), old = sampler_old_value(sampler, index);
	const char *decoded = value_decode(&now, r->options, &r->decoded);
	bool changed = sampler->readings > 1 && sampler_changed(sampler, index);
	bool ok = decoded;
	put_prefix(r, record);
	printable_put(stream, value_name(&now, name), width);
	fputs("  ", stream);
	if (changed) {
		ok = ok && put_value(r, &old, 0);
		fputs(" -> ", stream);
	}
	ok = ok && put_value(r, &now, 0);
	if (ok && decoded[0] != '\0') {
		fputs("  ", stream);
		printable_put(stream, decoded, 0);
	}
	fputc('\n', stream);
	return ok;
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
