/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making, starting, stopping and freeing a session. */
#include "session/session.h"
#include "session/op-points.h"
#include "session/step-over.h"
#include "session/watch.h"

#include "util/alloc.h"

/* No packet follows a read of watched registers any more. */
static void stop_reading_watches(struct gdbregs_session *s)
{
	if (s->run.phase == GDBREGS__RUN_READING_WATCHES)
		s->run.phase = GDBREGS__RUN_STOPPED;
}

static void on_fail(struct gdbregs_session *s)
{
	s->state = GDBREGS__SESSION_ENDED;
	stop_reading_watches(s);
}

static void init_engine(struct gdbregs_session *s)
{
	const struct gdbregs__engine_config config = {
		.session = s,
		.packet_limit_bytes = s->limits.packet_bytes,
		.reply_timeout_ms = s->options.reply_timeout_ms,
		.first_reply_timeout_ms = s->options.first_reply_timeout_ms,
		.trace = s->options.trace,
		.trace_arg = s->options.trace_arg,
		.on_fail = on_fail,
		.on_shared_reply = gdbregs__stub_on_selected,
	};

	gdbregs__engine_init(&s->engine, &config);
}

int gdbregs__session_new(struct gdbregs_context *ctx, const struct gdbregs_options *o,
			 struct gdbregs_session **out)
{
	struct gdbregs_session *s = gdbregs__calloc(1, sizeof(*s));

	if (!s)
		return GDBREGS_ERR_NOMEM;
	if (gdbregs__options_take(&s->options, o)) {
		gdbregs__free(s);
		return GDBREGS_ERR_INVAL;
	}
	s->limits = gdbregs__limits_from(&s->options);
	s->run.step_over.hit_vcpu = GDBREGS__ALL_VCPUS;
	s->context = gdbregs_context_ref(ctx);
	init_engine(s);
	s->leaving.reserve = gdbregs__detach_new(NULL, NULL);
	if (!s->leaving.reserve || (!ctx && gdbregs_context_new(&s->context) < 0)) {
		gdbregs__session_free(s);
		return GDBREGS_ERR_NOMEM;
	}
	*out = s;
	return 0;
}

void gdbregs__session_free(struct gdbregs_session *s)
{
	if (!s)
		return;
	gdbregs__engine_fini(&s->engine);
	s->state = GDBREGS__SESSION_ENDED;
	gdbregs__engine_discard(&s->engine, s->leaving.reserve);
	if (s->reading.spare)
		gdbregs__engine_discard(&s->engine, s->reading.spare);
	gdbregs__watch_fini(s);
	gdbregs__points_fini(s);
	gdbregs__step_over_fini(s);
	gdbregs__target_fini(&s->target);
	gdbregs_buffer_fini(&s->run.expedited.bytes);
	gdbregs_context_unref(s->context);
	if (s->run.gone)
		*s->run.gone = true;
	gdbregs__free(s);
}

int gdbregs__session_start(struct gdbregs_session *s, uint64_t now_ms, gdbregs__op_done done,
			   void *arg)
{
	struct gdbregs__op *hello = gdbregs__hello_new();
	struct gdbregs__op *discover = gdbregs__discover_new(done, arg);

	if (!hello || !discover) {
		gdbregs__engine_discard(&s->engine, hello);
		gdbregs__engine_discard(&s->engine, discover);
		return GDBREGS_ERR_NOMEM;
	}
	s->engine.now_ms = now_ms;
	s->state = GDBREGS__SESSION_CONNECTING;
	gdbregs__engine_queue(&s->engine, hello);
	if (s->engine.fatal) {
		gdbregs__engine_discard(&s->engine, discover);
		return s->engine.fatal;
	}
	gdbregs__engine_queue(&s->engine, discover);
	return 0;
}

int gdbregs__session_stop(struct gdbregs_session *s, uint64_t now_ms, gdbregs__op_done done,
			  void *arg)
{
	s->engine.now_ms = now_ms;
	gdbregs__engine_cancel_all(&s->engine);
	stop_reading_watches(s);
	if (s->engine.fatal)
		return gdbregs__detach_blindly(s, done, arg);
	s->state = GDBREGS__SESSION_CLOSING;
	gdbregs__run_close(s);
	return gdbregs__detach(s, done, arg);
}
