/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rows of text are kept until they are aligned. MOST_PENDING of them bound the memory for
 * that. */
enum { MOST_PENDING = 4096, MOST_COLUMNS = 24, USUAL_LIMIT = 24, GAP = 2 };

struct cell cell_text(const char *text)
{
	if (!text)
		return (struct cell){.kind = CELL_NULL};
	return cell_bytes(text, strlen(text));
}

struct cell cell_bytes(const void *data, size_t size)
{
	return (struct cell){.kind = CELL_TEXT, .text = data, .size = size};
}

struct cell cell_number(json_int_t number)
{
	return (struct cell){.kind = CELL_NUMBER, .number = number};
}

struct cell cell_bool(bool value)
{
	return (struct cell){.kind = CELL_BOOL, .number = value};
}

struct cell cell_json(json_t *json)
{
	return (struct cell){.kind = CELL_JSON, .json = json};
}

struct cell cell_type_from(const struct gdbregs_register *reg)
{
	if (gdbregs_register_type_from(reg) == GDBREGS_TYPE_DESCRIBED)
		return (struct cell){.kind = CELL_ABSENT};
	return cell_text("shipped");
}

static unsigned format_mask(enum format format)
{
	switch (format) {
	case FORMAT_JSON:
		return IN_JSON;
	case FORMAT_JSONL:
		return IN_LINES;
	case FORMAT_CSV:
		return IN_CSV;
	default:
		return IN_TEXT;
	}
}

static bool is_shown(const struct table *t, size_t column)
{
	return (t->columns[column].formats & t->mask) != 0;
}

/* Returns a cell as text. Numbers are written to `number`. */
static const char *text_of(const struct cell *cell, char number[32])
{
	switch (cell->kind) {
	case CELL_TEXT:
		return cell->size > 0 ? cell->text : "";
	case CELL_NUMBER:
		snprintf(number, 32, "%lld", (long long)cell->number);
		return number;
	case CELL_BOOL:
		return cell->number ? "true" : "false";
	default:
		return NULL;
	}
}

/* ---------------------------------------------------------------- CSV --- */

static void put_quoted(FILE *stream, const char *field)
{
	fputc('"', stream);
	for (; *field != '\0'; field++) {
		if (*field == '"')
			fputc('"', stream);
		fputc(*field, stream);
	}
	fputc('"', stream);
}

static void put_field(FILE *stream, const char *field)
{
	if (strpbrk(field, ",\"\r\n"))
		put_quoted(stream, field);
	else
		fputs(field, stream);
}

