/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/write.h"

#include "out/flag-changes.h"
#include "out/table.h"

/* Before and after. */
struct pair {
	struct value old, new;
};

static void add_decoded(struct text *text, const struct pair *pair)
{
	struct gdbregs_buffer old = {0}, new = {0};
	const char *before = value_decode_all(&pair->old, &old);
	const char *after = value_decode_all(&pair->new, &new);
	enum gdbregs_type_kind kind = value_kind(&pair->new);
	if (kind == GDBREGS_TYPE_FLAGS || kind == GDBREGS_TYPE_ENUM || kind == GDBREGS_TYPE_FLOAT)
		flags_add_changes(text, before, after);
	gdbregs_buffer_fini(&old);
	gdbregs_buffer_fini(&new);
}

/* Values that do not fit the line are below the name. */
static bool put_below(struct output *out, const struct text *old, const struct text *new)
{
	enum { INDENT = 6 };
	struct text text = {0};
	size_t width = output_width(out);
	text_add_printable(&text, new->data, new->size);
	if (text.failed)
		return false;
	fprintf(out->stream, "\n%*s", INDENT, "");
	text_put_wrapped(out->stream, old->data, INDENT, INDENT, width);
	fprintf(out->stream, "\n%*s -> ", INDENT - 4, "");
	text_put_wrapped(out->stream, text.data, INDENT, INDENT, width);
	fputc('\n', out->stream);
	text_fini(&text);
	return true;
}

static bool put_text(struct output *out, const struct pair *pair, bool many)
{
	struct text old = {0}, new = {0};
	char name[VALUE_NAME];
	value_show(&old, &pair->old);
	value_show(&new, &pair->new);
	add_decoded(&new, pair);
	bool ok = !old.failed && !new.failed;
	if (many)
		fprintf(out->stream, "vCPU %u  ", pair->old.vcpu->index);
	const char *shown = value_name(&pair->old, name);
	printable_put(out->stream, shown, 0);
	if (ok && printable_width(shown) + old.size + new.size > output_width(out)) {
		ok = put_below(out, &old, &new);
	} else if (ok) {
		fprintf(out->stream, "  %s -> ", old.data);
		printable_put(out->stream, new.data, 0);
		fputc('\n', out->stream);
	}
	text_fini(&old);
	text_fini(&new);
	return ok;
}

/* The number if it is one, else the bytes; NULL: neither is known. */
static const char *brief(struct text *text, const struct value *v)
{
	text_clear(text);
	if (v->status < 0)
		return NULL;
	if (value_is_number(v))
		value_add_number(text, v, false);
	else
		text_add_bytes(text, v->bytes, v->size_bytes);
	return text->failed ? NULL : text->data;
}

/* CSV has `eflags.ZF` as a name, JSON has it in two members. */
static void put_row(struct table *table, const struct pair *pair)
{
	struct text old = {0}, new = {0};
	const char *path = value_path(&pair->old);
	char name[VALUE_NAME];
	const struct cell cells[] = {
		cell_number(pair->old.vcpu->index),
		cell_text(gdbregs_register_feature(pair->old.reg)),
		cell_text(value_data_name(&pair->old, table->format == FORMAT_CSV, name)),
		path ? cell_text(path) : (struct cell){0},
		cell_text(brief(&old, &pair->old)),
		cell_text(brief(&new, &pair->new))};
	table_row(table, cells);
	table->ok = table->ok && !old.failed && !new.failed;
	text_fini(&old);
	text_fini(&new);
}

bool write_put(struct output *out, const struct targets *set)
{
	static const struct column columns[] = {
		{.name = "vcpu", .formats = IN_DATA}, {.name = "feature", .formats = IN_DATA},
		{.name = "name", .formats = IN_DATA}, {.name = "field", .formats = IN_OBJECT},
		{.name = "old", .formats = IN_DATA},  {.name = "new", .formats = IN_DATA}};
	const struct write_job *job = set->work_arg;
	struct table table;
	table_init(&table, out, set->options->format, columns, 6);
	for (size_t i = 0; i < job->item_count && table.ok && !output_broken(out); i++) {
		struct pair pair = {write_old(set, i), write_new(set, i)};
		if (job->items[i].chosen.place >= job->done)
			continue;
		if (set->options->format == FORMAT_TEXT)
			table.ok = put_text(out, &pair, set->item[0].snapshot.vcpu_count > 1);
		else
			put_row(&table, &pair);
	}
	return table_end(&table);
}
