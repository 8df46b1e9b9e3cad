/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport.h"

#include "alloc.h"
#include "error.h"
#include "pipe-guard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#ifdef GDBREGS_XML_DIR
#define XML_DIR GDBREGS_XML_DIR
#else
#define XML_DIR "/usr/local/share/gdbregs"
#endif
#define READ_BYTES 65536
/* How long a stub gets to take a blind detach. */
#define FAREWELL_MS 500
/* How long a connection that is being made is waited for when it is closed: a
 * machine that has accepted it is stopped, and must be told to go on. */
#define CLOSE_CONNECTING_MS 1000

static void shut(struct gdbregs__transport *t);

/* ------------------------------------------------------------------- time --- */

static void on_timer(uv_timer_t *timer);

void gdbregs__transport_clock(struct gdbregs_session *s)
{
	struct gdbregs__transport *t = gdbregs__transport_of(s);

	uv_update_time(t->loop);
	s->now_ms = uv_now(t->loop);
}

static void aim_timer(struct gdbregs__transport *t)
{
	uint64_t at = gdbregs__session_deadline(t->session);

	if (t->limit_at_ms < at)
		at = t->limit_at_ms;
	if (t->deliver_due)
		at = 0;
	/* A timer that fires too early is cheaper than one moved at every reply. */
	if (at >= t->timer_at_ms)
		return;
	uint64_t now = uv_now(t->loop);
	t->timer_at_ms = at;
	uv_timer_start(&t->timer, on_timer, at > now ? at - now : 0, 0);
}

void gdbregs__transport_set_limit(struct gdbregs__transport *t, uint64_t in_ms)
{
	t->limit_at_ms = in_ms == GDBREGS__FOREVER ? GDBREGS__FOREVER : uv_now(t->loop) + in_ms;
	aim_timer(t);
}

