/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots as JSON, JSON lines and CSV: one register a line, written as it is made. */
#include "out/snapshot-print.h"

#include "out/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Levels of JSON objects: a target holds vCPUs, a vCPU holds registers. */
enum { LEVEL_REGISTER, LEVEL_VCPU, LEVEL_TARGET };

/* CSV has the feature before the name. */
enum {
	TARGET,
	VCPU,
	THREAD,
	VCPU_NAME,
	ARCHITECTURE,
	ORDER,
	ORDER_FROM,
	CSV_FEATURE,
	NAME,
	FIELD,
	FEATURE,
	BITS,
	TYPE,
	TYPE_FROM,
	BYTES,
	VALUE,
	NUMBER,
	FLOAT,
	TEXT,
	SHOWN,
	FAILURE,
	COLUMNS
};

static const struct column all_columns[COLUMNS] = {
	[TARGET] = {.name = "target", .formats = IN_DATA, .level = LEVEL_TARGET},
	[VCPU] = {.name = "vcpu", .formats = IN_DATA, .level = LEVEL_VCPU},
	[THREAD] = {.name = "thread", .formats = IN_JSON, .level = LEVEL_VCPU},
	[VCPU_NAME] = {.name = "name", .formats = IN_JSON, .level = LEVEL_VCPU},
	[ARCHITECTURE] = {.name = "architecture", .formats = IN_JSON, .level = LEVEL_VCPU},
	[ORDER] = {.name = "byte_order", .formats = IN_JSON, .level = LEVEL_VCPU},
	[ORDER_FROM] = {.name = "byte_order_from", .formats = IN_JSON, .level = LEVEL_VCPU},
	[CSV_FEATURE] = {.name = "feature", .formats = IN_CSV},
	[NAME] = {.name = "name", .formats = IN_DATA},
	[FIELD] = {.name = "field", .formats = IN_OBJECT},
	[FEATURE] = {.name = "feature", .formats = IN_OBJECT},
	[BITS] = {.name = "bits", .formats = IN_DATA},
	[TYPE] = {.name = "type", .formats = IN_DATA},
	[TYPE_FROM] = {.name = "type_from", .formats = IN_OBJECT},
	[BYTES] = {.name = "bytes", .formats = IN_DATA},
	[VALUE] = {.name = "value", .formats = IN_DATA},
	[NUMBER] = {.name = "number", .formats = IN_OBJECT},
	[FLOAT] = {.name = "float", .formats = IN_OBJECT},
	[TEXT] = {.name = "text", .formats = IN_OBJECT},
	[SHOWN] = {.name = "shown", .formats = IN_OBJECT},
	[FAILURE] = {.name = "error", .formats = IN_DATA},
};

/* Memory for the cells of a row. */
struct scratch {
	struct text bytes, value, shown;
	struct gdbregs_buffer decoded;
	char name[VALUE_NAME];
};

static void scratch_fini(struct scratch *scratch)
{
	text_fini(&scratch->bytes);
	text_fini(&scratch->value);
	text_fini(&scratch->shown);
	gdbregs_buffer_fini(&scratch->decoded);
}

static struct cell cell_of_text(const struct text *text)
{
	return cell_bytes(text->data, text->size);
}

/* Files have the texts of flags and enums, because `diff` shows them. */
static bool fill_text(struct cell *cell, const struct value *v, struct scratch *scratch)
{
	enum gdbregs_type_kind kind = value_kind(v);
	if (kind != GDBREGS_TYPE_FLAGS && kind != GDBREGS_TYPE_ENUM)
		return true;
	const char *text = value_decode_all(v, &scratch->decoded);
	if (text && text[0] != '\0')
		*cell = cell_text(text);
	return text;
}

static void fill_number(struct cell *cell, const struct value *v)
{
	uint64_t number;
	if (value_small_number(v, &number))
		*cell = cell_number((json_int_t)number);
}

/* Returns false if memory runs out. */
static bool fill_float(struct cell *cell, const struct value *v, struct scratch *scratch)
{
	double number;
	int known = value_float(v, &scratch->decoded, &number);
	if (known > 0)
		*cell = (struct cell){.kind = CELL_FLOAT, .real = number};
	return known >= 0;
}

