/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registers on a terminal, in place. Hides: its size, columns, and the codes that
 * move the cursor. A frame is one write: nothing flickers. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "target/sampler.h"

struct screen {
	struct output *out;
	const struct options *options;
	struct text frame, cell;
	struct gdbregs_buffer decoded;
	unsigned rows, columns;
	bool shown;
};

void screen_init(struct screen *screen, struct output *out, const struct options *o);
/* Show the samplers' values, what has changed highlighted. False: out of memory. */
bool screen_draw(struct screen *screen, const char *title, const struct sampler *samplers,
		 size_t count);
/* Give the terminal back, the last frame on it. */
void screen_fini(struct screen *screen);

#endif
