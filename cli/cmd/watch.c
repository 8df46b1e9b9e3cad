/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "base/message.h"
#include "base/progress.h"
#include "out/record.h"
#include "out/screen.h"
#include "base/signals.h"
#include "target/sampling.h"
#include "target/stop-text.h"

#include <string.h>
#include <time.h>

struct watch {
	const struct options *options;
	struct target *target;
	struct output out;
	struct recorder recorder;
	struct terminal terminal;
	struct screen screen;
	struct sampling sampling;
	uint64_t samples;
	char time[40]; /* of the last one */
};

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

static unsigned interval_ms(const struct watch *watch)
{
	return watch->options->interval_ms > 0 ? watch->options->interval_ms : 1000;
}

/* The parts of the title, in the order in which they are shown. */
enum { TITLE_TARGET, TITLE_EVERY, TITLE_SAMPLE, TITLE_STOPPED, TITLE_TIME, TITLE_KEY, TITLE_PARTS };

/* Leave out the parts that do not fit, the least important one first. */
static void choose_parts(char parts[TITLE_PARTS][256], size_t columns)
{
	static const int importance[TITLE_PARTS] = {TITLE_KEY,	  TITLE_SAMPLE, TITLE_STOPPED,
						    TITLE_TARGET, TITLE_TIME,	TITLE_EVERY};
	size_t used = 0;
	for (size_t i = 0; i < TITLE_PARTS; i++) {
		char *part = parts[importance[i]];
		size_t size = printable_width(part), gap = used > 0 ? 2 : 0;
		if (size == 0)
			continue;
		if (used + gap + size > columns && used > 0)
			used = columns;
		if (used == columns)
			part[0] = '\0';
		else
			used += gap + size;
	}
}

static void make_title(const struct watch *watch, struct text *title, size_t columns)
{
	char parts[TITLE_PARTS][256] = {""};
	snprintf(parts[TITLE_TARGET], 256, "%s", watch->target->name);
	snprintf(parts[TITLE_EVERY], 256, "every %.3g s", interval_ms(watch) / 1000.0);
	snprintf(parts[TITLE_SAMPLE], 256, "sample %llu", (unsigned long long)watch->samples);
	snprintf(parts[TITLE_STOPPED], 256, "%s", watch->sampling.ended ? "stopped by itself" : "");
	snprintf(parts[TITLE_TIME], 256, "%s", watch->time);
	snprintf(parts[TITLE_KEY], 256, "%s", watch->terminal.keyboard >= 0 ? "q: end" : "");
	choose_parts(parts, columns);
	for (size_t i = 0; i < TITLE_PARTS; i++)
		text_addf(title, "%s%s", title->size > 0 && parts[i][0] != '\0' ? "  " : "",
			  parts[i]);
}

static bool draw(struct watch *watch)
{
	unsigned rows, columns;
	struct text title = {0};
	terminal_enter(&watch->terminal);
	terminal_size(&watch->terminal, &rows, &columns);
	make_title(watch, &title, columns);
	bool ok = !title.failed && screen_draw(&watch->screen, title.data, watch->sampling.samplers,
					       watch->sampling.count);
	text_fini(&title);
	return ok;
}

static bool record(struct watch *watch, const char *time)
{
	bool ok = true;
	for (size_t i = 0; i < watch->sampling.count && ok; i++) {
		struct record record = {.sampler = &watch->sampling.samplers[i],
					.number = watch->samples,
					.reason = watch->sampling.ended ? "stopped" : "sample",
					.time = time};
		ok = recorder_put(&watch->recorder, &record);
	}
	fflush(watch->out.stream);
	return ok;
}

/* Show a sample; sampling.h describes the result. It is 0 if the output has no reader any
 * more. */
static int show(void *arg)
{
	struct watch *watch = arg;
	struct moment moment = now(watch->options->format == FORMAT_TEXT);
	if (!on_terminal(watch)) {
		bool ok = record(watch, moment.text);
		return watch->recorder.failed ? GDBREGS_ERR_NOMEM
					      : ok && !output_reader_gone(&watch->out);
	}
	watch->recorder.begun = true;
	memcpy(watch->time, moment.text, sizeof(watch->time));
	if (!draw(watch)) {
		watch->recorder.failed = true;
		return GDBREGS_ERR_NOMEM;
	}
	terminal_stop_if_asked(&watch->terminal);
	return !output_broken(&watch->out);
}

static bool more(void *arg)
{
	struct watch *watch = arg;
	return ++watch->samples != watch->options->count;
}

/* -------------------------------------------------------- keyboard --- */

static void on_key(void *arg, char key)
{
	struct watch *watch = arg;
	if (key == 'q' || key == 'Q')
		target_interrupt(watch->target);
}

/* Returns whether the values are being read again: then the next frame follows soon. */
static bool is_reading(const struct watch *watch)
{
	return watch->sampling.asked || watch->sampling.outstanding > 0;
}

static void on_redraw(void *arg)
{
	struct watch *watch = arg;
	if (!is_reading(watch) && !target_is_closing(watch->target) && !draw(watch))
		watch->recorder.failed = true;
}

/* Returns whether ^Z may stop this process now. While values are read, the guest is stopped and
 * waits for it. */
static bool may_stop(void *arg)
{
	return !is_reading(arg);
}

static void close_terminal(void *arg)
{
	terminal_close(arg);
}

static int start_terminal(struct watch *watch, struct loop *loop)
{
	watch->terminal.on_key = on_key;
	watch->terminal.on_redraw = on_redraw;
	watch->terminal.may_stop = may_stop;
	watch->terminal.arg = watch;
	if (!on_terminal(watch))
		return 0;
	loop->on_end = close_terminal;
	loop->end_arg = &watch->terminal;
	return terminal_start(&watch->terminal, &loop->uv, watch->out.fd) < 0 ? GDBREGS_ERR_NOMEM
									      : 0;
}

static int start(struct target *t)
{
	struct watch *watch = t->set->work_arg;
	struct sampling *sampling = &watch->sampling;
	watch->target = t;
	*sampling = (struct sampling){.interval_ms = interval_ms(watch),
				      .states = true,
				      .more = more,
				      .show = show,
				      .arg = watch};
	int error = snapshot_collect(t);
	if (error == 0)
		error = sampling_init(sampling, t, 0);
	if (error == 0)
		error = start_terminal(watch, &t->set->loop);
	if (error != 0)
		return error;
	recorder_init(&watch->recorder, &watch->out, watch->options, sampling->samplers,
		      sampling->count, "sample");
	progress_silence();
	return sampling_start(sampling);
}

/* ---------------------------------------------------------- command --- */

static void say_ended(const struct watch *watch)
{
	char what[40];
	if (!watch->sampling.ended)
		return;
	stop_write(what, sizeof(what), &watch->sampling.stop);
	if (watch->sampling.stop.kind == GDBREGS_STOP_SIGNAL)
		log_note("%s: the guest stopped on its own (%s)", watch->target->name, what);
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
	screen_init(&watch.screen, &watch.out, o, &watch.terminal);
	status = targets_run(&set, o, GDBREGS_R_REGS, start, &watch);
	if (status == 0)
		status = close_output(&watch, &set);
	else
		output_abandon(&watch.out);
	recorder_fini(&watch.recorder);
	sampling_fini(&watch.sampling);
	targets_fini(&set);
	return status;
}
