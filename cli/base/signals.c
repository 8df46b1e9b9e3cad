/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/signals.h"

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct {
	int list[3];
	size_t count;
} fatal;

/* Read by a signal handler: the path is complete before `guarded` is set. */
static char guarded_path[PATH_MAX];
static volatile sig_atomic_t guarded;

/* Read by it as well. */
static const char *volatile farewell;

void signals_farewell(const char *bytes)
{
	farewell = bytes;
}

static void say_farewell(void)
{
	const char *bytes = farewell;
	if (bytes && write(STDOUT_FILENO, bytes, strlen(bytes)) < 0)
		return;
}

/* Everything in here may run inside a signal handler. */
_Noreturn void signals_die(int signo)
{
	sigset_t only;
	if (guarded)
		unlink(guarded_path);
	say_farewell();
	signal(signo, SIG_DFL);
	sigemptyset(&only);
	sigaddset(&only, signo);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	raise(signo);
	_exit(128 + signo);
}

static void on_signal(int signo)
{
	signals_die(signo);
}

void signals_restore(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < fatal.count; i++)
		sigaction(fatal.list[i], &action, NULL);
}

void signals_init(void)
{
	struct sigaction hup;
	signal(SIGPIPE, SIG_IGN);
	fatal.list[fatal.count++] = SIGINT;
	fatal.list[fatal.count++] = SIGTERM;
	if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN)
		fatal.list[fatal.count++] = SIGHUP;
	signals_restore();
}

const int *signals_list(size_t *count)
{
	*count = fatal.count;
	return fatal.list;
}

int signals_guard(const char *path)
{
	guarded = 0;
	if (!path)
		return 1;
	if (strlen(path) >= sizeof(guarded_path))
		return 0;
	strcpy(guarded_path, path);
	guarded = 1;
	return 1;
}
