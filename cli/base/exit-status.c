/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/exit-status.h"

#include <gdbregs.h>

int status_of(int code, int connected)
{
	switch (code) {
	case GDBREGS_ERR_CONNECT:
	case GDBREGS_ERR_TIMEOUT:
	case GDBREGS_ERR_SPAWN:
		return STATUS_CONNECT;
	case GDBREGS_ERR_CLOSED:
		return connected ? STATUS_STUB : STATUS_CONNECT;
	case GDBREGS_ERR_NO_VCPU:
	case GDBREGS_ERR_NO_REGISTER:
	case GDBREGS_ERR_NO_FIELD:
	case GDBREGS_ERR_AMBIGUOUS:
	case GDBREGS_ERR_UNAVAILABLE:
	case GDBREGS_ERR_NOT_TAKEN:
		return STATUS_SELECTION;
	case GDBREGS_ERR_IO:
	case GDBREGS_ERR_NOMEM:
		return STATUS_FILE;
	case GDBREGS_ERR_INVAL:
		return STATUS_USAGE;
	default:
		return code < 0 ? STATUS_STUB : STATUS_OK;
	}
}
