/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections: sockets, and the pipes of --stdio. Like QEMU, which writes its replies before it
 * reads again, a connection takes no requests while replies wait to be written. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

static void close_bytes(struct fake_conn *c, size_t *size)
{
	for (size_t i = 0; i < c->cfg->fault_count; i++) {
		const struct fake_fault *fault = &c->cfg->faults[i];
		if (fault->kind != FAULT_CLOSE_BYTES || c->bytes_out + *size < fault->when.at)
			continue;
		if (c->cfg->fault_connection && c->cfg->fault_connection != c->number)
			continue;
		*size = fault->when.at > c->bytes_out ? fault->when.at - c->bytes_out : 0;
		c->close_when_flushed = true;
	}
}

void fake_conn_put(struct fake_conn *c, const void *bytes, size_t size)
{
	if (c->silent || c->closing || c->close_when_flushed)
		return;
	close_bytes(c, &size);
	c->bytes_out += size;
	fake_put(&c->out, bytes, size);
}

/* ------------------------------------------------------------- closing --- */

static void on_closed(uv_handle_t *handle)
{
	struct fake_conn *c = handle->data;
	if (--c->open_handles)
		return;
	free(c->out.data);
	free(c->sending.data);
	free(c->queue.data);
	free(c->stash.data);
	free(c->packet.data);
	free(c->last.data);
	free(c->attached);
	free(c);
}

void fake_conn_close(struct fake_conn *c, bool reset)
{
	if (c->closing)
		return;
	c->closing = true;
	fake_conn_gone(c);
	if (!reset || c->cfg->unix_path || c->cfg->stdio ||
	    uv_tcp_close_reset(&c->in.tcp, on_closed))
		uv_close((uv_handle_t *)&c->in, on_closed);
	if (c->writer != &c->in.stream)
		uv_close((uv_handle_t *)c->writer, on_closed);
	uv_close((uv_handle_t *)&c->timer, on_closed);
	uv_close((uv_handle_t *)&c->stop_timer, on_closed);
}

/* ------------------------------------------------------------- reading --- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char block[65536]; /* shared by the loop: libuv fills it just before it calls back */
	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(block, sizeof(block));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct fake_conn *c = stream->data;
	if (n < 0)
		fake_conn_close(c, false);
	else if (n > 0)
		fake_wire_input(c, (const uint8_t *)buf->base, (size_t)n);
}

/* ------------------------------------------------------------- writing --- */

static void go_on(struct fake_conn *c);

static void on_timer(uv_timer_t *timer)
{
	struct fake_conn *c = timer->data;
	c->waiting = false;
	go_on(c);
}

static void wait_a_while(struct fake_conn *c, unsigned ms)
{
	c->waiting = true;
	uv_timer_start(&c->timer, on_timer, ms, 0);
}

static void on_written(uv_write_t *write, int status)
{
	struct fake_conn *c = write->data;
	c->writing = false;
	if (c->closing)
		return;
	if (status < 0) {
		fake_conn_close(c, false);
		return;
	}
	c->sent += c->piece;
	if (c->cfg->chunk_ms)
		wait_a_while(c, c->cfg->chunk_ms);
	else
		go_on(c);
}

static void write_piece(struct fake_conn *c)
{
	size_t left = c->sending.size - c->sent;
	c->piece = c->cfg->chunk && c->cfg->chunk < left ? c->cfg->chunk : left;
	uv_buf_t buf = uv_buf_init((char *)c->sending.data + c->sent, (unsigned)c->piece);
	if (!c->cfg->chunk && c->endless < 0) {
		int n = uv_try_write(c->writer, &buf, 1);
		c->sent += n > 0 ? (size_t)n : 0;
		if (n == (int)c->piece)
			return;
		c->piece = c->sending.size - c->sent;
		buf = uv_buf_init((char *)c->sending.data + c->sent, (unsigned)c->piece);
	}
	c->writing = true;
	c->write.data = c;
	uv_read_stop(&c->in.stream);
	if (uv_write(&c->write, c->writer, &buf, 1, on_written))
		fake_conn_close(c, false);
}

/* Take what is to be sent next. Returns false if there is nothing. */
static bool refill(struct fake_conn *c)
{
	struct fake_buffer sent = c->sending;
	if (c->sent < c->sending.size)
		return true;
	c->sending = c->out;
	c->out = sent;
	c->out.size = c->sent = 0;
	if (!c->sending.size && c->endless >= 0)
		fake_fault_stream(c, &c->sending);
	return c->sending.size;
}

static void go_on(struct fake_conn *c)
{
	while (!c->writing && !c->waiting && !c->closing && refill(c))
		write_piece(c);
	if (c->writing || c->waiting || c->closing)
		return;
	if (c->close_when_flushed)
		fake_conn_close(c, c->reset);
	else
		uv_read_start(&c->in.stream, on_alloc, on_read);
}

void fake_conn_flush(struct fake_conn *c)
{
	if (c->cfg->delay_ms && c->out.size && !c->writing && !c->waiting && !c->closing)
		wait_a_while(c, c->cfg->delay_ms);
	else
		go_on(c);
}

/* ------------------------------------------------------------ starting --- */

static struct fake_conn *new_conn(uv_loop_t *loop, struct fake_config *cfg, struct fake_machine *m)
{
	struct fake_conn *c = fake_alloc(NULL, 1, sizeof(*c));
	memset(c, 0, sizeof(*c));
	c->cfg = cfg;
	c->machine = m;
	c->endless = -1;
	c->number = (unsigned)++fake_totals.connections;
	c->random = c->number;
	c->open_handles = 3;
	c->writer = &c->in.stream;
	uv_timer_init(loop, &c->timer);
	uv_timer_init(loop, &c->stop_timer);
	c->timer.data = c->stop_timer.data = c;
	return c;
}

struct fake_conn *fake_conn_accept(uv_stream_t *listener, struct fake_config *cfg,
				   struct fake_machine *m)
{
	struct fake_conn *c = new_conn(listener->loop, cfg, m);
	if (cfg->unix_path)
		uv_pipe_init(listener->loop, &c->in.pipe, 0);
	else
		uv_tcp_init(listener->loop, &c->in.tcp);
	c->in.stream.data = c;
	if (uv_accept(listener, &c->in.stream))
		fake_die("cannot accept");
	if (!cfg->unix_path)
		uv_tcp_nodelay(&c->in.tcp, 1);
	int size = (int)cfg->sndbuf;
	if (size)
		uv_send_buffer_size((uv_handle_t *)&c->in, &size);
	return c;
}

struct fake_conn *fake_conn_stdio(uv_loop_t *loop, struct fake_config *cfg, struct fake_machine *m)
{
	struct fake_conn *c = new_conn(loop, cfg, m);
	c->open_handles++;
	c->writer = &c->out_pipe.stream;
	uv_pipe_init(loop, &c->in.pipe, 0);
	uv_pipe_init(loop, &c->out_pipe.pipe, 0);
	c->in.stream.data = c->out_pipe.stream.data = c;
	if (uv_pipe_open(&c->in.pipe, 0) || uv_pipe_open(&c->out_pipe.pipe, 1))
		fake_die("--stdio needs pipes or sockets");
	return c;
}

void fake_conn_start(struct fake_conn *c, struct fake_guest *guest)
{
	c->guest = guest;
	c->silent = c->number <= c->cfg->silent_connections;
	fake_threads_init(c);
	fake_run_accepted(c);
	fake_conn_flush(c);
}
