/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state and the last error of a session of either kind, how its target was left, and the
 * wake-up of a blocking wait. */
#include "uv/transport.h"

enum gdbregs_session_state gdbregs_session_state(const struct gdbregs_session *s)
{
	if (s && gdbregs__session_has_exited(s))
		return GDBREGS_SESSION_EXITED;
	if (!s || s->engine.fatal)
		return GDBREGS_SESSION_FAILED;
	switch (s->state) {
	case GDBREGS__SESSION_CONNECTING:
		return GDBREGS_SESSION_CONNECTING;
	case GDBREGS__SESSION_RUNNING:
		return GDBREGS_SESSION_RUNNING;
	case GDBREGS__SESSION_STOPPED:
		return s->target.exited ? GDBREGS_SESSION_EXITED : GDBREGS_SESSION_STOPPED;
	case GDBREGS__SESSION_CLOSING:
	case GDBREGS__SESSION_ENDED:
		break;
	}
	return GDBREGS_SESSION_FAILED;
}

const char *gdbregs_session_error(const struct gdbregs_session *s)
{
	return gdbregs_session_last_error(s)->text;
}

const struct gdbregs_error *gdbregs_session_last_error(const struct gdbregs_session *s)
{
	static const struct gdbregs_error none = {.code = 0};

	return s ? &s->engine.last_failure : &none;
}

/* Called from other threads and from signal handlers. */
int gdbregs_wake(struct gdbregs_session *s)
{
	struct gdbregs__transport *t = s ? gdbregs__transport_of(s) : NULL;

	if (!t || !t->wake)
		return GDBREGS_ERR_INVAL;
	__atomic_store_n(&t->woken, true, __ATOMIC_RELEASE);
	return uv_async_send(t->wake) < 0 ? GDBREGS_ERR_INVAL : 0;
}

void gdbregs_report_left(struct gdbregs_session *s, enum gdbregs_left *out)
{
	if (out)
		*out = GDBREGS_LEFT_UNKNOWN;
	if (s)
		s->leaving.report = out;
}
