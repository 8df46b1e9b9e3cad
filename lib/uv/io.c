/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes to and from the stub. Both directions run at the same time: a stub that
 * cannot write its replies stops reading requests. */
#include "uv/transport.h"

#include "util/alloc.h"
#include "uv/sigpipe.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* ------------------------------------------------------------------ bytes out --- */

/* The peer may have sent an error before it closed the connection: keep reading until
 * end of file. */
static void write_failed(struct gdbregs__transport *t, int code)
{
	t->session->engine.out.size = 0;
	if (code != UV_EPIPE && !t->child)
		gdbregs__engine_eof(&t->session->engine, uv_strerror(code));
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
		gdbregs__engine_pump(&t->session->engine);
	gdbregs__transport_event(t);
}

/* Let libuv write the bytes that the kernel did not accept. Replies are read
 * meanwhile: a stub that cannot write its replies stops reading requests. */
static void write_rest(struct gdbregs__transport *t, size_t written)
{
	struct gdbregs_session *s = t->session;
	struct gdbregs_buffer spare = t->write_bytes;

	t->write_bytes = s->engine.out;
	s->engine.out = spare;
	s->engine.out.size = 0;
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

/* Like uv_try_write(), but without SIGPIPE. All streams are sockets, also those of a
 * child. */
static ssize_t try_write(struct gdbregs__transport *t)
{
	struct gdbregs_buffer *bytes = &t->session->engine.out;
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

void gdbregs__transport_write(struct gdbregs__transport *t)
{
	struct gdbregs_session *s = t->session;

	while (s->engine.out.size && t->out && !t->writing) {
		ssize_t written = try_write(t);

		if (written < 0) {
			write_failed(t, (int)written);
			return;
		}
		if ((size_t)written < s->engine.out.size) {
			write_rest(t, (size_t)written);
			return;
		}
		s->engine.out.size = 0;
		gdbregs__engine_pump(&s->engine);
	}
}

/* ------------------------------------------------------------------- bytes in --- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)handle;
	(void)suggested;
	buf->base = gdbregs__malloc(GDBREGS__TRANSPORT_READ_BYTES);
	buf->len = buf->base ? GDBREGS__TRANSPORT_READ_BYTES : 0;
}

/* Some stubs send `+` and the reply separately, with Nagle's algorithm enabled
 * (Dolphin, mGBA). The reply then waits for our TCP acknowledgement, which the kernel
 * delays by 40 ms. Linux resets this option after a while, so set it at each read.
 * QEMU does not need it. */
static void acknowledge_at_once(const struct gdbregs__transport *t)
{
#ifdef TCP_QUICKACK
	uv_os_fd_t fd;
	int yes = 1;

	if (t->in && t->in->type == UV_TCP && !gdbregs__stub_is_qemu(&t->session->stub) &&
	    uv_fileno((uv_handle_t *)t->in, &fd) == 0)
		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof(yes));
#else
	(void)t;
#endif
}

void gdbregs__transport_input(struct gdbregs__transport *t, const uint8_t *data, size_t size)
{
	t->reads++;
	acknowledge_at_once(t);
	t->session->engine.input_ns = uv_hrtime();
	gdbregs__engine_input(&t->session->engine, data, size, uv_now(t->loop));
	gdbregs__transport_event(t);
}

void gdbregs__transport_input_ends(struct gdbregs__transport *t, int code)
{
	uv_read_stop(t->in);
	t->session->engine.now_ms = uv_now(t->loop);
	if (t->state == GDBREGS__TRANSPORT_DETACHING)
		gdbregs__transport_shut(t);
	else if (code == UV_ENOBUFS)
		gdbregs__engine_fail_nomem(&t->session->engine);
	else if (t->child)
		gdbregs__child_output_ended(t);
	else
		gdbregs__engine_eof(&t->session->engine, code == UV_EOF ? NULL : uv_strerror(code));
	gdbregs__transport_event(t);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
	struct gdbregs__transport *t = stream->data;

	if (size > 0)
		gdbregs__transport_input(t, (const uint8_t *)buf->base, (size_t)size);
	gdbregs__free(buf->base);
	if (size < 0)
		gdbregs__transport_input_ends(t, (int)size);
}

void gdbregs__transport_read_missed(struct gdbregs__transport *t)
{
	uv_os_fd_t fd;

	if (t->state == GDBREGS__TRANSPORT_CONNECTING || !t->in ||
	    uv_fileno((uv_handle_t *)t->in, &fd) < 0)
		return;
	uint8_t *bytes = gdbregs__malloc(GDBREGS__TRANSPORT_READ_BYTES);
	if (!bytes)
		return;
	ssize_t size = recv(fd, bytes, GDBREGS__TRANSPORT_READ_BYTES, MSG_DONTWAIT);
	int error = size < 0 ? errno : 0;
	uv_read_stop(t->in);
	uv_read_start(t->in, on_alloc, on_read);
	if (size > 0)
		gdbregs__transport_input(t, bytes, (size_t)size);
	else if (error != EAGAIN && error != EINTR)
		gdbregs__transport_input_ends(t, error ? uv_translate_sys_error(error) : UV_EOF);
	gdbregs__free(bytes);
}

int gdbregs__transport_read(struct gdbregs__transport *t)
{
	return uv_read_start(t->in, on_alloc, on_read);
}
