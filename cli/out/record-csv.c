/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/record.h"

#include "out/table.h"

#include <stdlib.h>
#include <string.h>

/* The time is the first column. A step has none. */
enum { TIME, NUMBER, VCPU, REASON, FEATURE, NAME, BITS, TYPE, BYTES, VALUE, ERROR, COLUMNS };

struct csv {
	struct column columns[COLUMNS];
	struct table table;
};

static bool begin(struct recorder *r)
{
	static const char *const names[COLUMNS] = {"time",    NULL,    "vcpu", "reason",
						   "feature", "name",  "bits", "type",
						   "bytes",   "value", "error"};
	struct csv *csv = calloc(1, sizeof(*csv));
	bool timed = strcmp(r->unit, "sample") == 0;
	r->state = csv;
	for (size_t i = 0; csv && i < COLUMNS; i++)
		csv->columns[i] = (struct column){.name = i == NUMBER ? r->unit : names[i],
						  .formats = i == TIME && !timed ? 0 : IN_CSV};
	if (csv)
		table_init(&csv->table, r->out, FORMAT_CSV, csv->columns, COLUMNS);
	return csv;
}

static bool put_register(struct recorder *r, const struct record *record, const struct value *v)
{
	struct csv *csv = r->state;
	char name[VALUE_NAME];
	text_clear(&r->line);
	text_clear(&r->cell);
	text_add_bytes(&r->line, v->bytes, v->size_bytes);
	if (value_is_number(v))
		value_add_number(&r->cell, v, false);
	const struct cell cells[COLUMNS] = {
		[TIME] = cell_text(record->time),
		[NUMBER] = cell_number((json_int_t)record->number),
		[VCPU] = cell_number(record->sampler->vcpu->index),
		[REASON] = cell_text(record->reason),
		[FEATURE] = cell_text(gdbregs_register_feature(v->reg)),
		[NAME] = cell_text(value_data_name(v, true, name)),
		[BITS] = cell_number(value_bits(v)),
		[TYPE] = cell_text(value_type(v)),
		[BYTES] = cell_text(r->line.data),
		[VALUE] = cell_text(r->cell.data),
		[ERROR] = cell_text(v->status < 0 ? value_error(v) : NULL),
	};
	table_row(&csv->table, cells);
	return csv->table.ok && !r->cell.failed;
}

static bool put(struct recorder *r, const struct record *record)
{
	bool ok = true;
	for (size_t i = 0; i < record->sampler->count && ok; i++) {
		struct value v = sampler_value(record->sampler, i);
		if (record_has(record, i))
			ok = put_register(r, record, &v);
	}
	return ok;
}

static void fini(struct recorder *r)
{
	struct csv *csv = r->state;
	if (csv)
		table_end(&csv->table);
	free(csv);
}

const struct record_format record_csv = {.put = put, .begin = begin, .fini = fini};
