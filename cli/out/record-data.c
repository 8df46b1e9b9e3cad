/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records as JSON, JSON lines and CSV. In JSON, a record is an object, with an object for each of
 * its registers. In CSV, each register is a row. */
#include "out/record.h"

#include "out/value-rows.h"

#include <stdlib.h>
#include <string.h>

enum { LEVEL_REGISTER, LEVEL_RECORD };

/* The time is the first column. Only samples have a time. */
enum { TIME, NUMBER, VCPU, STATE, REASON, VALUES, COLUMNS = VALUES + VALUE_COLUMNS };

struct data {
	struct column columns[COLUMNS];
	struct table table;
	struct value_rows rows;
};

static void choose_columns(struct column columns[COLUMNS], const char *unit)
{
	const struct column own[VALUES] = {
		[TIME] = {.name = "time", .formats = IN_DATA, .level = LEVEL_RECORD},
		[NUMBER] = {.name = unit, .formats = IN_DATA, .level = LEVEL_RECORD},
		[VCPU] = {.name = "vcpu", .formats = IN_DATA, .level = LEVEL_RECORD},
		[STATE] = {.name = "state", .formats = IN_OBJECT, .level = LEVEL_RECORD},
		[REASON] = {.name = "reason", .formats = IN_DATA, .level = LEVEL_RECORD},
	};
	memcpy(columns, own, sizeof(own));
	memcpy(columns + VALUES, value_columns, sizeof(value_columns));
	if (strcmp(unit, "sample") != 0)
		columns[TIME].formats = columns[STATE].formats = 0;
	/* Files of many records are not made larger by what is the same in all of them. */
	columns[VALUES + VALUE_BITS].formats = columns[VALUES + VALUE_TYPE].formats = IN_CSV;
	columns[VALUES + VALUE_TYPE_FROM].formats = columns[VALUES + VALUE_TEXT].formats = 0;
}

static bool begin(struct recorder *r)
{
	struct data *data = calloc(1, sizeof(*data));
	r->state = data;
	if (!data)
		return false;
	choose_columns(data->columns, r->unit);
	data->rows = (struct value_rows){.table = &data->table, .first = VALUES};
	table_init(&data->table, r->out, r->options->format, data->columns, COLUMNS);
	data->table.one_line = true;
	return data->table.ok;
}

static bool put(struct recorder *r, const struct record *record)
{
	struct data *data = r->state;
	const struct sampler *sampler = record->sampler;
	struct cell cells[COLUMNS] = {
		[TIME] = cell_text(record->time),
		[NUMBER] = cell_number((json_int_t)record->number),
		[VCPU] = cell_number(sampler->vcpu->index),
		[REASON] = cell_text(record->reason),
	};
	if (sampler->state.text[0] != '\0')
		cells[STATE] = cell_text(sampler->state.text);
	table_enter(&data->table, LEVEL_RECORD, cells, "changed");
	for (size_t i = 0; i < sampler->count && data->table.ok; i++) {
		struct value v = sampler_value(sampler, i);
		if (record_has(record, i))
			value_rows_put(&data->rows, cells, &v);
	}
	table_leave(&data->table);
	return data->table.ok;
}

static void end(struct recorder *r)
{
	struct data *data = r->state;
	table_end(&data->table);
}

static void fini(struct recorder *r)
{
	struct data *data = r->state;
	if (!data)
		return;
	table_fini(&data->table);
	value_rows_fini(&data->rows);
	free(data);
	r->state = NULL;
}

const struct record_format record_data = {put, begin, end, fini};
