/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "cmd/registers.h"

/* The shape follows from the command line, not from what is found: scripts
 * depend on it. */
int command_read(const struct options *o)
{
	bool one = o->vcpus_single || (o->vcpu_count == 0 && !o->vcpus_all);
	return registers_show(o, VCPU_FIRST, one ? SHAPE_REGISTERS : SHAPE_VCPUS);
}
