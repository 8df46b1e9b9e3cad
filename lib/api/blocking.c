/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The blocking calls: a session on its own loop, which runs while a call waits. */
#include "util/alloc.h"
#include "api/blocking.h"
#include "util/error.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

void gdbregs__blocking_done(struct gdbregs_session *s, int status,
			    const struct gdbregs_error *error, void *arg)
{
	struct gdbregs__waiting *waiting = arg;

	(void)s, (void)error;
	waiting->done = true;
	waiting->status = status;
}

static void on_closed(void *arg)
{
	*(bool *)arg = true;
}

/* Run the loop once, or poll for input instead, which is faster. */
static void run_once(struct gdbregs__transport *t)
{
	if (!gdbregs__transport_spin(t))
		uv_run(t->loop, UV_RUN_ONCE);
}

static void run_until(struct gdbregs__transport *t, const bool *done)
{
	while (!*done)
		run_once(t);
}

static void free_loop(uv_loop_t *loop)
{
	/* The loop is still closing the handles of a session that could not be
	 * opened. */
	while (uv_loop_close(loop) == UV_EBUSY)
		uv_run(loop, UV_RUN_ONCE);
	gdbregs__free(loop);
}

static void close_and_free(struct gdbregs_session *s)
{
	struct gdbregs__transport *t = gdbregs__transport_of(s);
	uv_loop_t *loop = t->loop;
	bool closed = false;

	gdbregs__transport_close(s, on_closed, &closed);
	run_until(t, &closed);
	free_loop(loop);
}

/* libuv aborts when it closes descriptor 0, 1 or 2. In a daemon that has closed them,
 * new descriptors get these numbers. So keep the three open while sessions connect:
 * the first connecting thread opens /dev/null, and the last one closes it. */
static struct {
	pthread_mutex_t lock;
	unsigned users;
	int fds[3];
	size_t count;
} standard = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void fill_standard(void)
{
	while (standard.count < 3) {
		int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (fd < 0)
			return;
		if (fd > STDERR_FILENO) {
			close(fd);
			return;
		}
		standard.fds[standard.count++] = fd;
	}
}

static void hold_standard(void)
{
	pthread_mutex_lock(&standard.lock);
	if (standard.users++ == 0)
		fill_standard();
	pthread_mutex_unlock(&standard.lock);
}

static void drop_standard(void)
{
	pthread_mutex_lock(&standard.lock);
	if (--standard.users == 0) {
		while (standard.count)
			close(standard.fds[--standard.count]);
	}
	pthread_mutex_unlock(&standard.lock);
}

/* A wake-up only ends the sleep of the loop: the wait looks at t->woken. */
static void on_wake(uv_async_t *wake)
{
	(void)wake;
}

static bool add_wake(struct gdbregs__transport *t)
{
	uv_async_t *wake = gdbregs__malloc(sizeof(*wake));

	if (!wake || uv_async_init(t->loop, wake, on_wake) < 0) {
		gdbregs__free(wake);
		return false;
	}
	t->wake = wake;
	return true;
}

static int open_filled(struct gdbregs_context *ctx, const char *address, char *const argv[],
		       const struct gdbregs_options *o, struct gdbregs_session **out,
		       struct gdbregs_error *err)
{
	uv_loop_t *loop = gdbregs__malloc(sizeof(*loop));
	struct gdbregs__waiting waiting = {0};
	struct gdbregs_session *s;

	if (!loop || uv_loop_init(loop) < 0) {
		gdbregs__free(loop);
		return gdbregs__fail_nomem(err);
	}
	int result = gdbregs__transport_open(ctx, loop, address, argv, o, gdbregs__blocking_done,
					     &waiting, &s, err);
	if (result == 0) {
		struct gdbregs__transport *t = gdbregs__transport_of(s);

		t->blocking = true;
		gdbregs__transport_spin_allow(t);
		s->run.watches.outside_delivery = true;
		run_until(t, &waiting.done);
	}
	if (result < 0) {
		free_loop(loop);
		return result;
	}
	if (waiting.status < 0) {
		if (err)
			*err = s->engine.last_failure;
		close_and_free(s);
		return waiting.status;
	}
	if (!add_wake(gdbregs__transport_of(s))) {
		close_and_free(s);
		return gdbregs__fail_nomem(err);
	}
	*out = s;
	return 0;
}

static int open_session(struct gdbregs_context *ctx, const char *address, char *const argv[],
			const struct gdbregs_options *o, struct gdbregs_session **out,
			struct gdbregs_error *err)
{
	hold_standard();
	int result = open_filled(ctx, address, argv, o, out, err);

	drop_standard();
	return result;
}

int gdbregs_connect(struct gdbregs_context *ctx, const char *address,
		    const struct gdbregs_options *o, struct gdbregs_session **out,
		    struct gdbregs_error *err)
{
	if (!out)
		return gdbregs__fail(err, GDBREGS_ERR_INVAL, "out must not be NULL");
	return open_session(ctx, address, NULL, o, out, err);
}

int gdbregs_spawn(struct gdbregs_context *ctx, char *const argv[], const struct gdbregs_options *o,
		  struct gdbregs_session **out, struct gdbregs_error *err)
{
	if (!out || !argv || !argv[0])
		return gdbregs__fail(err, GDBREGS_ERR_INVAL,
				     "out and argv must not be NULL, nor argv empty");
	return open_session(ctx, NULL, argv, o, out, err);
}

void gdbregs_close(struct gdbregs_session *s)
{
	if (!s)
		return;
	if (gdbregs__transport_of(s)->blocking)
		close_and_free(s);
	else if (!gdbregs__transport_of(s)->closing)
		gdbregs__transport_close(s, NULL, NULL);
}

int gdbregs__blocking_begin(struct gdbregs_session *s)
{
	if (!s)
		return GDBREGS_ERR_INVAL;
	if (!gdbregs__transport_of(s)->blocking)
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_INVAL,
			"this session runs on the caller's loop: use the calls of "
			"gdbregs_uv.h");
	gdbregs__transport_clock(s);
	return 0;
}

/* If gdbregs_wake() was called, end the wait. */
static void take_wake(struct gdbregs_session *s, struct gdbregs__op *wait)
{
	struct gdbregs__transport *t = gdbregs__transport_of(s);

	if (!wait->waiting || !__atomic_exchange_n(&t->woken, false, __ATOMIC_ACQ_REL))
		return;
	gdbregs__engine_say(&s->engine, GDBREGS_ERR_CANCELED, "gdbregs_wake() ended the wait");
	gdbregs__engine_end_wait(&s->engine, wait, GDBREGS_ERR_CANCELED);
	gdbregs__transport_kick(s);
}

int gdbregs__blocking_wait(struct gdbregs_session *s, int queued, struct gdbregs__waiting *waiting)
{
	if (queued < 0)
		return queued;
	gdbregs__transport_kick(s);
	while (!waiting->done) {
		if (waiting->wakeable)
			take_wake(s, waiting->wakeable);
		run_once(gdbregs__transport_of(s));
	}
	return waiting->status;
}

void gdbregs__blocking_flush(struct gdbregs_session *s)
{
	gdbregs__transport_kick(s);
	while (!s->engine.fatal && (s->engine.out.size || s->run.phase == GDBREGS__RUN_PREPARING ||
				    s->run.phase == GDBREGS__RUN_STEPPING_OVER))
		uv_run(gdbregs__transport_of(s)->loop, UV_RUN_ONCE);
}

void gdbregs__blocking_poll_input(struct gdbregs_session *s)
{
	uv_run(gdbregs__transport_of(s)->loop, UV_RUN_NOWAIT);
}
