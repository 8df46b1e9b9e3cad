/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads documents as one stream of events: the events of an included document replace
 * its xi:include element.
 * Hides: the include element itself, loops, and the limits on depth and size. */
#ifndef GDBREGS_LIB_TDESC_XINCLUDE_H
#define GDBREGS_LIB_TDESC_XINCLUDE_H

#include "tdesc/parse.h"
#include "tdesc/xml.h"

struct gdbregs__xinclude {
	/* Set by the caller. */
	const struct gdbregs_document *documents; /* [0] is the root document */
	size_t count;
	const struct gdbregs__limits *limits;
	struct gdbregs_error *err;
	const struct gdbregs__xml_handlers *sink; /* receives the events; NULL: nothing does */
	void *sink_arg;
	gdbregs__href_found found; /* if set, called for each include, which is then not expanded */
	void *found_arg;
	/* Used by xinclude.c only. */
	size_t includes;
	size_t bytes; /* of all documents, counted each time they are read */
	const struct gdbregs__xinclude_open *innermost;
	size_t include_depth;
	size_t depth; /* open elements, not counting xi:include */
	size_t inside_include; /* open elements from an xi:include on: ignored */
};

/* Read the documents. Returns 0; DESCRIPTION or LIMIT, with document, line and
 * column; NOMEM; or the result of the sink or of `found`. */
int gdbregs__xinclude_run(struct gdbregs__xinclude *w);

#endif
