/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "cmd/registers.h"

int command_dump(const struct options *o)
{
	return registers_show(o, VCPU_ALL, SHAPE_SNAPSHOT);
}
