/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/stop-text.h"

#include <stdio.h>

void stop_write(char *out, size_t capacity, const struct gdbregs_stop *stop)
{
	switch (stop->kind) {
	case GDBREGS_STOP_EXITED:
		snprintf(out, capacity, "exited %d", stop->exit_status);
		break;
	case GDBREGS_STOP_TERMINATED:
		snprintf(out, capacity, "terminated by signal %d", stop->signal);
		break;
	case GDBREGS_STOP_THREAD_EXIT:
		snprintf(out, capacity, "thread exited %d", stop->exit_status);
		break;
	case GDBREGS_STOP_NO_RESUMED:
		snprintf(out, capacity, "nothing left to run");
		break;
	default:
		snprintf(out, capacity, "signal %d", stop->signal);
	}
}

bool stop_is_end(const struct gdbregs_stop *stop)
{
	return stop->kind == GDBREGS_STOP_EXITED || stop->kind == GDBREGS_STOP_TERMINATED;
}
