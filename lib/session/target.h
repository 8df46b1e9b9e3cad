/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 5. The tables of processes and vCPUs. Hides: how they grow, and that a
 * stub may list a thread twice. */
#ifndef GDBREGS_LIB_SESSION_VCPUS_H
#define GDBREGS_LIB_SESSION_VCPUS_H

#include "session/session.h"

/* The index of the process with this pid, made if it is new; NOMEM, or LIMIT
 * beyond `most`, with s->engine.error set. */
int gdbregs__vcpus_process(struct gdbregs_session *s, int64_t pid, size_t most);

/* Add a vCPU; one that is there already is not added again. id NULL: the stub
 * has no thread ids. 0, NOMEM or LIMIT with s->engine.error set. */
int gdbregs__vcpus_add(struct gdbregs_session *s, const struct gdbregs__thread_id *id,
		       const char *text, size_t length, uint32_t process);

/* The vCPU with this id; UINT_MAX: not one that was listed. */
unsigned gdbregs__vcpus_find(struct gdbregs_session *s, const struct gdbregs__thread_id *id);

/* The same for a stop: a thread that was not listed has been started since, and is
 * added. UINT_MAX where that can't be, or there is no memory. */
unsigned gdbregs__vcpus_stopped(struct gdbregs_session *s, const struct gdbregs__thread_id *id);

/* 0 if the vCPU has the register, else what is wrong, said. */
int gdbregs__vcpus_check_register(struct gdbregs_session *s, unsigned vcpu,
				  const struct gdbregs_register *h);

/* Set a vCPU's name from qThreadExtraInfo's hex digits; what is no hex is none. */
int gdbregs__vcpus_name(struct gdbregs_session *s, uint32_t vcpu, const uint8_t *hex,
			size_t hexlen);

void gdbregs__vcpus_clear(struct gdbregs_session *s);

#endif
