/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Polls for input before a blocking call sleeps. A stub on the same machine answers a
 * small request in 12 to 40 us and a step in 60 to 200 us. If the client sleeps, it
 * wakes up to 100 us later when the kernel schedules it on an idle CPU (QEMU 7.2,
 * Linux 6.18; the same with read, poll and epoll_wait). */
#include "uv/transport.h"

#include <sched.h>

/* If more replies than this are in flight, poll less often and read several at once.
 * Polling for each reply slows down a stub that sends them one by one (QEMU 7.2: by a
 * fifth). */
#define FEW	    4
#define MANY_GAP_NS 20000
/* The number of waits without polling doubles up to SKIP_MOST. It is even: of the
 * waits that make up a call, it is not always the same one that polls. */
#define SKIP_FIRST 2
#define SKIP_MOST  256

/* The stub needs the only CPU. When client and QEMU shared it, a step took twice as
 * long. */
void gdbregs__transport_spin_check(struct gdbregs__transport *t)
{
	cpu_set_t processors;

	/* The call fails if the mask is too small for all CPUs. */
	if (sched_getaffinity(0, sizeof(processors), &processors) == 0 &&
	    CPU_COUNT(&processors) == 1)
		t->session->options.spin_us = 0;
}

static bool may_spin(const struct gdbregs__transport *t, struct gdbregs__spin_backoff *backoff)
{
	const struct gdbregs_session *s = t->session;

	/* The loop's own work comes first: data to write, or a deadline. */
	if (!s->options.spin_us || t->state != GDBREGS__TRANSPORT_OPEN || t->input_ended ||
	    s->engine.out.size || uv_now(t->loop) >= t->timer_at_ms)
		return false;
	if (backoff->skip == 0)
		return true;
	backoff->skip--;
	return false;
}

/* Poll for input. Returns true if some was processed. */
static bool poll_input(struct gdbregs__transport *t)
{
	uint64_t gap_ns = t->session->engine.in_flight > FEW ? MANY_GAP_NS : 0;
	uint64_t now_ns = uv_hrtime();
	uint64_t end_ns = now_ns + 1000ull * t->session->options.spin_us;

	do {
		for (uint64_t poll_ns = now_ns + gap_ns; now_ns < poll_ns;)
			now_ns = uv_hrtime();
		if (gdbregs__transport_read(t))
			return true;
	} while ((now_ns = uv_hrtime()) < end_ns);
	return false;
}

static void on_spin_timeout(struct gdbregs__spin_backoff *backoff)
{
	backoff->skip = backoff->skip_next;
	backoff->skip_next = backoff->skip_next ? 2 * backoff->skip_next : SKIP_FIRST;
	if (backoff->skip_next > SKIP_MOST)
		backoff->skip_next = SKIP_MOST;
}

static uint64_t answered(const struct gdbregs_session *s)
{
	return s->engine.sent_count - s->engine.in_flight;
}

bool gdbregs__transport_spin(struct gdbregs__transport *t)
{
	bool runs = t->session->state == GDBREGS__SESSION_RUNNING;
	struct gdbregs__spin_backoff *backoff = &t->backoff[runs];
	uint64_t before = answered(t->session);

	if (!may_spin(t, backoff))
		return false;
	bool found = poll_input(t);
	if (!found)
		on_spin_timeout(backoff);
	/* An acknowledgement alone does not show that the stub replies quickly. */
	if (answered(t->session) != before)
		backoff->skip_next = 0;
	return found;
}
