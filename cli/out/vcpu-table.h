/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A few registers of several vCPUs as a table: a row for each vCPU, a column for each
 * register. Hides: when such a table fits the line. */
#ifndef CLI_VCPU_TABLE_H
#define CLI_VCPU_TABLE_H

#include "target/value.h"

/* Write the table. Returns 1 if it was written, 0 if it does not fit or the vCPUs have
 * different registers, -1 if memory runs out. */
int vcpu_table_put(struct output *out, const struct options *o, const struct snapshot *s);

#endif
