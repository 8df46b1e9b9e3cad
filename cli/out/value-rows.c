/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/value-rows.h"

const struct column value_columns[VALUE_COLUMNS] = {
	[VALUE_CSV_FEATURE] = {.name = "feature", .formats = IN_CSV},
	[VALUE_REGISTER] = {.name = "name", .formats = IN_DATA},
	[VALUE_FIELD] = {.name = "field", .formats = IN_OBJECT},
	[VALUE_FEATURE] = {.name = "feature", .formats = IN_OBJECT},
	[VALUE_BITS] = {.name = "bits", .formats = IN_DATA},
	[VALUE_TYPE] = {.name = "type", .formats = IN_DATA},
	[VALUE_TYPE_FROM] = {.name = "type_from", .formats = IN_OBJECT},
	[VALUE_BYTES] = {.name = "bytes", .formats = IN_DATA},
	[VALUE_VALUE] = {.name = "value", .formats = IN_DATA},
	[VALUE_NUMBER] = {.name = "number", .formats = IN_OBJECT},
	[VALUE_FLOAT] = {.name = "float", .formats = IN_OBJECT},
	[VALUE_TEXT] = {.name = "text", .formats = IN_OBJECT},
	[VALUE_SHOWN] = {.name = "shown", .formats = IN_OBJECT},
	[VALUE_ERROR] = {.name = "error", .formats = IN_DATA},
};

static struct cell cell_of_text(const struct text *text)
{
	return cell_bytes(text->data, text->size);
}

void value_rows_name(struct cell *cells, const struct value *v, bool joined, char name[VALUE_NAME])
{
	const char *path = value_path(v);
	cells[VALUE_REGISTER] = cell_text(value_data_name(v, joined, name));
	cells[VALUE_FIELD] = path ? cell_text(path) : (struct cell){0};
	cells[VALUE_FEATURE] = cells[VALUE_CSV_FEATURE] =
		cell_text(gdbregs_register_feature(v->reg));
	cells[VALUE_BITS] = cell_number(value_bits(v));
	cells[VALUE_TYPE] = cell_text(value_type(v));
	cells[VALUE_TYPE_FROM] = cell_type_from(v->reg);
}

/* Returns false if memory runs out. */
static bool fill_number(struct value_rows *rows, struct cell *cells, const struct value *v)
{
	uint64_t number;
	double real;
	if (value_is_number(v)) {
		value_add_number(&rows->value, v, false);
		cells[VALUE_VALUE] = cell_of_text(&rows->value);
	}
	if (value_small_number(v, &number))
		cells[VALUE_NUMBER] = cell_number((json_int_t)number);
	int known = value_float(v, &rows->decoded, &real);
	if (known > 0)
		cells[VALUE_FLOAT] = (struct cell){.kind = CELL_FLOAT, .real = real};
	return known >= 0;
}

/* Files have the texts of flags and enums, because `diff` shows them. */
static bool fill_text(struct value_rows *rows, struct cell *cell, const struct value *v)
{
	const char *text = value_text(v, &rows->decoded);
	if (text && text[0] != '\0')
		*cell = cell_text(text);
	return text;
}

/* Returns false if memory runs out. */
static bool fill_value(struct value_rows *rows, struct cell *cells, const struct value *v)
{
	if (!v->is_bit_field) {
		text_add_bytes(&rows->bytes, v->bytes, v->size_bytes);
		cells[VALUE_BYTES] = cell_of_text(&rows->bytes);
	}
	if (v->vcpu->as != DIGITS_USUAL) {
		value_show(&rows->shown, v);
		cells[VALUE_SHOWN] = cell_of_text(&rows->shown);
	}
	bool ok = fill_number(rows, cells, v);
	if (rows->table->columns[rows->first + VALUE_TEXT].formats)
		ok = fill_text(rows, &cells[VALUE_TEXT], v) && ok;
	return ok && !rows->bytes.failed && !rows->value.failed && !rows->shown.failed;
}

void value_rows_put(struct value_rows *rows, struct cell *cells, const struct value *v)
{
	struct table *t = rows->table;
	struct cell *own = cells + rows->first;
	text_clear(&rows->bytes);
	text_clear(&rows->value);
	for (int i = VALUE_BYTES; i < VALUE_COLUMNS; i++)
		own[i] = (struct cell){0};
	value_rows_name(own, v, t->format == FORMAT_CSV, rows->name);
	if (v->status < 0) {
		own[VALUE_BYTES] = cell_text(NULL);
		own[VALUE_ERROR] = cell_text(value_error(v));
	} else {
		t->ok = fill_value(rows, own, v) && t->ok;
	}
	table_row(t, cells);
}

void value_rows_fini(struct value_rows *rows)
{
	text_fini(&rows->bytes);
	text_fini(&rows->value);
	text_fini(&rows->shown);
	gdbregs_buffer_fini(&rows->decoded);
}
