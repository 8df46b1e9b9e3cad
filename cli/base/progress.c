/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TICK_MS = 500 };

static struct {
	uv_timer_t timer;
	const size_t *done;
	size_t all;
	void (*describe)(void *arg, char *text, size_t capacity);
	void *arg;
	bool silent;
	bool started;
	bool shown;
} line;

static bool wanted(bool quiet)
{
	const char *term = getenv("TERM");
	return !quiet && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

static void make_text(char *text, size_t capacity)
{
	if (line.describe)
		line.describe(line.arg, text, capacity);
	else if (line.all == 1)
		snprintf(text, capacity, "waiting for the target");
	else
		snprintf(text, capacity, "%zu of %zu targets done", *line.done, line.all);
}

/* Text beyond the edge could not be erased. The last column stays free, because some
 * terminals begin a new line after it. */
static int room(void)
{
	struct winsize size;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 79;
	return size.ws_col - 1;
}

static void on_tick(uv_timer_t *timer)
{
	char text[160] = "", shown[200];
	(void)timer;
	if (line.silent)
		return;
	make_text(text, sizeof(text));
	snprintf(shown, sizeof(shown), "gdbregs-cli: %s", text);
	fprintf(stderr, "\r\033[K%.*s", room(), shown);
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

void progress_describe(void (*describe)(void *arg, char *text, size_t capacity), void *arg)
{
	line.describe = describe;
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
