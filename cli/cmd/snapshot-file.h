/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads snapshots from files, JSON or JSON lines. Hides: their format, and that nothing in them can
 * be trusted. */
#ifndef CLI_SNAPSHOT_FILE_H
#define CLI_SNAPSHOT_FILE_H

#include "cmd/stored.h"

/* Read a file; `-` is standard input. Returns 0, or an exit status with a message on stderr. End
 * with stored_fini() in both cases. */
int snapshot_file_read(struct stored *s, const char *path);

#endif
