/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/vcpu-table.h"

#include "out/table.h"

enum { MOST_REGISTERS = 16, MOST_VCPUS = 4096 };

/* The registers that are shown. */
struct page {
	const struct options *options;
	const struct snapshot *snapshot;
	size_t count;
	size_t index[MOST_REGISTERS]; /* among those selected */
	char names[MOST_REGISTERS][VALUE_NAME];
	struct column columns[MOST_REGISTERS + 1];
	struct text values[MOST_REGISTERS]; /* of one vCPU */
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

static void add_column(struct page *page, size_t index)
{
	const struct snapshot *s = page->snapshot;
	struct value v = value_get(s, &s->vcpus[0], index);
	size_t at = page->count++;
	page->index[at] = index;
	page->columns[page->count] = (struct column){.name = "",
						     .formats = IN_TEXT,
						     .heading = value_name(&v, page->names[at]),
						     .limit = SIZE_MAX};
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
		add_column(page, i);
	}
	return page->count > 0 && s->vcpu_count < MOST_VCPUS;
}

/* Make the digits and their meaning. Returns false if memory runs out. */
static bool show(struct text *text, const struct page *page, const struct value *v)
{
	struct gdbregs_buffer decoded = {0};
	const char *meaning = value_decode(v, page->options, &decoded);
	value_show(text, v);
	if (meaning && meaning[0] != '\0')
		text_addf(text, "  %s", meaning);
	gdbregs_buffer_fini(&decoded);
	return meaning && !text->failed;
}

static void add_row(struct table *table, struct page *page, const struct vcpu *vcpu)
{
	struct cell cells[MOST_REGISTERS + 1] = {cell_number(vcpu->index)};
	for (size_t i = 0; i < page->count; i++) {
		struct value v = value_get(page->snapshot, vcpu, page->index[i]);
		table->ok = show(&page->values[i], page, &v) && table->ok;
		cells[i + 1] = cell_text(page->values[i].data);
	}
	table_row(table, cells);
}

int vcpu_table_put(struct output *out, const struct options *o, const struct snapshot *s)
{
	struct page page = {.options = o, .snapshot = s};
	struct table table;
	page.columns[0] = (struct column){.name = "vcpu", .formats = IN_TEXT, .heading = "VCPU"};
	if (!choose(&page))
		return 0;
	table_init(&table, out, FORMAT_TEXT, page.columns, page.count + 1);
	for (size_t i = 0; i < s->vcpu_count && table.ok; i++)
		add_row(&table, &page, &s->vcpus[i]);
	for (size_t i = 0; i < page.count; i++)
		text_fini(&page.values[i]);
	bool fits = table_fits(&table);
	if (!fits)
		table_drop(&table);
	return !table_end(&table) ? -1 : fits;
}
