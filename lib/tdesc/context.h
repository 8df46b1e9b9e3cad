/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context, which sessions and threads share.
 * Hides: the lock, interning, and how equal descriptions become one object. */
#ifndef GDBREGS_LIB_TDESC_CONTEXT_H
#define GDBREGS_LIB_TDESC_CONTEXT_H

#include "tdesc/parse.h"

/* Returns the description for these documents. Documents are parsed only if the same documents are
 * not known yet; they are compared by content, not only by hash. Documents with the same canonical
 * XML share one description. The errors are those of gdbregs__parse_documents(). *out is borrowed
 * from the context. Threads: any. */
int gdbregs__context_description(struct gdbregs_context *ctx,
				 const struct gdbregs_document *documents, size_t count,
				 const struct gdbregs__limits *limits,
				 const struct gdbregs_description **out, struct gdbregs_error *err);

/* The same for documents in files: the file at `path`, and the documents that it includes from
 * the same directory. Errors: also IO, which names the file. Threads: any. */
int gdbregs__context_load(struct gdbregs_context *ctx, const char *path,
			  const struct gdbregs__limits *limits,
			  const struct gdbregs_description **out, struct gdbregs_error *err);

#endif