static void on_limit(struct gdbregs__transport *t)
{
	t->limit_at_ms = GDBREGS__FOREVER;
	switch (t->state) {
	case GDBREGS__TRANSPORT_RESOLVING:
	case GDBREGS__TRANSPORT_CONNECTING:
		gdbregs__transport_connect_abandon(t);
		break;
	case GDBREGS__TRANSPORT_OPEN:
		gdbregs__session_fail(t->session, GDBREGS_ERR_TIMEOUT,
				      "%s has not answered while it was being detached",
				      t->session->label);
		break;
	case GDBREGS__TRANSPORT_FAREWELL:
		shut(t);
		break;
	case GDBREGS__TRANSPORT_SHUT:
		break;
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct gdbregs__transport *t = timer->data;
	uint64_t now = uv_now(t->loop);

	t->timer_at_ms = GDBREGS__FOREVER;
	t->deliver_due = false;
	if (now >= t->limit_at_ms)
		on_limit(t);
	gdbregs__session_tick(t->session, now);
	gdbregs__transport_event(t);
}

/* ------------------------------------------------------------------ bytes out --- */

/* Who does not listen any more may have said why: that is still to be read, and
 * the end comes behind it. */
static void write_failed(struct gdbregs__transport *t, int code)
{
	t->session->out.size = 0;
	if (code != UV_EPIPE)
		gdbregs__session_eof(t->session, uv_strerror(code));
}

static void on_written(uv_write_t *write, int status)
{
	struct gdbregs__transport *t = write->data;

	t->writing = false;
	t->write_bytes.size = 0;
	if (status == UV_ECANCELED || !t->out)
		return;
	if (status < 0)
		write_failed(t, status);
	else
		gdbregs__session_pump(t->session);
	gdbregs__transport_event(t);
}

/* What the kernel does not take at once is written as it does. Meanwhile replies
 * are read: a stub that can't write its replies does not read our requests. */
static void write_rest(struct gdbregs__transport *t, size_t written)
{
	struct gdbregs_session *s = t->session;
	struct gdbregs_buffer spare = t->write_bytes;

	t->write_bytes = s->out;
	s->out = spare;
	s->out.size = 0;
	uv_buf_t rest = uv_buf_init((char *)t->write_bytes.data + written,
				    (unsigned)(t->write_bytes.size - written));
	t->write.data = t;
	t->writing = true;
	struct gdbregs__pipe_guard guard;
	gdbregs__pipe_guard_begin(&guard);
	int result = uv_write(&t->write, t->out, &rest, 1, on_written);
	gdbregs__pipe_guard_end(&guard);
	if (result < 0) {
		t->writing = false;
		write_failed(t, result);
	}
}

/* uv_try_write(), without its SIGPIPE: our streams are sockets, a child's too. */
static ssize_t try_write(struct gdbregs__transport *t)
{
	struct gdbregs_buffer *bytes = &t->session->out;
	uv_os_fd_t fd;

	if (uv_fileno((uv_handle_t *)t->out, &fd) < 0)
		return UV_EBADF;
	ssize_t written = send(fd, bytes->data, bytes->size, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (written >= 0)
		return written;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS
		       ? 0
		       : uv_translate_sys_error(errno);
}

static void write_out(struct gdbregs__transport *t)
{
	struct gdbregs_session *s = t->session;

	while (s->out.size && t->out && !t->writing) {
		ssize_t written = try_write(t);

		if (written < 0) {
			write_failed(t, (int)written);
			return;
		}
		if ((size_t)written < s->out.size) {
			write_rest(t, (size_t)written);
			return;
		}
		s->out.size = 0;
		gdbregs__session_pump(s);
	}
}

/* ------------------------------------------------------------------- bytes in --- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)handle;
	(void)suggested;
	buf->base = gdbregs__malloc(READ_BYTES);
	buf->len = buf->base ? READ_BYTES : 0;
}

static void take_input(struct gdbregs__transport *t, const uint8_t *data, size_t size)
{
	if (t->state != GDBREGS__TRANSPORT_FAREWELL) {
		gdbregs__session_input(t->session, data, size, uv_now(t->loop));
		return;
	}
	gdbregs__session_farewell_input(t->session, data, size);
	if (t->session->farewells == 0)
		shut(t);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
	struct gdbregs__transport *t = stream->data;

	if (size > 0) {
		take_input(t, (const uint8_t *)buf->base, (size_t)size);
		gdbregs__free(buf->base);
		gdbregs__transport_event(t);
		return;
	}
	gdbregs__free(buf->base);
	if (size == 0)
		return;
	uv_read_stop(stream);
	t->session->now_ms = uv_now(t->loop);
	if (t->state == GDBREGS__TRANSPORT_FAREWELL)
		shut(t);
	else if (size == UV_ENOBUFS)
		gdbregs__session_fail(t->session, GDBREGS_ERR_NOMEM, "out of memory");
	else
		gdbregs__session_eof(t->session, size == UV_EOF ? NULL : uv_strerror((int)size));
	gdbregs__transport_event(t);
}

/* ---------------------------------------------------------------- completions --- */

static void deliver(struct gdbregs__transport *t)
{
	struct gdbregs_session *s = t->session;
	struct gdbregs__op *op;

	while ((op = gdbregs__session_completed(s))) {
		gdbregs__op_done done = op->done;
		void *arg = op->arg;
		int status = op->status;

		gdbregs__session_release(s, op);
		if (done)
			done(s, status, arg);
	}
}

static void free_all(uv_handle_t *handle)
{
	struct gdbregs__transport *t = handle->data;
	gdbregs__transport_closed closed = t->closed;
	void *arg = t->closed_arg;

	deliver(t);
	gdbregs_buffer_fini(&t->write_bytes);
	gdbregs__session_free(t->session);
	gdbregs__free(t);
	if (closed)
		closed(arg);
}

/* Connecting has ended, one way or the other. */
static void tell_connected(struct gdbregs__transport *t, int status)
{
	gdbregs__op_done connected = t->connected;

	t->connected = NULL;
	if (connected)
		connected(t->session, status, t->connected_arg);
}

/* There is no connection any more: what remains is to say so and to go. */
static void conclude(struct gdbregs__transport *t)
{
	if (t->failing) {
		t->failing = false;
		t->session->error = t->connect_error;
		tell_connected(t, t->connect_error.code);
	}
	if (t->closing && !uv_is_closing((uv_handle_t *)&t->timer))
		uv_close((uv_handle_t *)&t->timer, free_all);
}

/* Something has happened: write, tell, aim the timer. */
void gdbregs__transport_event(struct gdbregs__transport *t)
{
	write_out(t);
	deliver(t);
	/* Callbacks may have asked for more. */
	write_out(t);
	if (t->state == GDBREGS__TRANSPORT_SHUT && !t->child && !t->resolving && !t->streams)
		conclude(t);
	if (!uv_is_closing((uv_handle_t *)&t->timer)) {
		t->deliver_due = t->session->completed_first != NULL;
		aim_timer(t);
	}
	/* libuv before 1.45 runs timers and then waits for input, even where the
	 * timer has brought what a blocking call waits for. */
	if (t->blocking)
		uv_stop(t->loop);
}

void gdbregs__transport_kick(struct gdbregs_session *s)
{
	struct gdbregs__transport *t = gdbregs__transport_of(s);

	write_out(t);
	if (s->completed_first)
		t->deliver_due = true;
	aim_timer(t);
}

/* --------------------------------------------------------------------- ending --- */

uv_stream_t *gdbregs__transport_new_stream(struct gdbregs__transport *t, uv_handle_type type)
{
	union {
		uv_tcp_t tcp;
		uv_pipe_t pipe;
		uv_stream_t stream;
	} *made = gdbregs__calloc(1, sizeof(*made));

	if (!made)
		return NULL;
	if (type == UV_TCP)
		uv_tcp_init(t->loop, &made->tcp);
	else
		uv_pipe_init(t->loop, &made->pipe, 0);
	made->stream.data = t;
	t->streams++;
	return &made->stream;
}

static void free_stream(uv_handle_t *handle)
{
	struct gdbregs__transport *t = handle->data;

	gdbregs__free(handle);
	t->streams--;
	gdbregs__transport_event(t);
}

void gdbregs__transport_drop_stream(uv_stream_t *stream)
{
	uv_close((uv_handle_t *)stream, free_stream);
}

static void shut(struct gdbregs__transport *t)
{
	if (t->state == GDBREGS__TRANSPORT_SHUT)
		return;
	t->state = GDBREGS__TRANSPORT_SHUT;
	t->limit_at_ms = GDBREGS__FOREVER;
	if (t->in)
		gdbregs__transport_drop_stream(t->in);
	if (t->out && t->out != t->in)
		gdbregs__transport_drop_stream(t->out);
	t->in = t->out = NULL;
	if (t->child)
		gdbregs__child_end(t);
	t->deliver_due = true;
	aim_timer(t);
}

void gdbregs__transport_child_gone(struct gdbregs__transport *t)
{
	gdbregs__transport_event(t);
}

static void on_stopped(struct gdbregs_session *s, int status, void *arg)
{
	struct gdbregs__transport *t = arg;

	if (t->state != GDBREGS__TRANSPORT_OPEN)
		return;
	if (!s->fatal && status >= 0) {
		write_out(t);
		shut(t);
		return;
	}
	gdbregs__session_farewell(s);
	bool await = s->heard && s->farewells;
	t->state = GDBREGS__TRANSPORT_FAREWELL;
	write_out(t);
	if (await)
		gdbregs__transport_set_limit(t, FAREWELL_MS);
	else
		shut(t);
}

static void stop(struct gdbregs__transport *t)
{
	struct gdbregs_session *s = t->session;

	if (t->stopping)
		return;
	t->stopping = true;
	gdbregs__transport_clock(s);
	gdbregs__transport_set_limit(t, s->options.reply_timeout_ms);
	if (gdbregs__session_stop(s, s->now_ms, on_stopped, t) < 0) {
		gdbregs__session_fail(s, GDBREGS_ERR_NOMEM, "out of memory");
		on_stopped(s, GDBREGS_ERR_NOMEM, t);
	}
	gdbregs__transport_kick(s);
}

static void on_discovered(struct gdbregs_session *s, int status, void *arg)
{
	struct gdbregs__transport *t = arg;

	if (status == 0 || t->closing) {
		tell_connected(t, t->closing ? GDBREGS_ERR_CANCELED : status);
		return;
	}
	t->connect_error = s->error;
	t->connect_error.code = status;
	t->failing = true;
	stop(t);
}

void gdbregs__transport_opened(struct gdbregs__transport *t)
{
	struct gdbregs_session *s = t->session;

	t->state = GDBREGS__TRANSPORT_OPEN;
	gdbregs__transport_set_limit(t, GDBREGS__FOREVER);
	gdbregs__transport_clock(s);
	int result = uv_read_start(t->in, on_alloc, on_read);
	if (result < 0)
		gdbregs__session_fail(s, GDBREGS_ERR_CONNECT, "%s: %s", s->label,
				      uv_strerror(result));
	else if (gdbregs__session_start(s, s->now_ms, on_discovered, t) < 0)
		gdbregs__session_fail(s, GDBREGS_ERR_NOMEM, "out of memory");
	if (s->fatal)
		on_discovered(s, s->fatal, t);
	else if (t->closing)
		stop(t);
	gdbregs__transport_event(t);
}

void gdbregs__transport_unreachable(struct gdbregs__transport *t)
{
	t->session->fatal = t->connect_error.code;
	t->session->state = GDBREGS__SESSION_ENDED;
	/* Told from the loop: this may be within the caller's call. */
	if (t->closing)
		t->connect_error.code = GDBREGS_ERR_CANCELED;
	t->failing = true;
	shut(t);
}

void gdbregs__transport_close(struct gdbregs_session *s, gdbregs__transport_closed closed,
			      void *arg)
{
	struct gdbregs__transport *t = gdbregs__transport_of(s);

	if (t->closing)
		return;
	t->closing = true;
	t->closed = closed;
	t->closed_arg = arg;
	switch (t->state) {
	case GDBREGS__TRANSPORT_RESOLVING:
		gdbregs__transport_connect_abandon(t);
		break;
	case GDBREGS__TRANSPORT_CONNECTING:
		gdbregs__transport_set_limit(t, CLOSE_CONNECTING_MS);
		break;
	case GDBREGS__TRANSPORT_OPEN:
		stop(t);
		break;
	case GDBREGS__TRANSPORT_FAREWELL:
		break;
	case GDBREGS__TRANSPORT_SHUT:
		t->deliver_due = true;
		aim_timer(t);
		break;
	}
}

/* -------------------------------------------------------------------- opening --- */

/* A name is looked up where descriptions are installed, a path is taken as it is. */
static int load_architecture(struct gdbregs_session *s, struct gdbregs_error *err)
{
	const char *name = s->options.architecture;
	char path[4096];

	int length = snprintf(path, sizeof(path), strchr(name, '/') ? "%s" : XML_DIR "/%s.xml", name);
	if (length < 0 || (size_t)length >= sizeof(path))
		return gdbregs__fail(err, GDBREGS_ERR_INVAL, "the architecture's name is too long");
	return gdbregs_description_load(s->context, path, &s->options, &s->fallback, err);
}

static int load_descriptions(struct gdbregs_session *s, struct gdbregs_error *err)
{
	int result = 0;

	if (s->options.description_path)
		result = gdbregs_description_load(s->context, s->options.description_path,
						  &s->options, &s->given, err);
	if (result == 0 && s->options.architecture)
		result = load_architecture(s, err);
	return result;
}

static struct gdbregs__transport *make(struct gdbregs_session *s, uv_loop_t *loop)
{
	struct gdbregs__transport *t = gdbregs__calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->session = s;
	t->loop = loop;
	t->timer_at_ms = t->limit_at_ms = GDBREGS__FOREVER;
	uv_timer_init(loop, &t->timer);
	t->timer.data = t;
	s->transport = t;
	return t;
}

int gdbregs__transport_open(struct gdbregs_context *ctx, uv_loop_t *loop, const char *address,
			    char *const argv[], const struct gdbregs_options *o,
			    gdbregs__op_done connected, void *arg, struct gdbregs_session **out,
			    struct gdbregs_error *err)
{
	struct gdbregs__address parsed = {0};
	struct gdbregs_session *s;
	int result = 0;

	if (argv)
		gdbregs__printable(parsed.label, sizeof(parsed.label), argv[0], strlen(argv[0]));
	else
		result = gdbregs__address_parse(address, &parsed, err);
	if (result < 0)
		return result;
	result = gdbregs__session_new(ctx, o, parsed.label, &s);
	if (result == GDBREGS_ERR_INVAL)
		return gdbregs__fail(err, result,
				     "the options hold no valid values; begin with "
				     "gdbregs_options_init()");
	if (result < 0)
		return gdbregs__fail_nomem(err);
	result = load_descriptions(s, err);
	struct gdbregs__transport *t = result < 0 ? NULL : make(s, loop);
	if (!t) {
		gdbregs__session_free(s);
		return result < 0 ? result : gdbregs__fail_nomem(err);
	}
	t->address = parsed;
	t->connected = connected;
	t->connected_arg = arg;
	gdbregs__transport_clock(s);
	if (argv && (result = gdbregs__child_spawn(t, argv, err)) < 0) {
		/* What was made of the child still has to be closed by the loop. */
		t->connected = NULL;
		t->state = GDBREGS__TRANSPORT_SHUT;
		t->closing = true;
		gdbregs__transport_event(t);
		return result;
	}
	*out = s;
	if (argv)
		gdbregs__transport_opened(t);
	else
		gdbregs__transport_connect(t);
	return 0;
}
