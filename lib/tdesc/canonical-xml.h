/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes XML events as one document in canonical form: equal contents give equal
 * bytes. Parsing the result and writing it again changes nothing.
 * Hides: escapes, line breaks, and that blanks around text are removed. */
#ifndef GDBREGS_LIB_TDESC_CANONICAL_XML_H
#define GDBREGS_LIB_TDESC_CANONICAL_XML_H

#include <gdbregs.h>

/* A document without elements is all zeros. */
struct gdbregs__canonical {
	struct gdbregs_buffer xml;
	struct gdbregs_buffer text; /* since the last tag */
	size_t depth;
	bool tag_open; /* the start tag still needs its `>` */
	bool nomem; /* something is missing: gdbregs__canonical_finish() fails */
};

/* Write an event. */
void gdbregs__canonical_start(struct gdbregs__canonical *r, const char *name,
			      const char *const *attributes);
void gdbregs__canonical_end(struct gdbregs__canonical *r, const char *name);
void gdbregs__canonical_text(struct gdbregs__canonical *r, const char *text, size_t size);
/* Complete the document in r->xml after the last event. Returns 0, or GDBREGS_ERR_NOMEM if
 * there was not enough memory for any of the events. */
int gdbregs__canonical_finish(struct gdbregs__canonical *r);
void gdbregs__canonical_fini(struct gdbregs__canonical *r);

#endif
