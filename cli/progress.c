/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICK_MS = 500 };

static struct {
	uv_timer_t timer;
	const size_t *done;
	size_t all;
	void (*tell)(void *arg, char *text, size_t capacity);
	void *arg;
	bool silent;
	bool started;
	bool shown;
} line;

static bool wanted(bool quiet)
{
	const char *term = getenv("TERM");
	return !quiet && isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

static void on_tick(uv_timer_t *timer)
{
	char text[160] = "";
	(void)timer;
	if (line.silent)
		return;
	if (line.tell != NULL)
		line.tell(line.arg, text, sizeof text);
	else
		snprintf(text, sizeof text, "%zu of %zu target%s done", *line.done, line.all,
			 line.all == 1 ? "" : "s");
	fprintf(stderr, "\r\033[Kgdbregs-cli: %s", text);
	fflush(stderr);
	line.shown = true;
}

int progress_start(uv_loop_t *loop, bool quiet, const size_t *done, size_t all)
{
	if (!wanted(quiet))
		return 0;
	int error = uv_timer_init(loop, &line.timer);
	if (error < 0)
		return error;
	line.done = done;
	line.all = all;
	line.started = true;
	uv_unref((uv_handle_t *)&line.timer);
	return uv_timer_start(&line.timer, on_tick, TICK_MS, TICK_MS);
}

void progress_describe(void (*tell)(void *arg, char *text, size_t capacity), void *arg)
{
	line.tell = tell;
	line.arg = arg;
}

void progress_silence(void)
{
	line.silent = true;
}

void progress_stop(void)
{
	if (!line.started)
		return;
	progress_hide();
	line.started = false;
	uv_close((uv_handle_t *)&line.timer, NULL);
}

void progress_hide(void)
{
	if (!line.shown)
		return;
	line.shown = false;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}
