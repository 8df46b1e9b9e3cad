/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptions without a stub: --tdesc FILE, or a shipped one by --arch NAME. */
#ifndef CLI_OFFLINE_H
#define CLI_OFFLINE_H

#include "opt/options.h"

/* Load it into a new context. 0 or an exit status, said on stderr. The caller
 * unrefs *context. */
int offline_load(const struct options *o, struct gdbregs_context **context,
		 const struct gdbregs_description **out);

#endif