/* Members that do not depend on the value. CSV has `eflags.ZF` as a name. */
static void fill_name(struct cell cells[COLUMNS], const struct value *v, bool csv,
		      struct scratch *scratch)
{
	cells[NAME] = cell_text(value_data_name(v, csv, scratch->name));
	cells[FIELD] = v->part ? cell_text(value_path(v)) : (struct cell){0};
	cells[FEATURE] = cells[CSV_FEATURE] = cell_text(gdbregs_register_feature(v->reg));
	cells[BITS] = cell_number(value_bits(v));
	cells[TYPE] = cell_text(value_type(v));
	cells[TYPE_FROM] = cell_type_from(v->reg);
}

/* Fill in the members of one register. Returns false if memory runs out. */
static bool fill_register(struct cell cells[COLUMNS], const struct value *v, bool csv,
			  struct scratch *scratch)
{
	text_clear(&scratch->bytes);
	text_clear(&scratch->value);
	fill_name(cells, v, csv, scratch);
	cells[BYTES] = cells[VALUE] = cells[NUMBER] = cells[FLOAT] = cells[TEXT] = cells[SHOWN] =
		cells[FAILURE] = (struct cell){0};
	if (v->status < 0) {
		cells[BYTES] = cell_text(NULL);
		cells[FAILURE] = cell_text(value_error(v));
		return true;
	}
	if (!v->is_bit_field) {
		text_add_bytes(&scratch->bytes, v->bytes, v->size_bytes);
		cells[BYTES] = cell_of_text(&scratch->bytes);
	}
	if (value_is_number(v)) {
		value_add_number(&scratch->value, v, false);
		cells[VALUE] = cell_of_text(&scratch->value);
		fill_number(&cells[NUMBER], v);
	}
	if (v->vcpu->as != DIGITS_USUAL) {
		value_show(&scratch->shown, v);
		cells[SHOWN] = cell_of_text(&scratch->shown);
	}
	return !scratch->shown.failed && fill_float(&cells[FLOAT], v, scratch) &&
	       fill_text(&cells[TEXT], v, scratch) && !scratch->bytes.failed &&
	       !scratch->value.failed;
}

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
	struct scratch scratch = {.decoded = {0}};
	for (size_t i = 0; i < count && t->ok && !output_broken(t->out); i++) {
		struct value v = value_get(s, vcpu, i);
		t->ok = fill_register(cells, &v, t->format == FORMAT_CSV, &scratch);
		table_row(t, cells);
	}
	scratch_fini(&scratch);
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
	struct cell cells[COLUMNS] = {
		[TARGET] = cell_text(target->name), [FAILURE] = cell_text(target->error)};
	if (t->format == FORMAT_JSON) {
		json_t *object = json_object();
		json_member(&object, "target", json_text(target->name));
		json_member(&object, "error", json_text(target->error));
		table_element(t, object);
		return;
	}
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

/* The command read shows the number of a vCPU and nothing else of it. */
static void choose_columns(struct column columns[COLUMNS], enum shape shape)
{
	memcpy(columns, all_columns, sizeof(all_columns));
	for (int i = THREAD; i <= ORDER_FROM && shape != SHAPE_SNAPSHOT; i++)
		columns[i].formats = 0;
}

/* Add the beginning of a snapshot. Returns false if memory runs out. */
static bool add_beginning(struct text *text, const struct targets *set)
{
	json_t *object = json_object();
	json_member(&object, "format", json_text("gdbregs-snapshot"));
	json_member(&object, "version", json_integer(1));
	json_member(&object, "time", json_text(set->time));
	if (set->options->label)
		json_member(&object, "label", json_text(set->options->label));
	if (!json_add(text, object))
		return false;
	text->size--; /* the closing brace */
	text_adds(text, ",\"targets\":");
	return !text->failed;
}

static bool put_data(struct output *out, const struct targets *set, enum shape shape)
{
	struct text beginning = {0};
	struct column columns[COLUMNS];
	struct table t;
	choose_columns(columns, shape);
	if (shape == SHAPE_SNAPSHOT && !add_beginning(&beginning, set)) {
		text_fini(&beginning);
		return false;
	}
	table_init_member(&t, out, set->options->format, columns, COLUMNS, beginning.data);
	text_fini(&beginning);
	for (size_t i = 0; i < set->count && t.ok; i++)
		put_target(&t, &set->item[i], shape);
	return table_end(&t);
}

bool snapshot_print(struct output *out, const struct targets *set, enum shape shape)
{
	if (set->options->format == FORMAT_TEXT)
		return snapshot_print_text(out, set, shape);
	return put_data(out, set, shape);
}
