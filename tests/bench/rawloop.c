/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rawloop: the lower bound of the time that a client of a stub needs. It writes
 * prepared packets, and reads replies without parsing: it looks for '#' only.
 *
 *	rawloop ADDRESS pipelined|serial|stepped ROUNDS [SETUP]... <PAYLOADS
 *
 * ADDRESS is HOST:PORT (IPv4) or unix:PATH. Each SETUP is a payload that is sent
 * once, before the rounds. A round sends every line of standard input as a packet
 * and ends with the last reply. The packets are sent in one write, one at a time, or
 * (stepped) the first one alone, like a step, and the others in one write. It prints
 *
 *	median_ns=N min_ns=N packets=N bytes=N
 *
 * where bytes are those of the replies in a round, and closes without detaching.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WARM_ROUNDS 3

static int sock;
static char *wire; /* all packets of a round */
static size_t wire_size, *ends, packets;
static uint64_t reply_bytes;

/* ---------------------------------------------------------- connecting --- */

static int connect_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(s, (struct sockaddr *)&address, sizeof(address)))
		bench_die("cannot connect to %s", path);
	return s;
}

static int connect_tcp(const char *text)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	char host[64];
	unsigned port;
	int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	if (sscanf(text, "%63[^:]:%u", host, &port) != 2)
		bench_die("not HOST:PORT or unix:PATH: %s", text);
	address.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
	    connect(s, (struct sockaddr *)&address, sizeof(address)))
		bench_die("cannot connect to %s", text);
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return s;
}

/* ------------------------------------------------------------- packets --- */

static size_t frame(char *out, const char *payload)
{
	uint8_t sum = 0;
	for (const char *p = payload; *p; p++)
		sum = (uint8_t)(sum + (uint8_t)*p);
	return (size_t)sprintf(out, "$%s#%02x", payload, sum);
}

static void add_packet(const char *payload)
{
	wire = realloc(wire, wire_size + strlen(payload) + 8);
	ends = realloc(ends, (packets + 1) * sizeof(*ends));
	if (!wire || !ends)
		bench_die("out of memory");
	/* Acknowledge the previous reply together with the next packet. */
	if (!packets)
		wire[wire_size++] = '+';
	wire_size += frame(wire + wire_size, payload);
	ends[packets++] = wire_size;
}

static void read_payloads(void)
{
	char line[512];
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		add_packet(line);
	}
	if (!packets)
		bench_die("no packets on standard input");
}

/* -------------------------------------------------------------- rounds --- */

/* Returns how many bytes must still arrive until there are `replies` packets: at least 2 for a
 * checksum. */
struct awaited {
	size_t replies;
	unsigned tail;
};

static void see(struct awaited *a, const char *bytes, size_t size)
{
	const char *end = bytes + size;
	reply_bytes += size;
	while (a->replies && (bytes = memchr(bytes, '#', (size_t)(end - bytes)))) {
		bytes++;
		if (!--a->replies)
			a->tail = 2;
	}
	if (!a->replies && bytes && a->tail)
		a->tail -= end - bytes < (long)a->tail ? (unsigned)(end - bytes) : a->tail;
}

static void receive(struct awaited *a)
{
	static char block[65536];
	ssize_t n = read(sock, block, sizeof(block));
	if (n <= 0)
		bench_die("the stub closed the connection");
	see(a, block, (size_t)n);
}

/* Write and read at the same time: a stub that cannot write stops reading. */
static void exchange(const char *bytes, size_t size, size_t replies)
{
	struct awaited a = {replies, 0};
	while (size) {
		ssize_t n = send(sock, bytes, size, MSG_DONTWAIT);
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
			continue;
		}
		struct pollfd p = {sock, POLLIN | POLLOUT, 0};
		poll(&p, 1, -1);
		if (p.revents & POLLIN)
			receive(&a);
	}
	while (a.replies || a.tail)
		receive(&a);
}

static void round_serial(void)
{
	char one[600] = "+";
	for (size_t i = 0, start = 1; i < packets; start = ends[i++]) {
		size_t size = ends[i] - start;
		memcpy(one + 1, wire + start, size);
		exchange(one, size + 1, 1);
	}
}

static void round_stepped(void)
{
	char rest[65536] = "+";
	size_t size = wire_size - ends[0];
	if (size >= sizeof(rest))
		bench_die("too many packets behind a step");
	memcpy(rest + 1, wire + ends[0], size);
	exchange(wire, ends[0], 1);
	exchange(rest, size + 1, packets - 1);
}

static void drain(void)
{
	char block[4096];
	struct pollfd p = {sock, POLLIN, 0};
	while (poll(&p, 1, 30) > 0)
		if (read(sock, block, sizeof(block)) <= 0)
			bench_die("the stub closed the connection");
}

static void set_up(char **payloads, int count)
{
	char one[600] = "+";
	for (int i = 0; i < count; i++)
		exchange(one, 1 + frame(one + 1, payloads[i]), 1);
	/* QEMU 7.2 may have sent a stop reply after accepting. */
	drain();
}

int main(int argc, char **argv)
{
	struct bench_rounds rounds;
	if (argc < 4)
		bench_die("see the comment that tests/bench/rawloop.c begins with");
	bool serial = !strcmp(argv[2], "serial"), stepped = !strcmp(argv[2], "stepped");
	size_t count = strtoul(argv[3], NULL, 0);
	sock = strncmp(argv[1], "unix:", 5) ? connect_tcp(argv[1]) : connect_unix(argv[1] + 5);
	read_payloads();
	set_up(argv + 4, argc - 4);
	bench_rounds_init(&rounds, count);
	uint64_t all_ns = bench_now_ns();
	for (size_t i = 0; i < count + WARM_ROUNDS; i++) {
		reply_bytes = 0;
		uint64_t start_ns = bench_now_ns();
		if (serial)
			round_serial();
		else if (stepped)
			round_stepped();
		else
			exchange(wire, wire_size, packets);
		if (i >= WARM_ROUNDS)
			bench_rounds_add(&rounds, start_ns);
	}
	all_ns = bench_now_ns() - all_ns;
	bench_rounds_print(&rounds);
	printf(" mean_ns=%llu", (unsigned long long)(all_ns / (count + WARM_ROUNDS)));
	printf(" packets=%zu bytes=%llu\n", packets, (unsigned long long)reply_bytes);
	/* Acknowledge the last reply. Closing leaves the target halted. */
	exchange("+", 1, 0);
	close(sock);
	free(wire);
	free(ends);
	return 0;
}
