/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/register-rows.h"

#include "out/lanes.h"

#include <stdlib.h>
#include <string.h>

/* GAP is the number of blanks between columns, and before the meaning of a value. Text that is
 * not beside the name of its register begins at DEEPER. */
enum { INDENT = 2, GAP = 2, DEEPER = 6 };

/* In the order in which they are written. */
enum kind {
	KIND_NUMBER, /* in columns */
	KIND_MEANING, /* flags, enums and others, with what they mean */
	KIND_FLOAT, /* in columns, with the number */
	KIND_VECTOR, /* in columns */
	KIND_WIDE, /* in lanes; in columns if all lanes are equal */
};

/* Widths in characters. */
struct width {
	size_t name, value;
};

/* Names with their values in columns, filled downwards as ls(1) does. */
enum { MOST_COLUMNS = 16 };
struct grid {
	struct width column[MOST_COLUMNS];
	size_t columns, rows;
};

struct entry {
	struct width width;
	size_t index; /* among the selected registers */
	size_t size; /* columns are made of registers of one size */
	enum kind kind;
	bool long_name; /* it comes after the others */
	bool uniform; /* wide, but a cell says it all */
};

struct page {
	struct register_rows *rows;
	const struct snapshot *snapshot;
	const struct vcpu *vcpu;
	size_t line; /* width */
	bool ok;
};

/* ------------------------------------------------------------- measuring --- */

static bool differs_in_size(const struct value *v)
{
	return v->status >= 0 && !v->part &&
	       v->size_bytes != ((size_t)gdbregs_register_bits(v->reg) + 7) / 8;
}

static size_t name_width(const struct value *v)
{
	char name[VALUE_NAME];
	return printable_width(value_name(v, name));
}

/* Returns what the value means, and a remark if the stub sent another size than the description
 * says. */
static const char *meaning_of(struct page *page, const struct value *v)
{
	struct text *text = &page->rows->meaning;
	const char *decoded = value_decode(v, page->rows->options, &page->rows->decoded);
	text_clear(text);
	if (decoded)
		text_add_printable(text, decoded, strlen(decoded));
	if (differs_in_size(v))
		text_addf(text, "%s(%zu bits; the description says %u)", text->size > 0 ? "  " : "",
			  8 * v->size_bytes, gdbregs_register_bits(v->reg));
	page->ok = page->ok && decoded && !text->failed;
	return text->data ? text->data : "";
}

static enum kind kind_of(const struct value *v, const char *meaning, size_t width, size_t line)
{
	if (width > line)
		return KIND_WIDE;
	if (value_kind(v) == GDBREGS_TYPE_FLOAT && !differs_in_size(v))
		return KIND_FLOAT;
	if (meaning[0] != '\0')
		return KIND_MEANING;
	return value_is_compound(v) || v->size_bytes > sizeof(uint64_t) ? KIND_VECTOR : KIND_NUMBER;
}

/* `32 x 0x0000000000000000` */
static void show_uniform(struct text *text, const struct value *v)
{
	text_clear(text);
	text_addf(text, "%zu x ", lanes_count(v));
	lanes_add(text, v, 0);
}

/* Returns the cell of a grid, in page->rows->value. */
static const char *show_cell(struct page *page, const struct value *v, enum kind kind)
{
	struct text *text = &page->rows->value;
	if (kind == KIND_WIDE)
		show_uniform(text, v);
	else
		value_show(text, v);
	const char *meaning = kind == KIND_FLOAT ? meaning_of(page, v) : "";
	if (meaning[0] != '\0')
		text_addf(text, "  %s", meaning);
	page->ok = page->ok && !text->failed;
	return text->data ? text->data : "";
}

static size_t line_width(const struct entry *entry)
{
	return INDENT + entry->width.name + 1 + entry->width.value;
}

static struct entry measure(struct page *page, size_t index)
{
	struct value v = value_get(page->snapshot, page->vcpu, index);
	struct entry entry = {.index = index, .width = {name_width(&v), value_show_width(&v)}};
	const char *meaning = meaning_of(page, &v);
	entry.kind = kind_of(&v, meaning, line_width(&entry), page->line);
	entry.uniform = entry.kind == KIND_WIDE && meaning[0] == '\0' && lanes_are_equal(&v);
	if (entry.kind == KIND_FLOAT || entry.uniform)
		entry.width.value = strlen(show_cell(page, &v, entry.kind));
	if (line_width(&entry) > page->line && entry.kind != KIND_WIDE) {
		entry.kind = KIND_MEANING;
		entry.width.value = value_show_width(&v);
	}
	entry.uniform = entry.uniform && line_width(&entry) <= page->line;
	if (entry.kind != KIND_MEANING && entry.kind != KIND_WIDE)
		entry.size = v.status >= 0 ? v.size_bytes : ((size_t)value_bits(&v) + 7) / 8;
	return entry;
}

