/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From one breakpoint to the next. A vCPU that stands at a breakpoint and is let
 * run stops there again at once, without having moved (QEMU 7.2 and 10.0; stubs
 * that write traps into memory, likewise): as gdb does, the breakpoints are taken
 * out, that vCPU alone does one step, and they are put back. */
#include "cmd/trace-run.h"

#include "base/message.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNAL_TRAP = 5 };

static int resume(struct trace *trace);
static int pass(struct trace *trace);

static bool is_at_any(const struct trace *trace, const struct sampler *sampler)
{
	for (size_t i = 0; i < trace->point_count; i++) {
		if (sampler_is_at(sampler, trace->points[i]))
			return true;
	}
	return false;
}

/* -------------------------------------------------------- breakpoints --- */

/* How long the trap is that a stub writes into memory, as GDB has it for the
 * architecture; QEMU writes none. Instructions of RISC-V may be two bytes short:
 * a trap of four would spoil the next. */
static unsigned point_kind(const struct trace *trace)
{
	static const struct {
		const char *prefix;
		unsigned kind;
	} table[] = {{"i386", 1}, {"x86_64", 1}, {"riscv", 2}, {"s390", 2},
		     {"m68k", 2}, {"avr", 2},	 {"sh", 2}};
	const char *arch = trace->samplers[0].vcpu->architecture;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]) && arch; i++) {
		if (strncmp(arch, table[i].prefix, strlen(table[i].prefix)) == 0)
			return table[i].kind;
	}
	return 4;
}

static int move_points(struct trace *trace);

static void on_point(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		     void *arg)
{
	struct trace *trace = arg;
	(void)s, (void)error;
	if (trace_is_over(trace))
		return;
	if (status >= 0) {
		trace->bp_index++;
		status = move_points(trace);
	}
	trace_continue(trace, status);
}

/* Insert or remove them one by one, then run or pass. */
static int move_points(struct trace *trace)
{
	struct gdbregs_session *s = trace->target->session;
	int error;
	if (trace->bp_index == trace->point_count) {
		trace->inserted = !trace->inserted;
		return trace->inserted ? resume(trace) : pass(trace);
	}
	uint64_t address = trace->points[trace->bp_index];
	if (trace->inserted)
		error = gdbregs_uv_point_remove(s, GDBREGS_POINT_SOFTWARE, address,
						point_kind(trace), on_point, trace, NULL);
	else
		error = gdbregs_uv_point_insert(s, GDBREGS_POINT_SOFTWARE, address,
						point_kind(trace), on_point, trace, NULL);
	return error < 0 ? error : TARGET_UNDER_WAY;
}

static int withdraw(struct trace *trace)
{
	trace->bp_index = 0;
	return trace->inserted ? move_points(trace) : pass(trace);
}

/* -------------------------------------------------------- passing one --- */

static struct sampler *sampler_of(struct trace *trace, unsigned vcpu)
{
	for (size_t i = 0; i < trace->sampler_count; i++) {
		if (trace->samplers[i].vcpu->index == vcpu)
			return &trace->samplers[i];
	}
	return vcpu == UINT_MAX ? &trace->samplers[0] : NULL;
}

/* The next instruction may have a breakpoint too. */
static void on_pass_read(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			 void *arg)
{
	struct trace *trace = arg;
	struct sampler *sampler = &trace->samplers[trace->turn];
	(void)s, (void)error;
	if (trace_is_over(trace))
		return;
	bool hit = status >= 0 && is_at_any(trace, sampler);
	if (hit && !trace_wants(trace, sampler)) {
		sampler_unread(sampler);
		status = pass(trace);
	} else if (hit) {
		status = trace_record(trace, sampler, "breakpoint");
		if (status == TARGET_UNDER_WAY)
			status = pass(trace);
	} else if (status >= 0) {
		sampler_unread(sampler);
		status = resume(trace);
	}
	trace_continue(trace, status);
}

