/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stub that runs as a child process, connected by its standard input and output.
 *
 * uv_spawn() replaces the process's SIGCHLD handler and leaves SIG_DFL behind. So the
 * child is started with posix_spawnp(), and while it is being ended, its state is
 * polled with waitid(): the application's signal handlers do not change. Until then a
 * child that has ended stays a zombie. Thus its process group's number is not reused. */
#include "uv/transport.h"

#include "util/alloc.h"
#include "util/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Grace periods after the end of its input, after SIGTERM, and after SIGKILL; and for
 * processes that remain in its process group. */
#define GRACE_INPUT_MS 50
#define GRACE_TERM_MS  2000
#define GRACE_KILL_MS  2000
#define GRACE_GROUP_MS 200
/* A command that has closed its output is about to end: how it ends is worth a message. */
#define GRACE_OUTPUT_MS 500
/* The child is polled after 1, 2, 4, ... milliseconds. */
#define POLL_MOST_MS 32

enum ending {
	NOT_ENDING,
	INPUT_CLOSED,
	TERMINATED,
	KILLED,
	GROUP_LEFT, /* the command is reaped, but processes of its group remain */
};

struct gdbregs__child {
	uv_timer_t timer;
	pid_t pid; /* also the number of its process group */
	int fd; /* once it is ending: hangs up when no process has the other end open */
	enum ending ending;
	uint64_t until_ms; /* time of the next signal */
	unsigned poll_ms;
	struct gdbregs__transport *transport;
};

/* ---------------------------------------------------------------------- ending --- */

static void on_timer_closed(uv_handle_t *timer)
{
	struct gdbregs__child *child = timer->data;
	struct gdbregs__transport *t = child->transport;

	if (child->fd >= 0)
		close(child->fd);
	gdbregs__free(child);
	t->child = NULL;
	gdbregs__transport_event(t);
}

enum leader { RUNS, ENDED, REAPED };

/* Check the state of the command. An application that ignores SIGCHLD, or waits for
 * any child, may have reaped it. */
static enum leader leader_state(const struct gdbregs__child *child)
{
	siginfo_t info = {.si_pid = 0};

	if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return errno == ECHILD ? REAPED : RUNS;
	return info.si_pid ? ENDED : RUNS;
}

static bool has_hung_up(const struct gdbregs__child *child)
{
	struct pollfd watched = {.fd = child->fd};

	return poll(&watched, 1, 0) > 0 && (watched.revents & (POLLHUP | POLLERR));
}

static void enter(struct gdbregs__child *child, enum ending ending, unsigned grace_ms)
{
	child->ending = ending;
	child->until_ms = uv_now(child->transport->loop) + grace_ms;
	child->poll_ms = 1;
}

/* Send the next signal to the group. Its number is not reused: the child, alive or a
 * zombie, still has it, or a process of the group was just seen. */
static void send_next_signal(struct gdbregs__child *child)
{
	if (child->ending == INPUT_CLOSED) {
		kill(-child->pid, SIGTERM);
		enter(child, TERMINATED, GRACE_TERM_MS);
	} else {
		kill(-child->pid, SIGKILL);
		enter(child, KILLED, GRACE_KILL_MS);
	}
}

/* Called when the command has ended. Returns true if its group has ended too. */
static bool end_group(struct gdbregs__child *child)
{
	if (child->ending == INPUT_CLOSED)
		send_next_signal(child);
	if (!has_hung_up(child) && child->ending != KILLED)
		return false;
	waitpid(child->pid, NULL, WNOHANG);
	enter(child, GROUP_LEFT, GRACE_GROUP_MS);
	return kill(-child->pid, 0) < 0;
}

static bool is_late(const struct gdbregs__child *child)
{
	return uv_now(child->transport->loop) >= child->until_ms;
}

/* Poll the remaining processes of the group. Returns true if the ending is complete. */
static bool poll_group(const struct gdbregs__child *child)
{
	if (kill(-child->pid, 0) < 0)
		return true;
	if (!is_late(child))
		return false;
	kill(-child->pid, SIGKILL);
	return true;
}

/* Poll the child. Returns true if the ending is complete, or if nothing more can be
 * done. */
static bool poll_child(struct gdbregs__child *child)
{
	if (child->ending == GROUP_LEFT)
		return poll_group(child);
	enum leader leader = leader_state(child);
	if (leader == REAPED || (leader == ENDED && end_group(child)))
		return true;
	if (!is_late(child))
		return false;
	if (child->ending == KILLED)
		return true;
	send_next_signal(child);
	return false;
}

static void poll_later(struct gdbregs__child *child, uv_timer_cb cb)
{
	uv_timer_start(&child->timer, cb, child->poll_ms, 0);
	if (child->poll_ms < POLL_MOST_MS)
		child->poll_ms *= 2;
}

static void on_poll_timer(uv_timer_t *timer)
{
	struct gdbregs__child *child = timer->data;

	if (poll_child(child)) {
		uv_close((uv_handle_t *)timer, on_timer_closed);
		return;
	}
	poll_later(child, on_poll_timer);
}

/* At the end of its input, `gdbserver -` opens its standard input again, and again, and
 * prints two lines each time: 5,000 to 18,000 lines in GRACE_INPUT_MS (gdbserver 13).
 * Only gdbserver has QProgramSignals. */
