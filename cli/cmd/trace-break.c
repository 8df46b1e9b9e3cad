/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From one breakpoint to the next. The breakpoints are set once; the library gets vCPUs
 * off them. */
#include "cmd/trace.h"

#include "base/message.h"

#include <limits.h>
#include <stdlib.h>

static int resume(struct trace *trace);

/* -------------------------------------------------------- breakpoints --- */

static int insert_next(struct trace *trace);

static int after_insert(struct target *t, int status)
{
	return status < 0 ? status : insert_next(t->set->work_arg);
}

static int insert_next(struct trace *trace)
{
	if (trace->inserted_count == trace->point_count)
		return resume(trace);
	int error =
		gdbregs_uv_point_insert(trace->target->session, GDBREGS_POINT_SOFTWARE,
					trace->points[trace->inserted_count++],
					GDBREGS_KIND_DEFAULT, target_on_done, trace->target, NULL);
	return target_wait(trace->target, error, after_insert);
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

/* A vCPU may come to a breakpoint at the moment when it is interrupted. */
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
	if (trace->late &&
	    (!wanted || (trace_is_own_stop(trace) && !is_at_point(trace, sampler)))) {
		trace->ending = true;
		status = trace_record(trace, sampler, "timeout");
	} else if (!wanted) {
		sampler_unread(sampler);
		status = TARGET_UNDER_WAY;
	} else {
		status = trace_record(trace, sampler, "breakpoint");
	}
	return status == TARGET_UNDER_WAY ? resume(trace) : status;
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

static int on_hit(struct trace *trace)
{
	struct sampler *sampler = sampler_of(trace, trace->stop.vcpu);
	if (!sampler) {
		note_new(trace);
		return resume(trace);
	}
	return trace_read(trace, sampler, after_hit);
}

static int after_stop(struct target *t, int status)
{
	struct trace *trace = t->set->work_arg;
	if (status < 0)
		return status;
	if (trace_is_trap(trace))
		return on_hit(trace);
	struct sampler *sampler = sampler_of(trace, trace->stop.vcpu);
	return trace_last(trace, sampler ? sampler : &trace->samplers[0]);
}

/* --within may be over while a stopped guest is being read. */
static int resume(struct trace *trace)
{
	if (trace->late) {
		trace_say_where(trace, &trace->samplers[trace->turn]);
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

/* The program counter that a person has seen in real mode is no address of a breakpoint. */
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

int trace_run(struct trace *trace)
{
	int error = make_points(trace);
	if (error == 0)
		find_hint(trace);
	return error < 0 ? error : insert_next(trace);
}
