/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 6. Between the files of gdbregs_uv.h's calls. Hides: which sessions they
 * serve, what an accepted request needs. */
#ifndef GDBREGS_LIB_UV_CALLS_H
#define GDBREGS_LIB_UV_CALLS_H

#include "uv/transport.h"

struct gdbregs_uv_request;

/* A call on a session that is on a caller's loop and was not closed: 0, else INVAL. */
int gdbregs__uv_begin(struct gdbregs_session *s);
/* An op was queued (result 0): let it out, and hand its handle to the caller.
 * Returns result. */
int gdbregs__uv_accepted(struct gdbregs_session *s, int result, struct gdbregs__op *op,
			 struct gdbregs_uv_request **request);

#endif
