/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets and monitor commands that are not sent. Hides: the list, with its reasons,
 * and how stubs read a command. */
#ifndef CLI_PACKET_POLICY_H
#define CLI_PACKET_POLICY_H

/* Returns what the packet would do, e.g. "it ends the target", or NULL. */
const char *packet_policy_denies(const char *payload);
/* Returns what a command for the stub's own monitor (qRcmd) would do, or NULL. */
const char *packet_policy_denies_command(const char *text);

#endif