/* Returns the size of a UTF-8 sequence that is not a control character, or 0. */
static size_t utf8_length(const uint8_t *at)
{
	static const struct {
		uint8_t first, mask;
		uint32_t least;
	} forms[] = {{0xc0, 0xe0, 0xa0}, {0xe0, 0xf0, 0x800}, {0xf0, 0xf8, 0x10000}};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if ((at[0] & forms[i].mask) != forms[i].first)
			continue;
		uint32_t code = at[0] & (uint8_t)~forms[i].mask;
		for (size_t j = 1; j <= i + 1; j++) {
			if ((at[j] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (at[j] & 0x3f);
		}
		bool good =
			code >= forms[i].least && code <= 0x10ffff && (code & ~0x7ffU) != 0xd800;
		return good ? i + 2 : 0;
	}
	return 0;
}

/* Add a text without control characters, because the file may be shown on a terminal later. */
static void add_harmless(struct text *text, const char *field)
{
	const uint8_t *at = (const uint8_t *)field;
	while (*at != '\0') {
		size_t length = utf8_length(at);
		if (length > 0)
			text_add(text, at, length);
		else
			text_add_printable(text, at, 1);
		at += length > 0 ? length : 1;
	}
}

/* Returns whether a spreadsheet would take a cell for a formula, which may run programs. A
 * quotation mark in front makes it text. Numbers with a sign are not formulas. */
static bool is_formula(const char *field)
{
	char *end;
	if (*field == '\0' || !strchr("=+-@", *field))
		return false;
	strtod(field, &end);
	return end == field || *end != '\0';
}

/* Put a row as RFC 4180 says, but with LF at the end of the line as everywhere on Unix. Control
 * characters are shown as \xHH; on a terminal, so are all characters that are not ASCII. */
static void put_fields(struct output *out, const char *const *fields, size_t count)
{
	struct text text = {0};
	for (size_t i = 0; i < count; i++) {
		const char *field = fields[i] ? fields[i] : "";
		text_clear(&text);
		text_adds(&text, is_formula(field) ? "'" : "");
		if (out->tty)
			text_add_printable(&text, field, strlen(field));
		else
			add_harmless(&text, field);
		if (i > 0)
			fputc(',', out->stream);
		put_field(out->stream, text.data ? text.data : "");
		if (text.failed && out->error == 0)
			out->error = ENOMEM;
	}
	fputc('\n', out->stream);
	text_fini(&text);
}

static void put_csv(struct table *t, const struct cell *cells)
{
	const char *fields[MOST_COLUMNS];
	char numbers[MOST_COLUMNS][32];
	size_t count = 0;
	for (size_t i = 0; i < t->count && count < MOST_COLUMNS; i++) {
		if (!is_shown(t, i))
			continue;
		fields[count] = cells ? text_of(&cells[i], numbers[count]) : t->columns[i].name;
		count++;
	}
	put_fields(t->out, fields, count);
}

/* --------------------------------------------------------------- JSON --- */

/* Returns whether a text needs no escapes in JSON. */
static bool is_plain(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] < 0x20 || text[i] > 0x7e || text[i] == '"' || text[i] == '\\')
			return false;
	}
	return true;
}

/* Add a value as JSON. Usual texts do not go through jansson: with it, a trace of 100,000 steps
 * that change 16 registers each takes 2.1 s of CPU time instead of 1.3 s. */
static void add_json(struct text *line, const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_TEXT:
		if (!is_plain(cell->text, cell->size)) {
			json_add(line, json_bytes(cell->text, cell->size));
			return;
		}
		text_adds(line, "\"");
		text_add(line, cell->text, cell->size);
		text_adds(line, "\"");
		return;
	case CELL_NUMBER:
		text_addf(line, "%lld", (long long)cell->number);
		return;
	case CELL_BOOL:
		text_adds(line, cell->number ? "true" : "false");
		return;
	case CELL_FLOAT:
		json_add(line, json_real(cell->real));
		return;
	case CELL_JSON:
		json_add(line, cell->json);
		return;
	default:
		text_adds(line, "null");
	}
}

/* Add the members of `level`. Rows of JSON lines have those of all levels. */
static void add_members(struct table *t, const struct cell *cells, unsigned level)
{
	bool every = t->format == FORMAT_JSONL && !t->one_line, any = false;
	for (size_t i = 0; i < t->count; i++) {
		if (!is_shown(t, i) || cells[i].kind == CELL_ABSENT ||
		    (!every && t->columns[i].level != level))
			continue;
		text_adds(&t->line, any ? ",\"" : "\"");
		text_adds(&t->line, t->columns[i].name);
		text_adds(&t->line, "\":");
		add_json(&t->line, &cells[i]);
		any = true;
	}
}

/* Begin an object with the members of `level`. In JSON, it is on a line of its own, indented by
 * its depth. In JSON lines, an object is a line or inside of one. */
static void begin_object(struct table *t, const struct cell *cells, unsigned level)
{
	bool is_element = t->format == FORMAT_JSON || t->depth > 0;
	if (is_element && t->elements[t->depth]++ > 0)
		text_adds(&t->line, ",");
	if (is_element && (t->depth == 0 || !t->one_line)) {
		text_adds(&t->line, "\n");
		text_add_blanks(&t->line, t->depth + 1);
	}
	text_adds(&t->line, "{");
	add_members(t, cells, level);
}

static void put_line(struct table *t)
{
	t->ok = t->ok && !t->line.failed;
	if (t->ok)
		fwrite(t->line.data, 1, t->line.size, t->out->stream);
	text_clear(&t->line);
}

