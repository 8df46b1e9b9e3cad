/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The documents of the description of one process: target.xml and the documents that it includes.
 * Hides: chunks, requesting them ahead, and the list of included documents. */
#ifndef GDBREGS_LIB_SESSION_OP_DOCUMENTS_H
#define GDBREGS_LIB_SESSION_OP_DOCUMENTS_H

#include "session/session.h"

struct gdbregs__fetched; /* one document */

/* Initialise it with zeros, then call gdbregs__documents_add("target.xml"). */
struct gdbregs__documents {
	struct gdbregs__fetched *list;
	size_t count, capacity;
	size_t next; /* the first document that may have something to request */
};

void gdbregs__documents_fini(struct gdbregs__documents *d);
/* Add a document to request, unless it is in the list. Returns 0, NOMEM, LIMIT, or DESCRIPTION if
 * its name cannot be requested from a stub. */
int gdbregs__documents_add(struct gdbregs_session *s, struct gdbregs__documents *d,
			   const char *name);
/* Send the next request for a chunk. Returns 1 if it was sent, 0 if there is nothing to request
 * now, or a negative error. The reply comes with `kind` and with the index for
 * gdbregs__documents_reply(). */
int gdbregs__documents_produce(struct gdbregs_session *s, struct gdbregs__op *op,
			       struct gdbregs__documents *d, uint32_t kind);
/* Take a reply. Returns 0, or DESCRIPTION, NO_DESCRIPTION, LIMIT, PROTOCOL or NOMEM with
 * s->engine.error set. */
int gdbregs__documents_reply(struct gdbregs_session *s, struct gdbregs__documents *d,
			     const struct gdbregs__answer *answer);
/* Returns true if there is something to request. */
bool gdbregs__documents_wanting(const struct gdbregs__documents *d);
/* All documents are complete: make the description from them. */
int gdbregs__documents_resolve(struct gdbregs_session *s, const struct gdbregs__documents *d,
			       const struct gdbregs_description **out);

#endif