static bool floods_at_eof(const struct gdbregs__stub *stub)
{
	return stub->supported.program_signals;
}

void gdbregs__child_end(struct gdbregs__transport *t)
{
	struct gdbregs__child *child = t->child;

	if (child->ending != NOT_ENDING)
		return;
	/* A forked process leaves the command alone: it is the child of the other process. */
	if (gdbregs__transport_is_forked(t))
		gdbregs__transport_close_socket(t);
	else
		child->fd = gdbregs__transport_release_socket(t);
	uv_update_time(t->loop);
	enter(child, INPUT_CLOSED, GRACE_INPUT_MS);
	if (floods_at_eof(&t->session->stub) && leader_state(child) != REAPED)
		send_next_signal(child);
	else
		shutdown(child->fd, SHUT_WR);
	uv_timer_start(&child->timer, on_poll_timer, 0, 0);
}

/* ------------------------------------------------------------------- exit status --- */

#define NAMED(name) [name] = " (" #name ")"

/* Signals have numbers of their own on each system. */
static const char *signal_name(int signo)
{
	static const char *const names[] = {
		NAMED(SIGABRT), NAMED(SIGBUS), NAMED(SIGFPE),  NAMED(SIGHUP),
		NAMED(SIGILL),	NAMED(SIGINT), NAMED(SIGKILL), NAMED(SIGPIPE),
		NAMED(SIGSEGV), NAMED(SIGSYS), NAMED(SIGTERM),
	};

	return (size_t)signo < sizeof(names) / sizeof(names[0]) && names[signo] ? names[signo] : "";
}

/* Write how the command has ended. Returns false if it still runs. */
static bool describe_end(const struct gdbregs__child *child, char *text, size_t capacity)
{
	siginfo_t info = {.si_pid = 0};

	if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		snprintf(text, capacity, "has ended");
	else if (!info.si_pid)
		return false;
	else if (info.si_code == CLD_EXITED)
		snprintf(text, capacity, "exited with status %d", info.si_status);
	else
		snprintf(text, capacity, "was killed by signal %d%s", info.si_status,
			 signal_name(info.si_status));
	return true;
}

static void on_report_timer(uv_timer_t *timer)
{
	struct gdbregs__child *child = timer->data;
	struct gdbregs__transport *t = child->transport;
	char how[60] = "closed its standard input and output";

	if (!describe_end(child, how, sizeof(how)) && !is_late(child)) {
		poll_later(child, on_report_timer);
		return;
	}
	t->session->engine.now_ms = uv_now(t->loop);
	gdbregs__engine_child_ended(&t->session->engine, how);
	gdbregs__transport_event(t);
}

void gdbregs__child_output_ended(struct gdbregs__transport *t)
{
	struct gdbregs__child *child = t->child;

	if (child->ending != NOT_ENDING)
		return;
	uv_update_time(t->loop);
	enter(child, NOT_ENDING, GRACE_OUTPUT_MS);
	uv_timer_start(&child->timer, on_report_timer, 0, 0);
}

/* -------------------------------------------------------------------- starting --- */

/* Signals that this process ignores or blocks are reset for the stub. The stub leads
 * its own process group. So the group can be ended as a whole, and ^C on the terminal
 * does not reach it. */
static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	sigdelset(&all, SIGKILL);
	sigdelset(&all, SIGSTOP);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setpgroup(attributes, 0);
	return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
							    POSIX_SPAWN_SETPGROUP);
}

/* Start the command. Returns 0 or an errno. */
static int run_command(pid_t *pid, char *const argv[], int stdio)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (!error) {
		error = set_attributes(&attributes);
		if (!error)
			error = posix_spawn_file_actions_adddup2(&actions, stdio, STDIN_FILENO);
		if (!error)
			error = posix_spawn_file_actions_adddup2(&actions, stdio, STDOUT_FILENO);
		if (!error)
			error = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Connect the child by a socket pair, and start the command. Returns 0 or an errno. */
static int start(struct gdbregs__transport *t, char *const argv[])
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return errno;
	int error = -gdbregs__transport_take_socket(t, ends[0]);
	if (!error)
		error = run_command(&t->child->pid, argv, ends[1]);
	close(ends[1]);
	return error;
}

static struct gdbregs__child *make_child(struct gdbregs__transport *t)
{
	struct gdbregs__child *child = gdbregs__calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	child->fd = -1;
	child->transport = t;
	return child;
}

int gdbregs__child_spawn(struct gdbregs__transport *t, char *const argv[],
			 struct gdbregs_error *err)
{
	/* The child ends with the session, so no detach is necessary. */
	t->session->options.on_close = GDBREGS_ON_CLOSE_HALT;
	t->session->engine.peer_is_child = true;
	t->child = make_child(t);
	int error = t->child ? start(t, argv) : ENOMEM;
	if (!error) {
		uv_timer_init(t->loop, &t->child->timer);
		t->child->timer.data = t->child;
		return 0;
	}
	gdbregs__transport_close_socket(t);
	gdbregs__free(t->child);
	t->child = NULL;
	if (error == ENOMEM)
		return gdbregs__fail_nomem(err);
	return gdbregs__fail(err, GDBREGS_ERR_SPAWN, "cannot start: %s",
			     uv_strerror(uv_translate_sys_error(error)));
}
