/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptions and types that come with the library (xml/). Hides: where they
 * are installed. */
#ifndef GDBREGS_LIB_TDESC_SHIPPED_H
#define GDBREGS_LIB_TDESC_SHIPPED_H

#include "tdesc/model.h"
#include "util/limits.h"

/* Room for a path, its NUL included. */
#define GDBREGS__SHIPPED_PATH 4096

/* Write the path of the shipped file of that name, given without its suffix. Returns false if the
 * name cannot be the name of a file or the path is too long. The file may be missing. */
bool gdbregs__shipped_path(const char *name, char path[GDBREGS__SHIPPED_PATH]);

/* Find the shipped description that --arch NAME refers to: the file of that name, or else GDB's
 * default layout of the architecture of that name. Returns false if there is none. */
bool gdbregs__shipped_find(const char *name, char path[GDBREGS__SHIPPED_PATH]);

/* If a description names its architecture and no register, replace *d by GDB's default layout of
 * that architecture. *d stays if there is no layout, or if it cannot be read. Returns 0 or
 * NOMEM. */
int gdbregs__shipped_complete(struct gdbregs_context *ctx, const struct gdbregs__limits *limits,
			      const struct gdbregs_description **d);

/* Give types to registers that a stub describes as plain integers: those that the description
 * `types` has for registers of the same feature, name and width. */
void gdbregs__shipped_attach(struct gdbregs_description *d,
			     const struct gdbregs_description *types);

#endif
