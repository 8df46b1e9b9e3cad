/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The documents of the description of one process: target.xml and what it includes.
 * Hides: chunks, requesting them ahead, the list of included documents. */
#ifndef GDBREGS_LIB_SESSION_OP_DOCUMENTS_H
#define GDBREGS_LIB_SESSION_OP_DOCUMENTS_H

#include "session/session.h"

struct gdbregs__fetched; /* one document */

/* All zero, then gdbregs__documents_add("target.xml"). */
struct gdbregs__documents {
	struct gdbregs__fetched *list;
	size_t count, capacity;
	size_t next; /* the first that may have something to ask for */
};

void gdbregs__documents_fini(struct gdbregs__documents *d);
/* Ask for a document, once. 0, NOMEM, LIMIT, DESCRIPTION (a name no stub can be asked for). */
int gdbregs__documents_add(struct gdbregs_session *s, struct gdbregs__documents *d,
			   const char *name);
/* Send the next request for a chunk: 1 sent, 0 nothing to ask for now, or negative.
 * The reply comes with `kind` and an index to give to gdbregs__documents_reply(). */
int gdbregs__documents_produce(struct gdbregs_session *s, struct gdbregs__op *op,
			       struct gdbregs__documents *d, uint32_t kind);
/* 0, or DESCRIPTION, NO_DESCRIPTION, LIMIT, PROTOCOL, NOMEM with s->engine.error set. */
int gdbregs__documents_reply(struct gdbregs_session *s, struct gdbregs__documents *d,
			     const struct gdbregs__answer *answer);
/* True once there is something to ask for. */
bool gdbregs__documents_wanting(const struct gdbregs__documents *d);
/* All are complete: the description they make. */
int gdbregs__documents_resolve(struct gdbregs_session *s, const struct gdbregs__documents *d,
			       const struct gdbregs_description **out);

#endif
