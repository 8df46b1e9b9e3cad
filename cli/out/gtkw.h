/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A save file of GTKWave that shows all wires of a VCD file (trace --gtkw). Hides: its
 * format. */
#ifndef CLI_GTKW_H
#define CLI_GTKW_H

#include "target/sampler.h"

struct gtkw {
	struct text lines;
	const struct sampler *sampler; /* that of the wire before */
	const struct gdbregs_register *parts_of; /* the group that is open; or NULL */
};

/* Add a wire: item `index` of a sampler, and its name in the VCD file. width_bits 0: it is
 * a real number. */
void gtkw_add(struct gtkw *g, const struct sampler *sampler, size_t index, const char *name,
	      size_t width_bits);
/* Write the file that --gtkw names, if there is one. Returns 0, or an exit status with a
 * message on stderr. */
int gtkw_write(struct gtkw *g, const struct options *o, uint64_t last_step);
void gtkw_fini(struct gtkw *g);

#endif
