/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "base/message.h"
#include "cmd/write-verify.h"

#include <stdlib.h>

/* Show what was written even if a later register failed. */
static int print(struct output *out, const struct targets *set)
{
	const struct write_job *job = set->work_arg;
	int failed = targets_report(set);
	if (failed != 0 && job->done == 0) {
		output_abandon(out);
		return failed;
	}
	int written = output_end(out, write_put(out, set));
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
	struct write_job job = {.done = 0};
	int status = parse(&job, o);
	if (status == 0)
		status = targets_show(o, GDBREGS_RW_REGS, write_start, &job, print);
	write_fini(&job);
	return status;
}