static void end_object(struct table *t)
{
	text_adds(&t->line, t->format == FORMAT_JSON || t->depth > 0 ? "}" : "}\n");
	put_line(t);
}

static bool has_levels(const struct table *t)
{
	return t->format == FORMAT_JSON || (t->format == FORMAT_JSONL && t->one_line);
}

void table_enter(struct table *t, unsigned level, const struct cell *cells, const char *member)
{
	if (!has_levels(t))
		return;
	begin_object(t, cells, level);
	if (!member) {
		end_object(t);
		return;
	}
	bool any = t->line.data && t->line.data[t->line.size - 1] != '{';
	text_addf(&t->line, "%s\"%s\":[", any ? "," : "", member);
	put_line(t);
	t->elements[++t->depth] = 0;
}

void table_leave(struct table *t)
{
	if (!has_levels(t))
		return;
	text_adds(&t->line, "]");
	t->depth--;
	end_object(t);
}

/* --------------------------------------------------------------- text --- */

static size_t limit_of(const struct column *column)
{
	return column->limit > 0 ? column->limit : USUAL_LIMIT;
}

static void keep_text(struct table *t, const struct cell *cells)
{
	char number[32];
	for (size_t i = 0; i < t->count; i++) {
		if (!is_shown(t, i))
			continue;
		const char *text = text_of(&cells[i], number);
		if (!text)
			text = cells[i].kind == CELL_NULL ? "-" : "";
		size_t start = t->pending.size;
		text_add_printable(&t->pending, text, strlen(text));
		size_t width = t->pending.size - start;
		if (width > t->widths[i] &&
		    (t->columns[i].wrapped || width <= limit_of(&t->columns[i])))
			t->widths[i] = width;
		text_add(&t->pending, "", 1);
	}
	if (++t->pending_rows >= MOST_PENDING)
		table_flush(t);
}

static size_t last_shown(const struct table *t)
{
	size_t i = t->count;
	while (i > 0 && !is_shown(t, i - 1))
		i--;
	return i - 1;
}

/* Add a cell. There are two blanks between columns, and no blank after the last one. */
static void put_cell(struct text *line, const struct table *t, size_t column, const char *text)
{
	size_t size = printable_width(text), width = t->widths[column];
	size_t pad = size < width ? width - size : 0;
	bool last = column == last_shown(t), right = t->columns[column].right;
	text_add_blanks(line, right ? pad : 0);
	text_add_printable(line, text, strlen(text));
	text_add_blanks(line, last ? 0 : GAP + (right ? 0 : pad));
}

static void trim(struct text *line)
{
	while (line->size > 0 && line->data[line->size - 1] == ' ')
		line->data[--line->size] = '\0';
}

/* A row is continued at column CONTINUED. A column that is broken on words needs ROOM beside the
 * others. */
enum { CONTINUED = 6, ROOM = 28 };

/* Returns the first column that does not fit beside those before it. */
static size_t find_fold(const struct table *t)
{
	size_t width = output_width(t->out), used = t->indent;
	for (size_t i = 0; i < t->count; i++) {
		if (!is_shown(t, i))
			continue;
		size_t needed = t->widths[i];
		if (t->columns[i].wrapped && needed > ROOM)
			needed = ROOM;
		if (used > t->indent && used + needed > width)
			return i;
		used += t->widths[i] + GAP;
	}
	return t->count;
}

bool table_fits(const struct table *t)
{
	return !t->ok || find_fold(t) == t->count;
}

void table_drop(struct table *t)
{
	text_clear(&t->pending);
	t->pending_rows = 0;
}

static void put_headings(struct table *t)
{
	struct text line = {0};
	bool any = false;
	for (size_t i = 0; i < t->fold; i++) {
		const char *heading = t->columns[i].heading;
		any |= is_shown(t, i) && heading;
		if (is_shown(t, i))
			put_cell(&line, t, i, heading ? heading : "");
	}
	trim(&line);
	if (any && !line.failed)
		output_heading(t->out, line.data);
	t->ok = t->ok && !line.failed;
	t->headed = true;
	text_fini(&line);
}

