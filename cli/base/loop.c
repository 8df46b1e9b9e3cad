/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/loop.h"

#include "base/progress.h"
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void on_signal(uv_signal_t *handle, int signo)
{
	struct loop *loop = handle->data;
	if (loop->signo != 0)
		signals_die(signo);
	loop->signo = signo;
	loop->on_interrupt(loop->arg);
}

static int watch_signal(struct loop *loop, int signo)
{
	uv_signal_t *handle = &loop->signals[loop->signal_count];
	int error = uv_signal_init(&loop->uv, handle);
	if (error < 0)
		return error;
	loop->signal_count++;
	handle->data = loop;
	uv_unref((uv_handle_t *)handle);
	return uv_signal_start(handle, on_signal, signo);
}

/* libuv 1.44 aborts the process if its first loop has fewer descriptors than it needs: two pipes,
 * an epoll instance and an eventfd. So look for that many before. */
enum { LOOP_PIPES = 3 };

static int begin(uv_loop_t *uv)
{
	int pipes[LOOP_PIPES][2], error = 0;
	size_t count = 0;
	while (count < LOOP_PIPES && error == 0) {
		if (pipe2(pipes[count], O_CLOEXEC) < 0)
			error = uv_translate_sys_error(errno);
		else
			count++;
	}
	while (count-- > 0) {
		close(pipes[count][0]);
		close(pipes[count][1]);
	}
	return error == 0 ? uv_loop_init(uv) : error;
}

int loop_init(struct loop *loop, void (*on_interrupt)(void *arg), void *arg)
{
	size_t count;
	const int *list = signals_list(&count);
	loop->signal_count = 0;
	loop->signo = 0;
	loop->keep_running_after_signal = false;
	loop->on_interrupt = on_interrupt;
	loop->arg = arg;
	loop->on_end = NULL;
	int error = begin(&loop->uv);
	for (size_t i = 0; i < count && error == 0; i++)
		error = watch_signal(loop, list[i]);
	return error;
}

static void block_signals(sigset_t *before)
{
	sigset_t set;
	size_t count;
	const int *list = signals_list(&count);
	sigemptyset(&set);
	for (size_t i = 0; i < count; i++)
		sigaddset(&set, list[i]);
	sigprocmask(SIG_BLOCK, &set, before);
}

/* Signals are blocked while libuv's handlers make room for ours (closing a
 * uv_signal_t restores the default action, which would leave our temporary
 * file); one that libuv already holds is dispatched before that. */
void loop_run(struct loop *loop)
{
	sigset_t before;
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	block_signals(&before);
	uv_run(&loop->uv, UV_RUN_NOWAIT);
	progress_stop();
	if (loop->on_end)
		loop->on_end(loop->end_arg);
	for (size_t i = 0; i < loop->signal_count; i++)
		uv_close((uv_handle_t *)&loop->signals[i], NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	uv_loop_close(&loop->uv);
	signals_restore();
	if (loop->signo != 0 && !loop->keep_running_after_signal)
		signals_die(loop->signo);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
