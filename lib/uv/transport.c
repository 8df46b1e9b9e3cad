/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "uv/transport.h"

#include "util/alloc.h"
#include "util/error.h"

#include <unistd.h>

/* Time limit of a blind detach: a question, its answer, and the detach. */
#define BLIND_DETACH_MS (UINT64_C(3) * GDBREGS__BLIND_MS)
/* Time limit for a connection attempt that is being closed. A guest whose stub has
 * accepted the connection is stopped, and must be resumed. */
#define CLOSE_CONNECTING_MS 1000

/* ------------------------------------------------------------------- time --- */

static void on_timer(uv_timer_t *timer);

void gdbregs__transport_clock(struct gdbregs_session *s)
{
	struct gdbregs__transport *t = gdbregs__transport_of(s);

	uv_update_time(t->loop);
	s->engine.now_ms = uv_now(t->loop);
}

static uint64_t next_deadline(const struct gdbregs__transport *t)
{
	uint64_t at = gdbregs__engine_next_deadline(&t->session->engine);

	return t->limit_at_ms < at ? t->limit_at_ms : at;
}

static void arm_timer(struct gdbregs__transport *t)
{
	uint64_t at = t->deliver_due ? 0 : next_deadline(t);

	/* A timer that fires too early costs less than one that is moved at every
	 * reply. */
	if (at >= t->timer_at_ms)
		return;
	uint64_t now = uv_now(t->loop);
	t->timer_at_ms = at;
	uv_timer_start(&t->timer, on_timer, at > now ? at - now : 0, 0);
}

void gdbregs__transport_set_limit(struct gdbregs__transport *t, uint64_t in_ms)
{
	t->limit_at_ms = in_ms == GDBREGS__FOREVER ? GDBREGS__FOREVER : uv_now(t->loop) + in_ms;
	arm_timer(t);
}

/* The state is OPEN: the session is being set up, or closed. */
static void fail_late(struct gdbregs__transport *t)
{
	struct gdbregs_session *s = t->session;

	if (t->stopping)
		gdbregs__engine_fail(&s->engine, GDBREGS_ERR_TIMEOUT,
				     "the stub did not answer the detach in time");
	else
		gdbregs__engine_fail(
			&s->engine, GDBREGS_ERR_TIMEOUT,
			"the stub answers too slowly: connecting did not finish within "
			"%.1f s (connect_deadline_ms)",
			s->options.connect_deadline_ms / 1000.0);
}

static void on_limit(struct gdbregs__transport *t)
{
	t->limit_at_ms = GDBREGS__FOREVER;
	switch (t->state) {
	case GDBREGS__TRANSPORT_RESOLVING:
	case GDBREGS__TRANSPORT_CONNECTING:
		gdbregs__transport_connect_abandon(t);
		break;
	case GDBREGS__TRANSPORT_OPEN:
		fail_late(t);
		break;
	case GDBREGS__TRANSPORT_DETACHING:
		gdbregs__transport_shut(t);
		break;
	case GDBREGS__TRANSPORT_SHUT:
		break;
	}
}

/* Input that has arrived is in time: if the loop was busy or the process was stopped, the
 * timers run before the reply is read. A peer that keeps sending data delays its timeout
 * by one read only. */
static void look_first(struct gdbregs__transport *t)
{
	if (t->state == GDBREGS__TRANSPORT_CONNECTING)
		gdbregs__transport_check_connecting(t);
	else
		gdbregs__transport_read(t);
}

static void on_timer(uv_timer_t *timer)
{
	struct gdbregs__transport *t = timer->data;
	uint64_t now = uv_now(t->loop);

	t->timer_at_ms = GDBREGS__FOREVER;
	t->deliver_due = false;
	if (now >= next_deadline(t))
		look_first(t);
	if (now >= t->limit_at_ms)
		on_limit(t);
	gdbregs__engine_tick(&t->session->engine, now);
	gdbregs__transport_event(t);
	/* libuv before 1.45 runs timers and then waits for input, even if a timer has
	 * completed the operation that a blocking call waits for. */
	if (t->blocking)
		uv_stop(t->loop);
}

/* ---------------------------------------------------------------- completions --- */

static void deliver(struct gdbregs__transport *t)
{
	while (gdbregs__engine_deliver(&t->session->engine))
		;
}

