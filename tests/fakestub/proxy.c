/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * proxy: connects a client with a stub, delays bytes and counts round trips.
 *
 *	proxy --listen PORT --to HOST:PORT|unix:PATH [OPTION]...
 *
 *	--listen N         on 127.0.0.1; 0: a free port. It prints "PORT n".
 *	--to ADDRESS       where the stub is; HOST is an IPv4 address or localhost
 *	--delay-ms N       in each direction; any number of bytes may be on their way
 *	--record FILE      append the counts to this file instead of stdout
 *	--chunk N          pass bytes in pieces of N
 *	--flip-bit-down N  flip the lowest bit of the Nth byte from the stub
 *	--cut-down N       close after N bytes from the stub
 *
 * At the end of each connection, and on SIGTERM for connections that are open, it
 * records
 *
 *	round_trips=N bytes_up=N bytes_down=N
 *
 * Up is the direction from the client to the stub. A round trip begins when the
 * client sends bytes after it has received bytes, because the client has waited
 * for them. The proxy ends with its parent process.
 */
#include "proxy.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

struct proxy_options proxy_options;

static FILE *record;
static struct pair *pairs;
static uv_tcp_t listener;

void *proxy_alloc(size_t size)
{
	void *p = calloc(1, size);
	if (!p)
		abort();
	return p;
}

/* ------------------------------------------------------------- closing --- */

static void print_counts(const struct pair *p)
{
	fprintf(record, "round_trips=%llu bytes_up=%llu bytes_down=%llu\n",
		(unsigned long long)p->round_trips, (unsigned long long)p->up.bytes,
		(unsigned long long)p->down.bytes);
	fflush(record);
}

static void on_closed(uv_handle_t *handle)
{
	struct pair *p = handle->data;
	if (--p->open_handles)
		return;
	proxy_way_free(&p->up);
	proxy_way_free(&p->down);
	free(p);
}

void proxy_close(struct pair *p)
{
	struct pair **at = &pairs;
	if (p->closing)
		return;
	p->closing = true;
	while (*at && *at != p)
		at = &(*at)->next;
	if (*at)
		*at = p->next;
	print_counts(p);
	uv_close((uv_handle_t *)&p->client, on_closed);
	uv_close((uv_handle_t *)&p->stub, on_closed);
	uv_close((uv_handle_t *)&p->up.timer, on_closed);
	uv_close((uv_handle_t *)&p->down.timer, on_closed);
}

/* ---------------------------------------------------------- connecting --- */

static void on_connected(uv_connect_t *request, int status)
{
	struct pair *p = request->data;
	if (p->closing)
		return;
	if (status < 0) {
		proxy_close(p);
		return;
	}
	proxy_way_start(p);
}

static void connect_stub(struct pair *p, uv_loop_t *loop)
{
	char host[64];
	unsigned number;
	struct sockaddr_in address;
	p->connect.data = p;
	if (!strncmp(proxy_options.destination, "unix:", 5)) {
		uv_pipe_init(loop, &p->stub.pipe, 0);
		uv_pipe_connect(&p->connect, &p->stub.pipe, proxy_options.destination + 5,
				on_connected);
		return;
	}
	uv_tcp_init(loop, &p->stub.tcp);
	if (sscanf(proxy_options.destination, "%63[^:]:%u", host, &number) != 2 ||
	    uv_ip4_addr(strcmp(host, "localhost") ? host : "127.0.0.1", (int)number, &address)) {
		fprintf(stderr, "proxy: not HOST:PORT or unix:PATH: %s\n",
			proxy_options.destination);
		exit(2);
	}
	uv_tcp_nodelay(&p->stub.tcp, 1);
	if (uv_tcp_connect(&p->connect, &p->stub.tcp, (struct sockaddr *)&address, on_connected))
		proxy_close(p);
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct pair *p = proxy_alloc(sizeof(*p));
	if (status < 0)
		exit(2);
	p->next = pairs;
	pairs = p;
	p->open_handles = 4;
	proxy_way_init(&p->up, p, false, stream->loop);
	proxy_way_init(&p->down, p, true, stream->loop);
	uv_tcp_init(stream->loop, &p->client.tcp);
	if (uv_accept(stream, &p->client.stream))
		exit(2);
	uv_tcp_nodelay(&p->client.tcp, 1);
	p->client.stream.data = p->stub.stream.data = p;
	connect_stub(p, stream->loop);
}

/* ------------------------------------------------------------ starting --- */

static void on_signal(uv_signal_t *handle, int number)
{
	(void)handle;
	(void)number;
	for (struct pair *p = pairs; p; p = p->next)
		print_counts(p);
	exit(0);
}

static unsigned long *number_option(const char *name)
{
	return !strcmp(name, "--listen")	  ? &proxy_options.port
	       : !strcmp(name, "--delay-ms")	  ? &proxy_options.delay_ms
	       : !strcmp(name, "--chunk")	  ? &proxy_options.chunk
	       : !strcmp(name, "--flip-bit-down") ? &proxy_options.flip_down
	       : !strcmp(name, "--cut-down")	  ? &proxy_options.cut_down
						  : NULL;
}

static void read_options(int argc, char **argv)
{
	record = stdout;
	for (int i = 1; i + 1 < argc; i += 2) {
		unsigned long *number = number_option(argv[i]);
		if (number)
			*number = strtoul(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--to"))
			proxy_options.destination = argv[i + 1];
		else if (!strcmp(argv[i], "--record"))
			record = fopen(argv[i + 1], "a");
		else
			proxy_options.destination = NULL, argc = 0;
	}
	if (!proxy_options.destination || !record || argc % 2 == 0) {
		fputs("proxy: see the comment that tests/fakestub/proxy.c begins with\n", stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	uv_signal_t term, interrupt;
	struct sockaddr_in address;
	int size = sizeof(address);
	read_options(argc, argv);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	uv_signal_init(loop, &term);
	uv_signal_start(&term, on_signal, SIGTERM);
	uv_signal_init(loop, &interrupt);
	uv_signal_start(&interrupt, on_signal, SIGINT);
	uv_tcp_init(loop, &listener);
	uv_ip4_addr("127.0.0.1", (int)proxy_options.port, &address);
	if (uv_tcp_bind(&listener, (struct sockaddr *)&address, 0) ||
	    uv_listen((uv_stream_t *)&listener, 4096, on_connection)) {
		fprintf(stderr, "proxy: cannot listen on port %lu\n", proxy_options.port);
		return 2;
	}
	uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &size);
	printf("PORT %d\n", ntohs(address.sin_port));
	fflush(stdout);
	return uv_run(loop, UV_RUN_DEFAULT);
}
