/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command trace: moves the guest from step to step or from breakpoint to breakpoint, and
 * records its registers. */
#include "base/message.h"
#include "base/number.h"
#include "base/progress.h"
#include "base/signals.h"
#include "opt/command.h"
#include "out/record.h"
#include "target/condition.h"
#include "target/stop-text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNAL_TRAP = 5, FLUSH_MS = 100 };

struct trace {
	const struct options *options;
	struct target *target;
	struct output out;
	struct recorder recorder;
	struct sampler *samplers; /* one per vCPU that is recorded */
	size_t sampler_count;
	struct conditions until, ifs;
	bool has_until_address;
	uint64_t until_address;
	bool reached; /* what was asked for: --until, or as many hits as -n says */
	bool ending; /* the record under way is not one of a step or a hit */
	bool late; /* --within is over */
	bool interrupted; /* and the guest was stopped for that */
	char where[120]; /* where the guest is instead */
	char hint[120]; /* why a breakpoint may have been missed */
	size_t turn; /* which sampler is under way */
	uint64_t number; /* of the next record */
	struct gdbregs_stop stop; /* the last one */
	char reason[40];
	uint64_t started_ns, flushed_ms;
	/* With --break. */
	uint64_t *points;
	size_t point_count;
	size_t inserted_count;
	bool noted_new; /* the note about a vCPU that is not recorded was printed */
};

static bool is_trap(const struct trace *trace)
{
	return trace->stop.kind == GDBREGS_STOP_SIGNAL && trace->stop.signal == SIGNAL_TRAP;
}

static int read_sampler(struct trace *trace, struct sampler *sampler, target_next next)
{
	struct target *t = trace->target;
	trace->turn = (size_t)(sampler - trace->samplers);
	return target_wait(t, sampler_read(sampler, t->session, target_on_done, t), next);
}

/* ---------------------------------------------------------- recording --- */

/* Let the reader of a pipe see records soon, without a write for each of them. A record of a hit
 * may be the last for a long time. */
static void flush(struct trace *trace)
{
	uint64_t now_ms = uv_now(&trace->target->set->loop.uv);
	bool rare = trace->options->break_count > 0;
	if (!rare && now_ms - trace->flushed_ms < FLUSH_MS)
		return;
	trace->flushed_ms = now_ms;
	fflush(trace->out.stream);
}

static bool is_last(const struct trace *trace)
{
	return trace->options->count > 0 && trace->number > trace->options->count;
}

static int put(struct trace *trace, const struct record *record)
{
	if (!recorder_put(&trace->recorder, record))
		return trace->recorder.failed ? GDBREGS_ERR_NOMEM : 0;
	flush(trace);
	return TARGET_UNDER_WAY;
}

static bool has_arrived(const struct trace *trace, const struct sampler *sampler)
{
	if (trace->has_until_address)
		return sampler_is_at(sampler, trace->until_address);
	return trace->until.count > 0 && conditions_hold(&trace->until, sampler);
}

/* Remember where the guest is, if this was the last record and the goal was not reached. */
static void note_place(struct trace *trace, const struct sampler *sampler)
{
	struct text pc = {0};
	bool asked = trace->options->until || trace->options->break_count > 0;
	bool last = is_last(trace) || trace->late || trace->ending;
	if (!asked || !last || trace->reached)
		return;
	sampler_write_place(sampler, &pc);
	snprintf(trace->where, sizeof(trace->where), "vCPU %u is at %s", sampler->vcpu->index,
		 pc.size > 0 ? pc.data : "an unknown place");
	text_fini(&pc);
}

/* Returns whether there are as many hits as were asked for. Without -n that is one hit. */
static bool has_hits(const struct trace *trace, uint64_t number)
{
	const struct options *o = trace->options;
	return !o->until && o->break_count > 0 && number >= (o->count > 0 ? o->count : 1);
}

/* Write a record of `sampler`. Returns 0 if it was the last one, else TARGET_UNDER_WAY or an
 * error. */
