/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Corrects the wrong register numbers in QEMU 11.1's descriptions of PowerPC. */
#ifndef GDBREGS_LIB_TDESC_POWER_NUMBERS_H
#define GDBREGS_LIB_TDESC_POWER_NUMBERS_H

struct gdbregs_description;

/** Correct the register numbers of a PowerPC description of QEMU 11.1. Other
 * descriptions do not change: the error is visible in the description. */
void gdbregs__power_renumber(struct gdbregs_description *d);

#endif
