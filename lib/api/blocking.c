/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The blocking calls: a session on its own loop, which runs while a call waits. The
 * callbacks of watches are called after the loop has returned. They may therefore call
 * blocking functions, and close the session. */
#include "session/requests.h"
#include "session/watch.h"
#include "util/alloc.h"
#include "util/error.h"
#include "uv/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

/* ------------------------------------------------------------------------ waiting --- */

/* The result that a call waits for. */
struct waiting {
	bool done;
	int status;
	struct gdbregs__op *wakeable; /* gdbregs_wake() ends this wait; may be NULL */
};

static void on_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct waiting *waiting = arg;

	(void)s, (void)error;
	waiting->done = true;
	waiting->status = status;
}

/* Run the loop once, or poll for input instead, which is faster. */
static void run_once(struct gdbregs__transport *t)
{
	if (!gdbregs__transport_spin(t))
		uv_run(t->loop, UV_RUN_ONCE);
}

/* Begin a call on a session of the blocking calls. Returns 0 or GDBREGS_ERR_INVAL. */
static int begin(struct gdbregs_session *s)
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

	if (wait->place != GDBREGS__OP_WAITING ||
	    !__atomic_exchange_n(&t->woken, false, __ATOMIC_ACQ_REL))
		return;
	gdbregs__engine_say(&s->engine, GDBREGS_ERR_CANCELED, "gdbregs_wake() ended the wait");
	gdbregs__engine_end_wait(&s->engine, wait, GDBREGS_ERR_CANCELED);
	gdbregs__transport_kick(s);
}

/* Wait for an operation that was queued, and return its status. If `queued` is negative, the
 * operation was not queued, and `queued` is returned. */
static int wait_for(struct gdbregs_session *s, int queued, struct waiting *waiting)
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

/* The body of a call that queues an operation and waits for it. `queue` queues it; its last
 * arguments are WAITING. */
#define BLOCKING_CALL(s, queue)                                                                    \
	struct waiting waiting = {0};                                                              \
	int result = begin(s);                                                                     \
                                                                                                   \
	if (result == 0)                                                                           \
		result = (queue);                                                                  \
	return wait_for(s, result, &waiting)
#define WAITING on_done, &waiting, NULL

/* Run the loop until everything is written, including a requested resume. */
static void flush(struct gdbregs_session *s)
{
	gdbregs__transport_kick(s);
	while (!s->engine.fatal && (s->engine.out.size || s->run.phase == GDBREGS__RUN_PREPARING ||
				    s->run.phase == GDBREGS__RUN_STEPPING_OVER))
		uv_run(gdbregs__transport_of(s)->loop, UV_RUN_ONCE);
}

/* ------------------------------------------------------------ opening and closing --- */

