/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a save file of GTKWave that shows all wires of a VCD file (trace --gtkw). Hides: the
 * format of that file. */
#ifndef CLI_GTKW_H
#define CLI_GTKW_H

#include "base/output.h"
#include "base/text.h"
#include "opt/options.h"

struct gtkw {
	bool wanted; /* set by the caller; if not, nothing is added */
	struct text lines;
	bool in_group;
};

/* Begin the wires of a vCPU. */
void gtkw_add_vcpu(struct gtkw *g, unsigned vcpu);
/* Begin and end a group of wires. GTKWave shows the group closed at first. */
void gtkw_begin_group(struct gtkw *g, const char *name);
void gtkw_end_group(struct gtkw *g);
/* Add a wire by its names in the VCD file: those of its scopes, with a dot after each of them,
 * and its own name. width_bits is 0 for a real number. */
void gtkw_add(struct gtkw *g, const char *scopes, const char *name, size_t width_bits);
/* Write the file that --gtkw names, if there is one. Returns 0, or an exit status with a
 * message on stderr. */
int gtkw_write(struct gtkw *g, const struct options *o, uint64_t last_step);
void gtkw_fini(struct gtkw *g);

#endif
