/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes rows and columns in four formats: text with aligned columns, a JSON array of objects,
 * JSON lines, CSV. Hides: separators, headers, alignment, memory.
 *
 * In JSON, a row may be inside of other objects. A column of a level above 0 belongs to the
 * object that table_enter() opens for that level, and not to the row. JSON lines and CSV repeat
 * its value in every row.
 *
 * To add a format: a word in format_choices (opt/options.c), a case in each function of table.c
 * that has a switch. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/output.h"
#include "opt/options.h"
#include "out/json.h"

enum { IN_TEXT = 1, IN_JSON = 2, IN_LINES = 4, IN_CSV = 8 };
enum { IN_OBJECT = IN_JSON | IN_LINES, IN_DATA = IN_OBJECT | IN_CSV };

struct column {
	const char *name; /* of the JSON member and the CSV column */
	unsigned formats; /* mask of IN_... */
	unsigned level; /* of the JSON object; 0: the row */
	const char *heading; /* text; NULL in all columns: no headings */
	bool wrapped; /* text: the last column is broken on words, to fit the width */
	size_t width, limit; /* text: at least, and what a cell may widen it to; limit 0: 24 */
	bool right; /* text: aligned to the right */
};

enum cell_kind { CELL_ABSENT, CELL_NULL, CELL_TEXT, CELL_NUMBER, CELL_BOOL, CELL_FLOAT, CELL_JSON };

/* A value of a row. A text is borrowed until the row is written. JSON becomes the table's. */
struct cell {
	enum cell_kind kind;
	const char *text;
	size_t size;
	json_int_t number; /* or 0 and 1 of CELL_BOOL */
	double real;
	json_t *json;
};

struct table {
	struct output *out;
	enum format format;
	unsigned mask; /* IN_... of the format */
	const struct column *columns;
	size_t count;
	unsigned depth; /* objects that are open */
	size_t elements[4]; /* of the array that is open at each depth */
	struct text line; /* of JSON, under way */
	struct text pending; /* text rows that are not aligned yet, NUL after each cell */
	size_t pending_rows;
	size_t *widths;
	size_t fold; /* text: this column and those after it are on lines below the row */
	size_t indent; /* text: blanks in front of each row */
	bool headed;
	bool in_object; /* set by the caller: the JSON array is the last member of an object */
	/* Set by the caller: what table_enter() opens is on one line, also in JSON lines. */
	bool one_line;
	bool ok; /* false: out of memory */
};

/* Make a cell of a text. NULL is null in JSON, empty in CSV, and `-` in text. */
struct cell cell_text(const char *text);
/* Make a cell of a text that may hold NULs. */
struct cell cell_bytes(const void *data, size_t size);
struct cell cell_number(json_int_t number);
struct cell cell_bool(bool value);
struct cell cell_json(json_t *json);
/* Make a cell that is "shipped" if the fields of the register come with the library, and absent
 * otherwise. */
struct cell cell_type_from(const struct gdbregs_register *reg);

void table_init(struct table *t, struct output *out, enum format format,
		const struct column *columns, size_t count);
/* In JSON, open an object that has the columns of `level` and an array `member`, to which the
 * following rows belong. If member is NULL, the object has no array and is closed at once. */
void table_enter(struct table *t, unsigned level, const struct cell *cells, const char *member);
void table_leave(struct table *t);
/* Write a row, which has a cell for each column. */
void table_row(struct table *t, const struct cell *cells);
/* In text, return whether the rows so far fit the line, and drop them. */
bool table_fits(const struct table *t);
void table_drop(struct table *t);
/* In text, write the rows so far. The next rows are aligned among themselves. */
void table_flush(struct table *t);
/* End the table. Returns false if memory ran out. */
bool table_end(struct table *t);
/* Free the memory of a table whose output was abandoned. */
void table_fini(struct table *t);

#endif
