/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The byte order of a target, derived from its description.
 * Hides: the table of architectures. */
#ifndef GDBREGS_LIB_BYTE_ORDER_H
#define GDBREGS_LIB_BYTE_ORDER_H

#include "tdesc/model.h"

/* Return the byte order, or UNKNOWN if the architecture exists with both orders
 * (powerpc, mips, ...). `qemu_system` says that the stub is QEMU system emulation,
 * which is always little-endian for arm and aarch64. */
enum gdbregs_byte_order gdbregs__byte_order(const struct gdbregs_description *d, bool qemu_system);

/* Return the byte order of a shipped description (xml/), by its name or by the path
 * of its file. Returns UNKNOWN for other names. Use it if gdbregs__byte_order()
 * returns UNKNOWN. */
enum gdbregs_byte_order gdbregs__byte_order_shipped(const char *name);

#endif
