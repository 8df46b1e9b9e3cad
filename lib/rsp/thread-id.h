/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 2. Thread ids: `TID` or `pPID.TID`. Hides: their syntax. */
#ifndef GDBREGS_LIB_THREAD_ID_H
#define GDBREGS_LIB_THREAD_ID_H

#include "util/hex.h"

#define GDBREGS__THREAD_ALL (-1)
#define GDBREGS__THREAD_ANY 0

struct gdbregs__thread_id {
	bool has_pid; /* written with p: multiprocess */
	int64_t pid; /* 0 unless has_pid; -1 all, 0 any */
	int64_t tid; /* -1 all, 0 any */
};

/* Parse one id from in[*at..size), leading zeros allowed, advance *at past it.
 * `pPID` alone means all its threads. Ids beyond 2^31-1 are refused: no stub
 * has them and QEMU keeps them in an int. false: *at and *id untouched. */
bool gdbregs__thread_id_parse(const uint8_t *in, size_t size, size_t *at,
			      struct gdbregs__thread_id *id);

bool gdbregs__thread_id_equal(const struct gdbregs__thread_id *a,
			      const struct gdbregs__thread_id *b);

/* True for an id that names exactly one thread. */
bool gdbregs__thread_id_concrete(const struct gdbregs__thread_id *id);

/* Canonical text, `p%x.%x` or `%x`, `-1` for all; NUL-terminated; at most
 * GDBREGS__THREAD_ID_TEXT bytes with the NUL. Returns its length. */
#define GDBREGS__THREAD_ID_TEXT 40
size_t gdbregs__thread_id_format(char *out, const struct gdbregs__thread_id *id);

#endif
