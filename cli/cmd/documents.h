/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xml --raw: a description's documents as files. Hides: which names a stub may
 * give its documents without writing where it should not. */
#ifndef CLI_DOCUMENTS_H
#define CLI_DOCUMENTS_H

#include "base/output.h"

#include <gdbregs.h>

/* Can the directory be written to, or made? Asked before a guest is stopped for
 * it. 0, or an exit status said on stderr. */
int documents_check(const char *dir);
/* Save all of them, or none if a name is unfit; the directory is made if it is
 * not there, and removed again if they can't be saved. 0 or an exit status, said
 * on stderr. */
int documents_save(const struct gdbregs_description *d, const char *dir);

#endif
