/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "cmd/diff-match.h"
#include "cmd/diff-parts.h"
#include "cmd/snapshot-file.h"
#include "base/message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

size_t command_diff_operands(const struct options *o)
{
	return options_live(o) ? 1 : 2;
}

static int check(const struct options *o)
{
	size_t needed = command_diff_operands(o);
	if (o->arguments.count == 0)
		return fail(STATUS_USAGE, "diff needs two snapshots, or one and a --target; see "
					  "'gdbregs-cli diff --help'");
	if (o->arguments.count < needed)
		return fail(STATUS_USAGE,
			    "diff needs something to compare '%s' with: another "
			    "snapshot, or a --target",
			    o->arguments.item[0]);
	if (needed == 2 && strcmp(o->arguments.item[0], "-") == 0 &&
	    strcmp(o->arguments.item[1], "-") == 0)
		return fail(STATUS_USAGE, "standard input can be one of the snapshots, not both");
	if (needed == 2 && strcmp(o->arguments.item[1], "-") != 0 &&
	    access(o->arguments.item[1], F_OK) < 0)
		return fail(STATUS_FILE,
			    "cannot read snapshot %s: %s; to compare %s with a target, name it "
			    "with -t",
			    o->arguments.item[1], strerror(errno), o->arguments.item[0]);
	return 0;
}

static int store(struct stored *s, const struct targets *set)
{
	int status = targets_report(set);
	for (size_t i = 0; i < set->count && status == 0; i++)
		status = stored_add_target(s, &set->item[i]);
	return status;
}

/* Read all registers. Only the selected ones are compared, but a register that only the file has
 * cannot be selected in a target. */
static int read_targets(struct stored *s, struct targets *set, const struct options *all)
{
	*s = (struct stored){.name = "the target"};
	int status = targets_run(set, all, GDBREGS_R_REGS, snapshot_take, NULL);
	return status != 0 ? status : store(s, set);
}

/* Write the differences. In text, -q writes nothing: the exit status has the answer. */
static bool put(struct output *out, const struct diff *d)
{
	return (d->options->quiet && d->options->format == FORMAT_TEXT) || diff_write(out, d);
}

static int print(const struct options *o, const struct diff *d)
{
	struct output out;
	int status = output_open(&out, o->output);
	if (status == 0)
		status = output_end(&out, put(&out, d));
	if (status == 0 && o->junit)
		status = diff_write_junit(o->junit, d);
	return status;
}

/* Compare two snapshots. A register that one side lacks is a difference, even if it is not
 * listed, and so is a target that one side could not read. */
static int compare(const struct options *o, const struct targets *set, struct stored *before,
		   struct stored *after)
{
	struct diff d;
	int status = diff_make(&d, o, set, before, after);
	if (status == 0)
		status = print(o, &d);
	bool different = d.count > 0 || before->failure_count > 0 || after->failure_count > 0;
	diff_fini(&d);
	return status == 0 && different ? STATUS_DIFFERENT : status;
}

static int compare_targets(const struct options *o, struct stored *before)
{
	struct stored after;
	struct targets set;
	struct options all = *o;
	all.patterns.count = all.features.count = all.excludes.count = 0;
	int status = read_targets(&after, &set, &all);
	if (status == 0)
		status = parts_add(&after, &set, before);
	if (status == 0)
		status = compare(o, &set, before, &after);
	stored_fini(&after);
	targets_fini(&set);
	return status;
}

static int compare_file(const struct options *o, struct stored *before)
{
	struct stored after;
	int status = snapshot_file_read(&after, o->arguments.item[1]);
	if (status == 0)
		status = compare(o, NULL, before, &after);
	stored_fini(&after);
	return status;
}

/* Files are read first: a guest must not be stopped for a bad file. */
int command_diff(const struct options *o)
{
	struct stored before;
	int status = check(o);
	if (status != 0)
		return status;
	status = snapshot_file_read(&before, o->arguments.item[0]);
	if (status == 0)
		status = options_live(o) ? compare_targets(o, &before) : compare_file(o, &before);
	stored_fini(&before);
	return status;
}
