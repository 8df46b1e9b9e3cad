/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Polls for input before a blocking call sleeps. A stub on the same machine answers a
 * small request in 12 to 40 us and a step in 60 to 200 us. If the client sleeps, it
 * wakes up to 100 us later when the kernel schedules it on an idle CPU (QEMU 7.2,
 * Linux 6.18; the same with read, poll and epoll_wait). */
#include "uv/transport.h"

#include "util/alloc.h"

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

/* If more replies than this are in flight, poll less often and read several at once.
 * Polling for each reply slows down a stub that sends them one by one (QEMU 7.2: by a
 * fifth). */
#define FEW	    4
#define MANY_GAP_NS 20000
/* The number of waits without polling doubles up to SKIP_MOST. It is even: of the
 * waits that make up a call, it is not always the same one that polls. */
#define SKIP_FIRST 2
#define SKIP_MOST  256

/* The number of sessions of this process that are polling. */
static unsigned spinning;

/* Each polling session leaves one CPU less to the stubs. When client and QEMU shared
 * the only CPU, a step took twice as long. */
void gdbregs__transport_spin_allow(struct gdbregs__transport *t)
{
	cpu_set_t processors;

	/* This fails if the mask is too small for all CPUs. */
	t->spin_sessions_max = sched_getaffinity(0, sizeof(processors), &processors) < 0
				       ? CPU_SETSIZE
				       : (unsigned)CPU_COUNT(&processors) - 1;
}

static bool may_spin(const struct gdbregs__transport *t, struct gdbregs__spin_backoff *backoff)
{
	/* The loop's own work comes first: data to write, or a deadline. */
	if (!t->session->options.spin_us || t->state != GDBREGS__TRANSPORT_OPEN || !t->in ||
	    t->writing || uv_now(t->loop) >= t->timer_at_ms)
		return false;
	if (backoff->skip == 0)
		return true;
	backoff->skip--;
	return false;
}

static void on_spin_timeout(struct gdbregs__spin_backoff *backoff)
{
	backoff->skip = backoff->skip_next;
	backoff->skip_next = backoff->skip_next ? 2 * backoff->skip_next : SKIP_FIRST;
	if (backoff->skip_next > SKIP_MOST)
		backoff->skip_next = SKIP_MOST;
}

/* Poll for input with recv(). Returns UV_EAGAIN if nothing arrived. End of file and
 * interruption by a signal return 0, and the loop handles them. Other errors are
 * returned: recv() reports them only once. */
static ssize_t poll_input(uv_os_fd_t fd, uint8_t *bytes, uint64_t spin_ns, uint64_t gap_ns)
{
	uint64_t now_ns = uv_hrtime();
	uint64_t end_ns = now_ns + spin_ns;
	ssize_t size;

	do {
		for (uint64_t poll_ns = now_ns + gap_ns; now_ns < poll_ns;)
			now_ns = uv_hrtime();
		size = recv(fd, bytes, GDBREGS__TRANSPORT_READ_BYTES, MSG_DONTWAIT);
	} while (size < 0 && errno == EAGAIN && (now_ns = uv_hrtime()) < end_ns);
	if (size >= 0)
		return size;
	return errno == EINTR ? 0 : uv_translate_sys_error(errno);
}

/* Poll for input if there is a CPU for it. */
static ssize_t spin(struct gdbregs__transport *t, uv_os_fd_t fd, uint8_t *bytes)
{
	uint64_t gap_ns = t->session->engine.in_flight > FEW ? MANY_GAP_NS : 0;
	ssize_t size = 0;

	if (__atomic_add_fetch(&spinning, 1, __ATOMIC_RELAXED) <= t->spin_sessions_max)
		size = poll_input(fd, bytes, 1000ull * t->session->options.spin_us, gap_ns);
	__atomic_sub_fetch(&spinning, 1, __ATOMIC_RELAXED);
	return size;
}

static uint64_t answered(const struct gdbregs_session *s)
{
	return s->engine.sent_count - s->engine.in_flight;
}

static void take(struct gdbregs__transport *t, struct gdbregs__spin_backoff *backoff,
		 const uint8_t *bytes, size_t size)
{
	uint64_t before = answered(t->session);

	uv_update_time(t->loop);
	gdbregs__transport_input(t, bytes, size);
	/* An acknowledgement alone does not show that the stub replies quickly. */
	if (answered(t->session) != before)
		backoff->skip_next = 0;
}

bool gdbregs__transport_spin(struct gdbregs__transport *t)
{
	bool runs = t->session->state == GDBREGS__SESSION_RUNNING;
	struct gdbregs__spin_backoff *backoff = &t->backoff[runs];
	uv_os_fd_t fd;

	if (!may_spin(t, backoff) || uv_fileno((uv_handle_t *)t->in, &fd) < 0)
		return false;
	uint8_t *bytes = gdbregs__malloc(GDBREGS__TRANSPORT_READ_BYTES);
	if (!bytes)
		return false;
	ssize_t size = spin(t, fd, bytes);
	if (size == UV_EAGAIN) {
		on_spin_timeout(backoff);
		size = 0;
	} else if (size > 0) {
		take(t, backoff, bytes, (size_t)size);
	} else if (size < 0) {
		gdbregs__transport_input_ends(t, (int)size);
	}
	gdbregs__free(bytes);
	return size != 0;
}
