/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of the stub. Hides: which thread it has selected. */
#ifndef GDBREGS_LIB_SESSION_STUB_H
#define GDBREGS_LIB_SESSION_STUB_H

#include "session/session.h"

/* Select a thread with Hg unless it is selected. Returns 1 if an Hg was sent (the
 * op's produce() has sent its packet then), 0 if nothing has to be done, or NOMEM. If
 * the stub refuses, s->selection_failed is set when the next replies come. */
int gdbregs__stub_select(struct gdbregs_session *s, struct gdbregs__op *op,
			 const struct gdbregs__thread_id *thread);
int gdbregs__stub_select_vcpu(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t vcpu);
/* Take the reply to an Hg. */
void gdbregs__stub_on_selected(struct gdbregs_session *s, const struct gdbregs__answer *answer);

#endif
