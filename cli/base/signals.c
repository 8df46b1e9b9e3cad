/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/signals.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static struct {
	int list[SIGNALS_MOST];
	size_t count;
} fatal;

/* Read by a signal handler: the path is complete before `guarded` is set. */
static char guarded_path[PATH_MAX];
static volatile sig_atomic_t guarded;

/* A signal handler reads it, too. */
static const struct tty_reset *volatile reset;

void signals_tty_reset(const struct tty_reset *what)
{
	reset = what;
}

/* In the background, leave the modes alone: they are those that the shell has set. */
void tty_reset_do(const struct tty_reset *what)
{
	sigset_t only, before;
	sigemptyset(&only);
	sigaddset(&only, SIGTTOU);
	sigprocmask(SIG_BLOCK, &only, &before);
	pid_t foreground = what->keyboard >= 0 ? tcgetpgrp(what->keyboard) : -1;
	if (what->keyboard >= 0 && (foreground < 0 || foreground == getpgrp()))
		tcsetattr(what->keyboard, TCSADRAIN, &what->modes);
	ssize_t written = write(what->fd, what->bytes, strlen(what->bytes));
	(void)written;
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static volatile sig_atomic_t has_child;

void signals_child(void)
{
	has_child = 1;
}

/* The stub that we have started leads a process group, which a terminal's signals do
 * not reach. Linux lists our children, decimal numbers with blanks between them. */
static void end_children(void)
{
	char text[512];
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof(text));
	pid_t pid = 0;
	for (ssize_t i = 0; i < size; i++) {
		if (text[i] >= '0' && text[i] <= '9') {
			pid = 10 * pid + (text[i] - '0');
			continue;
		}
		if (pid > 1)
			kill(-pid, SIGTERM);
		pid = 0;
	}
	if (fd >= 0)
		close(fd);
}

/* Everything in here may run inside a signal handler. */
_Noreturn void signals_die(int signo)
{
	sigset_t only;
	if (guarded)
		unlink(guarded_path);
	if (has_child)
		end_children();
	const struct tty_reset *what = reset;
	if (what)
		tty_reset_do(what);
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

/* Ignored signals stay ignored: SIGHUP under nohup(1), SIGQUIT in the background of a shell
 * without job control. */
static void add(int signo)
{
	struct sigaction action;
	if (sigaction(signo, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		fatal.list[fatal.count++] = signo;
}

void signals_init(void)
{
	signal(SIGPIPE, SIG_IGN);
	fatal.list[fatal.count++] = SIGINT;
	fatal.list[fatal.count++] = SIGTERM;
	add(SIGHUP);
	add(SIGQUIT);
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
