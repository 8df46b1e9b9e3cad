/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 3. From documents to a description. Hides: xi:include, the tables of
 * elements, how types are resolved. Pure: no file, no stub. */
#ifndef GDBREGS_LIB_INCLUDE_H
#define GDBREGS_LIB_INCLUDE_H

#include "tdesc/model.h"
#include "util/limits.h"

/* Names another document that `document` includes; non-zero stops the scan and
 * is returned. `href` is borrowed for the call. */
typedef int (*gdbregs__href_found)(void *arg, const char *href);

/* Call `found` for each xi:include of one document, in order, duplicates
 * included; nothing is expanded. 0, what found returned, or
 * GDBREGS_ERR_DESCRIPTION / LIMIT / NOMEM with document, line and column. */
int gdbregs__include_scan(const struct gdbregs_document *document,
			  const struct gdbregs__limits *limits, gdbregs__href_found found,
			  void *arg, struct gdbregs_error *err);

/* Build a description from documents ([0] is target.xml; others are found by
 * name). The documents are copied. Errors: DESCRIPTION with document, line and
 * column; LIMIT likewise; NOMEM. */
int gdbregs__include_parse(const struct gdbregs_document *documents, size_t count,
			   const struct gdbregs__limits *limits, struct gdbregs_description **out,
			   struct gdbregs_error *err);

#endif
