/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of values in JSON, JSON lines and CSV, the same for snapshots and records: the members of
 * gdbregs-snapshot(5). Hides: which values have a number, a text or neither. */
#ifndef CLI_VALUE_ROWS_H
#define CLI_VALUE_ROWS_H

#include "out/table.h"
#include "target/value.h"

/* The columns of a value, which follow the table's own ones. CSV has the feature before the
 * name. */
enum {
	VALUE_CSV_FEATURE,
	VALUE_REGISTER,
	VALUE_FIELD,
	VALUE_FEATURE,
	VALUE_BITS,
	VALUE_TYPE,
	VALUE_TYPE_FROM,
	VALUE_BYTES,
	VALUE_VALUE,
	VALUE_NUMBER,
	VALUE_FLOAT,
	VALUE_TEXT,
	VALUE_SHOWN,
	VALUE_ERROR,
	VALUE_COLUMNS
};

extern const struct column value_columns[VALUE_COLUMNS];

struct value_rows {
	struct table *table;
	size_t first; /* the table's own columns; then come those of the value */
	/* Memory for the cells of a row. */
	struct text bytes, value, shown;
	struct gdbregs_buffer decoded;
	char name[VALUE_NAME];
};

/* Fill in the cells that do not depend on the value: VALUE_CSV_FEATURE to VALUE_TYPE_FROM. With
 * `joined`, the name of a part is `eflags.ZF`, else the path has a cell of its own. */
void value_rows_name(struct cell *cells, const struct value *v, bool joined, char name[VALUE_NAME]);
/* Write a row. `cells` has the table's own cells, and room for those of the value. End with
 * value_rows_fini(). */
void value_rows_put(struct value_rows *rows, struct cell *cells, const struct value *v);
void value_rows_fini(struct value_rows *rows);

#endif
