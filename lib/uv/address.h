/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 2. Where a stub is: the text of an address. Hides: its forms. */
#ifndef GDBREGS_LIB_ADDRESS_H
#define GDBREGS_LIB_ADDRESS_H

#include <gdbregs.h>

#define GDBREGS__HOST_BYTES 256
#define GDBREGS__PATH_BYTES 108 /* what a unix socket address holds, with the NUL */

struct gdbregs__address {
	bool is_unix;
	char host[GDBREGS__HOST_BYTES];
	char port[6];
	char path[GDBREGS__PATH_BYTES];
	char label[GDBREGS__HOST_BYTES + 16]; /* for messages */
};

/* HOST:PORT, :PORT, [V6]:PORT, tcp:HOST:PORT, unix:PATH; NULL or "" is
 * localhost:1234. 0 or INVAL with err saying what is wrong and what is right. */
int gdbregs__address_parse(const char *text, struct gdbregs__address *out,
			   struct gdbregs_error *err);

#endif
