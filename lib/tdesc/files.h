/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a description from a file, and the documents that it includes.
 * Hides: that included files must be regular files in the same directory or below it. */
#ifndef GDBREGS_LIB_TDESC_FILES_H
#define GDBREGS_LIB_TDESC_FILES_H

#include "tdesc/parse.h"

/* The documents. [0] is the requested file. */
struct gdbregs__files {
	struct gdbregs_document *documents;
	size_t count, capacity;
	struct gdbregs__arena arena; /* of names and data */
};

/* Read a file and the documents that it includes. `files` is all zeros before. Call
 * gdbregs__files_fini() also if this fails. Errors: IO DESCRIPTION LIMIT NOMEM. */
int gdbregs__files_read(struct gdbregs__files *files, const char *path,
			const struct gdbregs__limits *limits, struct gdbregs_error *err);
void gdbregs__files_fini(struct gdbregs__files *files);

#endif
