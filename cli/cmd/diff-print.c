/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/csv.h"
#include "cmd/diff-match.h"
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
};

static void add_name(struct text *text, const struct stored_value *v)
{
	text_adds(text, v->feature ? v->feature : "");
	text_adds(text, v->feature ? ":" : "");
	text_adds(text, v->name);
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
	add_value(&cells->before, d, c->before);
	add_value(&cells->after, d, c->after);
	if (c->kind == CHANGE_CHANGED)
		flags_add_changes(&cells->after, c->before->text, c->after->text);
	return !(cells->target.failed || cells->vcpu.failed || cells->name.failed ||
		 cells->before.failed || cells->after.failed);
}

static void fini(struct cells *cells)
{
	text_fini(&cells->target);
	text_fini(&cells->vcpu);
	text_fini(&cells->name);
	text_fini(&cells->before);
	text_fini(&cells->after);
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
	fini(&cells);
	return ok;
}

/* --------------------------------------------------------- JSON and CSV --- */

/* The number where there is one, else the bytes: those have no 0x. */
static const char *brief(const struct stored_value *v)
{
	if (!v)
		return NULL;
	return v->bytes && v->number ? v->number : v->bytes;
}

static void add_word(void *arg, const char *word, size_t size)
{
	json_element(arg, json_bytes(word, size));
}

static json_t *missing(const char *a, const char *b)
{
	json_t *list = json_array();
	flags_missing(a, b, add_word, &list);
	return list;
}

static void add_meaning(json_t **object, const struct change *c)
{
	const char *before = c->before ? c->before->text : NULL;
	const char *after = c->after ? c->after->text : NULL;
	if (before)
		json_member(object, "old_text", json_text(before));
	if (after)
		json_member(object, "new_text", json_text(after));
	if (!flags_are(before) || !flags_are(after))
		return;
	json_member(object, "cleared", missing(before, after));
	json_member(object, "set", missing(after, before));
}

static json_t *describe(const struct change *c)
{
	const struct stored_value *v = subject(c);
	json_t *object = json_object();
	json_member(&object, "target", json_text(v->target));
	json_member(&object, "vcpu", json_integer(v->vcpu));
	json_member(&object, "feature", json_text(v->feature));
	json_member(&object, "name", json_text(v->name));
	json_member(&object, "change", json_text(kinds[c->kind]));
	json_member(&object, "old", json_text(brief(c->before)));
	json_member(&object, "new", json_text(brief(c->after)));
	json_member(&object, "old_bytes", json_text(c->before ? c->before->bytes : NULL));
	json_member(&object, "new_bytes", json_text(c->after ? c->after->bytes : NULL));
	add_meaning(&object, c);
	return object;
}

static bool write_json(struct output *out, const struct diff *d, bool lines)
{
	bool ok = true;
	fputs(lines ? "" : "[", out->stream);
	for (size_t i = 0; i < d->count && ok && !output_broken(out); i++) {
		if (!lines)
			fputs(i > 0 ? ",\n " : "\n ", out->stream);
		ok = json_put(out, describe(&d->item[i]));
		fputs(lines ? "\n" : "", out->stream);
	}
	fputs(lines ? "" : "]\n", out->stream);
	return ok;
}

static bool write_csv(struct output *out, const struct diff *d)
{
	static const char *const header[] = {"target", "vcpu", "feature", "name",
					     "change", "old",  "new"};
	enum { COLUMNS = sizeof(header) / sizeof(header[0]) };
	csv_row(out, header, COLUMNS);
	for (size_t i = 0; i < d->count && !output_broken(out); i++) {
		const struct change *c = &d->item[i];
		const struct stored_value *v = subject(c);
		char vcpu[16];
		snprintf(vcpu, sizeof(vcpu), "%u", v->vcpu);
		const char *fields[COLUMNS] = {v->target,      vcpu,	       v->feature,
					       v->name,	       kinds[c->kind], brief(c->before),
					       brief(c->after)};
		csv_row(out, fields, COLUMNS);
	}
	return true;
}

bool diff_write(struct output *out, const struct diff *d)
{
	switch (d->options->format) {
	case FORMAT_JSON:
	case FORMAT_JSONL:
		return write_json(out, d, d->options->format == FORMAT_JSONL);
	case FORMAT_CSV:
		return write_csv(out, d);
	default:
		return write_text(out, d);
	}
}
