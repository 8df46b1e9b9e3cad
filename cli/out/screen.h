/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows registers on a terminal, in place: for each vCPU its state, pc, sp and flags, then the
 * others in columns. A frame is one write, so that nothing flickers. Hides: the layout, and the
 * codes that move the cursor. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "base/terminal.h"
#include "target/sampler.h"

struct screen_block;

struct screen {
	struct output *out;
	const struct options *options;
	struct terminal *terminal;
	struct screen_block *blocks; /* one per sampler, made by the first frame */
	size_t block_count;
	struct text lines; /* of the frame, each ended by a line feed */
	struct text frame, cell;
	struct gdbregs_buffer decoded;
	unsigned rows, columns; /* of the terminal */
	size_t used; /* lines of the frame so far */
};

void screen_init(struct screen *screen, struct output *out, const struct options *o,
		 struct terminal *terminal);
/* Show the samplers' values, with changes highlighted. Returns false if memory runs out. */
bool screen_draw(struct screen *screen, const char *title, const struct sampler *samplers,
		 size_t count);
/* Give the terminal back. The last frame stays on it as text. */
void screen_fini(struct screen *screen);

#endif
