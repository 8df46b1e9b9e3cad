/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/table.h"
#include "cmd/diff-match.h"
#include "cmd/diff-live.h"
#include "out/flag-changes.h"

#include <string.h>

static const char *const kinds[] = {
	[CHANGE_CHANGED] = "changed",	  [CHANGE_APPEARED] = "appeared",
	[CHANGE_VANISHED] = "vanished",	  [CHANGE_UNAVAILABLE] = "unavailable",
	[CHANGE_AVAILABLE] = "available",
};

/* What it is about: the names are the same on both sides. */
static const struct stored_value *subject(const struct change *c)
{
	return c->before ? c->before : c->after;
}

/* --------------------------------------------------------------- text --- */

static void add_reversed(struct text *text, const char *hex)
{
	for (size_t i = strlen(hex); i >= 2; i -= 2)
		text_add(text, hex + i - 2, 2);
}

/* As a number with all its digits where the order is known. */
static void add_value(struct text *text, const struct diff *d, const struct stored_value *v)
{
	enum gdbregs_byte_order order = d->options->endian;
	if (v && !v->bytes && v->field && v->number) {
		text_adds(text, v->number);
		return;
	}
	if (!v || !v->bytes) {
		text_adds(text, !v ? "<none>" : "<unavailable>");
		return;
	}
	if (order == GDBREGS_BYTE_ORDER_UNKNOWN)
		order = v->order;
	if (order == GDBREGS_BYTE_ORDER_UNKNOWN && v->number) {
		text_adds(text, v->number);
		return;
	}
	text_adds(text, order != GDBREGS_BYTE_ORDER_UNKNOWN ? "0x" : "");
	if (order == GDBREGS_BYTE_ORDER_LITTLE)
		add_reversed(text, v->bytes);
	else
		text_adds(text, v->bytes);
}

struct cells {
	struct text target, vcpu, name, before, after;
	struct live_texts before_texts, after_texts;
};

static void add_field(struct text *text, const struct stored_value *v)
{
	if (v->field)
		text_adds(text, v->field[0] == '[' ? "" : ".");
	text_adds(text, v->field ? v->field : "");
}

static void add_name(struct text *text, const struct stored_value *v)
{
	text_adds(text, v->feature ? v->feature : "");
	text_adds(text, v->feature ? ":" : "");
	text_adds(text, v->name);
	add_field(text, v);
}

static bool fill(struct cells *cells, const struct diff *d, const struct change *c)
{
	const struct stored_value *v = subject(c);
	char vcpu[16];
	struct text *all[] = {&cells->target, &cells->vcpu, &cells->name, &cells->before,
			      &cells->after};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		text_clear(all[i]);
	snprintf(vcpu, sizeof(vcpu), "%u", v->vcpu);
	text_adds(&cells->target, v->target);
	text_adds(&cells->vcpu, vcpu);
	add_name(&cells->name, v);
	bool ok = true;
	const struct stored_value *before = live_show(&cells->before_texts, c->before, &ok);
	const struct stored_value *after = live_show(&cells->after_texts, c->after, &ok);
	add_value(&cells->before, d, before);
	add_value(&cells->after, d, after);
	if (c->kind == CHANGE_CHANGED)
		flags_add_changes(&cells->after, before->text, after->text);
	return ok && !(cells->target.failed || cells->vcpu.failed || cells->name.failed ||
		       cells->before.failed || cells->after.failed);
}

static void fini(struct cells *cells)
{
	text_fini(&cells->target);
	text_fini(&cells->vcpu);
	text_fini(&cells->name);
	text_fini(&cells->before);
	text_fini(&cells->after);
	live_texts_fini(&cells->before_texts);
	live_texts_fini(&cells->after_texts);
}

/* So much of a line may be spent on aligning; longer ones stand out. */
enum { WIDEST = 60, WIDEST_VALUE = 22 };

struct widths {
	size_t target, vcpu, name, before;
};

static void widen(size_t *width, const struct text *cell, size_t limit)
{
	size_t candidate = printable_width(cell->data);
	if (candidate > *width && candidate <= limit)
		*width = candidate;
}

static bool measure(struct widths *w, struct cells *cells, const struct diff *d)
{
	*w = (struct widths){0};
	for (size_t i = 0; i < d->count; i++) {
		if (!fill(cells, d, &d->item[i]))
			return false;
		widen(&w->target, &cells->target, WIDEST);
		widen(&w->vcpu, &cells->vcpu, WIDEST);
		widen(&w->name, &cells->name, WIDEST);
		widen(&w->before, &cells->before, WIDEST_VALUE);
	}
	return true;
}

static void put_cell(FILE *stream, const struct text *cell, size_t width, const char *gap)
{
	printable_put(stream, cell->data, width);
	fputs(gap, stream);
}

/* The last line: how many of the registers that both sides have, and what else differs. */
static void put_count(struct output *out, const struct diff *d)
{
	size_t both = 0;
	for (size_t i = 0; i < d->count; i++)
		both += d->item[i].before && d->item[i].after;
	fprintf(out->stream, "%zu of %zu registers differ", both, d->compared);
	if (d->count > both)
		fprintf(out->stream, ", %zu are on one side only", d->count - both);
	fputc('\n', out->stream);
}

