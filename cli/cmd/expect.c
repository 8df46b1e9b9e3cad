/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command expect: lets the guest run, and samples it until all conditions hold at one
 * stop. */
#include "opt/command.h"
#include "base/message.h"
#include "base/progress.h"
#include "out/junit.h"
#include "out/table.h"
#include "target/condition.h"
#include "target/sampling.h"
#include "target/stop-text.h"

#include <stdlib.h>

enum { USUAL_INTERVAL_MS = 100 };

struct expect {
	const struct options *options;
	struct conditions conditions;
	struct sampling sampling;
	uint64_t began_ms, end_ms;
	unsigned took_ms; /* until the last sample */
	bool began; /* to connect; its failures have been reported */
	bool looked; /* a sample was taken */
	bool met;
};

/* ------------------------------------------------------------ sampling --- */

static bool all_hold(const struct expect *e)
{
	for (size_t i = 0; i < e->sampling.count; i++) {
		if (!conditions_hold(&e->conditions, &e->sampling.samplers[i]))
			return false;
	}
	return true;
}

/* The last sample is taken when time is over, not before. */
static bool more(void *arg)
{
	struct expect *e = arg;
	uint64_t now_ms = uv_now(&e->sampling.target->set->loop.uv);
	e->looked = true;
	e->met = all_hold(e);
	e->took_ms = (unsigned)(now_ms - e->began_ms);
	if (e->met || e->options->now || now_ms >= e->end_ms)
		return false;
	uint64_t left_ms = e->end_ms - now_ms;
	if (left_ms < e->sampling.interval_ms)
		e->sampling.interval_ms = (unsigned)left_ms;
	return true;
}

static int start(struct target *t)
{
	struct expect *e = t->set->work_arg;
	const struct options *o = e->options;
	e->sampling = (struct sampling){.interval_ms = o->interval_ms > 0 ? o->interval_ms
									  : USUAL_INTERVAL_MS,
					.located = true,
					.more = more,
					.arg = e};
	e->began_ms = uv_now(&t->set->loop.uv);
	e->end_ms = e->began_ms + o->within_ms;
	int error = snapshot_collect(t);
	if (error == 0)
		error = sampling_init(&e->sampling, t, e->conditions.count);
	if (error == 0)
		error = conditions_bind(&e->conditions, t, e->sampling.samplers, e->sampling.count);
	return error != 0 ? error : sampling_start(&e->sampling);
}

/* ------------------------------------------------------------- results --- */

/* A condition on one vCPU. */
struct result {
	const struct condition *condition;
	const struct sampler *sampler; /* NULL: the run failed before it was known */
	bool is_numbered; /* `vcpu` is known: without a connection, it is not what `all` means */
	unsigned vcpu;
	char text[120]; /* the condition */
	struct text is; /* the register, in data without padding */
	bool holds;
	const char *error; /* why the register could not be looked at; or NULL */
};

/* Replace the bits of a float by its number, and add the name of an enum's value. Returns false
 * if memory runs out. */
static bool add_meaning(struct text *text, const struct value *v)
{
	struct gdbregs_buffer decoded = {0};
	enum gdbregs_type_kind kind = value_kind(v);
	bool wanted = kind == GDBREGS_TYPE_FLOAT || kind == GDBREGS_TYPE_ENUM;
	const char *meaning = wanted ? value_decode_all(v, &decoded) : "";
	bool any = meaning && meaning[0] != '\0';
	if (any && kind == GDBREGS_TYPE_FLOAT)
		text_clear(text);
	if (any)
		text_addf(text, kind == GDBREGS_TYPE_FLOAT ? "%s" : " (%s)", meaning);
	gdbregs_buffer_fini(&decoded);
	return meaning;
}

/* Look at the register of a condition. Returns false if memory runs out. */
static bool look_at(struct result *r, const struct expect *e, size_t index, bool padded)
{
	const struct bound_condition *bound = conditions_at(&e->conditions, r->sampler, index);
	struct value v = condition_value(bound, r->sampler);
	r->holds = condition_holds(bound, r->sampler);
	text_clear(&r->is);
	if (padded || !value_is_number(&v))
		value_show(&r->is, &v);
	else
		value_add_number(&r->is, &v, false);
	return add_meaning(&r->is, &v) && !r->is.failed;
}

