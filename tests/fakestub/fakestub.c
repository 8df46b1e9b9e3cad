/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fakestub: a gdbstub that behaves as a test asks it to.
 *
 *	fakestub [OPTION]...        --help lists the options and the faults
 *
 * It listens on 127.0.0.1 (a free port, or --port N) and prints "PORT n". With
 * --unix PATH it prints "PATH path". With --stdio it serves one client on its
 * standard input and output, and ends with the client. Each connection has its
 * own guest, so that a thousand sessions can use one process. With --one-guest
 * all clients share a guest: one client is served at a time, and the others wait
 * without a reply, as with QEMU.
 *
 * Kinds of stubs: --qemu72 (the default), --qemu10, --qemu-user, --gdbserver,
 * --noack (no-ack mode, p and g), --serial (an unknown stub that takes one
 * request at a time). Give these first, because later options change what they set.
 *
 * The machine: --vcpus, --registers (numbered from 0, --regnum-step apart, in
 * --annexes documents, --reg-bytes each), or --tdesc DIR with target.xml and
 * the documents that it includes; --clusters N, or --cluster VCPUS[,REGISTERS
 * [,REG_BYTES[,ARCH]]] once for each cluster. A list of registers has numbers and
 * ranges, "1,4-7". A reply to g has the registers of the first feature, in
 * ascending order, or those that --g-all or --g-registers N say. For the values,
 * see guest.c.
 *
 * The target runs (--running), or is halted and has --status TEXT in its `info
 * status`. A run ends on 0x03, after --stop-after-ms, or, with --pc REG, at a
 * breakpoint.
 *
 * Faults: --fault KIND[@N|@N+|@*][:GLOB], at most 16. With --fault-connection N
 * they apply to that connection only. --chunk N writes pieces of N bytes,
 * --chunk-ms apart. For --script FILE, see script.c.
 *
 * --log FILE has a line for each event: "CONN open", "CONN packet PAYLOAD",
 * "CONN interrupt", "CONN violation TEXT", "CONN close running|halted", and with
 * --log-replies "CONN reply PAYLOAD". On SIGTERM or SIGINT it prints
 *
 *	summary connections=N packets=N acks=N surplus_acks=N naks=N interrupts=N
 *	left_running=N left_halted=N state=running|halted violations=N
 *
 * as one line on stdout (on stderr with --stdio) and in the log. It exits with 1
 * if there was a violation: a packet that must never be sent, a packet that would
 * kill a real stub, a byte while the target runs or after the last detach, a
 * request before the ack that a stub waits for, or p or g without Hg after a
 * vAttach. It ends with its parent process.
 */
#include "fake.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

struct fake_totals fake_totals;

static struct fake_config config;
static struct fake_machine machine;
static struct fake_guest *shared;
static struct fake_conn *connections, *queued;

/* ------------------------------------------------------------- the log --- */

static void print_escaped(FILE *to, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] >= 0x20 && bytes[i] < 0x7f && bytes[i] != '\\')
			fputc(bytes[i], to);
		else
			fprintf(to, "\\x%02x", bytes[i]);
	}
}

void fake_log(const struct fake_conn *c, const char *what, const void *bytes, size_t size)
{
	if (!config.log)
		return;
	fprintf(config.log, "%u %s%s", c->number, what, size ? " " : "");
	print_escaped(config.log, bytes, size);
	fputc('\n', config.log);
}

void fake_violation(struct fake_conn *c, const char *format, ...)
{
	char text[256];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fake_totals.violations++;
	fake_log(c, "violation", text, strlen(text));
	fprintf(stderr, "fakestub: connection %u: violation: ", c->number);
	print_escaped(stderr, (const uint8_t *)text, strlen(text));
	fputc('\n', stderr);
}

static void print_summary(FILE *to)
{
	const struct fake_totals *t = &fake_totals;
	fprintf(to,
		"summary connections=%llu packets=%llu acks=%llu surplus_acks=%llu naks=%llu "
		"interrupts=%llu left_running=%llu left_halted=%llu state=%s violations=%llu\n",
		(unsigned long long)t->connections, (unsigned long long)t->packets,
		(unsigned long long)t->acks, (unsigned long long)t->surplus_acks,
		(unsigned long long)t->naks, (unsigned long long)t->interrupts,
		(unsigned long long)t->left_running, (unsigned long long)t->left_halted,
		t->last_running ? "running" : "halted", (unsigned long long)t->violations);
	fflush(to);
}

static _Noreturn void end(void)
{
	while (connections)
		fake_conn_close(connections, false);
	if (config.log)
		print_summary(config.log);
	print_summary(config.stdio ? stderr : stdout);
	if (config.unix_path)
		unlink(config.unix_path);
	exit(fake_totals.violations ? 1 : 0);
}

