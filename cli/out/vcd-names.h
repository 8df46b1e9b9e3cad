/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names that a VCD file can have. Hides: which characters those are, and how two
 * wires of one scope are told apart. */
#ifndef CLI_VCD_NAMES_H
#define CLI_VCD_NAMES_H

#include "target/sampler.h"

/* Letters, digits and underscores, not beginning with a digit: blanks end a name,
 * dots separate scopes in GTKWave, brackets are ranges. */
void vcd_add_name(struct text *text, const char *name);

/* The name of every recorded register of a sampler, unique in its feature: places in
 * `text`, one each. NULL: out of memory; else the caller's to free. */
size_t *vcd_make_names(const struct sampler *sampler, struct text *text);

/* The short word that stands for wire `index` in the body. */
enum { VCD_ID = 8 };
void vcd_make_id(char id[VCD_ID], size_t index);

#endif
