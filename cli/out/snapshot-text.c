/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots for people: headings for targets, vCPUs and features, registers in columns, numbers
 * in the order of their digits, flags and floats decoded. */
#include "out/snapshot-print.h"

#include "base/message.h"
#include "out/register-rows.h"
#include "out/table.h"

#include <string.h>

/* ----------------------------------------------------------- vCPU table --- */

enum { MOST_REGISTERS = 16, MOST_VCPUS = 4096 };

/* The registers that are shown. */
struct vcpu_table {
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

static void add_column(struct vcpu_table *t, size_t index)
{
	const struct snapshot *s = t->snapshot;
	struct value v = value_get(s, &s->vcpus[0], index);
	size_t at = t->count++;
	t->index[at] = index;
	t->columns[t->count] = (struct column){.name = "",
					       .formats = IN_TEXT,
					       .heading = value_name(&v, t->names[at]),
					       .limit = SIZE_MAX};
}

/* Choose the registers. Returns false if there is no register or too many, or if vCPUs have
 * different registers. */
static bool choose(struct vcpu_table *t)
{
	const struct snapshot *s = t->snapshot;
	size_t count = s->vcpu_count > 0 ? snapshot_selected(s, &s->vcpus[0])->count : 0;
	for (size_t i = 0; i < s->vcpu_count; i++) {
		if (s->vcpus[i].selected != s->vcpus[0].selected)
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (t->options->nonzero && all_zero(s, i))
			continue;
		if (t->count == MOST_REGISTERS)
			return false;
		add_column(t, i);
	}
	return t->count > 0 && s->vcpu_count < MOST_VCPUS;
}

/* Make the digits of a value and their meaning. Returns false if memory runs out. */
static bool show(struct text *text, const struct vcpu_table *t, const struct value *v)
{
	struct gdbregs_buffer decoded = {0};
	const char *meaning = value_decode(v, t->options, &decoded);
	value_show(text, v);
	if (meaning && meaning[0] != '\0')
		text_addf(text, "  %s", meaning);
	gdbregs_buffer_fini(&decoded);
	return meaning && !text->failed;
}

static void add_row(struct table *table, struct vcpu_table *t, const struct vcpu *vcpu)
{
	struct cell cells[MOST_REGISTERS + 1] = {cell_number(vcpu->index)};
	for (size_t i = 0; i < t->count; i++) {
		struct value v = value_get(t->snapshot, vcpu, t->index[i]);
		table->ok = show(&t->values[i], t, &v) && table->ok;
		cells[i + 1] = cell_text(t->values[i].data);
	}
	table_row(table, cells);
}

/* Put a table with a row for each vCPU and a column for each register. Returns 1 if it was
 * written, 0 if it does not fit the line or the vCPUs have different registers, or -1 if memory
 * runs out. */
static int put_table(struct output *out, const struct options *o, const struct snapshot *s)
{
	struct vcpu_table t = {.options = o, .snapshot = s};
	struct table table;
	t.columns[0] = (struct column){.name = "vcpu", .formats = IN_TEXT, .heading = "VCPU"};
	if (!choose(&t))
		return 0;
	table_init(&table, out, FORMAT_TEXT, t.columns, t.count + 1);
	for (size_t i = 0; i < s->vcpu_count && table.ok; i++)
		add_row(&table, &t, &s->vcpus[i]);
	for (size_t i = 0; i < t.count; i++)
		text_fini(&t.values[i]);
	bool fits = table_fits(&table);
	if (!fits)
		table_drop(&table);
	return !table_end(&table) ? -1 : fits;
}

/* ------------------------------------------------------------- features --- */

struct page {
	struct output *out;
	const struct options *options;
	struct register_rows rows;
	bool ok;
};

static const char *feature_of(const struct snapshot *s, const struct vcpu *vcpu, size_t index)
{
	struct value v = value_get(s, vcpu, index);
	return gdbregs_register_feature(v.reg);
}

static size_t end_of_feature(const struct snapshot *s, const struct vcpu *vcpu, size_t first)
{
	size_t count = snapshot_selected(s, vcpu)->count, end = first;
	const char *feature = feature_of(s, vcpu, first);
	while (end < count && feature_of(s, vcpu, end) == feature)
		end++;
	return end;
}

/* With --nonzero, registers that are 0 are left out. */
static bool has_rows(const struct page *page, const struct snapshot *s, const struct vcpu *vcpu,
		     size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		struct value v = value_get(s, vcpu, i);
		if (!page->options->nonzero || !value_is_zero(&v))
			return true;
	}
	return false;
}

static void put_registers(struct page *page, const struct snapshot *s, const struct vcpu *vcpu)
{
	size_t count = snapshot_selected(s, vcpu)->count, features = 0;
	for (size_t i = 0, end; i < count && page->ok && !output_broken(page->out); i = end) {
		end = end_of_feature(s, vcpu, i);
		if (!has_rows(page, s, vcpu, i, end))
			continue;
		fputs(features++ > 0 ? "\n" : "", page->out->stream);
		output_feature(page->out, feature_of(s, vcpu, i));
		page->ok = register_rows_put(&page->rows, s, vcpu, i, end);
	}
}

/* ----------------------------------------------------------------- vCPUs --- */

static void put_vcpu_title(struct page *page, const struct vcpu *vcpu)
{
	char line[512];
	const char *order = byte_order_name(vcpu->order);
	snprintf(line, sizeof(line), "vCPU %u%s%s%s%s  %s, %s%s", vcpu->index,
		 vcpu->thread ? "  " : "", vcpu->thread ? vcpu->thread : "", vcpu->name ? "  " : "",
		 vcpu->name ? vcpu->name : "",
		 vcpu->architecture ? vcpu->architecture : "unknown architecture",
		 order ? order : "unknown byte order", order ? " endian" : "");
	output_title(page->out, line, '-');
}

static void put_target(struct page *page, const struct target *t, enum shape shape)
{
	const struct snapshot *s = &t->snapshot;
	if (t->set->count > 1)
		output_title(page->out, t->name, '=');
	int tabled = shape == SHAPE_VCPUS ? put_table(page->out, page->options, s) : 0;
	page->ok = page->ok && tabled >= 0;
	for (size_t i = 0; i < s->vcpu_count && tabled == 0; i++) {
		if (i > 0)
			fputc('\n', page->out->stream);
		if (shape != SHAPE_REGISTERS)
			put_vcpu_title(page, &s->vcpus[i]);
		put_registers(page, s, &s->vcpus[i]);
	}
}

static void note_byte_order(const struct targets *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct snapshot *s = &set->item[i].snapshot;
		if (s->read_count == 0 || s->vcpus[0].order != GDBREGS_BYTE_ORDER_UNKNOWN)
			continue;
		log_note("%s: the byte order is unknown: bytes are shown in target order; give "
			 "--endian little or big for numbers",
			 set->item[i].name);
		return;
	}
}

bool snapshot_print_text(struct output *out, const struct targets *set, enum shape shape)
{
	struct page page = {.out = out,
			    .options = set->options,
			    .rows = {.out = out, .options = set->options},
			    .ok = true};
	note_byte_order(set);
	size_t shown = 0;
	/* A target that failed has its message on stderr. */
	for (size_t i = 0; i < set->count && page.ok; i++) {
		if (set->item[i].status != 0)
			continue;
		if (shown++ > 0)
			fputc('\n', out->stream);
		put_target(&page, &set->item[i], shape);
	}
	register_rows_fini(&page.rows);
	return page.ok;
}