static void on_closed(void *arg)
{
	*(bool *)arg = true;
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

static int connect_session(struct gdbregs_session *s, const struct waiting *waiting,
			   struct gdbregs_error *err)
{
	struct gdbregs__transport *t = gdbregs__transport_of(s);

	t->blocking = true;
	gdbregs__transport_spin_check(t);
	s->run.watches.outside_delivery = true;
	run_until(t, &waiting->done);
	if (waiting->status == 0)
		return add_wake(t) ? 0 : gdbregs__fail_nomem(err);
	if (err)
		*err = s->engine.last_failure;
	return waiting->status;
}

/* libuv 1.44 aborts the process if its first loop has fewer descriptors than it needs: two pipes,
 * an epoll instance and an eventfd. So look for that many before. */
#define LOOP_PIPES 3

static int begin_loop(uv_loop_t *loop)
{
	int pipes[LOOP_PIPES][2], error = 0;
	size_t count = 0;

	while (count < LOOP_PIPES && !error) {
		if (pipe2(pipes[count], O_CLOEXEC) < 0)
			error = uv_translate_sys_error(errno);
		else
			count++;
	}
	while (count--) {
		close(pipes[count][0]);
		close(pipes[count][1]);
	}
	return error ? error : uv_loop_init(loop);
}

/* Make the loop of a session. Returns NULL after a failure, with *result set. */
static uv_loop_t *make_loop(struct gdbregs_error *err, int *result)
{
	uv_loop_t *loop = gdbregs__malloc(sizeof(*loop));
	int error = loop ? begin_loop(loop) : UV_ENOMEM;

	if (!error)
		return loop;
	gdbregs__free(loop);
	*result = error == UV_ENOMEM
			  ? gdbregs__fail_nomem(err)
			  : gdbregs__fail(err, GDBREGS_ERR_CONNECT, "cannot make an event loop: %s",
					  uv_strerror(error));
	return NULL;
}

static int open_on_loop(struct gdbregs_context *ctx, const char *address, char *const argv[],
			const struct gdbregs_options *o, struct gdbregs_session **out,
			struct gdbregs_error *err)
{
	struct waiting waiting = {0};
	struct gdbregs_session *s;
	int result;
	uv_loop_t *loop = make_loop(err, &result);

	if (!loop)
		return result;
	result = gdbregs__transport_open(ctx, loop, address, argv, o, on_done, &waiting, &s, err);
	if (result < 0) {
		free_loop(loop);
		return result;
	}
	result = connect_session(s, &waiting, err);
	if (result < 0)
		close_and_free(s);
	else
		*out = s;
	return result;
}

static int open_session(struct gdbregs_context *ctx, const char *address, char *const argv[],
			const struct gdbregs_options *o, struct gdbregs_session **out,
			struct gdbregs_error *err)
{
	hold_standard();
	int result = open_on_loop(ctx, address, argv, o, out, err);

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
	else
		gdbregs__transport_close(s, NULL, NULL);
}

/* ------------------------------------------------------------ reading and writing --- */

int gdbregs_read_register(struct gdbregs_session *s, unsigned vcpu,
			  const struct gdbregs_register *h, struct gdbregs_buffer *buf)
{
	BLOCKING_CALL(s, gdbregs__read_one(s, vcpu, h, buf, WAITING));
}

int gdbregs_read_registers(struct gdbregs_session *s, struct gdbregs_read *reads, size_t count,
			   struct gdbregs_buffer *storage)
{
	BLOCKING_CALL(s, gdbregs__read_many(s, reads, count, storage, WAITING));
}

int gdbregs_write_register(struct gdbregs_session *s, unsigned vcpu,
			   const struct gdbregs_register *h, const void *bytes, size_t size)
{
	BLOCKING_CALL(s, gdbregs__write_register(s, vcpu, h, bytes, size, WAITING));
}

int gdbregs_write_registers(struct gdbregs_session *s, struct gdbregs_write *writes, size_t count)
{
	BLOCKING_CALL(s, gdbregs__write_many(s, writes, count, WAITING));
}

int gdbregs_vcpu_state(struct gdbregs_session *s, unsigned vcpu)
{
	BLOCKING_CALL(s, gdbregs__ask_state(s, vcpu, WAITING));
}

int gdbregs_packet(struct gdbregs_session *s, const void *payload, size_t size,
		   struct gdbregs_buffer *reply)
{
	BLOCKING_CALL(s, gdbregs__raw_packet(s, payload, size, reply, WAITING));
}

/* ----------------------------------------------------------------------- running --- */

/* Call the callbacks of watches, then report the stop. */
static int report_stop(struct gdbregs_session *s, int status)
{
	return gdbregs__watch_deliver(s) ? status : GDBREGS_ERR_CANCELED;
}

int gdbregs_step(struct gdbregs_session *s, unsigned vcpu, struct gdbregs_stop *stop)
{
	struct waiting waiting = {0};
	int result = begin(s);

	if (result == 0)
		result = gdbregs__step(s, vcpu, stop, WAITING);
	if (result < 0)
		return result;
	return report_stop(s, wait_for(s, 0, &waiting));
}

int gdbregs_continue(struct gdbregs_session *s)
{
	int result = begin(s);

	if (result == 0)
		result = gdbregs__continue(s, NULL, NULL, NULL, NULL);
	if (result < 0)
		return result;
	flush(s);
	/* The target did not start to run. Otherwise gdbregs_wait() reports the
	 * error. */
	if (s->engine.fatal && !s->run.stopped.pending)
		return s->engine.fatal;
	return s->run.stopped.pending && s->run.stopped.status < 0 ? gdbregs_wait(s, 0, NULL) : 0;
}

int gdbregs_wait(struct gdbregs_session *s, int timeout_ms, struct gdbregs_stop *stop)
{
	struct waiting waiting = {0};
	int result = begin(s);

	if (result < 0)
		return result;
	/* The timeout starts now. Input that arrived before the call is in time. */
	uv_run(gdbregs__transport_of(s)->loop, UV_RUN_NOWAIT);
	gdbregs__transport_clock(s);
	result = gdbregs__stop_wait(s, timeout_ms, stop, on_done, &waiting, &waiting.wakeable);
	if (result < 0)
		return result;
	result = wait_for(s, 0, &waiting);
	return s->state == GDBREGS__SESSION_RUNNING ? result : report_stop(s, result);
}

int gdbregs_interrupt(struct gdbregs_session *s)
{
	int result = begin(s);

	if (result == 0)
		result = gdbregs__run_interrupt(s);
	if (result == 0)
		flush(s);
	return result;
}

/* ------------------------------------------------------------------- breakpoints --- */

int gdbregs_point_insert(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			 unsigned kind)
{
	BLOCKING_CALL(s, gdbregs__points_insert(s, point, address, kind, WAITING));
}

int gdbregs_point_remove(struct gdbregs_session *s, enum gdbregs_point point, uint64_t address,
			 unsigned kind)
{
	BLOCKING_CALL(s, gdbregs__points_remove(s, point, address, kind, WAITING));
}

int gdbregs_break_insert(struct gdbregs_session *s, uint64_t address, unsigned kind)
{
	return gdbregs_point_insert(s, GDBREGS_POINT_SOFTWARE, address, kind);
}

int gdbregs_break_remove(struct gdbregs_session *s, uint64_t address, unsigned kind)
{
	return gdbregs_point_remove(s, GDBREGS_POINT_SOFTWARE, address, kind);
}
