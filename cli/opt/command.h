/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of commands. To add one: write cmd/NAME.c with one function that takes
 * the options and returns an exit status, declare it below, and add a row to the table in
 * command.c and a section to man/gdbregs-cli.1. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "opt/options.h"

struct command {
	const char *name;
	const char *arguments; /* for the usage line; NULL: takes none */
	const char *summary;
	const char *help; /* what it does, in sentences */
	const char *example; /* works on the machine of README.md */
	/* The number of arguments before those that select registers; NULL: 0. */
	size_t (*operands)(const struct options *o);
	int (*run)(const struct options *o);
	unsigned options; /* mask of enum option_group */
	bool many_targets;
	bool all_vcpus; /* without -c; else the first one */
	bool runs_guest; /* has a result when --within is over */
	unsigned within_ms; /* default of --within; 0: none */
	bool selects_fields; /* --fields selects the parts of each register */
	bool streams; /* writes while it runs: a signal ends it with complete output */
};

const struct command *command_table(size_t *count);
const struct command *command_find(const char *name);
/* Returns the command whose name is most like a mistyped one, or NULL if none is like it. */
const char *command_near(const char *name);
/* Say so on stderr, with the nearest name. Returns an exit status. */
int command_unknown(const char *name);

int command_vcpus(const struct options *o);
int command_where(const struct options *o);
int command_list(const struct options *o);
int command_read(const struct options *o);
int command_dump(const struct options *o);
int command_diff(const struct options *o);
size_t command_diff_operands(const struct options *o);
int command_write(const struct options *o);
int command_trace(const struct options *o);
int command_watch(const struct options *o);
int command_expect(const struct options *o);
int command_xml(const struct options *o);
int command_monitor(const struct options *o);
int command_packet(const struct options *o);

/* cmd/complete.c: `gdbregs-cli __complete WORD...`, for the shell completions, completes the
 * last WORD. It prints the candidates, one a line. The line ":files" means that file names
 * fit too, and ":commands" that a command line begins. It never connects. Returns an exit
 * status. */
int command_complete(int argc, char **argv);

#endif
