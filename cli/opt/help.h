/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Help texts, made from the tables of commands and options. */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

struct command;

/* On stdout; 0 or an exit status. NULL: the overview. */
int usage_help(const struct command *command);
int usage_version(void);

#endif
