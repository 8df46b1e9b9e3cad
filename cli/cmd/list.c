/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "out/value-rows.h"
#include "base/message.h"
#include "target/shipped.h"
#include "target/part.h"

#include <string.h>

/* A list under way. In text, vCPUs of one description are listed together. */
struct listing {
	struct output *out;
	const struct snapshot *snapshot;
	bool offline; /* there is no vCPU: its number is null */
	bool fields;
	struct table table;
};

/* The name of a register has the columns that it has in snapshots. A group that the description
 * does not write is the one that GDB derives. */
enum {
	VCPU,
	REGISTER,
	NAME = REGISTER + VALUE_REGISTER,
	FIELD = REGISTER + VALUE_FIELD,
	BITS = REGISTER + VALUE_BITS,
	TYPE = REGISTER + VALUE_TYPE,
	GROUP = REGISTER + VALUE_TYPE_FROM + 1,
	/* With --fields. */
	PLACE,
	COUNT,
	POSITION,
	OFFSET,
	ENUM,
	COLUMNS
};

static const struct column own_columns[COLUMNS] = {
	[VCPU] = {.name = "vcpu", .formats = IN_DATA, .level = 1},
	[GROUP] = {.name = "group", .formats = IN_TEXT | IN_DATA},
	[PLACE] = {.name = "place", .formats = IN_TEXT},
	[COUNT] = {.name = "count", .formats = IN_DATA},
	[POSITION] = {.name = "position", .formats = IN_DATA},
	[OFFSET] = {.name = "offset", .formats = IN_DATA},
	[ENUM] = {.name = "enum", .formats = IN_TEXT | IN_DATA, .wrapped = true},
};

static void fill_vcpu(struct cell cells[COLUMNS], const struct listing *l, const struct vcpu *vcpu)
{
	cells[VCPU] = l->offline ? cell_text(NULL) : cell_number(vcpu->index);
}

/* Fill in the cells of a register or part. Text and CSV have `eflags.ZF` as a name; JSON has it
 * in two members. */
static void fill(struct cell cells[COLUMNS], const struct listing *l, const struct vcpu *vcpu,
		 const struct chosen *item, char name[VALUE_NAME])
{
	struct value v = {.vcpu = vcpu,
			  .reg = item->reg,
			  .part = item->path ? item : NULL,
			  .field = item->field};
	bool joined = l->table.format == FORMAT_TEXT || l->table.format == FORMAT_CSV;
	fill_vcpu(cells, l, vcpu);
	value_rows_name(&cells[REGISTER], &v, joined, name);
	cells[GROUP] = cell_text(select_group(v.reg));
}

/* -------------------------------------------------------------- parts --- */

/* Rows of the parts of one register. */
struct part_rows {
	struct listing *listing;
	struct cell *cells;
	const struct chosen *item;
	struct text name, place, names;
};

static json_t *enum_object(const struct gdbregs_field *field)
{
	json_t *object = json_object();
	for (size_t i = 0; i < gdbregs_field_enum_count(field); i++) {
		uint64_t value = 0;
		const char *name = gdbregs_field_enum_item(field, i, &value);
		json_member(&object, name, json_integer((json_int_t)value));
	}
	return object;
}

/* Fill in the names of an enum: `U=0 S=1 M=3`, and in JSON an object. */
static void fill_enum(struct part_rows *rows, const struct gdbregs_field *field)
{
	enum format format = rows->listing->table.format;
	text_clear(&rows->names);
	rows->cells[ENUM] = (struct cell){0};
	if (!rows->listing->fields || gdbregs_field_enum_count(field) == 0)
		return;
	if (format == FORMAT_JSON || format == FORMAT_JSONL) {
		rows->cells[ENUM] = cell_json(enum_object(field));
		return;
	}
	for (size_t i = 0; i < gdbregs_field_enum_count(field); i++) {
		uint64_t value = 0;
		const char *name = gdbregs_field_enum_item(field, i, &value);
		text_addf(&rows->names, "%s%s=%llu", i > 0 ? " " : "", name,
			  (unsigned long long)value);
	}
	rows->cells[ENUM] = cell_text(rows->names.data);
}

/* Fill in the place of a part: `byte 4` of the register if the part has bytes of its own; else
 * `bit 6` or `bits 12-13` of the value that contains it, counted from the least significant
 * bit. */
