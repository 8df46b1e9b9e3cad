/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --log-packets: what goes over the wire, one packet a line on stderr. */
#ifndef CLI_PACKET_LOG_H
#define CLI_PACKET_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* `target` NULL: there is only one. */
void packet_log(const char *target, bool sent, const void *bytes, size_t size);

#endif
