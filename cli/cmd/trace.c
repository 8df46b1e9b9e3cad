/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "base/message.h"
#include "base/signals.h"
#include "cmd/trace-run.h"
#include "base/number.h"

#include <string.h>

static int check(const struct options *o)
{
	if (o->count == 0 && !o->until && o->break_count == 0 && o->within_ms == 0)
		return fail(STATUS_USAGE,
			    "trace needs an end: -n STEPS, --until, --within or --break ADDR; see "
			    "'gdbregs-cli trace --help'");
	if (o->gtkw && (o->format != FORMAT_VCD || !o->output || strcmp(o->output, "-") == 0))
		return fail(STATUS_USAGE, "--gtkw needs -f vcd and -o FILE: it names that file");
	if (o->ifs.count > 0 && o->break_count == 0)
		return fail(STATUS_USAGE, "--if needs --break: it says which hits are recorded");
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

/* Exit status 1: the answer is no. */
static int report_unreached(const struct trace *trace, const struct targets *set)
{
	const struct options *o = trace->options;
	if ((!o->until && o->break_count == 0) || trace->reached || set->loop.signo != 0)
		return 0;
	return fail(STATUS_DIFFERENT, "%s: %s was not reached%s%s%s", set->item[0].name,
		    o->until ? "--until" : "--break", trace->late ? " in time" : "",
		    trace->where[0] != '\0' ? ": " : "", trace->where);
}

/* The records are written, however the trace ended. */
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