static void fill_place(struct part_rows *rows, const struct gdbregs_field *field)
{
	unsigned low = gdbregs_field_position(field), bits = gdbregs_field_bits(field);
	size_t offset = gdbregs_field_offset_bytes(field);
	bool has_bytes = low == 0 && bits % 8 == 0;
	text_clear(&rows->place);
	if (has_bytes)
		text_addf(&rows->place, "byte %zu", offset);
	else if (bits == 1)
		text_addf(&rows->place, "bit %u", low);
	else
		text_addf(&rows->place, "bits %u-%u", low, low + bits - 1);
	rows->cells[PLACE] = cell_text(rows->place.data);
	rows->cells[POSITION] = cell_number(low);
	rows->cells[OFFSET] = cell_number((json_int_t)offset);
}

/* Fill in the path of a part that may be repeated: `xmm0.v4_float[0-3]` in text. Data has the
 * path of the first element, and the number of elements. */
static void fill_path(struct part_rows *rows, const struct part_step *step)
{
	enum format format = rows->listing->table.format;
	bool joined = format == FORMAT_TEXT || format == FORMAT_CSV;
	text_clear(&rows->name);
	if (joined)
		text_addf(&rows->name, "%s%s", gdbregs_register_name(rows->item->reg),
			  step->path[0] != '[' ? "." : "");
	text_adds(&rows->name, step->path);
	if (format == FORMAT_TEXT && step->count > 1) {
		rows->name.size--; /* the bracket */
		text_addf(&rows->name, "-%zu]", step->count - 1);
	}
	rows->cells[joined ? NAME : FIELD] = cell_text(rows->name.data);
	rows->cells[COUNT] =
		step->count > 1 ? cell_number((json_int_t)step->count) : (struct cell){0};
}

static bool put_part(void *arg, const struct part_step *step)
{
	struct part_rows *rows = arg;
	struct table *table = &rows->listing->table;
	fill_path(rows, step);
	fill_place(rows, step->field);
	fill_enum(rows, step->field);
	rows->cells[BITS] = cell_number(gdbregs_field_bits(step->field));
	rows->cells[TYPE] = cell_text(gdbregs_field_type(step->field));
	table->ok = table->ok && !rows->name.failed && !rows->place.failed && !rows->names.failed;
	table_row(table, rows->cells);
	return table->ok && !output_broken(table->out);
}

/* Put a register or part, and with --fields its parts. */
static void put_item(struct listing *l, struct cell cells[COLUMNS], const struct chosen *item)
{
	struct part_rows rows = {.listing = l, .cells = cells, .item = item};
	cells[PLACE] = cells[COUNT] = cells[POSITION] = cells[OFFSET] = (struct cell){0};
	fill_enum(&rows, &item->field);
	if (item->path)
		fill_place(&rows, &item->field);
	table_row(&l->table, cells);
	if (l->fields &&
	    !part_walk(&item->field, item->path ? item->path : "", false, put_part, &rows))
		l->table.ok = l->table.ok && output_broken(l->out);
	text_fini(&rows.name);
	text_fini(&rows.place);
	text_fini(&rows.names);
}

/* ---------------------------------------------------------- registers --- */

static bool more(const struct table *table, const struct selected *selected, size_t i)
{
	return i < selected->count && table->ok && !output_broken(table->out);
}

static void put_data(struct listing *l)
{
	for (size_t i = 0; i < l->snapshot->vcpu_count && l->table.ok; i++) {
		const struct vcpu *vcpu = &l->snapshot->vcpus[i];
		const struct selected *selected = snapshot_selected(l->snapshot, vcpu);
		struct cell cells[COLUMNS] = {{0}};
		char name[VALUE_NAME];
		fill_vcpu(cells, l, vcpu);
		table_enter(&l->table, 1, cells, "registers");
		for (size_t j = 0; more(&l->table, selected, j); j++) {
			fill(cells, l, vcpu, &selected->item[j], name);
			put_item(l, cells, &selected->item[j]);
		}
		table_leave(&l->table);
	}
}

static void put_text_registers(struct listing *l, const struct vcpu *vcpu)
{
	const struct selected *selected = snapshot_selected(l->snapshot, vcpu);
	const struct gdbregs_register *before = NULL;
	struct cell cells[COLUMNS] = {{0}};
	for (size_t i = 0; more(&l->table, selected, i); i++) {
		const struct gdbregs_register *reg = selected->item[i].reg;
		char name[VALUE_NAME];
		const char *feature = gdbregs_register_feature(reg);
		if (!before || gdbregs_register_feature(before) != feature) {
			table_flush(&l->table);
			fputs(before ? "\n" : "", l->out->stream);
			output_heading(l->out, feature ? feature : "(no feature)");
		}
		fill(cells, l, vcpu, &selected->item[i], name);
		put_item(l, cells, &selected->item[i]);
		before = reg;
	}
	table_flush(&l->table);
}

