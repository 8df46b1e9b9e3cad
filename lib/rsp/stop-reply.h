/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 2. Stop replies: T S W X w N. Hides: their syntax; console output and
 * File-I/O requests, which may come in their place, are reply.h's. */
#ifndef GDBREGS_LIB_STOP_H
#define GDBREGS_LIB_STOP_H

#include "util/buffer.h"
#include "rsp/thread-id.h"

enum gdbregs__stop_kind {
	GDBREGS__STOP_SIGNAL, /* T, S */
	GDBREGS__STOP_EXITED, /* W */
	GDBREGS__STOP_TERMINATED, /* X */
	GDBREGS__STOP_THREAD_EXIT, /* w */
	GDBREGS__STOP_NO_RESUMED, /* N */
};

/* Why a target stopped, as far as the stub says. */
enum gdbregs__stop_reason {
	GDBREGS__REASON_SIGNAL, /* nothing but the signal */
	GDBREGS__REASON_SWBREAK,
	GDBREGS__REASON_HWBREAK,
	GDBREGS__REASON_WATCH, /* write watchpoint; address is set */
	GDBREGS__REASON_RWATCH,
	GDBREGS__REASON_AWATCH,
	GDBREGS__REASON_OTHER, /* library, fork, syscall_entry, ... */
};

struct gdbregs__stop {
	enum gdbregs__stop_kind kind;
	enum gdbregs__stop_reason reason;
	unsigned signal; /* of SIGNAL and TERMINATED, GDB's numbering */
	unsigned status; /* of EXITED and THREAD_EXIT */
	/* Which thread, of SIGNAL and THREAD_EXIT; which process, as all its
	 * threads, of EXITED and TERMINATED. */
	bool has_thread;
	struct gdbregs__thread_id thread;
	uint64_t address; /* of the watch reasons */
};

/* An expedited register: number and its hex digits (may be empty or x: unavailable). */
typedef int (*gdbregs__expedited)(void *arg, uint64_t regnum, const uint8_t *hex, size_t hexlen);

/* Parse a stop reply. `expedited` may be NULL. Known words are checked before register
 * numbers; unknown words are skipped. A missing final `;` is fine, a missing colon is
 * not. What stands behind the signal of an S is skipped, as GDB does.
 * Returns 0; GDBREGS_ERR_PROTOCOL for anything else or a malformed stop reply; or what
 * `expedited` returned, if that is negative. *stop is untouched on failure. */
int gdbregs__stop_parse(const uint8_t *payload, size_t size, struct gdbregs__stop *stop,
			gdbregs__expedited expedited, void *arg);

#endif
