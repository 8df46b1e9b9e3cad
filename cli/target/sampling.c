/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/sampling.h"

#include "base/message.h"
#include "target/stop-text.h"

#include <stdlib.h>

/* A guest that never runs is not worth looking at. */
enum { SHORTEST_RUN_MS = 1 };

static int sample(struct sampling *sampling);

/* gdbserver (13) interrupts the process group of that number, which a program that
 * it was attached to need not have. */
static void on_late(uv_timer_t *timer)
{
	struct target *t = timer->data;
	struct sampling *sampling = t->sampling;
	if (target_is_closing(t))
		return;
	/* If this process was suspended (^Z), timers fire before pending input is read: let
	 * the loop run once more. */
	if (!sampling->late) {
		sampling->late = true;
		uv_timer_start(timer, on_late, 1, 0);
		return;
	}
	target_done(t, target_fail_interrupted(t));
}

static void on_due(uv_timer_t *timer)
{
	struct target *t = timer->data;
	struct sampling *sampling = t->sampling;
	if (target_is_closing(t))
		return;
	sampling->asked = true;
	sampling->late = false;
	int error = gdbregs_uv_interrupt(t->session);
	t->interrupted = error == 0;
	if (error == 0 && uv_timer_start(&t->timer, on_late, t->set->options->timeout_ms, 0) < 0)
		error = GDBREGS_ERR_NOMEM;
	if (error < 0)
		target_done(t, error);
}

static int after_stop(struct target *t, int status)
{
	struct sampling *sampling = t->sampling;
	bool signal = sampling->stop.kind == GDBREGS_STOP_SIGNAL;
	uv_timer_stop(&t->timer);
	if (status < 0)
		return status;
	sampling->ended = !sampling->asked || !signal;
	t->gone = stop_is_end(&sampling->stop);
	return signal ? sample(sampling) : 0;
}

/* Samples are so far apart as they should be, however long one takes. */
static int resume(struct sampling *sampling)
{
	struct target *t = sampling->target;
	int error = gdbregs_uv_continue(t->session, &sampling->stop, target_on_done, t, NULL);
	if (target_wait(t, error, after_stop) < 0)
		return error;
	uint64_t now_ms = uv_now(&t->set->loop.uv);
	sampling->asked = t->interrupted = false;
	sampling->due_ms += sampling->interval_ms;
	if (sampling->due_ms < now_ms + SHORTEST_RUN_MS)
		sampling->due_ms = now_ms + SHORTEST_RUN_MS;
	error = uv_timer_start(&t->timer, on_due, sampling->due_ms - now_ms, 0);
	return error < 0 ? GDBREGS_ERR_NOMEM : 0;
}

static int on_sampled(struct sampling *sampling)
{
	int error = sampling->error;
	bool last = error < 0 || !sampling->more(sampling->arg) || sampling->ended;
	if (!last)
		error = resume(sampling);
	if (sampling->error == 0 && sampling->show) {
		int shown = sampling->show(sampling->arg);
		last |= shown <= 0;
		error = error == 0 && shown < 0 ? shown : error;
	}
	return last || error < 0 ? error : TARGET_UNDER_WAY;
}

static void on_read(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct sampling *sampling = arg;
	(void)s, (void)error;
	sampling->outstanding--;
	if (target_is_closing(sampling->target))
		return;
	if (status < 0 && sampling->error == 0)
		sampling->error = status;
	if (sampling->outstanding == 0)
		target_go_on(sampling->target, on_sampled(sampling));
}

static void on_state(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		     void *arg)
{
	struct sampler *sampler = arg;
	vcpu_state_take(&sampler->state, status);
	on_read(s, status, error, sampler->arg);
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
	int asked = vcpu_state_ask(&sampler->state, sampler->vcpu, s, on_state, sampler);
	sampling->outstanding += asked > 0;
	return asked < 0 ? asked : 0;
}

/* All samplers are read at once. */
static int sample(struct sampling *sampling)
{
	int error = 0;
	for (size_t i = 0; i < sampling->count && error == 0; i++)
		error = start_reading(sampling, &sampling->samplers[i]);
	return error < 0 ? error : TARGET_UNDER_WAY;
}

int sampling_init(struct sampling *sampling, struct target *t, size_t more)
{
	sampling->target = t;
	t->sampling = sampling;
	return samplers_make(&sampling->samplers, &sampling->count, &t->snapshot, sampling->located,
			     more);
}

int sampling_start(struct sampling *sampling)
{
	sampling->due_ms = uv_now(&sampling->target->set->loop.uv);
	return sample(sampling);
}

void sampling_fini(struct sampling *sampling)
{
	samplers_fini(sampling->samplers, sampling->count);
}
