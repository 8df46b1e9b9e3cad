/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/vcpu-table.h"

#include "out/table.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_REGISTERS = 16, GAP = 2 };

/* The registers that are shown, and their texts. */
struct page {
	struct output *out;
	const struct options *options;
	const struct snapshot *snapshot;
	size_t count;
	size_t index[MOST_REGISTERS]; /* among those selected */
	struct text names[MOST_REGISTERS];
	struct text *values; /* of the first vCPU, then of the next */
};

static bool all_zero(const struct snapshot *s, size_t index)
{
	for (size_t i = 0; i < s->vcpu_count; i++) {
		struct value v = value_get(s, &s->vcpus[i], index);
		if (!value_is_zero(&v))
			return false;
	}
	return true;
}

/* Returns false if there are too many registers, none, or not the same for all vCPUs. */
static bool choose(struct page *page)
{
	const struct snapshot *s = page->snapshot;
	size_t count = s->vcpu_count > 0 ? snapshot_selected(s, &s->vcpus[0])->count : 0;
	for (size_t i = 0; i < s->vcpu_count; i++) {
		if (s->vcpus[i].selected != s->vcpus[0].selected)
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (page->options->nonzero && all_zero(s, i))
			continue;
		if (page->count == MOST_REGISTERS)
			return false;
		page->index[page->count++] = i;
	}
	return page->count > 0;
}

/* Make the digits and their meaning. Returns false if memory runs out. */
static bool show(struct text *text, const struct page *page, const struct value *v)
{
	struct gdbregs_buffer decoded = {0};
	const char *meaning = value_decode(v, page->options, &decoded);
	value_show(text, v);
	if (meaning && meaning[0] != '\0') {
		text_adds(text, "  ");
		text_add_printable(text, meaning, strlen(meaning));
	}
	gdbregs_buffer_fini(&decoded);
	return meaning && !text->failed;
}

static bool fill_names(struct page *page)
{
	char name[VALUE_NAME];
	bool ok = true;
	for (size_t i = 0; i < page->count; i++) {
		struct value v =
			value_get(page->snapshot, &page->snapshot->vcpus[0], page->index[i]);
		const char *shown = value_name(&v, name);
		text_add_printable(&page->names[i], shown, strlen(shown));
		ok = ok && !page->names[i].failed;
	}
	return ok;
}

static bool fill_values(struct page *page)
{
	const struct snapshot *s = page->snapshot;
	bool ok = true;
	page->values = calloc(s->vcpu_count * page->count, sizeof(*page->values));
	for (size_t i = 0; i < s->vcpu_count && page->values && ok; i++) {
		for (size_t at = 0; at < page->count && ok; at++) {
			struct value v = value_get(s, &s->vcpus[i], page->index[at]);
			ok = show(&page->values[i * page->count + at], page, &v);
		}
	}
	return page->values && ok;
}

static size_t column_width(const struct page *page, size_t column)
{
	size_t width = page->names[column].size;
	for (size_t i = 0; i < page->snapshot->vcpu_count; i++) {
		size_t size = page->values[i * page->count + column].size;
		width = size > width ? size : width;
	}
	return width;
}

static bool fits(const struct page *page)
{
	size_t width = strlen("VCPU");
	for (size_t i = 0; i < page->count; i++)
		width += GAP + column_width(page, i);
	return width <= output_width(page->out);
}

static bool put(const struct page *page)
{
	struct column columns[MOST_REGISTERS + 1] = {
		{.name = "vcpu", .formats = IN_TEXT, .heading = "VCPU"}};
	struct cell cells[MOST_REGISTERS + 1];
	struct table table;
	for (size_t i = 0; i < page->count; i++)
		columns[i + 1] = (struct column){.name = "",
						 .formats = IN_TEXT,
						 .heading = page->names[i].data,
						 .limit = SIZE_MAX};
	table_init(&table, page->out, FORMAT_TEXT, columns, page->count + 1);
	for (size_t i = 0; i < page->snapshot->vcpu_count; i++) {
		cells[0] = cell_number(page->snapshot->vcpus[i].index);
		for (size_t at = 0; at < page->count; at++)
			cells[at + 1] = cell_text(page->values[i * page->count + at].data);
		table_row(&table, cells);
	}
	return table_end(&table);
}

static void page_fini(struct page *page)
{
	for (size_t i = 0; i < page->count; i++)
		text_fini(&page->names[i]);
	for (size_t i = 0; page->values && i < page->snapshot->vcpu_count * page->count; i++)
		text_fini(&page->values[i]);
	free(page->values);
}

int vcpu_table_put(struct output *out, const struct options *o, const struct snapshot *s)
{
	struct page page = {.out = out, .options = o, .snapshot = s};
	if (!choose(&page))
		return 0;
	int result = -1;
	if (fill_names(&page) && fill_values(&page))
		result = !fits(&page) ? 0 : put(&page) ? 1 : -1;
	page_fini(&page);
	return result;
}