static void free_wake(uv_handle_t *handle)
{
	gdbregs__free(handle);
}

static void free_all(uv_handle_t *handle)
{
	struct gdbregs__transport *t = handle->data;
	gdbregs__transport_closed closed = t->closed;
	void *arg = t->closed_arg;
	const struct gdbregs__leaving *leaving = &t->session->leaving;

	deliver(t);
	if (leaving->report)
		*leaving->report =
			t->session->engine.peer_is_child ? GDBREGS_LEFT_ENDED : leaving->left;
	gdbregs__session_free(t->session);
	gdbregs__free(t->name);
	gdbregs__free(t);
	if (closed)
		closed(arg);
}

/* Report that connecting has succeeded, or failed with connect_error. A session that is
 * being closed is no longer connected. */
static void report_connected(struct gdbregs__transport *t, bool failed)
{
	gdbregs__op_done connected = t->connected;
	struct gdbregs_error error = t->connect_error;

	if (t->closing)
		gdbregs__fail(&error, GDBREGS_ERR_CANCELED,
			      "the session was closed before it was connected");
	failed = failed || t->closing;
	t->connected = NULL;
	if (failed)
		t->session->engine.last_failure = t->session->engine.ended_by = error;
	if (connected)
		connected(t->session, failed ? error.code : 0, failed ? &error : NULL,
			  t->connected_arg);
}

/* The connection is closed: report a failed connect, and free the transport if the
 * session was closed. */
static void conclude(struct gdbregs__transport *t)
{
	if (t->failing) {
		t->failing = false;
		report_connected(t, true);
	}
	if (!t->closing || uv_is_closing((uv_handle_t *)&t->timer))
		return;
	if (t->wake)
		uv_close((uv_handle_t *)t->wake, free_wake);
	t->wake = NULL;
	uv_close((uv_handle_t *)&t->timer, free_all);
}

void gdbregs__transport_event(struct gdbregs__transport *t)
{
	gdbregs__transport_write(t);
	deliver(t);
	/* Callbacks may have queued requests. */
	gdbregs__transport_write(t);
	if (t->state == GDBREGS__TRANSPORT_SHUT && !t->child && !t->open_handles)
		conclude(t);
	if (!uv_is_closing((uv_handle_t *)&t->timer)) {
		t->deliver_due = t->session->engine.completed_first;
		arm_timer(t);
	}
}

void gdbregs__transport_kick(struct gdbregs_session *s)
{
	struct gdbregs__transport *t = gdbregs__transport_of(s);

	gdbregs__transport_write(t);
	if (s->engine.completed_first)
		t->deliver_due = true;
	arm_timer(t);
}

/* --------------------------------------------------------------------- ending --- */

void gdbregs__transport_shut(struct gdbregs__transport *t)
{
	if (t->state == GDBREGS__TRANSPORT_SHUT)
		return;
	t->state = GDBREGS__TRANSPORT_SHUT;
	t->limit_at_ms = GDBREGS__FOREVER;
	if (t->child)
		gdbregs__child_end(t);
	else
		gdbregs__transport_close_socket(t);
	t->deliver_due = true;
	arm_timer(t);
}

static void detach_blindly(struct gdbregs__transport *t);

static void on_stopped(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		       void *arg)
{
	struct gdbregs__transport *t = arg;

	if (t->state == GDBREGS__TRANSPORT_SHUT)
		return;
	if (status < 0 && !s->engine.fatal)
		gdbregs__engine_fail_with(&s->engine, error);
	if (s->engine.fatal && !s->engine.blind) {
		detach_blindly(t);
	} else {
		gdbregs__transport_write(t);
		gdbregs__transport_shut(t);
	}
}

/* A stub that has never answered, or that has closed the connection, is not waited for. */
static void detach_blindly(struct gdbregs__transport *t)
{
	struct gdbregs_session *s = t->session;
	bool sent = gdbregs__session_stop(s, s->engine.now_ms, on_stopped, t) == 0;

	t->state = GDBREGS__TRANSPORT_DETACHING;
	bool await = sent && s->engine.heard && s->engine.in_flight && !t->input_ended;
	gdbregs__transport_write(t);
	if (await)
		gdbregs__transport_set_limit(t, BLIND_DETACH_MS);
	else
		gdbregs__transport_shut(t);
}