static bool write_text(struct output *out, const struct diff *d)
{
	struct cells cells = {.target = {0}};
	struct widths w;
	bool ok = measure(&w, &cells, d);
	for (size_t i = 0; i < d->count && ok && !output_broken(out); i++) {
		ok = fill(&cells, d, &d->item[i]);
		if (!ok)
			break;
		put_cell(out->stream, &cells.target, w.target, "  ");
		put_cell(out->stream, &cells.vcpu, w.vcpu, "  ");
		put_cell(out->stream, &cells.name, w.name, "  ");
		put_cell(out->stream, &cells.before, w.before, " -> ");
		put_cell(out->stream, &cells.after, 0, "\n");
	}
	if (ok && d->count > 0 && !d->options->quiet)
		put_count(out, d);
	fini(&cells);
	return ok;
}

/* --------------------------------------------------------- JSON and CSV --- */

/* The number if it has one, else the bytes, which have no 0x. */
static const char *brief(const struct stored_value *v)
{
	if (!v)
		return NULL;
	return v->number && (v->bytes || v->field) ? v->number : v->bytes;
}

static void add_word(void *arg, const char *word, size_t size)
{
	json_element(arg, json_bytes(word, size));
}

static json_t *missing(const char *a, const char *b)
{
	json_t *list = json_array();
	if (!flags_missing(a, b, add_word, &list)) {
		json_decref(list);
		return NULL;
	}
	return list;
}

enum {
	TARGET,
	VCPU,
	FEATURE,
	NAME,
	FIELD,
	CHANGE,
	OLD,
	NEW,
	OLD_BYTES,
	NEW_BYTES,
	OLD_TEXT,
	NEW_TEXT,
	CLEARED,
	SET,
	COLUMNS
};

/* What flags and enums mean. */
static void fill_meaning(struct cell cells[COLUMNS], const struct diff *d, const struct change *c)
{
	const char *before = c->before ? c->before->text : NULL;
	const char *after = c->after ? c->after->text : NULL;
	if (before)
		cells[OLD_TEXT] = cell_text(before);
	if (after)
		cells[NEW_TEXT] = cell_text(after);
	if (!flags_are(before) || !flags_are(after) || d->options->format == FORMAT_CSV)
		return;
	cells[CLEARED] = (struct cell){.kind = CELL_JSON, .json = missing(before, after)};
	cells[SET] = (struct cell){.kind = CELL_JSON, .json = missing(after, before)};
}

static void put_change(struct table *table, const struct diff *d, const struct change *c)
{
	const struct stored_value *v = subject(c);
	bool csv = d->options->format == FORMAT_CSV;
	struct text name = {0};
	text_adds(&name, v->name);
	add_field(&name, v);
	struct cell cells[COLUMNS] = {
		[TARGET] = cell_text(v->target),
		[VCPU] = cell_number(v->vcpu),
		[FEATURE] = cell_text(v->feature),
		[NAME] = cell_text(csv ? name.data : v->name),
		[FIELD] = v->field ? cell_text(v->field) : (struct cell){0},
		[CHANGE] = cell_text(kinds[c->kind]),
		[OLD] = cell_text(brief(c->before)),
		[NEW] = cell_text(brief(c->after)),
		[OLD_BYTES] = cell_text(c->before ? c->before->bytes : NULL),
		[NEW_BYTES] = cell_text(c->after ? c->after->bytes : NULL),
	};
	fill_meaning(cells, d, c);
	table_row(table, cells);
	table->ok = table->ok && !name.failed;
	text_fini(&name);
}

static bool write_data(struct output *out, const struct diff *d)
{
	enum { IN_OBJECT = IN_JSON | IN_LINES };
	static const struct column columns[COLUMNS] = {
		[TARGET] = {.name = "target", .formats = IN_DATA},
		[VCPU] = {.name = "vcpu", .formats = IN_DATA},
		[FEATURE] = {.name = "feature", .formats = IN_DATA},
		[NAME] = {.name = "name", .formats = IN_DATA},
		[FIELD] = {.name = "field", .formats = IN_OBJECT},
		[CHANGE] = {.name = "change", .formats = IN_DATA},
		[OLD] = {.name = "old", .formats = IN_DATA},
		[NEW] = {.name = "new", .formats = IN_DATA},
		[OLD_BYTES] = {.name = "old_bytes", .formats = IN_OBJECT},
		[NEW_BYTES] = {.name = "new_bytes", .formats = IN_OBJECT},
		[OLD_TEXT] = {.name = "old_text", .formats = IN_OBJECT},
		[NEW_TEXT] = {.name = "new_text", .formats = IN_OBJECT},
		[CLEARED] = {.name = "cleared", .formats = IN_OBJECT},
		[SET] = {.name = "set", .formats = IN_OBJECT},
	};
	struct table table;
	table_init(&table, out, d->options->format, columns, COLUMNS);
	struct live_texts before = {.value = {0}}, after = {.value = {0}};
	for (size_t i = 0; i < d->count && table.ok && !output_broken(out); i++) {
		struct change c = d->item[i];
		c.before = live_show(&before, c.before, &table.ok);
		c.after = live_show(&after, c.after, &table.ok);
		if (table.ok)
			put_change(&table, d, &c);
	}
	live_texts_fini(&before);
	live_texts_fini(&after);
	return table_end(&table);
}

bool diff_write(struct output *out, const struct diff *d)
{
	return d->options->format == FORMAT_TEXT ? write_text(out, d) : write_data(out, d);
}
