/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names that a VCD file can have. Hides: which characters those are, and how the names of
 * two wires in one scope are made different. */
#ifndef CLI_VCD_NAMES_H
#define CLI_VCD_NAMES_H

#include "target/sampler.h"

/* Add a name of letters, digits and underscores that does not begin with a digit: blanks
 * end a name, dots separate scopes in GTKWave, brackets are ranges. */
void vcd_add_name(struct text *text, const char *name);

/* Make a name for every recorded item of a sampler: of a register, unique in its feature;
 * of a part, unique in its register. They are added to `text`, each with a NUL. Returns
 * their places in it, which the caller frees; NULL: out of memory. */
size_t *vcd_make_names(const struct sampler *sampler, struct text *text);

/* Make the short word for wire `index` in the body. */
enum { VCD_ID = 8 };
void vcd_make_id(char id[VCD_ID], size_t index);

#endif
