/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU 11.1 counts one register too few in the feature after the core of a PowerPC
 * (fpu: 33 registers from 71 on; spe: 34). In its stub, the numbers of the following
 * features start at the last of these registers: number 104 is vr1. Its description
 * continues to count, and 104 is vr0 there. The special registers have the same
 * numbers in both. In the description, the first of them therefore has the number of
 * the register before it. That is how this file recognises the error. In the stub,
 * the register after the fpu has the number of fpscr, and the stub returns fpscr for
 * it: no number reads that register. gdb 18 reads the wrong registers. */
#include "tdesc/power-numbers.h"

#include "tdesc/model.h"

#include <string.h>

#define SPECIAL "org.qemu.power.spr"

static const struct gdbregs__feature_run *find(const struct gdbregs_description *d,
					       const char *name)
{
	for (size_t i = 0; i < d->feature_count; i++)
		if (d->features[i].name && strcmp(d->features[i].name, name) == 0)
			return &d->features[i];
	return NULL;
}

static bool has_number(const struct gdbregs_description *d, uint32_t regnum)
{
	for (size_t i = 0; i < d->register_count; i++)
		if (d->registers[i].regnum == regnum)
			return true;
	return false;
}

void gdbregs__power_renumber(struct gdbregs_description *d)
{
	const struct gdbregs__feature_run *special = find(d, SPECIAL);
	const struct gdbregs__feature_run *floats = find(d, "org.gnu.gdb.power.fpu");

	if (!floats)
		floats = find(d, "org.gnu.gdb.power.spe");
	if (!special || !floats || special->first <= floats->first)
		return;

	struct gdbregs_register *r = d->registers;
	uint32_t after = floats->first + floats->count, lowest = r[floats->first].regnum;
	if (r[special->first].regnum != r[special->first - 1].regnum)
		return;
	if (lowest == 0 || has_number(d, lowest - 1))
		return;
	for (uint32_t i = after; i < special->first; i++)
		r[i].regnum--;
	/* The stub has no register with that number, and reports an error for it. */
	r[after].regnum = lowest - 1;
}
