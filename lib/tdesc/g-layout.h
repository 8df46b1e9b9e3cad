/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 3. Where registers stand in a `g` reply. Hides: the rules (ascending
 * register numbers, numbering gaps take no room, unnamed registers do, offset=
 * of lldb-server) and the proof. A layout belongs to a description and is shared by sessions of any
 * thread: once published it never changes. */
#ifndef GDBREGS_LIB_G_LAYOUT_H
#define GDBREGS_LIB_G_LAYOUT_H

#include "tdesc/model.h"

#include <stdatomic.h>

/* Where register i of the description stands in g. size 0: not in it. */
struct gdbregs__g_slot {
	uint32_t off_bytes;
	uint32_t size_bytes;
};

struct gdbregs__g_layout {
	size_t size_bytes; /* of the whole decoded reply */
	size_t slot_count; /* = the description's register_count */
	struct gdbregs__g_slot slots[];
};

/* A register's value as `p` gave it. */
struct gdbregs__g_sample {
	const uint8_t *data; /* NULL: not read, or unavailable */
	size_t size;
};

/* The registers, in ascending order of their numbers, that could stand in a g
 * of g_size bytes by the description's sizes: what has to be read by `p` to
 * prove the layout. Writes indexes of the description into out (room for
 * register_count), returns how many. */
size_t gdbregs__g_candidates(const struct gdbregs_description *d, size_t g_size, uint32_t *out);

/* Prove: g is the values of the candidates in order, cut at a register's end,
 * lengths and bytes equal to `samples` (by description index), sizes as `p` had
 * them. NULL where it does not hold; *nomem tells that apart from no memory. */
struct gdbregs__g_layout *gdbregs__g_prove(const struct gdbregs_description *d, const uint8_t *g,
					   size_t g_size, const struct gdbregs__g_sample *samples,
					   bool *nomem);

/* For stubs without `p` (gdbserver on x86): the layout by the description's
 * sizes, or by its offset= attributes. NULL unless g_size ends at a register's
 * end. */
struct gdbregs__g_layout *gdbregs__g_described(const struct gdbregs_description *d, size_t g_size,
					       bool *nomem);

#endif
