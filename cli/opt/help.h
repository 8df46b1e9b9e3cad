/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Help texts, made from the tables of commands and options. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

struct command;

/* Write it to stdout. NULL: the overview. Returns 0 or an exit status. */
int help_show(const struct command *command);
int help_version(void);

#endif