/* Returns how many vCPUs the conditions are about, as far as that is known. */
static size_t count_vcpus(const struct expect *e)
{
	const struct options *o = e->options;
	if (e->sampling.count > 0)
		return e->sampling.count;
	return o->vcpu_count > 0 && !o->vcpus_all ? o->vcpu_count : 1;
}

static void name_result(struct result *r, const struct expect *e, size_t vcpu, size_t index)
{
	const struct options *o = e->options;
	r->condition = &e->conditions.item[index];
	condition_write(r->text, sizeof(r->text), r->condition);
	r->sampler = e->sampling.count > 0 ? &e->sampling.samplers[vcpu] : NULL;
	r->is_numbered = r->sampler || !o->vcpus_all;
	r->vcpu = r->sampler ? r->sampler->vcpu->index : o->vcpu_count > 0 ? o->vcpus[vcpu] : 0;
}

enum { VCPU, CONDITION, NAME, WANTED, IS, HOLDS, FAILURE, LINE, COLUMNS };

static const struct column columns[COLUMNS] = {
	[VCPU] = {.name = "vcpu", .formats = IN_DATA},
	[CONDITION] = {.name = "condition", .formats = IN_DATA},
	[NAME] = {.name = "name", .formats = IN_DATA},
	[WANTED] = {.name = "wanted", .formats = IN_DATA},
	[IS] = {.name = "is", .formats = IN_DATA},
	[HOLDS] = {.name = "holds", .formats = IN_DATA},
	[FAILURE] = {.name = "error", .formats = IN_DATA},
	[LINE] = {.name = "line", .formats = IN_TEXT},
};

/* Put a result. In text, a run that failed has no lines, because its message is on stderr. */
static void put_row(struct table *table, const struct expect *e, const struct result *r)
{
	char line[300];
	bool several = e->sampling.count > 1;
	int size = several ? snprintf(line, sizeof(line), "vCPU %u  ", r->vcpu) : 0;
	snprintf(line + size, sizeof(line) - (size_t)size, "%-4s  %s%s%s", r->holds ? "ok" : "FAIL",
		 r->text, r->holds ? "" : ", but it is ", r->holds ? "" : r->is.data);
	struct cell cells[COLUMNS] = {
		[VCPU] = r->is_numbered ? cell_number(r->vcpu) : cell_text(NULL),
		[CONDITION] = cell_text(r->text),
		[NAME] = cell_text(r->condition->name),
		[WANTED] = cell_text(r->condition->wanted),
		[IS] = cell_text(r->is.data),
		[HOLDS] = cell_bool(r->holds),
		[LINE] = cell_text(line),
	};
	if (r->error) {
		cells[IS] = cells[HOLDS] = cell_text(NULL);
		cells[FAILURE] = cell_text(r->error);
	}
	if (!r->error || table->format != FORMAT_TEXT)
		table_row(table, cells);
}

/* Add "vCPU 0 is at 0x7c00", or nothing if the program counter is not known. */
static void add_place(struct text *text, const struct sampler *sampler)
{
	struct text pc = {0};
	sampler_write_place(sampler, &pc);
	if (pc.size > 0)
		text_addf(text, "%svCPU %u is at %s", text->size > 0 ? ", " : "",
			  sampler->vcpu->index, pc.data);
	text->failed |= pc.failed;
	text_fini(&pc);
}

/* Write " after 0.5 s". A guest that did not run has no such time. */
static void write_time(char *text, size_t capacity, const struct expect *e)
{
	if (e->options->now)
		text[0] = '\0';
	else
		snprintf(text, capacity, " after %.3g s", e->took_ms / 1000.0);
}

static void put_case(struct junit *junit, const struct expect *e, const struct target *t,
		     const struct result *r)
{
	char name[200], message[300], took[40];
	struct text place = {0};
	if (r->is_numbered)
		snprintf(name, sizeof(name), "vCPU %u: %s", r->vcpu, r->text);
	else
		snprintf(name, sizeof(name), "all vCPUs: %s", r->text);
	if (r->error) {
		junit_error(junit, t->name, name, r->error);
		return;
	}
	add_place(&place, r->sampler);
	write_time(took, sizeof(took), e);
	snprintf(message, sizeof(message), "%s is %s%s%s%s", r->condition->name, r->is.data, took,
		 place.size > 0 ? "; " : "", place.size > 0 ? place.data : "");
	junit_case(junit, t->name, name, r->holds ? NULL : message);
	text_fini(&place);
}

