/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides which packets and monitor commands are not sent. Hides: the list, with its reasons, and
 * how stubs read a command. */
#ifndef CLI_PACKET_POLICY_H
#define CLI_PACKET_POLICY_H

/* Returns what the packet would do, for example "it ends the target", or NULL if it may be
 * sent. */
const char *packet_policy_denies(const char *payload);
/* Returns the same for a command for the stub's own monitor (qRcmd). */
const char *packet_policy_denies_command(const char *text);

#endif
