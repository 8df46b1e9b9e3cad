/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command where: a line for each vCPU, with the registers that have a role. */
#include "opt/command.h"
#include "out/table.h"
#include "target/value.h"
#include "target/vcpu-state.h"

#include <stdlib.h>
#include <string.h>

static const enum gdbregs_role roles[] = {GDBREGS_ROLE_PC, GDBREGS_ROLE_SP, GDBREGS_ROLE_FP,
					  GDBREGS_ROLE_FLAGS};
enum { ROLES = sizeof(roles) / sizeof(roles[0]) };
enum { TARGET, VCPU, THREAD, GUEST, STATE, PC, SP, FP, FLAGS, FLAGS_TEXT, FAILURE, COLUMNS };

/* Returns the register of a role, or NULL if the vCPU has no such register. */
static const struct gdbregs_register *find(const struct snapshot *s, const struct vcpu *vcpu,
					   size_t role)
{
	const struct gdbregs_register *reg = NULL;
	const struct gdbregs_description *d = snapshot_selected(s, vcpu)->description;
	if (!d || gdbregs_description_find_role(d, roles[role], &reg) < 0)
		return NULL;
	return reg;
}

static int read_roles(struct target *t)
{
	struct snapshot *s = &t->snapshot;
	int error = snapshot_collect(t);
	if (error != 0)
		return error;
	s->reads = calloc(s->vcpu_count * ROLES + 1, sizeof(*s->reads));
	if (!s->reads)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < s->vcpu_count; i++) {
		s->vcpus[i].first_read = s->read_count;
		for (size_t role = 0; role < ROLES; role++) {
			const struct gdbregs_register *reg = find(s, &s->vcpus[i], role);
			if (reg)
				s->reads[s->read_count++] =
					(struct gdbregs_read){.vcpu = s->vcpus[i].index,
							      .reg = reg,
							      .status = GDBREGS_ERR_UNAVAILABLE};
		}
	}
	return snapshot_read(t);
}

struct line {
	char state[VCPU_STATE];
	struct text values[ROLES];
	struct gdbregs_buffer decoded;
};

/* Fill in the values. Numbers have no leading zeros, so that the line fits a terminal. */
static void put_values(struct line *line, struct cell cells[COLUMNS], const struct snapshot *s,
		       const struct vcpu *vcpu)
{
	size_t index = 0;
	for (size_t role = 0; role < ROLES; role++) {
		struct text *text = &line->values[role];
		cells[PC + role] = cell_text(NULL);
		if (!find(s, vcpu, role))
			continue;
		struct value v = value_get_read(s, vcpu, index++);
		if (!value_is_number(&v))
			value_show(text, &v);
		else
			text_add_number(text, vcpu->order, v.bytes, v.size_bytes, false);
		cells[PC + role] = text->data ? cell_text(text->data) : cell_text(NULL);
		if (roles[role] != GDBREGS_ROLE_FLAGS)
			continue;
		const char *decoded = value_decode_all(&v, &line->decoded);
		bool any = decoded && decoded[0] != '\0';
		cells[FLAGS_TEXT] = cell_text(any ? decoded : NULL);
	}
}

/* Returns how the guest was left, "running" or "halted", or NULL if that is not known. */
static const char *guest_state(const struct target *t)
{
	if (t->set->options->on_exit != GDBREGS_ON_CLOSE_RESTORE || t->set->options->spawn)
		return NULL;
	if (t->left == GDBREGS_LEFT_HALTED)
		return "halted";
	return t->left == GDBREGS_LEFT_UNKNOWN || t->left == GDBREGS_LEFT_ENDED ? NULL : "running";
}

/* Returns whether the state of a vCPU holds after the guest was released. While the guest was
 * stopped, QEMU said "running" of each vCPU that does not wait for an interrupt. That is true
 * afterwards only if the guest runs. */
static bool is_state_known(const char *state, const char *guest)
{
	return strcmp(state, "running") != 0 || (guest && strcmp(guest, "running") == 0);
}

static void put_vcpu(struct table *table, const struct target *t, const struct vcpu *vcpu)
{
	const char *guest = guest_state(t);
	struct line line = {.state = ""};
	struct cell cells[COLUMNS] = {
		[TARGET] = cell_text(t->name),	    [VCPU] = cell_number(vcpu->index),
		[THREAD] = cell_text(vcpu->thread), [GUEST] = cell_text(guest),
		[STATE] = cell_text(NULL),	    [FLAGS_TEXT] = cell_text(NULL),
	};
	if (vcpu_state_find(vcpu->name, line.state) && is_state_known(line.state, guest))
		cells[STATE] = cell_text(line.state);
	put_values(&line, cells, &t->snapshot, vcpu);
	if (table->format == FORMAT_TEXT && cells[FLAGS_TEXT].kind == CELL_NULL)
		cells[FLAGS_TEXT] = cells[FLAGS];
	table_row(table, cells);
	for (size_t i = 0; i < ROLES; i++) {
		table->ok = table->ok && !line.values[i].failed;
		text_fini(&line.values[i]);
	}
	gdbregs_buffer_fini(&line.decoded);
}

static void put_target(struct table *table, const struct target *t)
{
	const struct cell failure[COLUMNS] = {
		[TARGET] = cell_text(t->name), [FAILURE] = cell_text(t->error)};
	if (t->status != 0 && table->format != FORMAT_TEXT)
		table_row(table, failure);
	for (size_t i = 0; t->status == 0 && i < t->snapshot.vcpu_count && table->ok; i++)
		put_vcpu(table, t, &t->snapshot.vcpus[i]);
}

static bool put_all(struct output *out, const struct targets *set)
{
	enum { EVERYWHERE = IN_TEXT | IN_DATA, WIDEST_TARGET = 40 };
	const unsigned several = set->count > 1 ? EVERYWHERE : IN_DATA;
	const struct column columns[COLUMNS] = {
		[TARGET] = {.name = "target",
			    .formats = several,
			    .heading = "TARGET",
			    .limit = WIDEST_TARGET},
		[VCPU] = {.name = "vcpu", .formats = EVERYWHERE, .heading = "VCPU"},
		[THREAD] = {.name = "thread", .formats = IN_DATA},
		[GUEST] = {.name = "guest", .formats = EVERYWHERE, .heading = "GUEST"},
		[STATE] = {.name = "state", .formats = EVERYWHERE, .heading = "STATE"},
		[PC] = {.name = "pc", .formats = EVERYWHERE, .heading = "PC", .right = true},
		[SP] = {.name = "sp", .formats = EVERYWHERE, .heading = "SP", .right = true},
		[FP] = {.name = "fp", .formats = EVERYWHERE, .heading = "FP", .right = true},
		[FLAGS] = {.name = "flags", .formats = IN_DATA},
		[FLAGS_TEXT] = {.name = "flags_text",
				.formats = EVERYWHERE,
				.heading = "FLAGS",
				.wrapped = true},
		[FAILURE] = {.name = "error", .formats = IN_DATA},
	};
	struct table table;
	table_init(&table, out, set->options->format, columns, COLUMNS);
	for (size_t i = 0; i < set->count && table.ok; i++)
		put_target(&table, &set->item[i]);
	return table_end(&table);
}

int command_where(const struct options *o)
{
	return targets_show(o, GDBREGS_R_REGS, read_roles, NULL, put_all);
}
