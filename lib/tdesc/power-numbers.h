/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hides that QEMU 11.1 describes PowerPC with register numbers that are not its own. */
#ifndef GDBREGS_TDESC_POWER_NUMBERS_H
#define GDBREGS_TDESC_POWER_NUMBERS_H

struct gdbregs_description;

/**
 * Correct the register numbers of a PowerPC description of QEMU 11.1.
 *
 * Other descriptions stay as they are: the mistake is visible in the description.
 */
void gdbregs__power_renumber(struct gdbregs_description *d);

#endif
