/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xml --raw: a description's documents as files. Hides: which names a stub may
 * give its documents, and that no file of the user's is replaced. */
#ifndef CLI_DOCUMENTS_H
#define CLI_DOCUMENTS_H

#include <gdbregs.h>

/* Check that the directory can be written to, or made, before a guest is stopped
 * for it. Returns 0, or an exit status said on stderr. */
int documents_check(const char *dir);
/* Save all documents as new files, or none: a name that is unfit, or is there
 * already, is an error. The directory is made if it is not there, and removed
 * again if saving fails. Returns 0, or an exit status said on stderr. */
int documents_save(const struct gdbregs_description *d, const char *dir);

#endif
