/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 2. From XML events to the model of description.h. Hides: the tables of
 * elements, what is required and what is forgiven, how types are resolved.
 * Knows no include: events come as if the documents were one. */
#ifndef GDBREGS_LIB_TDESC_H
#define GDBREGS_LIB_TDESC_H

#include "tdesc/model.h"
#include "util/limits.h"
#include "tdesc/xml.h"

struct gdbregs__tdesc;

/* A builder that fills d, both borrowed; NULL when out of memory. */
struct gdbregs__tdesc *gdbregs__tdesc_new(struct gdbregs_description *d,
					  const struct gdbregs__limits *limits);
/* NULL is fine. The description stays. */
void gdbregs__tdesc_free(struct gdbregs__tdesc *t);

/* The events; results as struct gdbregs__xml_handlers wants them. */
int gdbregs__tdesc_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at, const char *name,
			 const char *const *attributes);
int gdbregs__tdesc_end(struct gdbregs__tdesc *t);
int gdbregs__tdesc_text(struct gdbregs__tdesc *t, const char *text, size_t size);
/* After the last event: the description has its registers. 0 or NOMEM. */
int gdbregs__tdesc_finish(struct gdbregs__tdesc *t);

#endif
