/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The byte order of a target, derived from its description.
 * Hides: the table of architectures. */
#ifndef GDBREGS_LIB_TDESC_BYTE_ORDER_H
#define GDBREGS_LIB_TDESC_BYTE_ORDER_H

#include "tdesc/model.h"

/* A byte order, and how it is known. */
struct gdbregs__byte_order {
	enum gdbregs_byte_order order;
	enum gdbregs_byte_order_source source;
};

/* Returns the byte order, or UNKNOWN if the architecture exists with both orders (powerpc, mips,
 * ...). arm and aarch64 are little-endian, as in GDB: that is an assumption unless `qemu_system`
 * says that the stub is QEMU system emulation. */
struct gdbregs__byte_order gdbregs__byte_order(const struct gdbregs_description *d,
					       bool qemu_system);

/* Returns the byte order of a shipped description (xml/), by its name or by the path of its file.
 * Returns UNKNOWN for other names. Use it if gdbregs__byte_order() returns UNKNOWN. */
enum gdbregs_byte_order gdbregs__byte_order_shipped(const char *name);

#endif
