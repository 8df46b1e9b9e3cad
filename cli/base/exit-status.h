/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exit statuses: the same numbers as in gdbregs-cli(1). */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

enum status {
	STATUS_OK = 0,
	STATUS_DIFFERENT = 1, /* diff: something changed */
	STATUS_USAGE = 2,
	STATUS_CONNECT = 3, /* no connection, or no reply in time */
	STATUS_STUB = 4, /* the stub broke the protocol, or its description is bad */
	STATUS_SELECTION = 5, /* no such register or vCPU, or (--strict) one unavailable */
	STATUS_FILE = 6, /* output not written, or a file not read */
};

/* The exit status for a GDBREGS_ERR_*. `connected`: the session had been made. */
int status_of(int code, int connected);

#endif
