/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sessions: many sessions of one context on one loop.
 *
 *	sessions ADDRESS COUNT
 *
 * All sessions connect at the same time, read all registers of their vCPUs twice,
 * and close. It prints times and memory of all sessions together,
 *
 *	sessions=N connect_ns=N read_ns=N close_ns=N rss_bytes=N heap_bytes=N
 *
 * where memory is the difference between no session and all sessions after their
 * reads: resident pages, and bytes allocated with malloc.
 */
#include "bench.h"

#include <gdbregs_uv.h>
#include <malloc.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct one {
	struct gdbregs_session *session;
	struct gdbregs_read *reads;
	size_t count;
	struct gdbregs_buffer storage;
};

static uv_loop_t loop;
static size_t pending;

static void done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		 void *arg)
{
	(void)s, (void)arg;
	if (status < 0)
		bench_die("%s: %s", gdbregs_error_name(status), error->text);
	pending--;
}

static void closed(void *arg)
{
	(void)arg;
	pending--;
}

static void run_until_done(void)
{
	while (pending)
		uv_run(&loop, UV_RUN_ONCE);
}

/* -------------------------------------------------------------- memory --- */

static size_t rss_bytes(void)
{
	unsigned long all = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f || fscanf(f, "%lu %lu", &all, &resident) != 2)
		bench_die("cannot read /proc/self/statm");
	fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

/* -------------------------------------------------------------- phases --- */

static void connect_all(struct gdbregs_context *ctx, const char *address, struct one *all,
			size_t count)
{
	struct gdbregs_options o;
	struct gdbregs_error err;
	gdbregs_options_init(&o);
	o.on_close = GDBREGS_ON_CLOSE_HALT;
	o.connect_timeout_ms = o.reply_timeout_ms = 60000;
	pending = count;
	for (size_t i = 0; i < count; i++)
		if (gdbregs_uv_connect(ctx, &loop, address, &o, &all[i].session, done, NULL, &err) <
		    0)
			bench_die("connect: %s", err.text);
	run_until_done();
}

static void list(struct one *one)
{
	struct gdbregs_reg_descriptor *registers;
	size_t count;
	unsigned vcpus = gdbregs_vcpu_count(one->session);
	if (gdbregs_get_registers(one->session, 0, &registers, &count) < 0)
		bench_die("no registers");
	one->reads = bench_alloc(vcpus * count, sizeof(*one->reads));
	for (unsigned vcpu = 0; vcpu < vcpus; vcpu++)
		for (size_t i = 0; i < count; i++)
			one->reads[one->count++] =
				(struct gdbregs_read){.vcpu = vcpu, .reg = registers[i].handle};
	gdbregs_free(registers);
}

static void read_all(struct one *all, size_t count)
{
	pending = count;
	for (size_t i = 0; i < count; i++) {
		list(&all[i]);
		if (gdbregs_uv_read_registers(all[i].session, all[i].reads, all[i].count,
					      &all[i].storage, done, NULL, NULL) < 0)
			bench_die("read: %s", gdbregs_session_error(all[i].session));
	}
	run_until_done();
}

/* The memory of the caller is not that of the sessions. */
static void forget(struct one *all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(all[i].reads);
		gdbregs_buffer_fini(&all[i].storage);
		all[i].count = 0;
	}
}

static void close_all(struct one *all, size_t count)
{
	pending = count;
	for (size_t i = 0; i < count; i++)
		gdbregs_uv_close(all[i].session, closed, NULL);
	run_until_done();
}

static uint64_t since(uint64_t *start_ns)
{
	uint64_t now = bench_now_ns(), took = now - *start_ns;
	*start_ns = now;
	return took;
}

static void raise_file_limit(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct gdbregs_context *ctx;
	if (argc != 3)
		bench_die("sessions ADDRESS COUNT");
	size_t count = strtoul(argv[2], NULL, 0);
	struct one *all = bench_alloc(count, sizeof(*all));
	raise_file_limit();
	uv_loop_init(&loop);
	if (gdbregs_context_new(&ctx) < 0)
		bench_die("out of memory");
	size_t rss = rss_bytes(), heap = heap_bytes();
	uint64_t start_ns = bench_now_ns();
	connect_all(ctx, argv[1], all, count);
	uint64_t connect_ns = since(&start_ns);
	read_all(all, count);
	forget(all, count);
	start_ns = bench_now_ns();
	read_all(all, count);
	uint64_t read_ns = since(&start_ns);
	forget(all, count);
	rss = rss_bytes() - rss;
	heap = heap_bytes() - heap;
	start_ns = bench_now_ns();
	close_all(all, count);
	printf("sessions=%zu connect_ns=%llu read_ns=%llu close_ns=%llu rss_bytes=%zu "
	       "heap_bytes=%zu\n",
	       count, (unsigned long long)connect_ns, (unsigned long long)read_ns,
	       (unsigned long long)since(&start_ns), rss, heap);
	gdbregs_context_unref(ctx);
	free(all);
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop) ? 1 : 0;
}
