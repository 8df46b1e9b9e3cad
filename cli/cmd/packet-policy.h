/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets that `packet` does not send. Hides: the list, with its reasons. */
#ifndef CLI_HARMFUL_H
#define CLI_HARMFUL_H

/* What the packet would do, e.g. "it ends the target"; NULL: it may be sent. */
const char *harmful_reason(const char *payload);

#endif
