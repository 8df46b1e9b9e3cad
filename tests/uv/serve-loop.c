/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scripted stubs on a libuv loop, for the tests of connections. */
#include "serve-loop.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct client {
	uv_tcp_t tcp;
	struct script_stub stub;
	bool closing;
};

unsigned serve_dice_state;

unsigned serve_dice(unsigned sides)
{
	serve_dice_state = serve_dice_state * 1103515245u + 12345u;
	return serve_dice_state / 65536 % sides;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char bytes[65536];

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(bytes, sizeof(bytes));
}

static void on_client_closed(uv_handle_t *handle)
{
	struct client *c = handle->data;
	struct listener *l = c->tcp.loop->data;

	l->violations += c->stub.violation[0] != '\0';
	if (c->stub.violation[0])
		fprintf(stderr, "%s\n%.2000s\n", c->stub.violation, c->stub.log);
	l->left_halted += !c->stub.running && c->stub.requests;
	script_end(&c->stub);
	free(c);
}

static void close_client(struct client *c)
{
	if (!c->closing)
		uv_close((uv_handle_t *)&c->tcp, on_client_closed);
	c->closing = true;
}

static void on_sent(uv_write_t *write, int status)
{
	(void)status;
	free(write);
}

/* The bytes to write are in the same allocation, after the request. */
static void send_pending(struct client *c)
{
	struct script_stub *stub = &c->stub;
	size_t size = stub->out.size - stub->taken;

	if (size == 0)
		return;
	uv_write_t *write = malloc(sizeof(*write) + size);
	uv_buf_t buf = uv_buf_init((char *)(write + 1), (unsigned)size);

	memcpy(write + 1, stub->out.data + stub->taken, size);
	stub->taken = stub->out.size;
	if (uv_write(write, (uv_stream_t *)&c->tcp, &buf, 1, on_sent) < 0)
		free(write);
}

static void on_bytes(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
	struct client *c = stream->data;
	struct listener *l = stream->loop->data;

	if (size < 0) {
		close_client(c);
		return;
	}
	if (l->silent)
		return;
	script_input(&c->stub, (const uint8_t *)buf->base, (size_t)size);
	send_pending(c);
	if (l->drop_after && c->stub.requests >= l->drop_after)
		close_client(c);
}

static void on_client(uv_stream_t *server, int status)
{
	struct listener *l = server->data;
	struct client *c = calloc(1, sizeof(*c));

	ck_assert_int_eq(status, 0);
	uv_tcp_init(server->loop, &c->tcp);
	c->tcp.data = c;
	ck_assert_int_eq(uv_accept(server, (uv_stream_t *)&c->tcp), 0);
	script_begin(&c->stub, (enum script_kind)serve_dice(SCRIPT_KINDS), script_small, 1);
	l->clients++;
	script_accept(&c->stub);
	uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_bytes);
	if (!l->silent)
		send_pending(c);
}

void serve_on_loop(struct listener *l, uv_loop_t *loop)
{
	struct sockaddr_in address;
	int length = sizeof(address);

	*l = (struct listener){0};
	loop->data = l;
	uv_ip4_addr("127.0.0.1", 0, &address);
	uv_tcp_init(loop, &l->tcp);
	l->tcp.data = l;
	uv_tcp_bind(&l->tcp, (struct sockaddr *)&address, 0);
	ck_assert_int_eq(uv_listen((uv_stream_t *)&l->tcp, 128, on_client), 0);
	uv_tcp_getsockname(&l->tcp, (struct sockaddr *)&address, &length);
	snprintf(l->address, sizeof(l->address), "127.0.0.1:%u", ntohs(address.sin_port));
	/* Do not keep the loop running when the sessions have ended. */
	uv_unref((uv_handle_t *)&l->tcp);
}

void serve_run_out(struct listener *l, uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&l->tcp, NULL);
	uv_run(loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(loop), 0);
}
