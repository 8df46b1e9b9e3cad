/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "base/message.h"
#include "base/progress.h"
#include "out/record.h"
#include "out/screen.h"
#include "base/signals.h"
#include "base/exit-status.h"
#include "target/stop-text.h"

#include <stdlib.h>
#include <time.h>

/* A guest that never runs is not worth watching. */
enum { SHORTEST_RUN_MS = 1 };

struct watch {
	const struct options *options;
	struct target *target;
	struct output out;
	struct recorder recorder;
	struct screen screen;
	struct sampler *samplers; /* one per vCPU */
	size_t sampler_count;
	size_t outstanding; /* samplers that are being read */
	int error; /* what went wrong with one of them */
	uint64_t samples;
	uint64_t due_ms;
	bool asked; /* it was us who stopped the guest */
	bool late; /* and it has not stopped in time */
	bool ended; /* it stopped by itself */
	struct gdbregs_stop stop;
};

static bool is_over(const struct watch *watch)
{
	return watch->target->closing;
}

/* ---------------------------------------------------------- showing --- */

struct moment {
	struct timespec at;
	char text[40];
};

static struct moment now(bool for_people)
{
	struct moment moment = {.text = ""};
	struct tm parts;
	char date[32];
	clock_gettime(CLOCK_REALTIME, &moment.at);
	if (for_people)
		localtime_r(&moment.at.tv_sec, &parts);
	else
		gmtime_r(&moment.at.tv_sec, &parts);
	strftime(date, sizeof(date), for_people ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%dT%H:%M:%S",
		 &parts);
	snprintf(moment.text, sizeof(moment.text), "%s.%03u%s", date,
		 (unsigned)(moment.at.tv_nsec / 1000000) % 1000, for_people ? "" : "Z");
	return moment;
}

static bool on_terminal(const struct watch *watch)
{
	return watch->out.has_cursor && watch->options->format == FORMAT_TEXT;
}

static bool draw(struct watch *watch, const char *time)
{
	char title[400];
	snprintf(title, sizeof(title), "%.200s  every %.3g s  sample %llu  %s", watch->target->name,
		 watch->options->interval_ms / 1000.0, (unsigned long long)watch->samples, time);
	return screen_draw(&watch->screen, title, watch->samplers, watch->sampler_count);
}

static bool record(struct watch *watch, const char *time)
{
	bool ok = true;
	for (size_t i = 0; i < watch->sampler_count && ok; i++) {
		struct record record = {.sampler = &watch->samplers[i],
					.number = watch->samples,
					.reason = watch->ended ? "stopped" : "sample",
					.time = time};
		ok = recorder_put(&watch->recorder, &record);
	}
	fflush(watch->out.stream);
	return ok;
}

/* False: nobody looks any more, or there is no memory. */
static bool show(struct watch *watch)
{
	struct moment moment = now(watch->options->format == FORMAT_TEXT);
	if (!on_terminal(watch))
		return record(watch, moment.text) && !output_reader_gone(&watch->out);
	watch->recorder.begun = true;
	if (draw(watch, moment.text))
		return !output_broken(&watch->out);
	watch->recorder.failed = true;
	return false;
}

/* --------------------------------------------------------- sampling --- */

static void sample(struct watch *watch);

static void finish(struct watch *watch, int status)
{
	uv_timer_stop(&watch->target->timer);
	target_done(watch->target, status);
}

/* gdbserver (13) interrupts the process group of that number, which a program that
 * it was attached to need not have. */
static void on_late(uv_timer_t *timer)
{
	struct target *t = timer->data;
	struct watch *watch = t->set->work_arg;
	if (is_over(watch))
		return;
	/* A tool that stood (^Z) for longer has not read yet what came meanwhile: its
	 * timers fire first. */
	if (!watch->late) {
		watch->late = true;
		uv_timer_start(timer, on_late, 1, 0);
		return;
	}
	finish(watch,
	       target_fail(t, STATUS_CONNECT, "it was interrupted and has not stopped for %.1f s",
			   watch->options->timeout_ms / 1000.0));
}

static void on_due(uv_timer_t *timer)
{
	struct target *t = timer->data;
	struct watch *watch = t->set->work_arg;
	if (is_over(watch))
		return;
	watch->asked = true;
	watch->late = false;
	int error = gdbregs_uv_interrupt(t->session);
	if (error == 0 && uv_timer_start(&t->timer, on_late, watch->options->timeout_ms, 0) < 0)
		error = GDBREGS_ERR_NOMEM;
	if (error < 0)
		finish(watch, error);
}

