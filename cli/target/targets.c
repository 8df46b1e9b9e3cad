/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "base/message.h"
#include "base/progress.h"
#include "target/shipped.h"
#include "target/target.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* Make the name of a target whose stub is a command: the command. */
static char *join(char *const *argv)
{
	struct text text = {0};
	for (size_t i = 0; argv[i]; i++)
		text_addf(&text, "%s%s", i > 0 ? " " : "", argv[i]);
	if (text.failed)
		text_fini(&text);
	return text.data;
}

static char *name_of(const struct options *o, size_t index)
{
	if (o->spawn)
		return join(o->spawn);
	const char *usual = getenv("GDBREGS_TARGET");
	if (!usual || usual[0] == '\0')
		usual = "localhost:1234";
	return strdup(o->targets.count > 0 ? o->targets.item[index] : usual);
}

static int init(struct targets *set)
{
	const struct options *o = set->options;
	size_t count = o->targets.count > 0 ? o->targets.count : 1;
	if (o->arch && !shipped_find(o->arch, set->arch_path))
		return shipped_check(o->arch);
	set->item = calloc(count, sizeof(*set->item));
	if (!set->item || gdbregs_context_new(&set->context) < 0)
		return fail_nomem();
	set->count = count;
	for (size_t i = 0; i < count; i++) {
		struct target *t = &set->item[i];
		t->set = set;
		t->name = name_of(o, i);
		if (!t->name)
			return fail_nomem();
		t->snapshot.target = t->name;
	}
	return 0;
}

/* Each target needs a descriptor, and the tool needs some. If the hard limit is lower, the targets
 * beyond it fail with errors of their own. */
static void raise_file_limit(size_t targets)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)targets + 64;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* A bad --tdesc is reported before any guest is stopped. */
static int check_tdesc(struct targets *set)
{
	const struct gdbregs_description *d;
	struct gdbregs_error error;
	if (!set->options->tdesc)
		return 0;
	int code = gdbregs_description_load(set->context, set->options->tdesc, NULL, &d, &error);
	return code < 0 ? fail_library(&error) : 0;
}

static void interrupt_all(void *arg)
{
	struct targets *set = arg;
	for (size_t i = 0; i < set->count; i++)
		target_interrupt(&set->item[i]);
}

static int run(struct targets *set)
{
	raise_file_limit(set->count);
	int error = loop_init(&set->loop, interrupt_all, set);
	if (error == 0)
		error = progress_start(&set->loop.uv, set->options->quiet, &set->done, set->count);
	if (error < 0)
		return fail(STATUS_FILE, "cannot start: %s", uv_strerror(error));
	set->loop.keep_running_after_signal = set->options->command->streams;
	for (size_t i = 0; i < set->count; i++)
		target_start(&set->item[i]);
	loop_run(&set->loop);
	return 0;
}

static void take_time(struct targets *set)
{
	struct tm parts;
	time_t now = time(NULL);
	gmtime_r(&now, &parts);
	strftime(set->time, sizeof(set->time), "%Y-%m-%dT%H:%M:%SZ", &parts);
}

int targets_run(struct targets *set, const struct options *o, enum gdbregs_access access,
		target_work work, void *work_arg)
{
	*set = (struct targets){.options = o, .access = access, .work = work, .work_arg = work_arg};
	take_time(set);
	int status = init(set);
	if (status == 0)
		status = check_tdesc(set);
	if (status == 0)
		status = run(set);
	return status;
}

void targets_fini(struct targets *set)
{
	for (size_t i = 0; i < set->count; i++) {
		snapshot_fini(&set->item[i].snapshot);
		gdbregs_buffer_fini(&set->item[i].reply);
		free(set->item[i].name);
	}
	free(set->item);
	gdbregs_context_unref(set->context);
	int signo = set->loop.signo;
	*set = (struct targets){.options = NULL};
	if (signo != 0)
		signals_die(signo);
}

int target_report(const struct target *t)
{
	return t->status != 0 ? fail(t->status, "%s: %s", t->name, t->error) : 0;
}

int targets_report(const struct targets *set)
{
	int first = 0;
	for (size_t i = 0; i < set->count; i++) {
		int status = target_report(&set->item[i]);
		first = first != 0 ? first : status;
	}
	return first;
}

int targets_print(struct output *out, const struct targets *set, int failed, targets_put put)
{
	if (set->count == 1 && set->item[0].status != 0) {
		output_abandon(out);
		return failed;
	}
	int written = output_end(out, put(out, set));
	return written != 0 ? written : failed;
}

/* Open the output and do the work. If that fails, there is nothing to end. */
static int run_for_output(struct output *out, struct targets *set, const struct options *o,
			  enum gdbregs_access access, target_work work, void *work_arg)
{
	int status = output_open(out, o->output);
	if (status != 0)
		return status;
	status = targets_run(set, o, access, work, work_arg);
	if (status != 0) {
		output_abandon(out);
		targets_fini(set);
	}
	return status;
}

int targets_show(const struct options *o, enum gdbregs_access access, target_work work,
		 void *work_arg, targets_put put)
{
	struct output out;
	struct targets set;
	int status = run_for_output(&out, &set, o, access, work, work_arg);
	if (status != 0)
		return status;
	status = targets_print(&out, &set, targets_report(&set), put);
	targets_fini(&set);
	return status;
}

int targets_show_by(const struct options *o, enum gdbregs_access access, target_work work,
		    void *work_arg, int (*print)(struct output *out, const struct targets *set))
{
	struct output out;
	struct targets set;
	int status = run_for_output(&out, &set, o, access, work, work_arg);
	if (status != 0)
		return status;
	status = print(&out, &set);
	targets_fini(&set);
	return status;
}
