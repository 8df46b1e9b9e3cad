/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes to and from the stub. The transport owns the socket, and libuv only watches it:
 * so no write raises SIGPIPE, and input can be read without the loop. */
#include "uv/transport.h"

#include "util/alloc.h"
#include "util/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* The largest read. It is on the stack: a thousand idle sessions hold no buffer. */
#define READ_BYTES 32768

/* ----------------------------------------------------------------- the socket --- */

/* The loop has found the socket ready. */
static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct gdbregs__transport *t = poll->data;

	/* After an error, libuv watches no more. Reading returns the error. */
	if (status < 0)
		t->watched = 0;
	if (t->state == GDBREGS__TRANSPORT_CONNECTING)
		gdbregs__transport_check_connecting(t);
	else if ((status == 0 && !(events & UV_READABLE)) || !gdbregs__transport_read(t))
		gdbregs__transport_event(t);
}

/* If this process has closed descriptor 0, 1 or 2, the socket may have got its number.
 * Move it, or else messages of the process would go to the stub. */
static int move_above_stdio(int fd)
{
	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	close(fd);
	return moved;
}

int gdbregs__transport_take_socket(struct gdbregs__transport *t, int fd)
{
	uv_poll_t *poll = gdbregs__malloc(sizeof(*poll));

	fd = move_above_stdio(fd);
	int result = fd < 0 ? uv_translate_sys_error(errno) : poll ? 0 : UV_ENOMEM;
	if (result == 0)
		result = uv_poll_init(t->loop, poll, fd);
	if (result < 0) {
		if (fd >= 0)
			close(fd);
		gdbregs__free(poll);
		return result;
	}
	poll->data = t;
	t->fd = fd;
	t->poll = poll;
	t->watched = 0;
	t->open_handles++;
	return 0;
}

static void on_poll_closed(uv_handle_t *poll)
{
	struct gdbregs__transport *t = poll->data;

	gdbregs__free(poll);
	t->open_handles--;
	gdbregs__transport_event(t);
}

int gdbregs__transport_release_socket(struct gdbregs__transport *t)
{
	int fd = t->fd;

	if (fd >= 0)
		uv_close((uv_handle_t *)t->poll, on_poll_closed);
	t->fd = -1;
	t->poll = NULL;
	return fd;
}

void gdbregs__transport_close_socket(struct gdbregs__transport *t)
{
	bool forked = gdbregs__transport_is_forked(t);

	/* Both processes share the epoll instance of the loop. libuv cannot remove a
	 * descriptor from it that is closed already. */
	if (forked && t->fd >= 0)
		close(t->fd);
	int fd = gdbregs__transport_release_socket(t);
	if (!forked && fd >= 0)
		close(fd);
}

void gdbregs__transport_watch(struct gdbregs__transport *t)
{
	bool connecting = t->state == GDBREGS__TRANSPORT_CONNECTING;
	int events = 0;

	if (t->fd < 0)
		return;
	if (!connecting && !t->input_ended)
		events |= UV_READABLE;
	if (connecting || t->session->engine.out.size)
		events |= UV_WRITABLE;
	if (events == t->watched)
		return;
	t->watched = events;
	uv_poll_start(t->poll, events, on_ready);
}

/* ------------------------------------------------------------------ bytes out --- */

static bool is_busy(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}

/* The peer may have sent an error before it closed the connection: keep reading until
 * end of file. */
static void write_failed(struct gdbregs__transport *t, int error)
{
	t->session->engine.out.size = 0;
	if (error != EPIPE && !t->child)
		gdbregs__engine_eof(&t->session->engine,
				    uv_strerror(uv_translate_sys_error(error)));
}

/* Bytes that the kernel does not accept are written when the socket is ready. Replies are
 * read meanwhile: a stub that cannot write its replies stops reading requests. */
void gdbregs__transport_write(struct gdbregs__transport *t)
{
	struct gdbregs_buffer *out = &t->session->engine.out;

	while (out->size && t->fd >= 0) {
		ssize_t size = send(t->fd, out->data, out->size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (size < 0 && is_busy(errno))
			break;
		if (size < 0) {
			write_failed(t, errno);
			break;
		}
		gdbregs__buffer_drop(out, (size_t)size);
		if (!out->size)
			gdbregs__engine_pump(&t->session->engine);
	}
	gdbregs__transport_watch(t);
}

/* ------------------------------------------------------------------- bytes in --- */

/* Some stubs send `+` and the reply separately, with Nagle's algorithm enabled
 * (Dolphin, mGBA). The reply then waits for our TCP acknowledgement, which the kernel
 * delays by 40 ms. Linux resets this option after a while, so set it at each read.
 * QEMU does not need it. */
static void acknowledge_at_once(const struct gdbregs__transport *t)
{
#ifdef TCP_QUICKACK
	int yes = 1;

	if (!t->child && !t->address.is_unix && !gdbregs__stub_is_qemu(&t->session->stub))
		setsockopt(t->fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof(yes));
#else
	(void)t;
#endif
}

static void take_input(struct gdbregs__transport *t, const uint8_t *data, size_t size)
{
	acknowledge_at_once(t);
	t->session->engine.input_ns = uv_hrtime();
	gdbregs__engine_input(&t->session->engine, data, size, uv_now(t->loop));
}

/* The input has ended, with an errno or 0. */
static void end_input(struct gdbregs__transport *t, int error)
{
	t->input_ended = true;
	t->session->engine.now_ms = uv_now(t->loop);
	if (t->state == GDBREGS__TRANSPORT_DETACHING)
		gdbregs__transport_shut(t);
	else if (t->child)
		gdbregs__child_output_ended(t);
	else
		gdbregs__engine_eof(&t->session->engine,
				    error ? uv_strerror(uv_translate_sys_error(error)) : NULL);
}

bool gdbregs__transport_read(struct gdbregs__transport *t)
{
	uint8_t bytes[READ_BYTES];

	if (t->fd < 0 || t->input_ended)
		return false;
	ssize_t size = recv(t->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (size < 0 && is_busy(errno))
		return false;
	uv_update_time(t->loop);
	if (size > 0)
		take_input(t, bytes, (size_t)size);
	else
		end_input(t, size < 0 ? errno : 0);
	gdbregs__transport_event(t);
	return true;
}
