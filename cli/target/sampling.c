/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/sampling.h"

#include "base/exit-status.h"
#include "target/stop-text.h"

#include <stdlib.h>

/* A guest that never runs is not worth looking at. */
enum { SHORTEST_RUN_MS = 1 };

static void sample(struct sampling *sampling);

static bool is_over(const struct sampling *sampling)
{
	return sampling->target->closing;
}

static void finish(struct sampling *sampling, int status)
{
	uv_timer_stop(&sampling->target->timer);
	target_done(sampling->target, status);
}

/* gdbserver (13) interrupts the process group of that number, which a program that
 * it was attached to need not have. */
static void on_late(uv_timer_t *timer)
{
	struct target *t = timer->data;
	struct sampling *sampling = t->sampling;
	if (is_over(sampling))
		return;
	/* If this process was suspended (^Z), timers fire before pending input is read: let
	 * the loop run once more. */
	if (!sampling->late) {
		sampling->late = true;
		uv_timer_start(timer, on_late, 1, 0);
		return;
	}
	const char *note = gdbregs_vcpu_note(t->session, 0);
	finish(sampling, target_fail(t, STATUS_CONNECT,
				     "it was interrupted and has not stopped for %.1f s%s%s",
				     t->set->options->timeout_ms / 1000.0, note ? ": " : "",
				     note ? note : ""));
}

static void on_due(uv_timer_t *timer)
{
	struct target *t = timer->data;
	struct sampling *sampling = t->sampling;
	if (is_over(sampling))
		return;
	sampling->asked = true;
	sampling->late = false;
	int error = gdbregs_uv_interrupt(t->session);
	if (error == 0 &&
	    uv_timer_start(&t->timer, on_late, sampling->target->set->options->timeout_ms, 0) < 0)
		error = GDBREGS_ERR_NOMEM;
	if (error < 0)
		finish(sampling, error);
}

static void on_stop(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct sampling *sampling = arg;
	(void)s, (void)error;
	if (is_over(sampling))
		return;
	uv_timer_stop(&sampling->target->timer);
	sampling->ended =
		status >= 0 && (!sampling->asked || sampling->stop.kind != GDBREGS_STOP_SIGNAL);
	sampling->target->gone = status >= 0 && stop_is_end(&sampling->stop);
	if (status < 0)
		finish(sampling, status);
	else if (sampling->stop.kind == GDBREGS_STOP_SIGNAL)
		sample(sampling);
	else
		finish(sampling, 0);
}

/* Samples are so far apart as they should be, however long one takes. */
static int resume(struct sampling *sampling)
{
	struct target *t = sampling->target;
	int error = gdbregs_uv_continue(t->session, &sampling->stop, on_stop, sampling, NULL);
	if (error < 0)
		return error;
	uint64_t now_ms = uv_now(&t->set->loop.uv);
	sampling->asked = false;
	sampling->due_ms += sampling->interval_ms;
	if (sampling->due_ms < now_ms + SHORTEST_RUN_MS)
		sampling->due_ms = now_ms + SHORTEST_RUN_MS;
	error = uv_timer_start(&t->timer, on_due, sampling->due_ms - now_ms, 0);
	return error < 0 ? GDBREGS_ERR_NOMEM : 0;
}

static void on_sampled(struct sampling *sampling)
{
	int error = sampling->error;
	for (size_t i = 0; i < sampling->count && sampling->states; i++)
		vcpu_state_take(&sampling->samplers[i].state);
	bool last = error < 0 || !sampling->more(sampling->arg) || sampling->ended;
	if (!last)
		error = resume(sampling);
	if (sampling->error == 0 && sampling->show) {
		int shown = sampling->show(sampling->arg);
		last |= shown <= 0;
		error = error == 0 && shown < 0 ? shown : error;
	}
	if (last || error < 0)
		finish(sampling, error);
}

static void on_read(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct sampling *sampling = arg;
	(void)s, (void)error;
	sampling->outstanding--;
	if (is_over(sampling))
		return;
	if (status < 0 && sampling->error == 0)
		sampling->error = status;
	if (sampling->outstanding == 0)
		on_sampled(sampling);
}

/* The state of a vCPU is only a hint: it may be missing. */
static void on_state(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		     void *arg)
{
	struct sampling *sampling = arg;
	on_read(s, status == GDBREGS_ERR_REMOTE || status == GDBREGS_ERR_UNSUPPORTED ? 0 : status,
		error, sampling);
}

static int start_reading(struct sampling *sampling, struct sampler *sampler)
{
	struct gdbregs_session *s = sampling->target->session;
	int error = sampler_read(sampler, s, on_read, sampling);
	if (error < 0)
		return error;
	sampling->outstanding++;
	if (!sampling->states)
		return 0;
	int asked = vcpu_state_ask(&sampler->state, sampler->vcpu, s, on_state, sampling);
	sampling->outstanding += asked > 0;
	return asked < 0 ? asked : 0;
}

/* All samplers are read at once. */
static void sample(struct sampling *sampling)
{
	int error = 0;
	for (size_t i = 0; i < sampling->count && error == 0; i++)
		error = start_reading(sampling, &sampling->samplers[i]);
	if (error < 0)
		finish(sampling, error);
}

int sampling_init(struct sampling *sampling, struct target *t, size_t more)
{
	struct snapshot *s = &t->snapshot;
	sampling->target = t;
	t->sampling = sampling;
	sampling->samplers = calloc(s->vcpu_count + 1, sizeof(*sampling->samplers));
	if (!sampling->samplers)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < s->vcpu_count; i++) {
		sampling->count++;
		if (sampler_init(&sampling->samplers[i], s, &s->vcpus[i], sampling->located, more) <
		    0)
			return GDBREGS_ERR_NOMEM;
	}
	return 0;
}

int sampling_start(struct sampling *sampling)
{
	sampling->due_ms = uv_now(&sampling->target->set->loop.uv);
	sample(sampling);
	return TARGET_UNDER_WAY;
}

void sampling_fini(struct sampling *sampling)
{
	for (size_t i = 0; i < sampling->count; i++)
		sampler_fini(&sampling->samplers[i]);
	free(sampling->samplers);
}
