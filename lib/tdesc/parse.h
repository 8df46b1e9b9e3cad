/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses documents to a description. Does not read files and does not use a stub.
 * Hides: xi:include, the tables of elements, and how types are resolved. */
#ifndef GDBREGS_LIB_TDESC_PARSE_H
#define GDBREGS_LIB_TDESC_PARSE_H

#include "tdesc/model.h"
#include "util/limits.h"

/* Called for a document that `document` includes. A non-zero result stops the scan
 * and is returned. `href` is borrowed during the call. */
typedef int (*gdbregs__href_found)(void *arg, const char *href);

/* Call `found` for each xi:include of a document, in order and including duplicates.
 * Nothing is expanded. Returns 0, the result of `found`, or GDBREGS_ERR_DESCRIPTION,
 * LIMIT or NOMEM; the message has document, line and column. */
int gdbregs__parse_includes(const struct gdbregs_document *document,
			    const struct gdbregs__limits *limits, gdbregs__href_found found,
			    void *arg, struct gdbregs_error *err);

/* Make a description from documents, of which there is at least one. documents[0] is target.xml;
 * the others are found by name. The documents are copied. Errors: DESCRIPTION and LIMIT, with
 * document, line and column; NOMEM. */
int gdbregs__parse_documents(const struct gdbregs_document *documents, size_t count,
			     const struct gdbregs__limits *limits, struct gdbregs_description **out,
			     struct gdbregs_error *err);

#endif
