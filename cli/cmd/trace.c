/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "base/message.h"
#include "base/signals.h"
#include "base/exit-status.h"
#include "cmd/trace-run.h"

static int check(const struct options *o)
{
	if (o->count == 0 && !o->has_until && o->break_count == 0)
		return fail(STATUS_USAGE, "trace needs an end: -n STEPS, --until ADDR or --break "
					  "ADDR; see 'gdbregs-cli trace --help'");
	return 0;
}

/* What has been recorded is output, however the trace ended. */
static int finish(struct trace *trace, const struct targets *set)
{
	int failed = targets_report(set);
	bool nomem = trace->recorder.failed;
	if (!trace->recorder.begun || nomem) {
		output_abandon(&trace->out);
		return failed;
	}
	recorder_end(&trace->recorder);
	int written = output_finish(&trace->out);
	return written != 0 ? written : failed;
}

int command_trace(const struct options *o)
{
	struct trace trace = {.options = o};
	struct targets set;
	int status = check(o);
	if (status == 0)
		status = output_open(&trace.out, o->output);
	if (status != 0)
		return status;
	status = targets_run(&set, o, GDBREGS_R_REGS, trace_start, &trace);
	if (status == 0)
		status = finish(&trace, &set);
	else
		output_abandon(&trace.out);
	int signo = set.loop.signo;
	trace_fini(&trace);
	targets_fini(&set);
	if (signo != 0)
		signals_die(signo);
	return status;
}
