/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/child-output.h"

#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Read until there is no more. Returns false at the end of the file. */
static bool drain(struct child_output *c)
{
	char block[4096];
	ssize_t size;
	while ((size = read(c->fd, block, sizeof(block))) > 0) {
		if (c->wanted(c->arg))
			output_write_all(STDERR_FILENO, block, (size_t)size);
	}
	return size < 0 && (errno == EAGAIN || errno == EINTR);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct child_output *c = poll->data;
	(void)events;
	if (status < 0 || !drain(c))
		uv_poll_stop(poll);
}

/* The loop ends although the pipe is open: a process that the command has left may hold
 * its other end. */
static bool watch(struct child_output *c, uv_loop_t *loop)
{
	if (uv_poll_init(loop, &c->poll, c->fd) < 0)
		return false;
	c->poll.data = c;
	c->open = true;
	uv_poll_start(&c->poll, UV_READABLE, on_readable);
	uv_unref((uv_handle_t *)&c->poll);
	return true;
}

int child_output_begin(struct child_output *c, uv_loop_t *loop)
{
	int ends[2], saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (saved < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		close(saved);
		return -1;
	}
	c->fd = ends[0];
	if (fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0 || dup2(ends[1], STDERR_FILENO) < 0 ||
	    !watch(c, loop)) {
		dup2(saved, STDERR_FILENO);
		close(saved);
		close(ends[0]);
		saved = -1;
	}
	close(ends[1]);
	return saved;
}

void child_output_restore(int saved)
{
	if (saved < 0)
		return;
	dup2(saved, STDERR_FILENO);
	close(saved);
}

static void on_closed(uv_handle_t *handle)
{
	struct child_output *c = handle->data;
	close(c->fd);
}

void child_output_end(struct child_output *c)
{
	if (!c->open)
		return;
	c->open = false;
	drain(c);
	uv_close((uv_handle_t *)&c->poll, on_closed);
}