static void on_stop(struct gdbregs_session *s, int status, void *arg)
{
	struct watch *watch = arg;
	(void)s;
	if (is_over(watch))
		return;
	uv_timer_stop(&watch->target->timer);
	watch->ended = status >= 0 && (!watch->asked || watch->stop.kind != GDBREGS_STOP_SIGNAL);
	watch->target->gone = status >= 0 && stop_is_end(&watch->stop);
	if (status < 0)
		finish(watch, status);
	else if (watch->stop.kind == GDBREGS_STOP_SIGNAL)
		sample(watch);
	else
		finish(watch, 0);
}

/* Samples are so far apart as they should be, however long one takes. */
static int resume(struct watch *watch)
{
	struct target *t = watch->target;
	int error = gdbregs_uv_continue(t->session, &watch->stop, on_stop, watch, NULL);
	if (error < 0)
		return error;
	uint64_t now_ms = uv_now(&t->set->loop.uv);
	watch->asked = false;
	watch->due_ms += watch->options->interval_ms;
	if (watch->due_ms < now_ms + SHORTEST_RUN_MS)
		watch->due_ms = now_ms + SHORTEST_RUN_MS;
	error = uv_timer_start(&t->timer, on_due, watch->due_ms - now_ms, 0);
	return error < 0 ? GDBREGS_ERR_NOMEM : 0;
}

/* The guest runs on before anything is shown: a slow terminal does not hold it up. */
static void on_sampled(struct watch *watch)
{
	bool last = ++watch->samples == watch->options->count || watch->ended;
	int error = watch->error;
	if (error == 0 && !last)
		error = resume(watch);
	if (watch->error == 0 && !show(watch)) {
		error = watch->recorder.failed ? GDBREGS_ERR_NOMEM : 0;
		last = true;
	}
	if (last || error < 0)
		finish(watch, error);
}

static void on_read(struct gdbregs_session *s, int status, void *arg)
{
	struct watch *watch = arg;
	(void)s;
	watch->outstanding--;
	if (is_over(watch))
		return;
	if (status < 0 && watch->error == 0)
		watch->error = status;
	if (watch->outstanding == 0)
		on_sampled(watch);
}

/* All samplers in one flight. */
static void sample(struct watch *watch)
{
	int error = 0;
	for (size_t i = 0; i < watch->sampler_count && error == 0; i++) {
		error = sampler_read(&watch->samplers[i], watch->target->session, on_read, watch);
		watch->outstanding += error == 0;
	}
	if (error < 0)
		finish(watch, error);
}

static int start(struct target *t)
{
	struct watch *watch = t->set->work_arg;
	struct snapshot *s = &t->snapshot;
	watch->target = t;
	int error = snapshot_collect(t, VCPU_FIRST);
	if (error != 0)
		return error;
	watch->samplers = calloc(s->vcpu_count + 1, sizeof(*watch->samplers));
	if (!watch->samplers)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < s->vcpu_count && error == 0; i++) {
		watch->sampler_count++;
		error = sampler_init(&watch->samplers[i], s, &s->vcpus[i], false);
	}
	recorder_init(&watch->recorder, &watch->out, watch->options, watch->samplers,
		      watch->sampler_count, "sample");
	watch->due_ms = uv_now(&t->set->loop.uv);
	progress_silence();
	if (error == 0)
		sample(watch);
	return error < 0 ? error : TARGET_UNDER_WAY;
}

/* ---------------------------------------------------------- command --- */

static void say_ended(const struct watch *watch)
{
	char what[40];
	if (!watch->ended)
		return;
	stop_write(what, sizeof(what), &watch->stop);
	if (watch->stop.kind == GDBREGS_STOP_SIGNAL)
		log_note("%s: the guest has stopped by itself, with %s", watch->target->name, what);
	else
		log_note("%s: the watch ends after sample %llu: %s", watch->target->name,
			 (unsigned long long)watch->samples, what);
}

static int close_output(struct watch *watch, const struct targets *set)
{
	screen_fini(&watch->screen);
	fflush(watch->out.stream);
	int failed = targets_report(set);
	if (!watch->recorder.begun || watch->recorder.failed) {
		output_abandon(&watch->out);
		return failed;
	}
	say_ended(watch);
	if (!on_terminal(watch))
		recorder_end(&watch->recorder);
	int written = output_finish(&watch->out);
	return written != 0 ? written : failed;
}

int command_watch(const struct options *o)
{
	struct watch watch = {.options = o};
	struct targets set;
	int status = output_open(&watch.out, o->output);
	if (status != 0)
		return status;
	screen_init(&watch.screen, &watch.out, o);
	status = targets_run(&set, o, GDBREGS_R_REGS, start, &watch);
	if (status == 0)
		status = close_output(&watch, &set);
	else
		output_abandon(&watch.out);
	int signo = set.loop.signo;
	recorder_fini(&watch.recorder);
	for (size_t i = 0; i < watch.sampler_count; i++)
		sampler_fini(&watch.samplers[i]);
	free(watch.samplers);
	targets_fini(&set);
	if (signo != 0)
		signals_die(signo);
	return status;
}