static void on_idle(uv_idle_t *idle)
{
	static unsigned calls;
	(void)idle;
	if (calls++ == 2)
		end();
}

/* Input that arrived before the signal counts. So poll twice more: once for a client that was not
 * accepted yet, and once for its input. */
static void on_signal(uv_signal_t *handle, int number)
{
	static uv_idle_t idle;
	(void)number;
	if (uv_is_active((uv_handle_t *)&idle))
		return;
	uv_idle_init(handle->loop, &idle);
	uv_idle_start(&idle, on_idle);
}

/* --------------------------------------------------------- connections --- */

static void unlink_from(struct fake_conn **list, struct fake_conn *c)
{
	while (*list && *list != c)
		list = &(*list)->next;
	if (*list)
		*list = c->next;
}

static void start(struct fake_conn *c)
{
	struct fake_guest *guest = shared ? shared : fake_guest_new(&config);
	guest->client = c;
	c->next = connections;
	connections = c;
	fake_log(c, "open", "", 0);
	fake_conn_start(c, guest);
}

/* Accept the next client that waits for the only guest. */
static void start_next(void)
{
	struct fake_conn *c = queued;
	if (!c || shared->client)
		return;
	queued = c->next;
	start(c);
}

static void come(struct fake_conn *c)
{
	struct fake_conn **last = &queued;
	if (!shared) {
		start(c);
		return;
	}
	while (*last)
		last = &(*last)->next;
	*last = c;
	c->next = NULL;
	start_next();
}

void fake_conn_gone(struct fake_conn *c)
{
	struct fake_guest *guest = c->guest;
	unlink_from(&connections, c);
	if (!guest)
		return;
	fake_totals.last_running = guest->running;
	if (guest->running)
		fake_totals.left_running++;
	else
		fake_totals.left_halted++;
	const char *state = guest->running ? "running" : "halted";
	fake_log(c, "close", state, strlen(state));
	guest->client = NULL;
	if (guest == shared)
		start_next();
	else
		fake_guest_free(guest);
	c->guest = NULL;
	if (config.stdio)
		end();
}

static void on_connection(uv_stream_t *listener, int status)
{
	if (status < 0)
		fake_die("cannot listen: %s", uv_strerror(status));
	struct fake_conn *c = fake_conn_accept(listener, &config, &machine);
	if (c->number <= config.drop_connections || (shared && shared->dead))
		fake_conn_close(c, false);
	else
		come(c);
}

/* ------------------------------------------------------------ starting --- */

static uv_tcp_t tcp;
static uv_pipe_t local;

static void listen_tcp(uv_loop_t *loop)
{
	struct sockaddr_in address;
	int size = sizeof(address);
	uv_tcp_init(loop, &tcp);
	uv_ip4_addr("127.0.0.1", (int)config.port, &address);
	if (uv_tcp_bind(&tcp, (struct sockaddr *)&address, 0) ||
	    uv_listen((uv_stream_t *)&tcp, 4096, on_connection))
		fake_die("cannot listen on port %u", config.port);
	uv_tcp_getsockname(&tcp, (struct sockaddr *)&address, &size);
	printf("PORT %d\n", ntohs(address.sin_port));
	fflush(stdout);
}

static void listen_unix(uv_loop_t *loop)
{
	unlink(config.unix_path);
	uv_pipe_init(loop, &local, 0);
	if (uv_pipe_bind(&local, config.unix_path) ||
	    uv_listen((uv_stream_t *)&local, 4096, on_connection))
		fake_die("cannot listen on %s", config.unix_path);
	printf("PATH %s\n", config.unix_path);
	fflush(stdout);
}

static void begin(uv_timer_t *timer)
{
	if (config.stdio)
		start(fake_conn_stdio(timer->loop, &config, &machine));
	else if (config.unix_path)
		listen_unix(timer->loop);
	else
		listen_tcp(timer->loop);
}

static void raise_file_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	uv_signal_t term, interrupt;
	uv_timer_t delay;
	fake_options_init(&config);
	fake_options_parse(&config, argc, argv);
	fake_machine_build(&machine, &config);
	if (config.one_guest)
		shared = fake_guest_new(&config);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();
	uv_signal_init(loop, &term);
	uv_signal_start(&term, on_signal, SIGTERM);
	uv_signal_init(loop, &interrupt);
	uv_signal_start(&interrupt, on_signal, SIGINT);
	uv_timer_init(loop, &delay);
	uv_timer_start(&delay, begin, config.start_delay_ms, 0);
	return uv_run(loop, UV_RUN_DEFAULT);
}