static bool listed_before(const struct snapshot *s, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (s->vcpus[i].selected == s->vcpus[index].selected)
			return true;
	}
	return false;
}

/* "vCPU 0, 1, 2: i386:x86-64, 66 registers" */
static void put_vcpus_heading(struct listing *l, size_t first)
{
	const struct snapshot *s = l->snapshot;
	const struct vcpu *vcpu = &s->vcpus[first];
	FILE *stream = l->out->stream;
	fprintf(stream, "%svCPU %u", first > 0 ? "\n" : "", vcpu->index);
	for (size_t i = first + 1; i < s->vcpu_count; i++) {
		if (s->vcpus[i].selected == vcpu->selected)
			fprintf(stream, ", %u", s->vcpus[i].index);
	}
	fputs(": ", stream);
	printable_put(stream, vcpu->architecture ? vcpu->architecture : "unknown architecture", 0);
	fputs("\n\n", stream);
}

static void put_text(struct listing *l)
{
	for (size_t i = 0; i < l->snapshot->vcpu_count && l->table.ok; i++) {
		if (listed_before(l->snapshot, i))
			continue;
		if (!l->offline && l->snapshot->vcpu_count > 1)
			put_vcpus_heading(l, i);
		put_text_registers(l, &l->snapshot->vcpus[i]);
	}
}

static void choose_columns(struct column columns[COLUMNS], bool fields)
{
	enum { WIDEST_PART = 30, WIDEST_TYPE = 16 };
	memcpy(columns, own_columns, sizeof(own_columns));
	memcpy(columns + REGISTER, value_columns, (GROUP - REGISTER) * sizeof(*columns));
	for (int i = PLACE; i < COLUMNS && !fields; i++)
		columns[i].formats = 0;
	columns[NAME] = (struct column){.name = "name",
					.formats = IN_TEXT | IN_DATA,
					.width = 4,
					.limit = fields ? WIDEST_PART : 0};
	columns[BITS] = (struct column){
		.name = "bits", .formats = IN_TEXT | IN_DATA, .width = 5, .right = true};
	columns[TYPE] = (struct column){.name = "type",
					.formats = IN_TEXT | IN_DATA,
					.width = 14,
					.limit = fields ? WIDEST_TYPE : 0};
	if (fields)
		columns[GROUP].formats = IN_DATA;
}

static bool put(struct listing *l, enum format format)
{
	struct column columns[COLUMNS];
	choose_columns(columns, l->fields);
	table_init(&l->table, l->out, format, columns, COLUMNS);
	l->table.indent = 2;
	if (format == FORMAT_TEXT)
		put_text(l);
	else
		put_data(l);
	return table_end(&l->table);
}

static int select_offline(const struct options *o, const struct gdbregs_description *d,
			  struct snapshot *snapshot)
{
	char message[400];
	if (snapshot_offline(snapshot, o, d) < 0)
		return fail_nomem();
	if (selection_check(&snapshot->selection, message, sizeof(message)) < 0)
		return fail(STATUS_SELECTION, "%s", message);
	return 0;
}

static int list_offline(const struct options *o)
{
	struct output out;
	struct gdbregs_context *context;
	const struct gdbregs_description *d;
	struct snapshot snapshot = {.target = NULL};
	struct listing l = {
		.out = &out, .snapshot = &snapshot, .offline = true, .fields = o->fields};
	int status = offline_load(o, &context, &d);
	if (status == 0)
		status = select_offline(o, d, &snapshot);
	if (status == 0)
		status = output_open(&out, o->output);
	if (status == 0)
		status = output_end(&out, put(&l, o->format));
	snapshot_fini(&snapshot);
	gdbregs_context_unref(context);
	return status;
}

static bool put_all(struct output *out, const struct targets *set)
{
	struct listing l = {
		.out = out, .snapshot = &set->item[0].snapshot, .fields = set->options->fields};
	return put(&l, set->options->format);
}

int command_list(const struct options *o)
{
	bool offline = options_offline(o);
	if (offline && (o->vcpu_count > 0 || o->vcpus_all))
		return fail(STATUS_USAGE,
			    "--vcpu needs a target; a description alone has no vCPUs");
	return offline ? list_offline(o)
		       : targets_show(o, GDBREGS_R_REGS, snapshot_collect, NULL, put_all);
}
