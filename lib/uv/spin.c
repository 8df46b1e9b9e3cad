/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting on the processor. A stub on this machine answers a small request in 12 to
 * 40 us and a step in 60 to 200; who sleeps until then is woken up to 100 us later,
 * where the kernel chose an idle processor to go on with (QEMU 7.2, Linux 6.18; with
 * read, poll and epoll_wait alike). So a call that blocks looks for input for a while
 * before it sleeps. */
#include "uv/transport.h"

#include "util/alloc.h"

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

/* Of more replies than a few one takes many at a time: looking for each as it comes
 * slows a stub that sends them one by one (QEMU 7.2: by a fifth). */
#define FEW	    4
#define MANY_GAP_NS 20000
/* Doubles up to this. It is even, so that of the waits that make up a call, it is not
 * always the same one that spins. */
#define SKIP_FIRST 2
#define SKIP_MOST  256

/* Sessions of this process that spin at this moment. */
static unsigned spinning;

/* Each leaves the stubs one processor less. With client and QEMU on the only one, a
 * step took twice as long. */
void gdbregs__transport_spin_allow(struct gdbregs__transport *t)
{
	cpu_set_t processors;

	/* It fails where there are more than fit. */
	t->spins_most = sched_getaffinity(0, sizeof(processors), &processors) < 0
				? CPU_SETSIZE
				: (unsigned)CPU_COUNT(&processors) - 1;
}

static bool sensible(const struct gdbregs__transport *t, struct gdbregs__spins *spins)
{
	/* The loop's own work comes first: what is left to write, a deadline. */
	if (!t->session->options.spin_us || t->state != GDBREGS__TRANSPORT_OPEN || !t->in ||
	    t->writing || uv_now(t->loop) >= t->timer_at_ms)
		return false;
	if (spins->skip == 0)
		return true;
	spins->skip--;
	return false;
}

static void spun_in_vain(struct gdbregs__spins *spins)
{
	spins->skip = spins->skip_next;
	spins->skip_next = spins->skip_next ? 2 * spins->skip_next : SKIP_FIRST;
	if (spins->skip_next > SKIP_MOST)
		spins->skip_next = SKIP_MOST;
}

/* recv(), for a while: UV_EAGAIN if nothing came. An end is left to the loop, as is
 * going on after a signal; an error is told once only. */
static ssize_t look(uv_os_fd_t fd, uint8_t *bytes, uint64_t spin_ns, uint64_t gap_ns)
{
	uint64_t now_ns = uv_hrtime();
	uint64_t end_ns = now_ns + spin_ns;
	ssize_t size;

	do {
		for (uint64_t look_ns = now_ns + gap_ns; now_ns < look_ns;)
			now_ns = uv_hrtime();
		size = recv(fd, bytes, GDBREGS__TRANSPORT_READ_BYTES, MSG_DONTWAIT);
	} while (size < 0 && errno == EAGAIN && (now_ns = uv_hrtime()) < end_ns);
	if (size >= 0)
		return size;
	return errno == EINTR ? 0 : uv_translate_sys_error(errno);
}

/* The same, if there is a processor for it. */
static ssize_t spin(struct gdbregs__transport *t, uv_os_fd_t fd, uint8_t *bytes)
{
	uint64_t gap_ns = t->session->engine.in_flight > FEW ? MANY_GAP_NS : 0;
	ssize_t size = 0;

	if (__atomic_add_fetch(&spinning, 1, __ATOMIC_RELAXED) <= t->spins_most)
		size = look(fd, bytes, 1000ull * t->session->options.spin_us, gap_ns);
	__atomic_sub_fetch(&spinning, 1, __ATOMIC_RELAXED);
	return size;
}

static uint64_t answered(const struct gdbregs_session *s)
{
	return s->engine.sent_count - s->engine.in_flight;
}

static void take(struct gdbregs__transport *t, struct gdbregs__spins *spins, const uint8_t *bytes,
		 size_t size)
{
	uint64_t before = answered(t->session);

	uv_update_time(t->loop);
	gdbregs__transport_input(t, bytes, size);
	/* An ack alone says nothing of how soon the reply comes. */
	if (answered(t->session) != before)
		spins->skip_next = 0;
}

bool gdbregs__transport_spin(struct gdbregs__transport *t)
{
	bool runs = t->session->state == GDBREGS__SESSION_RUNNING;
	struct gdbregs__spins *spins = &t->spins[runs];
	uv_os_fd_t fd;

	if (!sensible(t, spins) || uv_fileno((uv_handle_t *)t->in, &fd) < 0)
		return false;
	uint8_t *bytes = gdbregs__malloc(GDBREGS__TRANSPORT_READ_BYTES);
	if (!bytes)
		return false;
	ssize_t size = spin(t, fd, bytes);
	if (size == UV_EAGAIN) {
		spun_in_vain(spins);
		size = 0;
	} else if (size > 0) {
		take(t, spins, bytes, (size_t)size);
	} else if (size < 0) {
		gdbregs__transport_input_ends(t, (int)size);
	}
	gdbregs__free(bytes);
	return size != 0;
}
