/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting on the processor. A stub on this machine answers a small request in 12 to
 * 40 us and a step in 60 to 200; who sleeps until then is woken up to 100 us later,
 * where the kernel chose an idle processor to go on with (QEMU 7.2, Linux 6.18; with
 * read, poll and epoll_wait alike). So a call that blocks looks for its reply for a
 * while before it sleeps. */
#include "transport.h"

#include "alloc.h"

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

#define SPIN_NS 200000
/* Of more replies than a few one takes many at a time: looking for each as it comes
 * slows a stub that sends them one by one (QEMU 7.2: by a fifth). */
#define FEW	    4
#define MANY_GAP_NS 20000
/* Who is slower than that is looked for more and more rarely, at last in one of so
 * many waits: looking for a stub far away is wasted. */
#define SKIP_MOST 255

static bool sensible(struct gdbregs__transport *t)
{
	if (!t->spins)
		return false;
	/* The loop's own work comes first: what is left to write, a deadline. */
	if (t->state != GDBREGS__TRANSPORT_OPEN || !t->in || t->writing ||
	    uv_now(t->loop) >= t->timer_at_ms)
		return false;
	if (t->spin_skip == 0)
		return true;
	t->spin_skip--;
	return false;
}

/* Looking was in vain n times, one after the other: skip 2^n - 1 waits. */
static void missed(struct gdbregs__transport *t)
{
	t->spin_skip = t->spin_missed;
	t->spin_missed = t->spin_missed < SKIP_MOST ? 2 * t->spin_missed + 1 : SKIP_MOST;
}

/* recv(), for a while. */
static ssize_t look(uv_os_fd_t fd, uint8_t *bytes, uint64_t gap_ns)
{
	uint64_t now_ns = uv_hrtime();
	uint64_t end_ns = now_ns + SPIN_NS;
	ssize_t size;

	do {
		for (uint64_t look_ns = now_ns + gap_ns; now_ns < look_ns;)
			now_ns = uv_hrtime();
		size = recv(fd, bytes, GDBREGS__TRANSPORT_READ_BYTES, MSG_DONTWAIT);
	} while (size < 0 && errno == EAGAIN && (now_ns = uv_hrtime()) < end_ns);
	return size;
}

/* Where the stub has no other processor to run on, looking keeps it from answering:
 * a step took twice as long. */
void gdbregs__transport_spin_allow(struct gdbregs__transport *t)
{
	cpu_set_t processors;

	/* It fails where there are more than fit. */
	t->spins = sched_getaffinity(0, sizeof(processors), &processors) < 0 ||
		   CPU_COUNT(&processors) > 1;
}

bool gdbregs__transport_spin(struct gdbregs__transport *t)
{
	uv_os_fd_t fd;

	if (!sensible(t) || uv_fileno((uv_handle_t *)t->in, &fd) < 0)
		return false;
	uint8_t *bytes = gdbregs__malloc(GDBREGS__TRANSPORT_READ_BYTES);
	if (!bytes)
		return false;
	ssize_t size = look(fd, bytes, t->session->in_flight > FEW ? MANY_GAP_NS : 0);
	/* An end or an error is still there when the loop reads. */
	if (size > 0) {
		t->spin_missed = 0;
		uv_update_time(t->loop);
		gdbregs__transport_input(t, bytes, (size_t)size);
	} else {
		missed(t);
	}
	gdbregs__free(bytes);
	return size > 0;
}