/* Put the result of each condition into the table and the report; each may be NULL. `error`: the
 * run failed, and every condition has this error. Returns false if memory runs out. */
static bool put_results(struct table *table, struct junit *junit, const struct expect *e,
			const struct target *t, const char *error)
{
	struct result r = {.error = error};
	bool padded = e->options->format == FORMAT_TEXT, ok = true;
	size_t count = count_vcpus(e) * e->conditions.count;
	for (size_t i = 0; i < count && ok; i++) {
		size_t index = i % e->conditions.count;
		name_result(&r, e, i / e->conditions.count, index);
		ok = error || look_at(&r, e, index, padded);
		if (ok && table)
			put_row(table, e, &r);
		if (ok && junit)
			put_case(junit, e, t, &r);
	}
	text_fini(&r.is);
	return ok;
}

/* Report a run that failed before it had a target: a bad --tdesc, say. */
static int write_early_failure(const struct expect *e)
{
	const struct options *o = e->options;
	struct junit junit;
	struct target t = {.name = o->spawn		  ? o->spawn[0]
				   : o->targets.count > 0 ? o->targets.item[0]
							  : (char[]){"localhost:1234"}};
	int status = junit_open(&junit, o->junit, "expect");
	if (status != 0)
		return status;
	put_results(NULL, &junit, e, &t, message_last());
	return junit_close(&junit, 0);
}

/* -------------------------------------------------------------- output --- */

/* Say that the conditions do not hold, and where the guest was when it was last seen. Meanwhile
 * it runs again, or has ended. */
static int say_unmet(const struct expect *e)
{
	const char *target = e->sampling.target->name;
	char what[40] = "", took[40];
	struct text places = {0};
	if (e->sampling.ended)
		stop_write(what, sizeof(what), &e->sampling.stop);
	for (size_t i = 0; i < e->sampling.count && !e->sampling.target->gone; i++)
		add_place(&places, &e->sampling.samplers[i]);
	write_time(took, sizeof(took), e);
	int status = fail(STATUS_DIFFERENT, "%s: not all conditions hold%s%s%s%s%s", target, took,
			  e->sampling.ended ? "; the guest stopped: " : "", what,
			  places.size > 0 ? ": " : "", places.size > 0 ? places.data : "");
	text_fini(&places);
	return status;
}

static int put_all(struct output *out, struct junit *junit, const struct expect *e,
		   const struct target *t)
{
	struct table table;
	const char *error = t->status != 0 ? t->error : NULL;
	table_init(&table, out, e->options->format, columns, COLUMNS);
	table.ok = put_results(&table, junit, e, t, error) && table.ok;
	bool made = table_end(&table);
	if (!error || e->options->format != FORMAT_TEXT)
		return output_end(out, made);
	output_abandon(out);
	return 0;
}

static int print(struct output *out, const struct targets *set)
{
	struct expect *e = set->work_arg;
	struct junit junit;
	bool file = set->options->junit;
	e->began = true;
	int failed = targets_report(set);
	if (failed == 0 && !e->looked) {
		output_abandon(out);
		return 0;
	}
	int status = file ? junit_open(&junit, set->options->junit, "expect") : 0;
	if (status != 0) {
		output_abandon(out);
		return status;
	}
	int written = put_all(out, file ? &junit : NULL, e, &set->item[0]);
	if (file)
		status = junit_close(&junit, e->took_ms);
	if (failed == 0 && !e->met)
		failed = say_unmet(e);
	return written != 0 ? written : status != 0 ? status : failed;
}

static int parse(struct expect *e)
{
	const struct options *o = e->options;
	if (o->arguments.count == 0)
		return fail(STATUS_USAGE, "expect needs a condition, such as 'pc==0x7c00'; see "
					  "'gdbregs-cli expect --help'");
	for (size_t i = 0; i < o->arguments.count; i++) {
		int status = conditions_parse(&e->conditions, o->arguments.item[i], "expect");
		if (status != 0)
			return status;
	}
	return 0;
}

int command_expect(const struct options *o)
{
	struct expect e = {.options = o};
	int status = parse(&e);
	if (status == 0)
		status = targets_show_by(o, GDBREGS_R_REGS, start, &e, print);
	if (status != 0 && !e.began && o->junit && e.conditions.count > 0) {
		int written = write_early_failure(&e);
		status = written != 0 ? written : status;
	}
	sampling_fini(&e.sampling);
	conditions_fini(&e.conditions);
	return status;
}
