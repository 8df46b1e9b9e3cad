/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stub that is a child of ours, on its standard input and output. */
#include "uv/transport.h"

#include "util/alloc.h"
#include "util/error.h"

#include <signal.h>

/* After the end of its input, after SIGTERM; then SIGKILL. */
#define GRACE_INPUT_MS 50
#define GRACE_TERM_MS  2000

struct gdbregs__child {
	uv_process_t process;
	uv_timer_t timer;
	bool exited, ending;
	int next_signal;
	unsigned open_handles;
	struct gdbregs__transport *transport;
};

static void on_handle_closed(uv_handle_t *handle)
{
	struct gdbregs__child *child = handle->data;
	struct gdbregs__transport *t = child->transport;

	if (--child->open_handles)
		return;
	gdbregs__free(child);
	t->child = NULL;
	gdbregs__transport_child_gone(t);
}

static void close_handles(struct gdbregs__child *child)
{
	uv_close((uv_handle_t *)&child->process, on_handle_closed);
	uv_close((uv_handle_t *)&child->timer, on_handle_closed);
}

static void on_child_exit(uv_process_t *process, int64_t status, int signal)
{
	struct gdbregs__child *child = process->data;

	(void)status;
	(void)signal;
	child->exited = true;
	if (child->ending)
		close_handles(child);
}

static void on_grace_over(uv_timer_t *timer)
{
	struct gdbregs__child *child = timer->data;

	uv_process_kill(&child->process, child->next_signal);
	child->next_signal = SIGKILL;
	uv_timer_start(timer, on_grace_over, GRACE_TERM_MS, 0);
}

void gdbregs__child_end(struct gdbregs__transport *t)
{
	struct gdbregs__child *child = t->child;

	if (child->ending)
		return;
	child->ending = true;
	if (child->exited) {
		close_handles(child);
		return;
	}
	child->next_signal = SIGTERM;
	uv_timer_start(&child->timer, on_grace_over, GRACE_INPUT_MS, 0);
}

static int start(struct gdbregs__transport *t, char *const argv[])
{
	struct gdbregs__child *child = t->child;
	uv_stdio_container_t stdio[3] = {
		{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = t->out},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = t->in},
		{.flags = UV_INHERIT_FD, .data.fd = 2},
	};
	uv_process_options_t options = {
		.exit_cb = on_child_exit,
		.file = argv[0],
		.args = (char **)argv,
		.stdio_count = 3,
		.stdio = stdio,
	};

	uv_timer_init(t->loop, &child->timer);
	child->timer.data = child->process.data = child;
	child->transport = t;
	child->open_handles = 2;
	return uv_spawn(t->loop, &child->process, &options);
}

int gdbregs__child_spawn(struct gdbregs__transport *t, char *const argv[],
			 struct gdbregs_error *err)
{
	/* It ends with the session, so there is nothing to detach. */
	t->session->options.on_close = GDBREGS_ON_CLOSE_HALT;
	t->session->is_child = true;
	t->child = gdbregs__calloc(1, sizeof(*t->child));
	t->in = t->child ? gdbregs__transport_new_stream(t, UV_NAMED_PIPE) : NULL;
	t->out = t->in ? gdbregs__transport_new_stream(t, UV_NAMED_PIPE) : NULL;
	int result = t->out ? start(t, argv) : UV_ENOMEM;
	if (result == 0)
		return 0;
	if (t->in)
		gdbregs__transport_drop_stream(t->in);
	if (t->out)
		gdbregs__transport_drop_stream(t->out);
	if (t->out) {
		t->child->ending = true;
		close_handles(t->child);
	} else {
		gdbregs__free(t->child);
		t->child = NULL;
	}
	t->in = t->out = NULL;
	if (result == UV_ENOMEM)
		return gdbregs__fail_nomem(err);
	return gdbregs__fail(err, GDBREGS_ERR_SPAWN, "can't start %s: %s", t->address.label,
			     uv_strerror(result));
}
