/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 4. The context: what sessions and threads share. Hides: the lock,
 * interning, and how equal descriptions become one object. */
#ifndef GDBREGS_LIB_REGISTRY_H
#define GDBREGS_LIB_REGISTRY_H

#include "tdesc/parse.h"

/* The description made of these documents, parsed only where no equal one is
 * known: equal documents (by content, never by a hash alone) are the same
 * description, and so are different documents that resolve to the same one.
 * Errors as gdbregs__include_parse(). *out is borrowed from the context.
 * Threads: any. */
int gdbregs__registry_description(struct gdbregs_context *ctx,
				  const struct gdbregs_document *documents, size_t count,
				  const struct gdbregs__limits *limits,
				  const struct gdbregs_description **out,
				  struct gdbregs_error *err);

/* Read a description's file and what it includes, beside it (layer 4 because
 * it reads files). *documents is one allocation to be freed with gdbregs_free(). Errors: IO
 * naming the file, DESCRIPTION, LIMIT, NOMEM. Threads: any. */
int gdbregs__description_read(const char *path, const struct gdbregs__limits *limits,
			      struct gdbregs_document **documents, size_t *count,
			      struct gdbregs_error *err);

#endif