static int record_step(struct trace *trace, const struct sampler *sampler, const char *reason)
{
	bool arrived = has_arrived(trace, sampler);
	struct record record = {
		.sampler = sampler,
		.number = trace->number++,
		.reason = arrived ? "until" : reason,
		.full = trace->options->all,
	};
	int status = put(trace, &record);
	if (status != TARGET_UNDER_WAY)
		return status;
	trace->reached |= arrived || (!trace->ending && has_hits(trace, record.number));
	note_place(trace, sampler);
	return arrived || is_last(trace) || trace->late ? 0 : TARGET_UNDER_WAY;
}

/* Returns whether the guest stopped because it was interrupted. Stubs report different signals
 * for that (in GDB's numbers). */
static bool is_own_stop(const struct trace *trace)
{
	enum { NONE = 0, INTERRUPT = 2, STOP = 17 };
	int signal = trace->stop.signal;
	return trace->interrupted && trace->stop.kind == GDBREGS_STOP_SIGNAL &&
	       (signal == NONE || signal == INTERRUPT || signal == SIGNAL_TRAP || signal == STOP);
}

/* Say how the trace ended. A goal that was not reached in time has a message of its own. */
static void say_ended(const struct trace *trace)
{
	if (is_own_stop(trace) && !trace->reached)
		return;
	log_note("%s: the trace ends at %s %llu: %s", trace->target->name, trace->recorder.unit,
		 (unsigned long long)trace->number - 1, trace->reason);
}

static int after_last(struct target *t, int status)
{
	struct trace *trace = t->set->work_arg;
	trace->ending = true;
	if (status >= 0)
		status = record_step(trace, &trace->samplers[trace->turn], trace->reason);
	if (status < 0)
		return status;
	say_ended(trace);
	return 0;
}

/* Record a stop that ends the trace, after reading the registers if there are any. */
static int end_at_stop(struct trace *trace, struct sampler *sampler)
{
	struct record record = {.sampler = sampler, .empty = true};
	if (is_own_stop(trace))
		snprintf(trace->reason, sizeof(trace->reason), "timeout");
	else
		stop_write(trace->reason, sizeof(trace->reason), &trace->stop);
	trace->target->gone = stop_is_end(&trace->stop);
	if (trace->stop.kind == GDBREGS_STOP_SIGNAL)
		return read_sampler(trace, sampler, after_last);
	record.number = trace->number++;
	record.reason = trace->reason;
	int status = put(trace, &record);
	say_ended(trace);
	return status == TARGET_UNDER_WAY ? 0 : status;
}

/* ----------------------------------------------------------- stepping --- */

static int step(struct trace *trace);

static int after_reading(struct target *t, int status)
{
	struct trace *trace = t->set->work_arg;
	if (status >= 0)
		status = record_step(trace, &trace->samplers[trace->turn], "step");
	if (status != TARGET_UNDER_WAY)
		return status;
	trace->turn = (trace->turn + 1) % trace->sampler_count;
	return step(trace);
}

static int after_step(struct target *t, int status)
{
	struct trace *trace = t->set->work_arg;
	struct sampler *sampler = &trace->samplers[trace->turn];
	if (status < 0)
		return status;
	return is_trap(trace) ? read_sampler(trace, sampler, after_reading)
			      : end_at_stop(trace, sampler);
}

static int step(struct trace *trace)
{
	struct target *t = trace->target;
	unsigned vcpu = trace->samplers[trace->turn].vcpu->index;
	return target_wait(t,
			   gdbregs_uv_step(t->session, vcpu, &trace->stop, target_on_done, t, NULL),
			   after_step);
}

/* -------------------------------------------------------- breakpoints --- */

static int resume(struct trace *trace);

static int insert_next(struct target *t, int status)
{
	struct trace *trace = t->set->work_arg;
	if (status < 0)
		return status;
	if (trace->inserted_count == trace->point_count)
		return resume(trace);
	int error = gdbregs_uv_point_insert(t->session, GDBREGS_POINT_SOFTWARE,
					    trace->points[trace->inserted_count++],
					    GDBREGS_KIND_DEFAULT, target_on_done, t, NULL);
	return target_wait(t, error, insert_next);
}

/* ------------------------------------------------------------ running --- */

