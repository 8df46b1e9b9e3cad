/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stop replies: T S W X w N. Console output and File-I/O requests, which may arrive
 * in their place, are parsed elsewhere (see reply.h).
 * Hides: the syntax of stop replies. */
#ifndef GDBREGS_LIB_RSP_STOP_REPLY_H
#define GDBREGS_LIB_RSP_STOP_REPLY_H

#include "util/buffer.h"
#include "rsp/thread-id.h"

/* In GDB's numbering. */
#define GDBREGS__SIGNAL_INT  2
#define GDBREGS__SIGNAL_TRAP 5

struct gdbregs__stop {
	enum gdbregs_stop_kind kind;
	enum gdbregs_stop_reason reason; /* as far as the stub reports it */
	unsigned signal; /* for SIGNAL and TERMINATED, in GDB's numbering */
	unsigned status; /* for EXITED and THREAD_EXIT */
	/* SIGNAL and THREAD_EXIT: the thread. EXITED and TERMINATED: the process,
	 * given as all of its threads. */
	bool has_thread;
	struct gdbregs__thread_id thread;
	uint64_t address; /* for the watch reasons */
};

/* Returns true if the program has ended. */
static inline bool gdbregs__stop_is_end(enum gdbregs_stop_kind kind)
{
	return kind == GDBREGS_STOP_EXITED || kind == GDBREGS_STOP_TERMINATED;
}

/* Called for each expedited register with its number and its hex digits. The digits
 * may be empty or x, which both mean unavailable. */
typedef int (*gdbregs__expedited)(void *arg, uint64_t regnum, const uint8_t *hex, size_t hexlen);

/* Parse a stop reply. `expedited` may be NULL. Known words are checked before
 * register numbers, and unknown words are skipped. The last `;` may be missing, a
 * colon may not. Text after the signal of an S reply is skipped, as in GDB. Returns
 * 0; GDBREGS_ERR_PROTOCOL for a malformed stop reply or any other packet; or a
 * negative result of `expedited`. *stop is set only on success. */
int gdbregs__stop_parse(const uint8_t *payload, size_t size, struct gdbregs__stop *stop,
			gdbregs__expedited expedited, void *arg);

#endif
