/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A direction of a connection: bytes are received, delayed, and passed on. */
#include "proxy.h"

#include <stdlib.h>
#include <string.h>

struct write {
	uv_write_t request;
	struct way *way;
	char data[];
};

void proxy_way_free(struct way *w)
{
	for (struct piece *next; w->first; w->first = next) {
		next = w->first->next;
		free(w->first);
	}
}

/* ---------------------------------------------------------- delivering --- */

static void on_shutdown(uv_shutdown_t *request, int status)
{
	struct pair *p = request->data;
	if (status < 0 || (p->up.ended && p->down.ended))
		proxy_close(p);
}

static void deliver_end(struct way *w)
{
	w->ended = true;
	w->shutdown.data = w->pair;
	if (uv_shutdown(&w->shutdown, &w->to->stream, on_shutdown))
		proxy_close(w->pair);
}

static void on_written(uv_write_t *request, int status)
{
	struct write *write = request->data;
	struct pair *p = write->way->pair;
	bool end = write->way->down && proxy_options.cut_down &&
		   p->down.bytes >= proxy_options.cut_down;
	free(write);
	if ((status < 0 || end) && !p->closing && !p->stub.stream.write_queue_size &&
	    !p->client.stream.write_queue_size)
		proxy_close(p);
}

static void send_part(struct way *w, const char *data, size_t size)
{
	struct write *write = proxy_alloc(sizeof(*write) + size);
	memcpy(write->data, data, size);
	write->request.data = write;
	write->way = w;
	uv_buf_t buf = uv_buf_init(write->data, (unsigned)size);
	if (!uv_write(&write->request, &w->to->stream, &buf, 1, on_written))
		return;
	free(write);
	proxy_close(w->pair);
}

static void deliver(struct way *w, const struct piece *piece)
{
	size_t part = proxy_options.chunk ? proxy_options.chunk : piece->size;
	if (w->down)
		w->pair->answered = true;
	if (!piece->size)
		deliver_end(w);
	for (size_t at = 0; at < piece->size && !w->pair->closing; at += part)
		send_part(w, piece->data + at, piece->size - at < part ? piece->size - at : part);
}

static void on_due(uv_timer_t *timer);

static void deliver_due(struct way *w)
{
	uint64_t now = uv_hrtime();
	while (w->first && w->first->due_ns <= now && !w->pair->closing) {
		struct piece *piece = w->first;
		w->first = piece->next;
		if (!w->first)
			w->last = &w->first;
		deliver(w, piece);
		free(piece);
	}
	if (w->first && !w->pair->closing) {
		uv_update_time(w->timer.loop);
		uv_timer_start(&w->timer, on_due, (w->first->due_ns - now) / 1000000 + 1, 0);
	}
}

static void on_due(uv_timer_t *timer)
{
	struct pair *p = timer->data;
	deliver_due(timer == &p->up.timer ? &p->up : &p->down);
}

/* ------------------------------------------------------------- arriving --- */

static void count_up(struct pair *p)
{
	if (p->answered || !p->round_trips)
		p->round_trips++;
	p->answered = false;
}

static size_t damage_down(struct way *w, char *data, size_t size)
{
	if (proxy_options.flip_down > w->bytes && proxy_options.flip_down <= w->bytes + size)
		data[proxy_options.flip_down - w->bytes - 1] ^= 1;
	if (proxy_options.cut_down && w->bytes + size > proxy_options.cut_down)
		size = w->bytes < proxy_options.cut_down ? proxy_options.cut_down - w->bytes : 0;
	return size;
}

static void enqueue(struct way *w, const char *data, size_t size)
{
	struct piece *piece = proxy_alloc(sizeof(*piece) + size);
	if (size)
		memcpy(piece->data, data, size);
	piece->size = size;
	piece->due_ns = uv_hrtime() + proxy_options.delay_ms * 1000000;
	*w->last = piece;
	w->last = &piece->next;
	if (!uv_is_active((uv_handle_t *)&w->timer))
		deliver_due(w);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char block[65536]; /* shared by the loop: libuv fills it just before it calls back */
	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(block, sizeof(block));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct pair *p = stream->data;
	struct way *w = stream == &p->client.stream ? &p->up : &p->down;
	size_t size = n > 0 ? (size_t)n : 0;
	if (n == 0)
		return;
	if (n < 0) {
		uv_read_stop(stream);
		enqueue(w, NULL, 0);
		return;
	}
	if (w->down)
		size = damage_down(w, buf->base, size);
	else
		count_up(p);
	w->bytes += size;
	if (size)
		enqueue(w, buf->base, size);
}

/* ------------------------------------------------------------ starting --- */

void proxy_way_init(struct way *w, struct pair *p, bool down, uv_loop_t *loop)
{
	w->pair = p;
	w->down = down;
	w->to = down ? &p->client : &p->stub;
	w->last = &w->first;
	uv_timer_init(loop, &w->timer);
	w->timer.data = p;
}

void proxy_way_start(struct pair *p)
{
	uv_read_start(&p->client.stream, on_alloc, on_read);
	uv_read_start(&p->stub.stream, on_alloc, on_read);
}
