/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watched registers. Hides: how old and new values are kept, and that the list may change
 * while callbacks run or a read of its registers is under way. */
#ifndef GDBREGS_LIB_SESSION_WATCH_H
#define GDBREGS_LIB_SESSION_WATCH_H

#include "session/session.h"

/* The target is about to be resumed by an op: queue, ahead of it, a read of the watched
 * registers if their values are not known. Returns 0, or an error, which is set. */
int gdbregs__watch_prepare(struct gdbregs_session *s, struct gdbregs__op *before);
/* The target has stopped: queue, ahead of an op or at the end for NULL, a read of all
 * watched registers. Returns 1 if then() will be called afterwards, 0 if there is nothing
 * to read, or an error that is set. */
int gdbregs__watch_read(struct gdbregs_session *s, struct gdbregs__op *before,
			void (*then)(struct gdbregs_session *s));
/* Call back for the registers that have changed. Returns false if the session was freed.
 * Must not be called from within the engine. */
bool gdbregs__watch_deliver(struct gdbregs_session *s);
/* Registers were written; the remembered values are no longer a valid baseline for
 * comparison. */
void gdbregs__watch_stale(struct gdbregs_session *s);
void gdbregs__watch_fini(struct gdbregs_session *s);

/* watch-list.c. No read is under way: drop the watches that were removed, and sort the rest. */
void gdbregs__watches_tidy(struct gdbregs__watches *w);
void gdbregs__watches_free(struct gdbregs__watches *w);

#endif