/* --------------------------------------------------------------- columns --- */

static void put_name(const struct page *page, const struct value *v, size_t width)
{
	char name[VALUE_NAME];
	printable_put(page->rows->out->stream, value_name(v, name), width);
}

static void put_blanks(const struct page *page, size_t count)
{
	fprintf(page->rows->out->stream, "%*s", (int)count, "");
}

static void put_cell(struct page *page, const struct entry *entry, const struct width *column,
		     bool last)
{
	struct value v = value_get(page->snapshot, page->vcpu, entry->index);
	const char *shown = show_cell(page, &v, entry->kind);
	bool dim = v.status < 0 && page->rows->out->colour;
	put_name(page, &v, column->name);
	fprintf(page->rows->out->stream, " %s%s%s", dim ? "\033[33m" : "", shown,
		dim ? "\033[0m" : "");
	if (!last)
		put_blanks(page, column->value - strlen(shown) + GAP);
}

static void widen(struct width *column, const struct width *cell)
{
	column->name = cell->name > column->name ? cell->name : column->name;
	column->value = cell->value > column->value ? cell->value : column->value;
}

/* Make at most `columns` columns: fewer if the last ones would be empty. Returns the width of
 * a line. */
static size_t make_columns(struct grid *grid, const struct entry *entries, size_t count,
			   size_t columns)
{
	size_t width = INDENT;
	*grid = (struct grid){.rows = (count + columns - 1) / columns};
	for (size_t i = 0; i < count; i++)
		widen(&grid->column[i / grid->rows], &entries[i].width);
	grid->columns = count > 0 ? (count + grid->rows - 1) / grid->rows : 0;
	for (size_t i = 0; i < grid->columns; i++)
		width += grid->column[i].name + 1 + grid->column[i].value + (i > 0 ? GAP : 0);
	return width;
}

/* Choose as many columns as fit the line, at least one. */
static void lay_out(const struct page *page, struct grid *grid, const struct entry *entries,
		    size_t count)
{
	size_t columns = count < MOST_COLUMNS ? count : MOST_COLUMNS;
	while (make_columns(grid, entries, count, columns > 1 ? columns : 1) > page->line &&
	       columns > 1)
		columns--;
}

