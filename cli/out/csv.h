/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows as in RFC 4180, but lines end in LF as everywhere on Unix. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "base/output.h"

/* Write the fields in their order; NULL is an empty one. Control characters are shown as
 * \xHH, on a terminal all that is not ASCII. A field that a spreadsheet would take for a
 * formula has a ' in front. */
void csv_row(struct output *out, const char *const *fields, size_t count);

#endif
