/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What read and dump have in common: read the selection, release the guests,
 * then print. */
#ifndef CLI_REGISTERS_H
#define CLI_REGISTERS_H

#include "out/formats.h"

int registers_show(const struct options *o, enum vcpu_default which, enum shape shape);

#endif
