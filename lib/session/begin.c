/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks that every request begins with. */
#include "session/session.h"

int gdbregs__session_check(struct gdbregs_session *s)
{
	struct gdbregs__engine *e = &s->engine;

	/* The error text still says why. */
	if (e->fatal)
		return e->fatal;
	switch (s->state) {
	case GDBREGS__SESSION_STOPPED:
		return s->exited ? gdbregs__engine_say(e, GDBREGS_ERR_NO_VCPU,
						       "the program behind %s has ended", s->label)
				 : 0;
	case GDBREGS__SESSION_RUNNING:
		return gdbregs__engine_say(e, GDBREGS_ERR_RUNNING,
					   "the target is running: interrupt it first");
	case GDBREGS__SESSION_CONNECTING:
		return gdbregs__engine_say(e, GDBREGS_ERR_INVAL,
					   "the session is not connected yet");
	default:
		return gdbregs__engine_say(e, GDBREGS_ERR_CLOSED, "the session is closed");
	}
}

int gdbregs__session_check_waitable(struct gdbregs_session *s)
{
	if (!s->engine.fatal && s->state == GDBREGS__SESSION_RUNNING)
		return 0;
	return gdbregs__session_check(s);
}
