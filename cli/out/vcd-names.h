/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes names that a VCD file can have. Hides: which characters those are, and how the names of
 * two wires in one scope are made different. */
#ifndef CLI_VCD_NAMES_H
#define CLI_VCD_NAMES_H

#include "target/sampler.h"

/* Add a name that has only letters, digits and underscores, and does not begin with a digit. In
 * VCD files a blank ends a name and brackets are ranges, and in GTKWave dots separate scopes. */
void vcd_add_name(struct text *text, const char *name);

/* Make a name for every recorded item of a sampler. Names of registers are unique in their
 * feature, names of parts in their register. They are added to `text`, each with a NUL. Returns
 * their places in the text, which the caller frees, or NULL if memory runs out. */
size_t *vcd_make_names(const struct sampler *sampler, struct text *text);

/* Make the short word for wire `index` in the body. */
enum { VCD_ID = 8 };
void vcd_make_id(char id[VCD_ID], size_t index);

#endif