static void on_pass(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct trace *trace = arg;
	(void)error;
	if (trace_is_over(trace))
		return;
	struct sampler *sampler = sampler_of(trace, trace->stepping_over);
	bool stepped = status >= 0 && trace->stop.kind == GDBREGS_STOP_SIGNAL &&
		       trace->stop.signal == SIGNAL_TRAP;
	if (status >= 0 && !stepped)
		status = trace_last(trace, sampler ? sampler : &trace->samplers[0]);
	else if (stepped && (!sampler || !sampler_is_located(sampler)))
		status = resume(trace);
	else if (stepped) {
		trace->turn = (size_t)(sampler - trace->samplers);
		status = sampler_read(sampler, s, on_pass_read, trace);
		status = status < 0 ? status : TARGET_UNDER_WAY;
	}
	trace_continue(trace, status);
}

static int pass(struct trace *trace)
{
	int error = gdbregs_uv_step(trace->target->session, trace->stepping_over, &trace->stop,
				    on_pass, trace, NULL);
	return error < 0 ? error : TARGET_UNDER_WAY;
}

/* ------------------------------------------------------------ running --- */

static void on_hit_read(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			void *arg)
{
	struct trace *trace = arg;
	(void)s, (void)error;
	if (trace_is_over(trace))
		return;
	struct sampler *sampler = &trace->samplers[trace->turn];
	if (status >= 0 && !trace_wants(trace, sampler)) {
		sampler_unread(sampler);
		status = TARGET_UNDER_WAY;
	} else if (status >= 0) {
		status = trace_record(trace, sampler, "breakpoint");
	}
	if (status == TARGET_UNDER_WAY)
		status = withdraw(trace);
	trace_continue(trace, status);
}

/* All were to be recorded: this is one that started during the trace, as threads do. */
static void note_new(struct trace *trace)
{
	if (trace->options->vcpu_count > 0 || trace->noted_new)
		return;
	trace->noted_new = true;
	log_note("%s: thread %s started during the trace: it passes the breakpoints unrecorded",
		 trace->target->name,
		 gdbregs_vcpu_thread(trace->target->session, trace->stop.vcpu));
}

/* A vCPU that is not recorded just passes. */
static int on_hit(struct trace *trace)
{
	struct sampler *sampler = sampler_of(trace, trace->stop.vcpu);
	trace->stepping_over = sampler ? sampler->vcpu->index : trace->stop.vcpu;
	if (!sampler) {
		note_new(trace);
		return withdraw(trace);
	}
	trace->turn = (size_t)(sampler - trace->samplers);
	int error = sampler_read(sampler, trace->target->session, on_hit_read, trace);
	return error < 0 ? error : TARGET_UNDER_WAY;
}

static void on_stop(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct trace *trace = arg;
	(void)s, (void)error;
	if (trace_is_over(trace))
		return;
	bool hit = trace->stop.kind == GDBREGS_STOP_SIGNAL && trace->stop.signal == SIGNAL_TRAP;
	if (status >= 0 && hit) {
		status = on_hit(trace);
	} else if (status >= 0) {
		struct sampler *sampler = sampler_of(trace, trace->stop.vcpu);
		status = trace_last(trace, sampler ? sampler : &trace->samplers[0]);
	}
	trace_continue(trace, status);
}

/* At the beginning, all vCPUs that stand at a breakpoint pass it first. */
static bool find_next_to_pass(struct trace *trace)
{
	while (trace->next_to_check < trace->sampler_count) {
		const struct sampler *sampler = &trace->samplers[trace->next_to_check++];
		trace->stepping_over = sampler->vcpu->index;
		if (is_at_any(trace, sampler))
			return true;
	}
	return false;
}

static int resume(struct trace *trace)
{
	if (find_next_to_pass(trace))
		return pass(trace);
	if (!trace->inserted) {
		trace->bp_index = 0;
		return move_points(trace);
	}
	int error = gdbregs_uv_continue(trace->target->session, &trace->stop, on_stop, trace, NULL);
	return error < 0 ? error : TARGET_UNDER_WAY;
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

int trace_run(struct trace *trace)
{
	int error = make_points(trace);
	return error < 0 ? error : resume(trace);
}
