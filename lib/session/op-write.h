/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing registers. Hides: P and G, and the reads before and after. */
#ifndef GDBREGS_LIB_SESSION_OP_WRITE_H
#define GDBREGS_LIB_SESSION_OP_WRITE_H

#include "session/session.h"

int gdbregs__write_register(struct gdbregs_session *s, uint32_t vcpu,
			    const struct gdbregs_register *h, const void *bytes, size_t size,
			    gdbregs__op_done done, void *arg, struct gdbregs__op **out);
/* Queue the writing of several registers. `writes` must stay valid until the op completes. */
int gdbregs__write_many(struct gdbregs_session *s, struct gdbregs_write *writes, size_t count,
			gdbregs__op_done done, void *arg, struct gdbregs__op **out);

#endif
