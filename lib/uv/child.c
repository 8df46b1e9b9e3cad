/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stub that is a child of ours, on its standard input and output.
 *
 * uv_spawn() takes the process's SIGCHLD handler and leaves SIG_DFL. So the child is
 * started by posix_spawnp() and looked at by waitid() while it is being ended: signals
 * stay the application's. Until then a child that has ended stays a zombie, which keeps
 * its process group's number from being given to others. */
#include "uv/transport.h"

#include "util/alloc.h"
#include "util/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* After the end of its input, after SIGTERM, after SIGKILL; and for what a command
 * that has ended leaves in its process group. */
#define GRACE_INPUT_MS 50
#define GRACE_TERM_MS  2000
#define GRACE_KILL_MS  2000
#define GRACE_REST_MS  200
/* The child is looked at after 1, 2, 4, ... milliseconds. */
#define LOOK_MOST_MS 32

extern char **environ;

enum ending {
	NOT_ENDING,
	INPUT_CLOSED,
	TERMINATED,
	KILLED,
	REST, /* the command is reaped; others of its group are there */
};

struct gdbregs__child {
	uv_timer_t timer;
	pid_t pid; /* and the number of its process group */
	int leash; /* hangs up once nobody of the group holds the stub's input */
	enum ending ending;
	uint64_t until_ms; /* when the next harder step is taken */
	unsigned look_ms;
	struct gdbregs__transport *transport;
};

/* ---------------------------------------------------------------------- ending --- */

static void free_child(struct gdbregs__child *child)
{
	if (child->leash >= 0)
		close(child->leash);
	gdbregs__free(child);
}

static void on_timer_closed(uv_handle_t *timer)
{
	struct gdbregs__child *child = timer->data;
	struct gdbregs__transport *t = child->transport;

	free_child(child);
	t->child = NULL;
	gdbregs__transport_child_gone(t);
}

enum leader { RUNS, ENDED, NOT_OURS };

/* An application that ignores SIGCHLD, or waits for any child, has reaped it. */
static enum leader look_at_leader(const struct gdbregs__child *child)
{
	siginfo_t info = {.si_pid = 0};

	if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return errno == ECHILD ? NOT_OURS : RUNS;
	return info.si_pid ? ENDED : RUNS;
}

static bool is_unheld(const struct gdbregs__child *child)
{
	struct pollfd look = {.fd = child->leash};

	return poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR));
}

static void enter(struct gdbregs__child *child, enum ending ending, unsigned grace_ms)
{
	child->ending = ending;
	child->until_ms = uv_now(child->transport->loop) + grace_ms;
	child->look_ms = 1;
}

/* The group is signalled while the child, alive or a zombie, keeps its number, or
 * right after somebody was seen there. */
static void harder(struct gdbregs__child *child)
{
	if (child->ending == INPUT_CLOSED) {
		kill(-child->pid, SIGTERM);
		enter(child, TERMINATED, GRACE_TERM_MS);
	} else {
		kill(-child->pid, SIGKILL);
		enter(child, KILLED, GRACE_KILL_MS);
	}
}

/* The command has ended. True: so has its group. */
static bool end_rest(struct gdbregs__child *child)
{
	if (child->ending == INPUT_CLOSED)
		harder(child);
	if (!is_unheld(child) && child->ending != KILLED)
		return false;
	waitpid(child->pid, NULL, WNOHANG);
	enter(child, REST, GRACE_REST_MS);
	return kill(-child->pid, 0) < 0;
}

static bool is_late(const struct gdbregs__child *child)
{
	return uv_now(child->transport->loop) >= child->until_ms;
}

/* True: nothing is left to be done. */
static bool look_at_rest(const struct gdbregs__child *child)
{
	if (kill(-child->pid, 0) < 0)
		return true;
	if (!is_late(child))
		return false;
	kill(-child->pid, SIGKILL);
	return true;
}

/* True: nothing is left to be done, or can be. */
static bool look(struct gdbregs__child *child)
{
	if (child->ending == REST)
		return look_at_rest(child);
	enum leader leader = look_at_leader(child);
	if (leader == NOT_OURS || (leader == ENDED && end_rest(child)))
		return true;
	if (!is_late(child))
		return false;
	if (child->ending == KILLED)
		return true;
	harder(child);
	return false;
}

