/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 2. XML events written down as one document, in one way only: so that
 * documents that say the same become the same bytes. Hides: escapes, line
 * breaks, and that blanks around text are dropped. Reading such a document and
 * writing it again changes nothing. */
#ifndef GDBREGS_LIB_RESOLVED_H
#define GDBREGS_LIB_RESOLVED_H

#include <gdbregs.h>

/* All zero is a document without elements. */
struct gdbregs__resolved {
	struct gdbregs_buffer xml;
	struct gdbregs_buffer text; /* since the last tag */
	size_t depth;
	bool tag_open; /* a start tag still lacks its `>` */
};

/* 0 or GDBREGS_ERR_NOMEM, each. */
int gdbregs__resolved_start(struct gdbregs__resolved *r, const char *name,
			    const char *const *attributes);
int gdbregs__resolved_end(struct gdbregs__resolved *r, const char *name);
int gdbregs__resolved_text(struct gdbregs__resolved *r, const char *text, size_t size);
/* After the last event: the document is in r->xml. */
int gdbregs__resolved_finish(struct gdbregs__resolved *r);
void gdbregs__resolved_fini(struct gdbregs__resolved *r);

#endif