static struct sampler *sampler_of(struct trace *trace, unsigned vcpu)
{
	for (size_t i = 0; i < trace->sampler_count; i++) {
		if (trace->samplers[i].vcpu->index == vcpu)
			return &trace->samplers[i];
	}
	return vcpu == UINT_MAX ? &trace->samplers[0] : NULL;
}

/* Returns whether a vCPU is at a breakpoint. It may reach one at the moment when it is
 * interrupted. */
static bool is_at_point(const struct trace *trace, const struct sampler *sampler)
{
	for (size_t i = 0; i < trace->point_count; i++) {
		if (sampler_is_at(sampler, trace->points[i]))
			return true;
	}
	return false;
}

static int after_hit(struct target *t, int status)
{
	struct trace *trace = t->set->work_arg;
	struct sampler *sampler = &trace->samplers[trace->turn];
	if (status < 0)
		return status;
	bool wanted = conditions_hold(&trace->ifs, sampler);
	if (trace->late && (!wanted || (is_own_stop(trace) && !is_at_point(trace, sampler)))) {
		trace->ending = true;
		status = record_step(trace, sampler, "timeout");
	} else if (!wanted) {
		sampler_unread(sampler);
		status = TARGET_UNDER_WAY;
	} else {
		status = record_step(trace, sampler, "breakpoint");
	}
	return status == TARGET_UNDER_WAY ? resume(trace) : status;
}

/* Say that hits of a vCPU are not recorded. All vCPUs were to be recorded, but this one, a
 * thread, started during the trace. */
static void note_new(struct trace *trace)
{
	if (trace->options->vcpu_count > 0 || trace->noted_new)
		return;
	trace->noted_new = true;
	log_note("%s: thread %s started during the trace: its hits are not recorded",
		 trace->target->name,
		 gdbregs_vcpu_thread(trace->target->session, trace->stop.vcpu));
}

static int on_hit(struct trace *trace)
{
	struct sampler *sampler = sampler_of(trace, trace->stop.vcpu);
	if (!sampler) {
		note_new(trace);
		return resume(trace);
	}
	return read_sampler(trace, sampler, after_hit);
}

static int after_stop(struct target *t, int status)
{
	struct trace *trace = t->set->work_arg;
	if (status < 0)
		return status;
	if (is_trap(trace))
		return on_hit(trace);
	struct sampler *sampler = sampler_of(trace, trace->stop.vcpu);
	return end_at_stop(trace, sampler ? sampler : &trace->samplers[0]);
}

/* Let the guest run, unless --within was over while it was being read. */
static int resume(struct trace *trace)
{
	if (trace->late) {
		note_place(trace, &trace->samplers[trace->turn]);
		return 0;
	}
	int error = gdbregs_uv_continue(trace->target->session, &trace->stop, target_on_done,
					trace->target, NULL);
	return target_wait(trace->target, error, after_stop);
}

static int make_points(struct trace *trace)
{
	const struct options *o = trace->options;
	trace->points = calloc(o->break_count + 1, sizeof(*trace->points));
	if (!trace->points)
		return GDBREGS_ERR_NOMEM;
	bool known = !trace->has_until_address;
	for (size_t i = 0; i < o->break_count; i++) {
		trace->points[trace->point_count++] = o->breaks[i];
		known |= o->breaks[i] == trace->until_address;
	}
	if (!known)
		trace->points[trace->point_count++] = trace->until_address;
	return 0;
}

/* Prepare a hint for real mode: a program counter that was seen there is an offset, and not the
 * address of a breakpoint. */
static void find_hint(struct trace *trace)
{
	enum { LARGEST_OFFSET = 0xffff };
	uint64_t cs = 0;
	if (!sampler_real_mode(&trace->samplers[0], &cs) || cs == 0)
		return;
	for (size_t i = 0; i < trace->point_count; i++) {
		unsigned long long point = trace->points[i], segment = cs;
		if (point > LARGEST_OFFSET)
			continue;
		snprintf(trace->hint, sizeof(trace->hint),
			 "; breakpoints are at linear addresses: in real mode, 0x%llx:0x%llx is "
			 "0x%llx",
			 segment, point, (segment << 4) + point);
		return;
	}
}

