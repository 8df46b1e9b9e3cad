/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The places of registers in a `g` reply. A layout belongs to a description, and
 * sessions of any thread share it. It is never changed after it is published.
 * Hides: the rules (ascending register numbers; numbers without a register take no
 * room, unnamed registers do; offset= of lldb-server), and how a layout is verified. */
#ifndef GDBREGS_LIB_TDESC_G_LAYOUT_H
#define GDBREGS_LIB_TDESC_G_LAYOUT_H

#include "tdesc/model.h"

/* The place of register i of the description. A size of 0 means that g does not have
 * it. */
struct gdbregs__g_slot {
	uint32_t off_bytes;
	uint32_t size_bytes;
};

struct gdbregs__g_layout {
	size_t size_bytes; /* size of the whole decoded reply */
	bool complete; /* it has every register that takes room in g */
	struct gdbregs__g_slot slots[]; /* one for each register of the description */
};

/* The value of a register as `p` returned it. */
struct gdbregs__g_sample {
	const uint8_t *data; /* NULL: not read, or unavailable */
	size_t size;
};

/* Fill in d->g_places from the registers and from those without a name. Returns 0 or
 * GDBREGS_ERR_NOMEM. */
int gdbregs__g_order(struct gdbregs_description *d, const struct gdbregs__g_place *unnamed,
		     size_t unnamed_count);

/* List the registers that could be part of a g reply of g_size bytes, according to
 * the sizes in the description. Their values must be read by `p` to verify the
 * layout. Writes their indexes to `out` in ascending order of their numbers; `out`
 * has room for register_count. Returns how many. */
size_t gdbregs__g_candidates(const struct gdbregs_description *d, size_t g_size, uint32_t *out);

/* Verify a layout: g must consist of the candidates' values in order, and it must end
 * where a register ends. `samples` holds a sample for each register of the
 * description; its size and its bytes must match. Returns NULL if they do not, or
 * when out of memory; the latter sets *nomem. */
struct gdbregs__g_layout *gdbregs__g_prove(const struct gdbregs_description *d, const uint8_t *g,
					   size_t g_size, const struct gdbregs__g_sample *samples,
					   bool *nomem);

/* Make a layout without `p`, which gdbserver lacks on x86: from the bitsizes in the
 * description, from the sizes of the registers' types if only these fit, or from its
 * offset= attributes. Returns NULL unless g_size ends where a register ends, or when
 * out of memory; the latter sets *nomem. */
struct gdbregs__g_layout *gdbregs__g_described(const struct gdbregs_description *d, size_t g_size,
					       bool *nomem);

/* Returns the size of a g that has every register of the description. */
size_t gdbregs__g_described_bytes(const struct gdbregs_description *d);

#endif
