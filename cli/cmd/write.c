/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* write: all names and values are checked first. Then all registers are written together, and
 * those that did not take their value are read again. */
#include "base/message.h"
#include "cmd/assignment.h"
#include "opt/command.h"
#include "out/flag-changes.h"
#include "out/table.h"
#include "target/value.h"

#include <stdlib.h>
#include <string.h>

/* An assignment to a register or a part of one, for one vCPU. */
struct write_item {
	const struct assignment *assignment;
	const struct vcpu *vcpu;
	struct chosen chosen; /* its place is that of its register */
};

/* A register of one vCPU, written once however many of its parts are assigned. */
struct write_register {
	uint8_t *bytes; /* the new value */
	size_t size;
	enum gdbregs_byte_order order; /* of the bytes */
	bool written; /* it has the new value */
	struct gdbregs_read
		*taken; /* what it has instead, if it did not take the value; else NULL */
	struct gdbregs_error error; /* why it was not written */
};

/* For each vCPU, all assignments in their order. The old values are the reads of the
 * target's snapshot, one for each register. */
struct write_job {
	struct assignment *assignments;
	size_t assignment_count;
	struct write_item *items;
	size_t item_count;
	struct write_register *registers;
	size_t register_count;
	struct gdbregs_write *writes;
	struct gdbregs_read *taken; /* of the registers that did not take their value */
	struct gdbregs_buffer storage; /* of `taken` */
};

/* ------------------------------------------------------------- values --- */

static struct value old_value(const struct targets *set, size_t item)
{
	const struct write_job *job = set->work_arg;
	const struct write_item *w = &job->items[item];
	const struct snapshot *s = &set->item[0].snapshot;
	return value_make(s->target, w->vcpu, w->vcpu->order, &w->chosen,
			  &s->reads[w->chosen.place]);
}

static struct value value_in(const struct write_item *w, enum gdbregs_byte_order order,
			     const uint8_t *bytes, size_t size)
{
	const struct gdbregs_read read = {.reg = w->chosen.reg, .status = (int)size, .data = bytes};
	return value_make(NULL, w->vcpu, order, &w->chosen, &read);
}

static struct value new_value(const struct targets *set, size_t item)
{
	const struct write_job *job = set->work_arg;
	const struct write_item *w = &job->items[item];
	const struct write_register *reg = &job->registers[w->chosen.place];
	return value_in(w, reg->order, reg->bytes, reg->size);
}

/* ------------------------------------------------------------ failures --- */

static size_t count_written(const struct write_job *job)
{
	size_t count = 0;
	for (size_t i = 0; i < job->register_count; i++)
		count += job->registers[i].written;
	return count;
}

static int say_failure(struct target *t, size_t place)
{
	const struct write_job *job = t->set->work_arg;
	const struct gdbregs_read *read = &t->snapshot.reads[place];
	const struct gdbregs_error *error = &job->registers[place].error;
	return target_fail(t, status_of(error->code, 1),
			   "%s of vCPU %u: %s; %zu of %zu were written",
			   gdbregs_register_name(read->reg), read->vcpu, error->text,
			   count_written(job), job->register_count);
}

static int say_not_taken(struct target *t, size_t item, const struct value *found)
{
	const struct write_job *job = t->set->work_arg;
	struct value new = new_value(t->set, item), old = old_value(t->set, item);
	struct text wanted = {0}, was = {0}, is = {0};
	char name[VALUE_NAME];
	value_show(&wanted, &new);
	value_show(&was, &old);
	if (found)
		value_show(&is, found);
	int status = target_fail(
		t, STATUS_SELECTION,
		"%s of vCPU %u did not take %s: it read %s before and reads %s now; "
		"%zu of %zu registers took their value",
		value_name(&new, name), new.vcpu->index, wanted.data ? wanted.data : "its value",
		was.data ? was.data : "?", is.data ? is.data : "something else", count_written(job),
		job->register_count);
	text_fini(&wanted);
	text_fini(&was);
	text_fini(&is);
	return status;
}

/* ------------------------------------------------------------- writing --- */

static struct value value_taken(const struct target *t, size_t item,
				const struct gdbregs_read *taken)
{
	const struct write_job *job = t->set->work_arg;
	return value_in(&job->items[item], gdbregs_vcpu_byte_order(t->session, taken->vcpu),
			taken->data, (size_t)taken->status);
}