static void stop(struct gdbregs__transport *t)
{
	struct gdbregs_session *s = t->session;

	if (t->stopping)
		return;
	t->stopping = true;
	gdbregs__transport_clock(s);
	gdbregs__transport_set_limit(t, s->options.reply_timeout_ms);
	if (!s->engine.fatal && gdbregs__session_stop(s, s->engine.now_ms, on_stopped, t) < 0)
		gdbregs__engine_fail_nomem(&s->engine);
	if (s->engine.fatal)
		detach_blindly(t);
	gdbregs__transport_kick(s);
}

static void on_discovered(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			  void *arg)
{
	struct gdbregs__transport *t = arg;

	if (!t->stopping)
		gdbregs__transport_set_limit(t, GDBREGS__FOREVER);
	if (status == 0 || t->closing) {
		report_connected(t, false);
		return;
	}
	t->connect_error = *error;
	/* The error that ends a session names the target already. */
	if (!s->engine.fatal)
		gdbregs__error_name_target(&t->connect_error, t->name);
	t->failing = true;
	stop(t);
}

void gdbregs__transport_opened(struct gdbregs__transport *t)
{
	struct gdbregs_session *s = t->session;

	t->state = GDBREGS__TRANSPORT_OPEN;
	/* Each reply may come just before its own deadline. */
	gdbregs__transport_set_limit(t, (uint64_t)s->options.connect_deadline_ms +
						s->options.first_reply_timeout_ms);
	gdbregs__transport_clock(s);
	if (gdbregs__session_start(s, s->engine.now_ms, on_discovered, t) < 0)
		gdbregs__engine_fail_nomem(&s->engine);
	if (s->engine.fatal)
		on_discovered(s, s->engine.fatal, &s->engine.ended_by, t);
	if (t->closing)
		stop(t);
	gdbregs__transport_event(t);
}

void gdbregs__transport_unreachable(struct gdbregs__transport *t)
{
	gdbregs__engine_fail_with(&t->session->engine, &t->connect_error);
	t->connect_error = t->session->engine.ended_by;
	/* Report it from the loop: this may run inside the caller's call. */
	t->failing = true;
	gdbregs__transport_shut(t);
}

bool gdbregs__transport_is_forked(const struct gdbregs__transport *t)
{
	return t->owner != getpid();
}

/* In a fork of the owner, close our descriptors, and send nothing: a second detach kills QEMU
 * (7.2). The command is not our child, so gdbregs__child_end() sends no signal. Without
 * uv_loop_fork(), closing would change the epoll instance that both processes share. */
static void disown(struct gdbregs__transport *t)
{
	if (t->blocking)
		(void)uv_loop_fork(t->loop);
	if (!t->session->engine.fatal)
		gdbregs__engine_fail(&t->session->engine, GDBREGS_ERR_CLOSED,
				     "the session was closed by a forked process");
	gdbregs__transport_shut(t);
}

void gdbregs__transport_close(struct gdbregs_session *s, gdbregs__transport_closed closed,
			      void *arg)
{
	struct gdbregs__transport *t = gdbregs__transport_of(s);

	if (t->closing)
		return;
	t->closing = true;
	t->closed = closed;
	t->closed_arg = arg;
	if (gdbregs__transport_is_forked(t) &&
	    (t->state == GDBREGS__TRANSPORT_OPEN || t->state == GDBREGS__TRANSPORT_DETACHING)) {
		disown(t);
		return;
	}
	switch (t->state) {
	case GDBREGS__TRANSPORT_RESOLVING:
		gdbregs__transport_connect_abandon(t);
		break;
	case GDBREGS__TRANSPORT_CONNECTING:
		if (gdbregs__transport_is_forked(t))
			gdbregs__transport_connect_abandon(t);
		else
			gdbregs__transport_set_limit(t, CLOSE_CONNECTING_MS);
		break;
	case GDBREGS__TRANSPORT_OPEN:
		stop(t);
		break;
	case GDBREGS__TRANSPORT_DETACHING:
		break;
	case GDBREGS__TRANSPORT_SHUT:
		t->deliver_due = true;
		arm_timer(t);
		break;
	}
}