/* Add a cell that does not fit its row. It comes after the heading of its column, on a line below
 * the row. */
static void put_folded(struct text *rest, const struct table *t, size_t column, const char *text)
{
	const char *heading = t->columns[column].heading;
	bool wrapped = t->columns[column].wrapped;
	if (text[0] == '\0' || (wrapped && strcmp(text, "-") == 0))
		return;
	bool named = heading && !wrapped;
	text_addf(rest, "%s%s%s%s", rest->size > 0 ? "  " : "", named ? heading : "",
		  named ? " " : "", text);
}

/* Write a row. Its cells are in `line`. `rest` is broken on words: beside the cells, or on lines
 * below them. */
static void put_text_line(struct table *t, struct text *line, const char *rest)
{
	FILE *stream = t->out->stream;
	size_t width = output_width(t->out), start = t->indent + line->size;
	bool below = t->fold < t->count;
	if (below || rest[0] == '\0')
		trim(line);
	fprintf(stream, "%*s%s", (int)t->indent, "", line->size > 0 ? line->data : "");
	if (below && rest[0] != '\0') {
		start = t->indent + CONTINUED;
		fprintf(stream, "\n%*s", (int)start, "");
	}
	text_put_wrapped(stream, rest, start, start, width);
	fputc('\n', stream);
}

/* Write the row whose cells are at `at`. Returns where the next row begins. */
static const char *put_row(struct table *t, const char *at)
{
	struct text line = {0}, rest = {0};
	for (size_t i = 0; i < t->count; i++) {
		if (!is_shown(t, i))
			continue;
		if (i >= t->fold)
			put_folded(&rest, t, i, at);
		else if (t->columns[i].wrapped)
			text_adds(&rest, at);
		else
			put_cell(&line, t, i, at);
		at += strlen(at) + 1;
	}
	t->ok = !line.failed && !rest.failed;
	if (t->ok)
		put_text_line(t, &line, rest.size > 0 ? rest.data : "");
	text_fini(&line);
	text_fini(&rest);
	return at;
}

void table_flush(struct table *t)
{
	const char *at = t->pending.data;
	if (t->format != FORMAT_TEXT || t->pending_rows == 0)
		return;
	t->fold = find_fold(t);
	if (!t->headed)
		put_headings(t);
	t->ok = t->ok && !t->pending.failed;
	for (size_t row = 0; row < t->pending_rows && t->ok; row++)
		at = put_row(t, at);
	table_drop(t);
}

/* ---------------------------------------------------------------- all --- */

void table_init(struct table *t, struct output *out, enum format format,
		const struct column *columns, size_t count)
{
	*t = (struct table){.out = out,
			    .format = format,
			    .mask = format_mask(format),
			    .columns = columns,
			    .count = count};
	t->widths = calloc(count + 1, sizeof(*t->widths));
	t->ok = t->widths;
	for (size_t i = 0; i < count && t->ok; i++) {
		size_t heading = columns[i].heading ? printable_width(columns[i].heading) : 0;
		t->widths[i] = columns[i].width > heading ? columns[i].width : heading;
	}
	if (format == FORMAT_JSON)
		fputs("[", out->stream);
	if (format == FORMAT_CSV)
		put_csv(t, NULL);
}

void table_row(struct table *t, const struct cell *cells)
{
	if (!t->ok || output_broken(t->out))
		return;
	switch (t->format) {
	case FORMAT_CSV:
		put_csv(t, cells);
		break;
	case FORMAT_JSON:
	case FORMAT_JSONL:
		begin_object(t, cells, 0);
		end_object(t);
		break;
	default:
		keep_text(t, cells);
	}
}

bool table_end(struct table *t)
{
	table_flush(t);
	if (t->format == FORMAT_JSON)
		fputs(t->in_object ? "]}\n" : "]\n", t->out->stream);
	table_fini(t);
	return t->ok;
}

void table_fini(struct table *t)
{
	free(t->widths);
	t->widths = NULL;
	text_fini(&t->line);
	text_fini(&t->pending);
}