/* Returns the first item of the register whose value it does not have now, or the number of
 * items if there is none. */
static size_t find_not_taken(const struct target *t, size_t place)
{
	const struct write_job *job = t->set->work_arg;
	for (size_t i = 0; i < job->item_count; i++) {
		if (job->items[i].chosen.place != place)
			continue;
		struct value wanted = new_value(t->set, i);
		struct value found = value_taken(t, i, job->registers[place].taken);
		if (value_differs(&wanted, &found))
			return i;
	}
	return job->item_count;
}

static int fail_not_taken(struct target *t, size_t place)
{
	const struct write_job *job = t->set->work_arg;
	const struct gdbregs_read *taken = job->registers[place].taken;
	size_t first = 0;
	while (job->items[first].chosen.place != place)
		first++;
	if (taken->status <= 0)
		return say_not_taken(t, first, NULL);
	size_t item = find_not_taken(t, place);
	item = item < job->item_count ? item : first;
	struct value found = value_taken(t, item, taken);
	return say_not_taken(t, item, &found);
}

/* Fail with the first register that was not written. */
static int finish(struct target *t)
{
	const struct write_job *job = t->set->work_arg;
	for (size_t i = 0; i < job->register_count; i++) {
		const struct write_register *reg = &job->registers[i];
		if (!reg->written)
			return reg->taken ? fail_not_taken(t, i) : say_failure(t, i);
	}
	return 0;
}

/* The parts have their values if other bits of the register differ: a reserved bit, or one that
 * changes by itself. */
static void accept_parts(struct target *t, size_t place)
{
	const struct write_job *job = t->set->work_arg;
	struct write_register *reg = &job->registers[place];
	const struct gdbregs_read *taken = reg->taken;
	if (taken->status != (int)reg->size || find_not_taken(t, place) < job->item_count)
		return;
	memcpy(reg->bytes, taken->data, reg->size);
	reg->order = gdbregs_vcpu_byte_order(t->session, taken->vcpu);
	reg->written = true;
}

static int take_again(struct target *t, int status)
{
	const struct write_job *job = t->set->work_arg;
	for (size_t i = 0; i < job->register_count && status >= 0; i++) {
		if (job->registers[i].taken)
			accept_parts(t, i);
	}
	return finish(t);
}

static int take_written(struct target *t, int status)
{
	struct write_job *job = t->set->work_arg;
	size_t count = 0;
	if (status < 0)
		return status;
	for (size_t i = 0; i < job->register_count; i++) {
		struct write_register *reg = &job->registers[i];
		reg->written = job->writes[i].status == 0;
		if (job->writes[i].status != GDBREGS_ERR_NOT_TAKEN)
			continue;
		reg->taken = &job->taken[count++];
		*reg->taken = (struct gdbregs_read){.vcpu = job->writes[i].vcpu,
						    .reg = job->writes[i].reg};
	}
	if (count == 0)
		return finish(t);
	return target_wait(t,
			   gdbregs_uv_read_registers(t->session, job->taken, count, &job->storage,
						     target_on_done, t, NULL),
			   take_again);
}

static int write_all(struct target *t)
{
	struct write_job *job = t->set->work_arg;
	for (size_t i = 0; i < job->register_count; i++) {
		const struct gdbregs_read *read = &t->snapshot.reads[i];
		struct write_register *reg = &job->registers[i];
		job->writes[i] = (struct gdbregs_write){.vcpu = read->vcpu,
							.reg = read->reg,
							.bytes = reg->bytes,
							.size = reg->size,
							.error = &reg->error};
	}
	return target_wait(t,
			   gdbregs_uv_write_registers(t->session, job->writes, job->register_count,
						      target_on_done, t, NULL),
			   take_written);
}

/* ------------------------------------------------------------ preparing --- */

/* Begin with the old value: what is not assigned stays. Its size is the one that the stub
 * sends; if the register is unavailable, it is the description's. */
static int begin_register(struct target *t, size_t place)
{
	struct write_job *job = t->set->work_arg;
	const struct gdbregs_read *read = &t->snapshot.reads[place];
	struct write_register *reg = &job->registers[place];
	if (read->status < 0 && read->status != GDBREGS_ERR_UNAVAILABLE)
		return read->status;
	reg->size = read->status > 0 ? (size_t)read->status
				     : ((size_t)gdbregs_register_bits(read->reg) + 7) / 8;
	reg->order = gdbregs_vcpu_byte_order(t->session, read->vcpu);
	reg->bytes = calloc(reg->size + 1, 1);
	if (!reg->bytes)
		return GDBREGS_ERR_NOMEM;
	if (read->status > 0)
		memcpy(reg->bytes, read->data, reg->size);
	return 0;
}