static int run_to_breakpoints(struct trace *trace)
{
	int error = make_points(trace);
	if (error == 0)
		find_hint(trace);
	return insert_next(trace->target, error);
}

/* -------------------------------------------------------------- start --- */

static int record_first(struct trace *trace)
{
	int status = TARGET_UNDER_WAY;
	for (size_t i = 0; i < trace->sampler_count && status == TARGET_UNDER_WAY; i++) {
		trace->number = 0;
		status = record_step(trace, &trace->samplers[i], "start");
	}
	return status;
}

/* All samplers are read before the first record is written: a VCD file begins with
 * the sizes of all wires. */
static int read_first(struct target *t, int status)
{
	struct trace *trace = t->set->work_arg;
	size_t next = trace->turn + (trace->samplers[trace->turn].readings > 0);
	if (status < 0)
		return status;
	if (next < trace->sampler_count)
		return read_sampler(trace, &trace->samplers[next], read_first);
	trace->turn = 0;
	trace->started_ns = uv_hrtime();
	status = record_first(trace);
	if (status != TARGET_UNDER_WAY)
		return status;
	return trace->options->break_count > 0 ? run_to_breakpoints(trace) : step(trace);
}

static int make_samplers(struct trace *trace)
{
	const struct options *o = trace->options;
	int error = samplers_make(&trace->samplers, &trace->sampler_count, &trace->target->snapshot,
				  o->until || o->break_count > 0,
				  trace->until.count + trace->ifs.count);
	if (error < 0)
		return error;
	for (size_t i = 0; i < trace->sampler_count; i++) {
		if (trace->has_until_address && !sampler_is_located(&trace->samplers[i]))
			return target_fail(
				trace->target, STATUS_SELECTION,
				"--until: the program counter or its byte order is not known");
	}
	return 0;
}

/* --within is over. A guest that runs is stopped: that ends the trace. */
static void on_late(uv_timer_t *timer)
{
	struct target *t = timer->data;
	struct trace *trace = t->set->work_arg;
	if (target_is_closing(t))
		return;
	if (trace->late) {
		target_done(t, target_fail_interrupted(t));
		return;
	}
	trace->late = true;
	if (trace->options->break_count == 0)
		return;
	int error = gdbregs_uv_interrupt(t->session);
	trace->interrupted = t->interrupted = error == 0;
	if (error == 0 && uv_timer_start(timer, on_late, trace->options->timeout_ms, 0) < 0)
		error = GDBREGS_ERR_NOMEM;
	if (error < 0 && error != GDBREGS_ERR_INVAL)
		target_done(t, error);
}

static void format_progress(void *arg, char *text, size_t capacity)
{
	const struct trace *trace = arg;
	uint64_t done = trace->number, all = trace->options->count;
	const char *unit = trace->options->break_count > 0 ? "hits" : "steps";
	if (trace->started_ns == 0 || done < 2) {
		snprintf(text, capacity, "waiting for the first of the %s", unit);
		return;
	}
	double seconds = (double)(uv_hrtime() - trace->started_ns) / 1e9;
	double rate = (double)--done / seconds;
	int size = snprintf(text, capacity, "%llu %s, %.0f a second", (unsigned long long)done,
			    unit, rate);
	if (all > done && size > 0 && (size_t)size < capacity)
		snprintf(text + size, capacity - (size_t)size, ", %.0f s left of %llu",
			 (double)(all - done) / rate, (unsigned long long)all);
}

static int start(struct target *t)
{
	struct trace *trace = t->set->work_arg;
	trace->target = t;
	int error = snapshot_collect(t);
	if (error == 0)
		error = make_samplers(trace);
	if (error == 0)
		error = conditions_bind(&trace->until, t, trace->samplers, trace->sampler_count);
	if (error == 0)
		error = conditions_bind(&trace->ifs, t, trace->samplers, trace->sampler_count);
	if (error == 0 && trace->options->within_ms > 0 &&
	    uv_timer_start(&t->timer, on_late, trace->options->within_ms, 0) < 0)
		error = GDBREGS_ERR_NOMEM;
	if (error != 0)
		return error;
	recorder_init(&trace->recorder, &trace->out, trace->options, trace->samplers,
		      trace->sampler_count, "step");
	if (trace->out.tty)
		progress_silence();
	progress_describe(format_progress, trace);
	return read_first(t, 0);
}

