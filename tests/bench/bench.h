/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the benchmarks: the clock, rounds and their median. */
#ifndef BENCH_H
#define BENCH_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct bench_rounds {
	uint64_t *ns;
	size_t count, capacity;
};

static inline uint64_t bench_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline _Noreturn void bench_die(const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static inline void *bench_alloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);
	if (!p)
		bench_die("out of memory");
	return p;
}

static inline void bench_rounds_init(struct bench_rounds *r, size_t capacity)
{
	r->ns = bench_alloc(capacity, sizeof(*r->ns));
	r->count = 0;
	r->capacity = capacity;
}

static inline void bench_rounds_add(struct bench_rounds *r, uint64_t start_ns)
{
	if (r->count < r->capacity)
		r->ns[r->count++] = bench_now_ns() - start_ns;
}

static inline int bench_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* Print "median_ns=N min_ns=N", and end the rounds. */
static inline void bench_rounds_print(struct bench_rounds *r)
{
	if (!r->count)
		bench_die("no rounds");
	qsort(r->ns, r->count, sizeof(*r->ns), bench_compare);
	printf("median_ns=%llu min_ns=%llu", (unsigned long long)r->ns[r->count / 2],
	       (unsigned long long)r->ns[0]);
	free(r->ns);
}

#endif
