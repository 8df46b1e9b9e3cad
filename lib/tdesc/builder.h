/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Builds the model of a description (model.h) from XML events. Includes are expanded
 * before: the events arrive as if there were one document.
 * Hides: the tables of elements, which attributes are required, which errors are
 * tolerated, and how types are resolved. */
#ifndef GDBREGS_LIB_TDESC_BUILDER_H
#define GDBREGS_LIB_TDESC_BUILDER_H

#include "tdesc/model.h"
#include "util/limits.h"
#include "tdesc/xml.h"

struct gdbregs__tdesc;

/* Create a builder that fills in `d`. Both arguments are borrowed. Returns NULL when
 * out of memory. */
struct gdbregs__tdesc *gdbregs__tdesc_new(struct gdbregs_description *d,
					  const struct gdbregs__limits *limits);
/* Free the builder, but not the description. `t` may be NULL. */
void gdbregs__tdesc_free(struct gdbregs__tdesc *t);

/* Handle an event. The results are those of struct gdbregs__xml_handlers. */
int gdbregs__tdesc_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at, const char *name,
			 const char *const *attributes);
int gdbregs__tdesc_end(struct gdbregs__tdesc *t);
int gdbregs__tdesc_text(struct gdbregs__tdesc *t, const char *text, size_t size);
/* Complete the description after the last event. Returns 0 or GDBREGS_ERR_NOMEM. */
int gdbregs__tdesc_finish(struct gdbregs__tdesc *t);

#endif
