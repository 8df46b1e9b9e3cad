/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reporting stops. Hides: waits for a stop, and stops that arrive before anyone waits for
 * them. */
#ifndef GDBREGS_LIB_SESSION_STOP_WAIT_H
#define GDBREGS_LIB_SESSION_STOP_WAIT_H

#include "session/session.h"

/* Translate a stop reply to a resume of all vCPUs (GDBREGS__ALL_VCPUS) or to a step of
 * one. */
void gdbregs__stop_describe(struct gdbregs_session *s, uint32_t stepped,
			    const struct gdbregs__stop *from, struct gdbregs_stop *to);
/* Make a wait for the stop of the resume with this number (s->run.resume.requested). Returns NULL
 * when out of memory; the error is set. */
struct gdbregs__op *gdbregs__stop_wait_new(struct gdbregs_session *s, uint64_t number,
					   int timeout_ms, struct gdbregs_stop *stop,
					   gdbregs__op_done done, void *arg);
/* A resume has ended. If it has stopped, read the watched registers, ahead of the op
 * `before` or at the end for NULL. Then complete the waits for this resume. If
 * report->status is negative, the error is set. */
void gdbregs__stop_report(struct gdbregs_session *s, struct gdbregs__op *before,
			  const struct gdbregs__stopped *report, bool has_stopped);

#endif
