/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ours: the workloads of rawloop through the library's blocking calls.
 *
 *	ours ADDRESS WORKLOAD ROUNDS
 *
 *	all      all registers of all vCPUs, one gdbregs_read_registers() a round
 *	gpr      the first 16 registers of vCPU 0, likewise
 *	one      one gdbregs_read_register() a round
 *	connect  connect, cold: with a new context each time; closing is not measured
 *	cycle    connect, all registers of all vCPUs, close
 *	find     finding each register of vCPU 0 by its name
 *
 * It prints
 *
 *	median_ns=N min_ns=N registers=N bytes=N
 *
 * The numbers of registers and of bytes of values are those of a round. The target
 * is left halted. The first rounds verify the layout of g; all others run in
 * bench_measured(), which callgrind counts.
 */
#include "bench.h"

#include <gdbregs.h>
#include <stdbool.h>
#include <string.h>

#define WARM_ROUNDS 4
#define GPRS	    16

struct work {
	const char *address;
	struct gdbregs_options options;
	struct gdbregs_session *session;
	struct gdbregs_read *reads;
	size_t count, bytes;
	struct gdbregs_buffer storage;
	struct gdbregs_reg_descriptor *descriptors; /* of vCPU 0 */
	size_t descriptor_count;
};

static void need(int result, const char *what, const char *why)
{
	if (result < 0)
		bench_die("%s: %s: %s", what, gdbregs_error_name(result), why);
}

static void open_session(struct work *w)
{
	struct gdbregs_error err;
	need(gdbregs_connect(NULL, w->address, &w->options, &w->session, &err), "connect",
	     err.text);
}

/* ---------------------------------------------------------- what to read --- */

static void add_vcpu(struct work *w, unsigned vcpu, size_t most)
{
	struct gdbregs_reg_descriptor *list;
	size_t count;
	need(gdbregs_get_registers(w->session, vcpu, &list, &count), "registers", "");
	if (count > most)
		count = most;
	w->reads = realloc(w->reads, (w->count + count) * sizeof(*w->reads));
	if (!w->reads)
		bench_die("out of memory");
	for (size_t i = 0; i < count; i++)
		w->reads[w->count++] = (struct gdbregs_read){.vcpu = vcpu, .reg = list[i].handle};
	gdbregs_free(list);
}

static void list_all(struct work *w)
{
	w->count = 0;
	for (unsigned vcpu = 0; vcpu < gdbregs_vcpu_count(w->session); vcpu++)
		add_vcpu(w, vcpu, SIZE_MAX);
}

static void prepare_session(struct work *w)
{
	open_session(w);
	need(gdbregs_get_registers(w->session, 0, &w->descriptors, &w->descriptor_count),
	     "registers", "");
}

static void prepare_all(struct work *w)
{
	prepare_session(w);
	list_all(w);
}

static void prepare_step(struct work *w)
{
	prepare_session(w);
	add_vcpu(w, 0, SIZE_MAX);
}

static void prepare_gpr(struct work *w)
{
	prepare_session(w);
	add_vcpu(w, 0, GPRS);
}

static void prepare_one(struct work *w)
{
	prepare_session(w);
	add_vcpu(w, 0, 1);
}

/* -------------------------------------------------------------- rounds --- */

static void round_many(struct work *w)
{
	need(gdbregs_read_registers(w->session, w->reads, w->count, &w->storage), "read",
	     gdbregs_session_error(w->session));
}

static void round_one(struct work *w)
{
	int size = gdbregs_read_register(w->session, 0, w->reads[0].reg, &w->storage);
	need(size, "read", gdbregs_session_error(w->session));
	w->reads[0].status = size;
}

static void round_step(struct work *w)
{
	struct gdbregs_stop stop;
	need(gdbregs_step(w->session, 0, &stop), "step", gdbregs_session_error(w->session));
	round_many(w);
}

static void round_find(struct work *w)
{
	const struct gdbregs_register *found;
	for (size_t i = 0; i < w->descriptor_count; i++)
		need(gdbregs_find_register(w->session, 0, w->descriptors[i].feature,
					   w->descriptors[i].name, &found),
		     "find", w->descriptors[i].name);
	w->count = w->descriptor_count;
}

static void round_cycle(struct work *w)
{
	open_session(w);
	list_all(w);
	round_many(w);
	gdbregs_close(w->session);
	w->session = NULL;
}

static void after_connect(struct work *w)
{
	gdbregs_close(w->session);
	w->session = NULL;
}

static const struct workload {
	const char *name;
	void (*prepare)(struct work *w);
	void (*round)(struct work *w);
	void (*after)(struct work *w); /* not timed */
} workloads[] = {
	{"all", prepare_all, round_many, NULL},	     {"gpr", prepare_gpr, round_many, NULL},
	{"one", prepare_one, round_one, NULL},	     {"connect", NULL, open_session, after_connect},
	{"step", prepare_step, round_step, NULL},    {"cycle", NULL, round_cycle, NULL},
	{"find", prepare_session, round_find, NULL},
};

static const struct workload *choose(const char *name)
{
	for (size_t i = 0; i < sizeof(workloads) / sizeof(*workloads); i++)
		if (!strcmp(workloads[i].name, name))
			return &workloads[i];
	bench_die("no such workload: %s", name);
}

static void run_rounds(const struct workload *load, struct work *w, struct bench_rounds *rounds)
{
	for (size_t i = 0; i < rounds->capacity; i++) {
		uint64_t start_ns = bench_now_ns();
		load->round(w);
		bench_rounds_add(rounds, start_ns);
		if (load->after)
			load->after(w);
	}
}

void bench_measured(const struct workload *load, struct work *w, struct bench_rounds *rounds);

/* Neither static nor inlined, because callgrind finds the function by its name. */
__attribute__((noinline)) void bench_measured(const struct workload *load, struct work *w,
					      struct bench_rounds *rounds)
{
	run_rounds(load, w, rounds);
}

static void count_bytes(struct work *w)
{
	for (size_t i = 0; w->session && w->reads && i < w->count; i++)
		w->bytes += w->reads[i].status > 0 ? (size_t)w->reads[i].status : 0;
}

static void end(struct work *w)
{
	gdbregs_free(w->descriptors);
	gdbregs_close(w->session);
	gdbregs_buffer_fini(&w->storage);
	free(w->reads);
}

int main(int argc, char **argv)
{
	struct work w = {0};
	struct bench_rounds warm, rounds;
	if (argc != 4)
		bench_die("see the comment that tests/bench/ours.c begins with");
	const struct workload *load = choose(argv[2]);
	w.address = argv[1];
	gdbregs_options_init(&w.options);
	w.options.on_close = GDBREGS_ON_CLOSE_HALT;
	w.options.reply_timeout_ms = 60000;
	w.options.max_description_bytes = 64u << 20;
	if (load->prepare)
		load->prepare(&w);
	bench_rounds_init(&warm, WARM_ROUNDS);
	bench_rounds_init(&rounds, strtoul(argv[3], NULL, 0));
	if (load->prepare)
		run_rounds(load, &w, &warm);
	bench_measured(load, &w, &rounds);
	count_bytes(&w);
	bench_rounds_print(&rounds);
	printf(" registers=%zu bytes=%zu\n", w.count, w.bytes);
	free(warm.ns);
	end(&w);
	return 0;
}
