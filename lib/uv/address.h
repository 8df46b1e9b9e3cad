/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The address of a stub.
 * Hides: the forms of its text. */
#ifndef GDBREGS_LIB_UV_ADDRESS_H
#define GDBREGS_LIB_UV_ADDRESS_H

#include <gdbregs.h>

#define GDBREGS__DEFAULT_ADDRESS "localhost:1234"
#define GDBREGS__HOST_BYTES	 256
#define GDBREGS__PATH_BYTES	 108 /* size of a unix socket address, with the NUL */

struct gdbregs__address {
	bool is_unix;
	char host[GDBREGS__HOST_BYTES];
	char port[6];
	char path[GDBREGS__PATH_BYTES];
};

/* Parse an address: HOST:PORT, :PORT, [V6]:PORT, tcp:HOST:PORT, unix:PATH. NULL and
 * "" mean the default. Returns 0, or GDBREGS_ERR_INVAL with a message that lists
 * the valid forms. */
int gdbregs__address_parse(const char *text, struct gdbregs__address *out,
			   struct gdbregs_error *err);

#endif
