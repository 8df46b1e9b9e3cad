/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptions and types that come with the library (xml/). Hides: where they
 * are installed. */
#ifndef GDBREGS_LIB_TDESC_SHIPPED_H
#define GDBREGS_LIB_TDESC_SHIPPED_H

#include "tdesc/model.h"
#include "util/limits.h"

/* Room for a path, its NUL included. */
#define GDBREGS__SHIPPED_PATH 4096

/* The file of that name, without its suffix; false where the name is no file's name
 * or the path is too long. The file may be missing. */
bool gdbregs__shipped_path(const char *name, char path[GDBREGS__SHIPPED_PATH]);

/* The shipped description that --arch NAME means: the file of that name, else GDB's
 * default layout of the architecture of that name. False: there is none. */
bool gdbregs__shipped_find(const char *name, char path[GDBREGS__SHIPPED_PATH]);

/* A description that names its architecture and no register gets the registers of
 * that layout: *d is changed, unless the layout cannot be read. 0 or NOMEM. */
int gdbregs__shipped_complete(struct gdbregs_context *ctx, const struct gdbregs__limits *limits,
			      const struct gdbregs_description **d);

/* Give registers that a stub describes as plain integers the types that `types`, a
 * description too, has for registers of that feature, name and width. */
void gdbregs__shipped_attach(struct gdbregs_description *d,
			     const struct gdbregs_description *types);

#endif
