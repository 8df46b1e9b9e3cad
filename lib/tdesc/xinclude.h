/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 3. Documents as one stream of events: where an xi:include stands, the
 * events of the document it names come in its place. Hides: the include element
 * itself, loops, and the limits on depth and size. */
#ifndef GDBREGS_LIB_WALK_H
#define GDBREGS_LIB_WALK_H

#include "tdesc/parse.h"
#include "tdesc/xml.h"

struct gdbregs__walk {
	/* Set by the caller. */
	const struct gdbregs_document *documents; /* [0] is where it begins */
	size_t count;
	const struct gdbregs__limits *limits;
	struct gdbregs_error *err;
	const struct gdbregs__xml_handlers *sink; /* gets the events; NULL: nobody does */
	void *sink_arg;
	gdbregs__href_found found; /* if set, includes are told to it instead of expanded */
	void *found_arg;
	/* What was met. */
	size_t includes;
	size_t deepest_include;
	size_t deepest_element;
	size_t bytes; /* of documents, each as often as it was read */
	/* walk.c's own. */
	const struct gdbregs__walk_open *innermost;
	size_t include_depth;
	size_t depth; /* open elements, xi:include not counted */
	size_t inside_include; /* open elements from an xi:include on: what is in it is dropped */
};

/* 0; DESCRIPTION or LIMIT with document, line and column; NOMEM; or what the
 * sink or `found` returned. */
int gdbregs__walk_run(struct gdbregs__walk *w);

#endif
