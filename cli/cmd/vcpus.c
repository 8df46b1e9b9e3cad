/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "out/table.h"
#include "target/target.h"

/* In text, the name comes last, because it may be long. */
enum { TARGET, VCPU, THREAD, NAME, ARCHITECTURE, REGISTERS, FAILURE, LAST_NAME, COLUMNS };

static void put_vcpu(struct table *table, const struct target *t, const struct vcpu *vcpu)
{
	size_t registers = snapshot_selected(&t->snapshot, vcpu)->total;
	const struct cell cells[COLUMNS] = {
		[TARGET] = cell_text(t->name),
		[VCPU] = cell_number(vcpu->index),
		[THREAD] = cell_text(vcpu->thread),
		[ARCHITECTURE] = cell_text(vcpu->architecture),
		[REGISTERS] = cell_number((json_int_t)registers),
		[NAME] = cell_text(vcpu->name),
		[LAST_NAME] = cell_text(vcpu->name),
	};
	table_row(table, cells);
}

static void put_failure(struct table *table, const struct target *t)
{
	const struct cell cells[COLUMNS] = {
		[TARGET] = cell_text(t->name), [FAILURE] = cell_text(t->error)};
	if (table->format != FORMAT_TEXT)
		table_row(table, cells);
}

static void put_target(struct table *table, const struct target *t)
{
	if (table->format == FORMAT_TEXT && t->set->count > 1 && t->status == 0) {
		table_flush(table);
		fputs(table->headed ? "\n" : "", table->out->stream);
		printable_put(table->out->stream, t->name, 0);
		fputs("\n", table->out->stream);
		table->headed = false;
	}
	if (t->status != 0)
		put_failure(table, t);
	for (size_t i = 0; t->status == 0 && i < t->snapshot.vcpu_count; i++)
		put_vcpu(table, t, &t->snapshot.vcpus[i]);
}

static bool put_all(struct output *out, const struct targets *set)
{
	const unsigned in_target = set->count > 1 ? IN_DATA : IN_CSV;
	const struct column columns[COLUMNS] = {
		[TARGET] = {.name = "target", .formats = in_target},
		[VCPU] = {.name = "vcpu", .formats = IN_TEXT | IN_DATA, .heading = "VCPU"},
		[THREAD] = {.name = "thread",
			    .formats = IN_TEXT | IN_DATA,
			    .heading = "THREAD",
			    .width = 8},
		[ARCHITECTURE] = {.name = "architecture",
				  .formats = IN_TEXT | IN_DATA,
				  .heading = "ARCHITECTURE",
				  .width = 16},
		[REGISTERS] = {.name = "registers",
			       .formats = IN_TEXT | IN_DATA,
			       .heading = "REGISTERS",
			       .right = true},
		[NAME] = {.name = "name", .formats = IN_DATA},
		[LAST_NAME] = {.name = "name", .formats = IN_TEXT, .heading = "NAME"},
		[FAILURE] = {.name = "error", .formats = IN_DATA},
	};
	struct table table;
	table_init(&table, out, set->options->format, columns, COLUMNS);
	for (size_t i = 0; i < set->count && table.ok; i++)
		put_target(&table, &set->item[i]);
	return table_end(&table);
}

int command_vcpus(const struct options *o)
{
	return targets_show(o, GDBREGS_NO_REGS, snapshot_collect, NULL, put_all);
}
