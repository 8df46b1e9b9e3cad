/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Alternate screen, hidden cursor, and no automatic wrap: the last column can be used. */
#define ENTER "\033[?1049h\033[?25l\033[?7l\033[H\033[2J"
#define LEAVE "\033[0m\033[?7h\033[?25h\033[?1049l"

static void put(const struct terminal *t, const char *bytes)
{
	if (write(t->reset.fd, bytes, strlen(bytes)) < 0)
		return;
}

/* Keys come one by one and are not shown; ^C and ^Z remain signals. */
static void set_modes(struct terminal *t)
{
	struct termios modes = t->reset.modes;
	if (t->keyboard < 0)
		return;
	modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	tcsetattr(t->keyboard, TCSADRAIN, &modes);
}

void terminal_enter(struct terminal *t)
{
	if (t->shown)
		return;
	t->shown = true;
	signals_tty_reset(&t->reset);
	set_modes(t);
	put(t, ENTER);
}

/* Give the terminal back. */
static void leave(struct terminal *t)
{
	if (!t->shown)
		return;
	t->shown = false;
	signals_tty_reset(NULL);
	tty_reset_do(&t->reset);
}

void terminal_fini(struct terminal *t)
{
	leave(t);
	if (t->reset.bytes && t->keyboard >= 0)
		close(t->keyboard);
	t->keyboard = -1;
}

void terminal_size(const struct terminal *t, unsigned *rows, unsigned *columns)
{
	struct winsize size;
	*rows = 24;
	*columns = 80;
	if (ioctl(t->reset.fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0)
		return;
	*rows = size.ws_row;
	*columns = size.ws_col;
}

/* ------------------------------------------------------------------- ^Z --- */

/* SIGTSTP's own action, and not SIGSTOP: it does nothing where nobody could continue us,
 * as in a session without a shell. */
static void stop_now(struct terminal *t)
{
	struct sigaction ours, usual = {.sa_handler = SIG_DFL};
	bool shown = t->shown;
	t->asked = false;
	leave(t);
	sigaction(SIGTSTP, &usual, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	if (!shown)
		return;
	terminal_enter(t);
	t->on_redraw(t->arg);
}

void terminal_stop_if_asked(struct terminal *t)
{
	if (t->asked)
		stop_now(t);
}

static void on_signal(uv_signal_t *handle, int signo)
{
	struct terminal *t = handle->data;
	if (signo == SIGTSTP) {
		t->asked = true;
		if (t->may_stop(t->arg))
			stop_now(t);
		return;
	}
	if (!t->shown)
		return;
	/* The shell has set the modes that it likes when it continues us after a SIGSTOP. */
	if (signo == SIGCONT) {
		set_modes(t);
		put(t, ENTER);
	}
	t->on_redraw(t->arg);
}

/* ----------------------------------------------------------------- keys --- */

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct terminal *t = poll->data;
	char keys[64];
	(void)events;
	ssize_t size = status < 0 ? 0 : read(t->keyboard, keys, sizeof(keys));
	if (size <= 0) {
		uv_poll_stop(poll);
		return;
	}
	for (ssize_t i = 0; i < size && t->shown; i++)
		t->on_key(t->arg, keys[i]);
}

/* Open the terminal again: libuv makes the descriptor non-blocking, and standard input is
 * shared with the shell. */
static int open_keyboard(struct terminal *t)
{
	if (!isatty(STDIN_FILENO))
		return -1;
	int fd = open("/proc/self/fd/0", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && tcgetattr(fd, &t->reset.modes) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int terminal_start(struct terminal *t, uv_loop_t *loop, int fd)
{
	static const int list[TERMINAL_SIGNALS] = {SIGWINCH, SIGCONT, SIGTSTP};
	int error = 0;
	t->reset = (struct tty_reset){.fd = fd, .bytes = LEAVE};
	t->keyboard = t->reset.keyboard = open_keyboard(t);
	t->started = true;
	for (size_t i = 0; i < TERMINAL_SIGNALS && error == 0; i++) {
		error = uv_signal_init(loop, &t->signals[i]);
		if (error < 0)
			return error;
		t->signal_count++;
		t->signals[i].data = t;
		uv_unref((uv_handle_t *)&t->signals[i]);
		error = uv_signal_start(&t->signals[i], on_signal, list[i]);
	}
	if (error < 0 || t->keyboard < 0 || uv_poll_init(loop, &t->poll, t->keyboard) < 0)
		return error;
	t->poll.data = t;
	uv_unref((uv_handle_t *)&t->poll);
	uv_poll_start(&t->poll, UV_READABLE, on_readable);
	return 0;
}

void terminal_close(struct terminal *t)
{
	if (!t->started)
		return;
	t->started = false;
	for (size_t i = 0; i < t->signal_count; i++)
		uv_close((uv_handle_t *)&t->signals[i], NULL);
	if (t->poll.data)
		uv_close((uv_handle_t *)&t->poll, NULL);
}