static void put_grid(struct page *page, const struct entry *entries, size_t count)
{
	struct grid grid;
	if (count == 0)
		return;
	lay_out(page, &grid, entries, count);
	for (size_t row = 0; row < grid.rows && page->ok; row++) {
		put_blanks(page, INDENT);
		for (size_t i = 0, at = row; at < count; i++, at += grid.rows)
			put_cell(page, &entries[at], &grid.column[i], at + grid.rows >= count);
		fputc('\n', page->rows->out->stream);
	}
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = (a->kind > b->kind) - (a->kind < b->kind);
	if (order == 0)
		order = (a->size < b->size) - (a->size > b->size);
	if (order == 0)
		order = (a->long_name > b->long_name) - (a->long_name < b->long_name);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Move entries with long names to the end. Returns how many have short ones. */
static size_t divide(struct entry *entries, size_t count, size_t longest)
{
	size_t short_names = 0;
	for (size_t i = 0; i < count; i++) {
		entries[i].long_name = entries[i].width.name > longest;
		short_names += !entries[i].long_name;
	}
	qsort(entries, count, sizeof(*entries), compare);
	return short_names;
}

/* A few long names would leave room for a single column: they get a grid of their own if
 * that saves a quarter of the rows. */
static size_t divide_best(const struct page *page, struct entry *entries, size_t count)
{
	enum { FEW = 8, MANY = 4096, SHORTEST = 4, LONGEST = 40 };
	struct grid grid, rest;
	lay_out(page, &grid, entries, count);
	size_t best = grid.rows - grid.rows / 4, longest = SIZE_MAX;
	for (size_t i = SHORTEST; i < LONGEST && count >= FEW && count <= MANY; i++) {
		size_t short_names = divide(entries, count, i);
		lay_out(page, &grid, entries, short_names);
		lay_out(page, &rest, entries + short_names, count - short_names);
		if (short_names > 0 && grid.rows + rest.rows <= best) {
			best = grid.rows + rest.rows;
			longest = i;
		}
	}
	return divide(entries, count, longest);
}

/* ------------------------------------------------------------------ rows --- */

/* Write the meaning. It comes after the value, which ends at `used` and is padded first, or on
 * lines of its own if it does not fit there. */
static void put_meaning(const struct page *page, const char *text, size_t used, size_t padding)
{
	FILE *stream = page->rows->out->stream;
	if (text[0] == '\0')
		return;
	if (used + padding + GAP + strlen(text) <= page->line)
		fprintf(stream, "%*s%s", (int)(padding + GAP), "", text);
	else
		text_put_wrapped(stream, text, page->line, DEEPER, page->line);
}

static void put_row(struct page *page, const struct entry *entry, const struct width *column)
{
	struct value v = value_get(page->snapshot, page->vcpu, entry->index);
	const char *meaning = meaning_of(page, &v);
	const char *shown = show_cell(page, &v, KIND_NUMBER);
	size_t size = printable_width(shown);
	put_blanks(page, INDENT);
	put_name(page, &v, column->name);
	fputc(' ', page->rows->out->stream);
	printable_put(page->rows->out->stream, shown, 0);
	put_meaning(page, meaning, INDENT + column->name + 1 + size,
		    size < column->value ? column->value - size : 0);
	fputc('\n', page->rows->out->stream);
}

/* Put each register in a row. Their values are aligned if all of them then still fit the line. */
static void put_rows(struct page *page, const struct entry *entries, size_t count)
{
	struct width widest = {0};
	for (size_t i = 0; i < count; i++)
		widen(&widest, &entries[i].width);
	bool aligned = INDENT + widest.name + 1 + widest.value <= page->line;
	for (size_t i = 0; i < count && page->ok; i++)
		put_row(page, &entries[i], aligned ? &widest : &entries[i].width);
}

/* ---------------------------------------------------------- long numbers --- */

/* Put a number that is longer than a line on several lines. */
static void put_long(struct page *page, const struct entry *entry)
{
	enum { LONGEST = 24 };
	FILE *stream = page->rows->out->stream;
	struct value v = value_get(page->snapshot, page->vcpu, entry->index);
	size_t width = entry->width.name, indent = INDENT + (width < LONGEST ? width : LONGEST) + 1;
	bool narrow = indent + lanes_width(&v) > page->line;
	if (narrow)
		indent = DEEPER;
	put_blanks(page, INDENT);
	put_name(page, &v, 0);
	if (width >= LONGEST || narrow)
		fprintf(stream, "\n%*s", (int)indent, "");
	else
		fputc(' ', stream);
	if (lanes_are(&v))
		page->ok = lanes_put(stream, &page->rows->value, &v, indent, page->line);
	else
		text_put_wrapped(stream, show_cell(page, &v, KIND_NUMBER), indent, indent,
				 page->line);
	put_meaning(page, meaning_of(page, &v), page->line, 0);
	fputc('\n', stream);
}

/* Put registers whose lanes are equal in columns, and the others below each other. */
static void put_wide(struct page *page, const struct entry *entries, size_t count)
{
	for (size_t i = 0, run; i < count && page->ok; i += run > 0 ? run : 1) {
		for (run = 0; i + run < count && entries[i + run].uniform;)
			run++;
		if (run > 0)
			put_grid(page, entries + i, run);
		else
			put_long(page, &entries[i]);
	}
}

/* ------------------------------------------------------------------- all --- */

/* Put registers of one kind. Those in columns have one size. */
static void put_class(struct page *page, struct entry *entries, size_t count)
{
	size_t short_names;
	switch (entries->kind) {
	case KIND_MEANING:
		put_rows(page, entries, count);
		break;
	case KIND_WIDE:
		put_wide(page, entries, count);
		break;
	default:
		short_names = divide_best(page, entries, count);
		put_grid(page, entries, short_names);
		put_grid(page, entries + short_names, count - short_names);
	}
}

static bool same_class(const struct entry *a, const struct entry *b)
{
	return a->kind == b->kind && a->size == b->size;
}

static void put_all(struct page *page, struct entry *entries, size_t count)
{
	qsort(entries, count, sizeof(*entries), compare);
	for (size_t first = 0, end; first < count && page->ok; first = end) {
		for (end = first + 1; end < count && same_class(&entries[first], &entries[end]);)
			end++;
		put_class(page, entries + first, end - first);
		if (output_broken(page->rows->out))
			return;
	}
}

bool register_rows_put(struct register_rows *rows, const struct snapshot *s,
		       const struct vcpu *vcpu, size_t first, size_t end)
{
	struct page page = {.rows = rows, .snapshot = s, .vcpu = vcpu, .ok = true};
	struct entry *entries = calloc(end - first + 1, sizeof(*entries));
	size_t count = 0;
	page.line = output_width(rows->out);
	for (size_t i = first; i < end && entries && page.ok; i++) {
		struct value v = value_get(s, vcpu, i);
		if (!rows->options->nonzero || !value_is_zero(&v))
			entries[count++] = measure(&page, i);
	}
	if (entries && page.ok)
		put_all(&page, entries, count);
	page.ok = page.ok && entries;
	free(entries);
	return page.ok;
}

void register_rows_fini(struct register_rows *rows)
{
	text_fini(&rows->value);
	text_fini(&rows->meaning);
	gdbregs_buffer_fini(&rows->decoded);
}
