/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In which order a screen shows the registers of a vCPU. Hides: what makes some of them
 * more important than others. */
#ifndef CLI_SCREEN_ORDER_H
#define CLI_SCREEN_ORDER_H

#include "target/sampler.h"

enum { SCREEN_HEADS = 3 };

/* Places among the recorded registers of a sampler. */
struct screen_block {
	size_t *order; /* program counter, stack pointer and flags, then by kind and size */
	size_t heads; /* how many of these three it has */
};

/* Returns false if memory runs out. End with screen_order_fini(). */
bool screen_order_make(struct screen_block *block, const struct sampler *sampler);
void screen_order_fini(struct screen_block *block);

#endif
