/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * batch: reads of any number in one call.
 *
 *	batch ADDRESS COUNT ROUNDS
 *
 * The COUNT reads repeat the registers of vCPU 0. It prints
 *
 *	median_ns=N min_ns=N reads=N
 */
#include "bench.h"

#include <gdbregs.h>

static struct gdbregs_session *open_session(const char *address)
{
	struct gdbregs_options o;
	struct gdbregs_session *s;
	struct gdbregs_error err;
	gdbregs_options_init(&o);
	o.on_close = GDBREGS_ON_CLOSE_HALT;
	o.reply_timeout_ms = 60000;
	if (gdbregs_connect(NULL, address, &o, &s, &err) < 0)
		bench_die("connect: %s", err.text);
	return s;
}

static struct gdbregs_read *make_reads(struct gdbregs_session *s, size_t count)
{
	struct gdbregs_reg_descriptor *registers;
	struct gdbregs_read *reads = bench_alloc(count, sizeof(*reads));
	size_t n;
	if (gdbregs_get_registers(s, 0, &registers, &n) < 0 || !n)
		bench_die("no registers");
	for (size_t i = 0; i < count; i++)
		reads[i].reg = registers[i % n].handle;
	gdbregs_free(registers);
	return reads;
}

static void read_once(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
		      struct gdbregs_buffer *storage)
{
	if (gdbregs_read_registers(s, reads, count, storage) < 0)
		bench_die("read: %s", gdbregs_session_error(s));
	for (size_t i = 0; i < count; i++)
		if (reads[i].status <= 0)
			bench_die("read %zu: %s", i, gdbregs_error_name(reads[i].status));
}

int main(int argc, char **argv)
{
	struct bench_rounds rounds;
	struct gdbregs_buffer storage = {0};
	if (argc != 4)
		bench_die("batch ADDRESS COUNT ROUNDS");
	size_t count = strtoul(argv[2], NULL, 0);
	struct gdbregs_session *s = open_session(argv[1]);
	struct gdbregs_read *reads = make_reads(s, count);
	bench_rounds_init(&rounds, strtoul(argv[3], NULL, 0));
	read_once(s, reads, count, &storage);
	for (size_t i = 0; i < rounds.capacity; i++) {
		uint64_t start_ns = bench_now_ns();
		read_once(s, reads, count, &storage);
		bench_rounds_add(&rounds, start_ns);
	}
	bench_rounds_print(&rounds);
	printf(" reads=%zu\n", count);
	gdbregs_close(s);
	gdbregs_buffer_fini(&storage);
	free(reads);
	return 0;
}
