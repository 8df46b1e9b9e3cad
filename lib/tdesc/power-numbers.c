/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU 11.1 counts one register too few in the feature after the core of a PowerPC
 * (fpu: 33 registers from 71 on, spe: 34). The features that follow have numbers from
 * the last of these registers on in its stub: number 104 is vr1. Its description goes on
 * counting and has vr0 there, up to the special registers, which it numbers as the stub
 * does. So the first of those has the number of the register before it, and this is how
 * the mistake is known. The register that follows the fpu has the number of fpscr in the
 * stub, which answers with fpscr: no number reads it. gdb 18 reads the wrong registers. */
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
	/* The stub has no register there and says so. */
	r[after].regnum = lowest - 1;
}
