/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots as JSON, JSON lines and CSV. Each register is a line, which is written as soon as it
 * is made. */
#include "out/snapshot-print.h"

#include "out/value-rows.h"

#include <string.h>

/* Levels of JSON objects: a target holds vCPUs, a vCPU holds registers. */
enum { LEVEL_REGISTER, LEVEL_VCPU, LEVEL_TARGET };

enum {
	TARGET,
	TARGET_ERROR,
	VCPU,
	THREAD,
	VCPU_NAME,
	ARCHITECTURE,
	ORDER,
	ORDER_FROM,
	VALUES,
	COLUMNS = VALUES + VALUE_COLUMNS
};

static const struct column own_columns[VALUES] = {
	[TARGET] = {.name = "target", .formats = IN_DATA, .level = LEVEL_TARGET},
	[TARGET_ERROR] = {.name = "error", .formats = IN_JSON, .level = LEVEL_TARGET},
	[VCPU] = {.name = "vcpu", .formats = IN_DATA, .level = LEVEL_VCPU},
	[THREAD] = {.name = "thread", .formats = IN_JSON, .level = LEVEL_VCPU},
	[VCPU_NAME] = {.name = "name", .formats = IN_JSON, .level = LEVEL_VCPU},
	[ARCHITECTURE] = {.name = "architecture", .formats = IN_JSON, .level = LEVEL_VCPU},
	[ORDER] = {.name = "byte_order", .formats = IN_JSON, .level = LEVEL_VCPU},
	[ORDER_FROM] = {.name = "byte_order_from", .formats = IN_JSON, .level = LEVEL_VCPU},
};

static void fill_vcpu(struct cell cells[COLUMNS], const struct vcpu *vcpu)
{
	cells[VCPU] = cell_number(vcpu->index);
	cells[THREAD] = cell_text(vcpu->thread);
	cells[VCPU_NAME] = cell_text(vcpu->name);
	cells[ARCHITECTURE] = cell_text(vcpu->architecture);
	cells[ORDER] = cell_text(byte_order_name(vcpu->order));
	cells[ORDER_FROM] = cell_text(byte_order_from_name(vcpu->order_from));
}

static void put_registers(struct table *t, struct cell cells[COLUMNS], const struct snapshot *s,
			  const struct vcpu *vcpu)
{
	size_t count = snapshot_selected(s, vcpu)->count;
	struct value_rows rows = {.table = t, .first = VALUES};
	for (size_t i = 0; i < count && t->ok && !output_broken(t->out); i++) {
		struct value v = value_get(s, vcpu, i);
		value_rows_put(&rows, cells, &v);
	}
	value_rows_fini(&rows);
}

static void put_vcpus(struct table *t, struct cell cells[COLUMNS], const struct snapshot *s,
		      enum shape shape)
{
	for (size_t i = 0; i < s->vcpu_count && t->ok && !output_broken(t->out); i++) {
		fill_vcpu(cells, &s->vcpus[i]);
		if (shape != SHAPE_REGISTERS)
			table_enter(t, LEVEL_VCPU, cells, "registers");
		put_registers(t, cells, s, &s->vcpus[i]);
		if (shape != SHAPE_REGISTERS)
			table_leave(t);
	}
}

/* In JSON, a target that failed has its error in place of vCPUs. */
static void put_failure(struct table *t, const struct target *target)
{
	const struct cell cells[COLUMNS] = {
		[TARGET] = cell_text(target->name),
		[TARGET_ERROR] = cell_text(target->error),
		[VALUES + VALUE_ERROR] = cell_text(target->error),
	};
	if (t->format == FORMAT_JSON)
		table_enter(t, LEVEL_TARGET, cells, NULL);
	else
		table_row(t, cells);
}

static void put_target(struct table *t, const struct target *target, enum shape shape)
{
	struct cell cells[COLUMNS] = {[TARGET] = cell_text(target->name)};
	if (target->status != 0) {
		put_failure(t, target);
		return;
	}
	if (shape == SHAPE_SNAPSHOT)
		table_enter(t, LEVEL_TARGET, cells, "vcpus");
	put_vcpus(t, cells, &target->snapshot, shape);
	if (shape == SHAPE_SNAPSHOT)
		table_leave(t);
}

/* The command read shows only the number of a vCPU. */
static void choose_columns(struct column columns[COLUMNS], enum shape shape)
{
	memcpy(columns, own_columns, sizeof(own_columns));
	memcpy(columns + VALUES, value_columns, sizeof(value_columns));
	for (int i = THREAD; i <= ORDER_FROM && shape != SHAPE_SNAPSHOT; i++)
		columns[i].formats = 0;
}

/* Write the beginning of a snapshot, up to the array of targets. Returns false if memory runs
 * out. */
static bool put_beginning(struct output *out, const struct targets *set)
{
	struct text text = {0};
	text_addf(&text, "{\"format\":\"gdbregs-snapshot\",\"version\":1,\"time\":\"%s\"",
		  set->time);
	if (set->options->label) {
		text_adds(&text, ",\"label\":");
		json_add(&text, json_text(set->options->label));
	}
	text_adds(&text, ",\"targets\":");
	bool ok = !text.failed;
	fputs(ok ? text.data : "", out->stream);
	text_fini(&text);
	return ok;
}

static bool put_data(struct output *out, const struct targets *set, enum shape shape)
{
	struct column columns[COLUMNS];
	struct table t;
	bool in_object = shape == SHAPE_SNAPSHOT && set->options->format == FORMAT_JSON;
	bool ok = !in_object || put_beginning(out, set);
	choose_columns(columns, shape);
	table_init(&t, out, set->options->format, columns, COLUMNS);
	t.in_object = in_object;
	for (size_t i = 0; i < set->count && t.ok; i++)
		put_target(&t, &set->item[i], shape);
	return table_end(&t) && ok;
}

bool snapshot_print(struct output *out, const struct targets *set, enum shape shape)
{
	if (set->options->format == FORMAT_TEXT)
		return snapshot_print_text(out, set, shape);
	return put_data(out, set, shape);
}