static void clean_up(struct trace *trace)
{
	recorder_fini(&trace->recorder);
	samplers_fini(trace->samplers, trace->sampler_count);
	conditions_fini(&trace->until);
	conditions_fini(&trace->ifs);
	free(trace->points);
}

/* ------------------------------------------------------------ command --- */

static int check(const struct options *o)
{
	if (o->count == 0 && !o->until && o->break_count == 0 && o->within_ms == 0)
		return fail(STATUS_USAGE,
			    "trace needs an end: -n STEPS, --until, --within or --break ADDR; see "
			    "'gdbregs-cli trace --help'");
	if (o->gtkw && (o->format != FORMAT_VCD || !o->output || strcmp(o->output, "-") == 0))
		return fail(STATUS_USAGE,
			    "--gtkw needs -f vcd and -o FILE; the save file refers to that file");
	if (o->ifs.count > 0 && o->break_count == 0)
		return fail(STATUS_USAGE,
			    "--if needs --break; it selects the hits that are recorded");
	return 0;
}

/* An address begins with a digit, a condition with a name. */
static int parse_until(struct trace *trace)
{
	const char *until = trace->options->until;
	if (!until || until[0] == '\0')
		return 0;
	if (!strpbrk(until, "=<>!&")) {
		trace->has_until_address = true;
		if (number_plain(until, &trace->until_address))
			return 0;
		if (number_is_bad_octal(until))
			return fail_octal("--until", until);
		return fail(STATUS_USAGE,
			    "--until: '%s' is neither an address of up to 64 bits, such as 0x7c00, "
			    "nor a condition, such as eax==0",
			    until);
	}
	return conditions_parse(&trace->until, until, "--until");
}

static int parse_conditions(struct trace *trace)
{
	const struct string_list *ifs = &trace->options->ifs;
	int status = parse_until(trace);
	for (size_t i = 0; i < ifs->count && status == 0; i++)
		status = conditions_parse(&trace->ifs, ifs->item[i], "--if");
	return status;
}

/* Fail with exit status 1 if the goal was not reached. */
static int report_unreached(const struct trace *trace, const struct targets *set)
{
	const struct options *o = trace->options;
	if ((!o->until && o->break_count == 0) || trace->reached)
		return 0;
	if (set->loop.signo != 0) {
		if (trace->hint[0] != '\0')
			log_note("%s: --break was not reached%s", set->item[0].name, trace->hint);
		return 0;
	}
	return fail(STATUS_DIFFERENT, "%s: %s was not reached%s%s%s%s", set->item[0].name,
		    o->until ? "--until" : "--break", trace->late ? " in time" : "",
		    trace->where[0] != '\0' ? ": " : "", trace->where, trace->hint);
}

/* Write the records, however the trace ended. */
static int finish(struct trace *trace, const struct targets *set)
{
	int failed = targets_report(set);
	if (failed == 0)
		failed = report_unreached(trace, set);
	bool nomem = trace->recorder.failed;
	if (!trace->recorder.begun || nomem) {
		output_abandon(&trace->out);
		return failed;
	}
	recorder_end(&trace->recorder);
	int written = output_finish(&trace->out);
	if (written == 0)
		written = trace->recorder.status;
	return written != 0 ? written : failed;
}

int command_trace(const struct options *o)
{
	struct trace trace = {.options = o};
	struct targets set;
	int status = check(o);
	if (status == 0)
		status = parse_conditions(&trace);
	if (status == 0)
		status = output_open(&trace.out, o->output);
	if (status != 0) {
		clean_up(&trace);
		return status;
	}
	status = targets_run(&set, o, GDBREGS_R_REGS, start, &trace);
	if (status == 0)
		status = finish(&trace, &set);
	else
		output_abandon(&trace.out);
	clean_up(&trace);
	targets_fini(&set);
	return status;
}
