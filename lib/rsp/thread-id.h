/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thread ids: `TID` or `pPID.TID`. An id is the stub's own number and has no meaning
 * for the library. Kgdb calls its shadow CPUs fffffffe, fffffffd, ...; OpenOCD calls
 * the tasks of an RTOS by the addresses of their control blocks; some stubs call
 * their only thread 0.
 * Hides: the syntax. */
#ifndef GDBREGS_LIB_RSP_THREAD_ID_H
#define GDBREGS_LIB_RSP_THREAD_ID_H

#include "util/hex.h"

#define GDBREGS__PROCESS_ALL (-1)

struct gdbregs__thread_id {
	bool has_pid; /* written with a p (multiprocess) */
	bool all; /* all threads; tid is 0 */
	int64_t pid; /* 0 unless has_pid; -1 means all, 0 any */
	uint64_t tid; /* 0 means any, unless the stub lists it */
};

/* Parse one id at in[*at], and advance *at past it. Leading zeros are skipped. A
 * thread id has up to 64 bits, a process id up to 63. `pPID` alone means all threads
 * of the process. Returns false and leaves *at and *id alone if there is no id. */
bool gdbregs__thread_id_parse(const uint8_t *in, size_t size, size_t *at,
			      struct gdbregs__thread_id *id);

bool gdbregs__thread_id_equal(const struct gdbregs__thread_id *a,
			      const struct gdbregs__thread_id *b);

/* Returns true if the id names exactly one thread in every context. */
bool gdbregs__thread_id_concrete(const struct gdbregs__thread_id *id);

/* Returns true if the id names exactly one thread in a list of threads. In a list, 0 is the id of
 * a thread; elsewhere it means any thread. With `qemu`, ids that QEMU cannot have sent are
 * refused, because they would be sent back to it: QEMU keeps ids in an int and counts from 1. */
bool gdbregs__thread_id_listable(const struct gdbregs__thread_id *id, bool qemu);

/* Write the canonical text, `p%x.%x` or `%x`, with `-1` for all threads. The text
 * takes at most GDBREGS__THREAD_ID_TEXT bytes, including its NUL. Returns its length. */
#define GDBREGS__THREAD_ID_TEXT 40
size_t gdbregs__thread_id_format(char *out, const struct gdbregs__thread_id *id);

#endif
