/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/table.h"
#include "cmd/diff-match.h"
#include "out/flag-changes.h"

#include <string.h>

static const char *const kinds[] = {
	[CHANGE_CHANGED] = "changed",	  [CHANGE_APPEARED] = "appeared",
	[CHANGE_VANISHED] = "vanished",	  [CHANGE_UNAVAILABLE] = "unavailable",
	[CHANGE_AVAILABLE] = "available",
};

static void add_field(struct text *text, const struct stored_value *v)
{
	if (v->field)
		text_adds(text, v->field[0] == '[' ? "" : ".");
	text_adds(text, v->field ? v->field : "");
}

/* Returns the bytes as digits, or NULL if the value has no bytes. */
static const char *show_bytes(struct text *text, const struct stored_value *v)
{
	text_clear(text);
	if (!v || !v->bytes)
		return NULL;
	text_adds(text, "");
	text_add_bytes(text, v->bytes, v->size);
	return text->data;
}

/* Returns the number if it has one, else the bytes, which have no 0x. */
static const char *brief(const struct stored_value *v, const char *bytes)
{
	return v && v->number && (v->bytes || v->field) ? v->number : bytes;
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

/* Fill in the meanings of flags and enums. */
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
	cells[CLEARED] = cell_json(missing(before, after));
	cells[SET] = cell_json(missing(after, before));
}

static void put_change(struct table *table, const struct diff *d, const struct change *c)
{
	const struct stored_value *v = diff_subject(c);
	bool csv = d->options->format == FORMAT_CSV;
	struct text name = {0}, before = {0}, after = {0};
	const char *old = show_bytes(&before, c->before), *new = show_bytes(&after, c->after);
	text_adds(&name, v->name);
	add_field(&name, v);
	struct cell cells[COLUMNS] = {
		[TARGET] = cell_text(v->target),
		[VCPU] = cell_number(v->vcpu),
		[FEATURE] = cell_text(v->feature),
		[NAME] = cell_text(csv ? name.data : v->name),
		[FIELD] = v->field ? cell_text(v->field) : (struct cell){0},
		[CHANGE] = cell_text(kinds[c->kind]),
		[OLD] = cell_text(brief(c->before, old)),
		[NEW] = cell_text(brief(c->after, new)),
		[OLD_BYTES] = cell_text(old),
		[NEW_BYTES] = cell_text(new),
	};
	fill_meaning(cells, d, c);
	table_row(table, cells);
	table->ok = table->ok && !name.failed && !before.failed && !after.failed;
	text_fini(&name);
	text_fini(&before);
	text_fini(&after);
}

static bool write_data(struct output *out, const struct diff *d)
{
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
	struct stored_texts before = {.value = {0}}, after = {.value = {0}};
	for (size_t i = 0; i < d->count && table.ok && !output_broken(out); i++) {
		struct change c = d->item[i];
		if (!diff_is_listed(d, &c))
			continue;
		c.before = stored_show(&before, c.before, &table.ok);
		c.after = stored_show(&after, c.after, &table.ok);
		if (table.ok)
			put_change(&table, d, &c);
	}
	stored_texts_fini(&before);
	stored_texts_fini(&after);
	return table_end(&table);
}

bool diff_write(struct output *out, const struct diff *d)
{
	return d->options->format == FORMAT_TEXT ? diff_write_text(out, d) : write_data(out, d);
}
