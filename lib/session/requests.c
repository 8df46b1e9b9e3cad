/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks at the beginning of every request, and the end of making one. */
#include "session/requests.h"

static int check_access(struct gdbregs_session *s, unsigned needs)
{
	if (needs & GDBREGS__NEED_WRITE && s->options.access != GDBREGS_RW_REGS)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_ACCESS,
					   "the session was not opened for writing registers");
	if (needs & GDBREGS__NEED_READ && s->options.access == GDBREGS_NO_REGS)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_ACCESS,
					   "the session was opened without access to registers");
	return 0;
}

int gdbregs__session_say_exited(struct gdbregs_session *s)
{
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU, "the program has ended");
}

/* A request that needs nothing but a session sends nothing while the target is stopped:
 * there is nothing to interrupt or to wait for. */
static int check_stopped(struct gdbregs_session *s, unsigned needs)
{
	if (s->target.exited && needs != GDBREGS__MAY_RUN)
		return gdbregs__session_say_exited(s);
	return check_access(s, needs);
}

/* Stubs close the connection behind the last stop, sooner or later. */
bool gdbregs__session_has_exited(const struct gdbregs_session *s)
{
	return s->target.exited && s->engine.fatal == GDBREGS_ERR_CLOSED;
}

int gdbregs__session_begin(struct gdbregs_session *s, unsigned needs)
{
	struct gdbregs__engine *e = &s->engine;

	if (gdbregs__session_has_exited(s))
		return check_stopped(s, needs);
	if (e->fatal)
		return gdbregs__engine_say_ended(e);
	switch (s->state) {
	case GDBREGS__SESSION_STOPPED:
		return check_stopped(s, needs);
	case GDBREGS__SESSION_RUNNING:
		if (needs & GDBREGS__MAY_RUN)
			return check_access(s, needs);
		/* The request is queued after steps. */
		if (!s->run.resume.continues)
			return check_stopped(s, needs);
		return gdbregs__engine_say(e, GDBREGS_ERR_RUNNING,
					   "the target is running: interrupt it first");
	case GDBREGS__SESSION_CONNECTING:
		return gdbregs__engine_say(e, GDBREGS_ERR_INVAL,
					   "the session is not connected yet");
	default:
		if (e->ended_by.code)
			return gdbregs__engine_say_ended(e);
		return gdbregs__engine_say(e, GDBREGS_ERR_CLOSED, "the session is closed");
	}
}

int gdbregs__session_queue(struct gdbregs_session *s, struct gdbregs__op *op,
			   struct gdbregs__op **out)
{
	if (!op)
		return gdbregs__engine_say_nomem(&s->engine);
	if (out)
		*out = op;
	gdbregs__engine_queue(&s->engine, op);
	return 0;
}