static int apply(struct target *t, const struct write_item *w)
{
	struct write_job *job = t->set->work_arg;
	const struct write_register *reg = &job->registers[w->chosen.place];
	char message[sizeof(t->error)];
	if (w->chosen.path && t->snapshot.reads[w->chosen.place].status < 0)
		return target_fail(t, STATUS_SELECTION,
				   "%s: the register is unavailable, so its other bits are not "
				   "known",
				   w->assignment->pattern);
	if (!assignment_apply(w->assignment, &w->chosen, reg->order, reg->bytes, reg->size, message,
			      sizeof(message)))
		return target_fail(t, STATUS_USAGE, "%s", message);
	return 0;
}

/* Applied again, an assignment changes nothing, unless a later one has overlapped it. */
static int check_overlap(struct target *t, const struct write_item *w)
{
	struct write_job *job = t->set->work_arg;
	const struct write_register *reg = &job->registers[w->chosen.place];
	uint8_t *copy = malloc(reg->size + 1);
	if (!copy)
		return GDBREGS_ERR_NOMEM;
	memcpy(copy, reg->bytes, reg->size);
	int status = apply(t, w);
	if (status == 0 && memcmp(copy, reg->bytes, reg->size) != 0)
		status =
			target_fail(t, STATUS_USAGE,
				    "'%s' overlaps another part that is written with another value",
				    w->assignment->pattern);
	free(copy);
	return status;
}

static int prepare(struct target *t)
{
	struct write_job *job = t->set->work_arg;
	int status = 0;
	for (size_t i = 0; i < job->register_count && status == 0; i++)
		status = begin_register(t, i);
	for (size_t i = 0; i < job->item_count && status == 0; i++)
		status = apply(t, &job->items[i]);
	for (size_t i = 0; i < job->item_count && status == 0; i++) {
		if (job->items[i].chosen.path)
			status = check_overlap(t, &job->items[i]);
	}
	return status;
}

static int take_old(struct target *t, int status)
{
	if (status >= 0)
		status = prepare(t);
	return status == 0 ? write_all(t) : status;
}

/* -------------------------------------------------------------- finding --- */

/* Returns whether both name the same bits. A register and a part of it count as the same: which of
 * the two is meant to win? */
static bool is_same(const struct chosen *a, const struct chosen *b)
{
	return !a->path || !b->path || strcmp(a->path, b->path) == 0;
}

/* Give the item the place of its register, a new one if it is the first of it. */
static int place_item(struct target *t, size_t item)
{
	struct write_job *job = t->set->work_arg;
	struct snapshot *s = &t->snapshot;
	struct write_item *w = &job->items[item];
	w->chosen.place = job->register_count;
	for (size_t i = 0; i < item; i++) {
		const struct write_item *other = &job->items[i];
		if (other->vcpu != w->vcpu || other->chosen.reg != w->chosen.reg)
			continue;
		if (is_same(&other->chosen, &w->chosen))
			return target_fail(t, STATUS_USAGE, "'%s' is given twice",
					   w->assignment->pattern);
		w->chosen.place = other->chosen.place;
	}
	if (w->chosen.place == job->register_count)
		s->reads[job->register_count++] =
			(struct gdbregs_read){.vcpu = w->vcpu->index, .reg = w->chosen.reg};
	return 0;
}

static int find_all(struct target *t)
{
	struct write_job *job = t->set->work_arg;
	struct snapshot *s = &t->snapshot;
	char message[sizeof(t->error)];
	int status = 0;
	for (size_t i = 0; i < job->item_count && status == 0; i++) {
		struct write_item *w = &job->items[i];
		w->vcpu = &s->vcpus[i / job->assignment_count];
		w->assignment = &job->assignments[i % job->assignment_count];
		if (!assignment_find(w->assignment, snapshot_selected(s, w->vcpu), &w->chosen,
				     message, sizeof(message)))
			return target_fail(t, STATUS_SELECTION, "%s", message);
		status = place_item(t, i);
	}
	return status;
}

