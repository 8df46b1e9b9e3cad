/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows as in RFC 4180, but lines end in LF as everywhere on Unix. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "base/output.h"

/* The fields in their order; NULL is an empty one. On a terminal, printable. */
void csv_row(struct output *out, const char *const *fields, size_t count);

#endif