static void on_look(uv_timer_t *timer)
{
	struct gdbregs__child *child = timer->data;

	if (look(child)) {
		uv_close((uv_handle_t *)timer, on_timer_closed);
		return;
	}
	uv_timer_start(timer, on_look, child->look_ms, 0);
	if (child->look_ms < LOOK_MOST_MS)
		child->look_ms *= 2;
}

void gdbregs__child_end(struct gdbregs__transport *t)
{
	struct gdbregs__child *child = t->child;

	if (child->ending != NOT_ENDING)
		return;
	uv_update_time(t->loop);
	shutdown(child->leash, SHUT_WR);
	enter(child, INPUT_CLOSED, GRACE_INPUT_MS);
	uv_timer_start(&child->timer, on_look, 0, 0);
}

/* -------------------------------------------------------------------- starting --- */

/* The ends of a pipe that reads as one: ours and the stub's. */
struct ends {
	int ours, stubs;
};

static void close_ends(struct ends *ends)
{
	if (ends->ours >= 0)
		close(ends->ours);
	if (ends->stubs >= 0)
		close(ends->stubs);
	*ends = (struct ends){-1, -1};
}

/* libuv aborts when it closes a descriptor that stands for standard input, output or
 * error; they may be closed here. */
static int lift(int fd)
{
	if (fd > STDERR_FILENO)
		return fd;
	int lifted = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	close(fd);
	return lifted;
}

/* 0 or an errno. */
static int make_ends(struct ends *ends)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return errno;
	*ends = (struct ends){lift(fds[0]), lift(fds[1])};
	if (ends->ours >= 0 && ends->stubs >= 0)
		return 0;
	close_ends(ends);
	return EMFILE;
}

/* What we ignore or block is nothing to the stub. It leads a process group: that is
 * ended as a whole, and a terminal's ^C, which is ours, does not reach it. */
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

/* 0 or an errno. */
static int run_command(pid_t *pid, char *const argv[], int input, int output)
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
			error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
		if (!error)
			error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
		if (!error)
			error = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Hand a descriptor to libuv. 0 or an errno. */
static int give(uv_stream_t *stream, int *fd)
{
	int result = uv_pipe_open((uv_pipe_t *)stream, *fd);

	if (result == 0)
		*fd = -1;
	return -result;
}

/* 0 or an errno. */
static int start(struct gdbregs__transport *t, char *const argv[])
{
	struct gdbregs__child *child = t->child;
	struct ends input = {-1, -1}, output = {-1, -1};
	int error = make_ends(&input);

	if (!error)
		error = make_ends(&output);
	if (!error) {
		child->leash = fcntl(input.ours, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		error = child->leash < 0 ? errno : 0;
	}
	if (!error)
		error = give(t->out, &input.ours);
	if (!error)
		error = give(t->in, &output.ours);
	if (!error)
		error = run_command(&child->pid, argv, input.stubs, output.stubs);
	close_ends(&input);
	close_ends(&output);
	return error;
}

static struct gdbregs__child *make_child(struct gdbregs__transport *t)
{
	struct gdbregs__child *child = gdbregs__calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	child->leash = -1;
	child->transport = t;
	return child;
}

int gdbregs__child_spawn(struct gdbregs__transport *t, char *const argv[],
			 struct gdbregs_error *err)
{
	/* It ends with the session, so there is nothing to detach. */
	t->session->options.on_close = GDBREGS_ON_CLOSE_HALT;
	t->session->engine.peer_is_child = true;
	t->child = make_child(t);
	t->in = t->child ? gdbregs__transport_new_stream(t, UV_NAMED_PIPE) : NULL;
	t->out = t->in ? gdbregs__transport_new_stream(t, UV_NAMED_PIPE) : NULL;
	int error = t->out ? start(t, argv) : ENOMEM;
	if (!error) {
		uv_timer_init(t->loop, &t->child->timer);
		t->child->timer.data = t->child;
		return 0;
	}
	if (t->in)
		gdbregs__transport_drop_stream(t->in);
	if (t->out)
		gdbregs__transport_drop_stream(t->out);
	if (t->child)
		free_child(t->child);
	t->child = NULL;
	t->in = t->out = NULL;
	if (error == ENOMEM)
		return gdbregs__fail_nomem(err);
	return gdbregs__fail(err, GDBREGS_ERR_SPAWN, "can't start %s: %s", t->address.label,
			     uv_strerror(uv_translate_sys_error(error)));
}
