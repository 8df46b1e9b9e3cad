/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For people: a heading for each target, vCPU and feature, registers in columns, numbers
 * in the order of their digits, flags and floats decoded. */
#include "out/snapshot-print.h"

#include "base/message.h"
#include "out/register-rows.h"
#include "out/vcpu-table.h"

#include <string.h>

struct page {
	struct output *out;
	const struct options *options;
	struct register_rows rows;
	bool ok;
};

/* -------------------------------------------------------------- features --- */

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
	int tabled = shape == SHAPE_VCPUS ? vcpu_table_put(page->out, page->options, s) : 0;
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
		log_note(
			"%s: the byte order is unknown: bytes are shown as they came; numbers with "
			"--endian little or big",
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
