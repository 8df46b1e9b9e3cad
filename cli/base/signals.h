/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dying by a signal without leaving a temporary file behind. Hides: the
 * handlers in force while no loop runs (loop.h has its own). */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stddef.h>
#include <termios.h>

/* SIGINT, SIGTERM, SIGHUP, SIGQUIT. */
enum { SIGNALS_MOST = 4 };

/* SIGPIPE ignored; the signals that end us remove the temporary file first. */
void signals_init(void);
/* The same after the loop had them. */
void signals_restore(void);
/* Those signals; *count of them. SIGHUP and SIGQUIT are left out where they are ignored,
 * as under nohup(1). */
const int *signals_list(size_t *count);
/* Remove the temporary file and die by `signo`, as its default action would. */
_Noreturn void signals_die(int signo);

/* A command was started: signals_die() will end its process group. */
void signals_child(void);

/* How a terminal is given back. */
struct tty_reset {
	int fd; /* where `bytes` are written */
	const char *bytes;
	int keyboard; /* gets its modes back; -1: none */
	struct termios modes;
};

/* Write the bytes and restore the keyboard. May be called from a signal handler. */
void tty_reset_do(const struct tty_reset *what);
/* Do it when a signal ends the process. `what` must stay valid until then; NULL ends that. */
void signals_tty_reset(const struct tty_reset *what);

/* A file to remove when a signal ends us; NULL: none. False: the path is too long. */
int signals_guard(const char *path);

#endif
