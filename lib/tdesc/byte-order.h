/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 3. Byte order from what is known of a target. Hides: the table. */
#ifndef GDBREGS_LIB_BYTE_ORDER_H
#define GDBREGS_LIB_BYTE_ORDER_H

#include "tdesc/model.h"

/* `qemu_system`: the stub is QEMU system emulation, which for arm and aarch64
 * always uses little endian. Follows protocol.md 2.4: UNKNOWN where a wrong
 * guess is possible (powerpc, mips, ...). */
enum gdbregs_byte_order gdbregs__byte_order(const struct gdbregs_description *d, bool qemu_system);

/* The order that a shipped description (xml/) is for, by its name or the path
 * of its file; UNKNOWN for other names. It counts where gdbregs__byte_order()
 * does not know. */
enum gdbregs_byte_order gdbregs__byte_order_shipped(const char *name);

#endif