static int start(struct target *t)
{
	struct write_job *job = t->set->work_arg;
	struct snapshot *s = &t->snapshot;
	int error = snapshot_collect(t);
	if (error != 0)
		return error;
	job->item_count = s->vcpu_count * job->assignment_count;
	job->items = calloc(job->item_count + 1, sizeof(*job->items));
	job->registers = calloc(job->item_count + 1, sizeof(*job->registers));
	job->writes = calloc(job->item_count + 1, sizeof(*job->writes));
	job->taken = calloc(job->item_count + 1, sizeof(*job->taken));
	s->reads = calloc(job->item_count + 1, sizeof(*s->reads));
	if (!job->items || !job->registers || !job->writes || !job->taken || !s->reads)
		return GDBREGS_ERR_NOMEM;
	error = find_all(t);
	if (error == 0)
		error = gdbregs_uv_read_registers(t->session, s->reads, job->register_count,
						  &s->storage, target_on_done, t, NULL);
	return target_wait(t, error, take_old);
}

static void clean_up(struct write_job *job)
{
	for (size_t i = 0; i < job->assignment_count; i++)
		free(job->assignments[i].pattern);
	for (size_t i = 0; i < job->register_count && job->registers; i++)
		free(job->registers[i].bytes);
	gdbregs_buffer_fini(&job->storage);
	free(job->assignments);
	free(job->items);
	free(job->registers);
	free(job->writes);
	free(job->taken);
}

/* ------------------------------------------------------------ printing --- */

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

static bool put_text(struct output *out, const struct pair *pair, bool many, size_t width)
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
	bool fits = printable_width(shown) + old.size + new.size <= output_width(out);
	printable_put(out->stream, shown, fits ? width : 0);
	if (ok && !fits) {
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

static size_t find_width(const struct targets *set, const struct write_job *job)
{
	size_t width = 0;
	for (size_t i = 0; i < job->item_count; i++) {
		struct value v = old_value(set, i);
		width = value_name_width(&v, width);
	}
	return width;
}

static bool put(struct output *out, const struct targets *set)
{
	static const struct column columns[] = {
		{.name = "vcpu", .formats = IN_DATA}, {.name = "feature", .formats = IN_DATA},
		{.name = "name", .formats = IN_DATA}, {.name = "field", .formats = IN_OBJECT},
		{.name = "old", .formats = IN_DATA},  {.name = "new", .formats = IN_DATA}};
	const struct write_job *job = set->work_arg;
	struct table table;
	size_t width = find_width(set, job);
	table_init(&table, out, set->options->format, columns, 6);
	for (size_t i = 0; i < job->item_count && table.ok && !output_broken(out); i++) {
		struct pair pair = {old_value(set, i), new_value(set, i)};
		if (!job->registers[job->items[i].chosen.place].written)
			continue;
		if (set->options->format == FORMAT_TEXT)
			table.ok =
				put_text(out, &pair, set->item[0].snapshot.vcpu_count > 1, width);
		else
			put_row(&table, &pair);
	}
	return table_end(&table);
}

/* ------------------------------------------------------------- command --- */

/* Show what was written even if another register failed. */
static int print(struct output *out, const struct targets *set)
{
	const struct write_job *job = set->work_arg;
	int failed = targets_report(set);
	if (failed != 0 && count_written(job) == 0) {
		output_abandon(out);
		return failed;
	}
	int written = output_end(out, put(out, set));
	return failed != 0 ? failed : written;
}

static int parse(struct write_job *job, const struct options *o)
{
	if (o->arguments.count == 0)
		return fail(STATUS_USAGE, "write needs REG=VALUE; see 'gdbregs-cli write --help'");
	job->assignments = calloc(o->arguments.count, sizeof(*job->assignments));
	if (!job->assignments)
		return fail_nomem();
	for (; job->assignment_count < o->arguments.count; job->assignment_count++) {
		size_t i = job->assignment_count;
		int status = assignment_parse(&job->assignments[i], o->arguments.item[i]);
		if (status != 0)
			return status;
	}
	return 0;
}

int command_write(const struct options *o)
{
	struct write_job job = {.item_count = 0};
	int status = parse(&job, o);
	if (status == 0)
		status = targets_show_by(o, GDBREGS_RW_REGS, start, &job, print);
	clean_up(&job);
	return status;
}
