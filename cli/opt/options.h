/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line. Hides: its syntax, and the table of options, from which
 * parsing, help and "does not apply" come. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/number.h"

#include <gdbregs.h>

struct command;

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV, FORMAT_VCD };

/* Which options a command takes; a command has a mask of these. */
enum option_group {
	GROUP_ALWAYS = 1 << 0, /* -h -V -q -v */
	GROUP_CONNECTION = 1 << 1, /* -t --wait … */
	GROUP_SELECT = 1 << 2, /* --feature --exclude */
	GROUP_VCPU = 1 << 3, /* -c */
	GROUP_FORMAT = 1 << 4, /* -f -j */
	GROUP_OUTPUT = 1 << 5, /* -o */
	GROUP_STRICT = 1 << 6,
	GROUP_RAW = 1 << 7,
	GROUP_GROUP = 1 << 8, /* --group */
	GROUP_COUNT = 1 << 9, /* -n */
	GROUP_INTERVAL = 1 << 10, /* -i */
	GROUP_TRACE = 1 << 11, /* --until --break --all --irq, -f vcd */
	GROUP_LABEL = 1 << 12, /* --label */
	GROUP_WITHIN = 1 << 13,
	GROUP_EXPECT = 1 << 14, /* --now --junit */
	GROUP_FIELDS = 1 << 15, /* --fields */
	GROUP_AS = 1 << 16, /* --as */
	GROUP_DIFF = 1 << 17, /* --all --junit */
};

/* Words of the command line; they live as long as argv. */
struct string_list {
	char **item;
	size_t count;
};

struct options {
	const struct command *command; /* NULL: only --help or --version was asked for */
	struct string_list arguments; /* after COMMAND */
	struct string_list patterns; /* those of the arguments that select registers; borrowed */
	struct string_list targets;
	struct string_list features, groups, excludes;
	char **spawn; /* the words after `--`; NULL: there are no such words */
	unsigned wait_ms; /* 0: do not wait */
	unsigned timeout_ms;
	unsigned connect_deadline_ms;
	enum gdbregs_on_close on_exit;
	enum gdbregs_byte_order endian; /* UNKNOWN: not overridden */
	const char *arch;
	const char *tdesc;
	unsigned *vcpus; /* those listed with -c, each once */
	size_t vcpu_count; /* 0: not said, or all */
	bool vcpus_all;
	bool vcpus_single; /* -c with one number: not a list, not `all` */
	enum format format;
	const char *output;
	const char *raw_dir;
	const char *label;
	uint64_t count; /* -n; 0: not given */
	unsigned interval_ms; /* 0: not given */
	const char *until; /* an address or conditions; NULL: none */
	struct string_list ifs; /* conditions */
	const char *junit;
	const char *gtkw;
	unsigned within_ms; /* 0: not given, and the command has no default */
	uint64_t *breaks;
	size_t break_count;
	enum digits_form as;
	bool fields, nonzero, now, no_pipeline, log_packets, quiet, verbose, strict, help, version,
		all, irq;
};

/* The type of the value at an option's offset in struct options. */
enum option_kind {
	OPTION_FLAG, /* bool: true */
	OPTION_WORD, /* const char *: not empty */
	OPTION_WORDS, /* struct string_list: one more; may be empty */
	OPTION_TARGETS, /* the same, not empty */
	OPTION_SECONDS, /* unsigned: milliseconds */
	OPTION_CHOICE, /* int or enum: the value of a struct option_choice; the first if it takes no argument */
	OPTION_OTHER, /* `set` knows */
};

struct option_choice {
	const char *word; /* NULL: the end */
	int value;
	enum option_group only; /* for commands with this group; 0: for all */
};

struct option_info {
	char letter; /* 0: it has none */
	const char *name;
	const char *argument; /* NULL: takes none */
	unsigned group; /* mask of enum option_group */
	enum option_kind kind;
	size_t offset;
	const char *help;
	const char *trace_help; /* in `trace --help`; NULL: the same */
	const char *other_help; /* in the help of every other command; NULL: the same */
	bool optional; /* the argument may be left out */
	const struct option_choice *choices;
	int (*set)(struct options *o,
		   const char *value); /* Returns 0 or an exit status, with a message on stderr */
};

/* Returns whether a command takes the value. command NULL: it is not known yet. */
bool option_offers(const struct option_choice *choice, const struct command *command);

/* Parse. Returns 0 or an exit status, with a message on stderr. End `o` with options_fini() in
 * both cases. */
int options_parse(struct options *o, int argc, char **argv);
void options_fini(struct options *o);

/* Returns the FILE of --junit, also if the command line is wrong; NULL: it is not there. */
const char *options_junit(int argc, char **argv);

/* Returns the table, which has *count entries. */
const struct option_info *options_table(size_t *count);

/* Returns whether a target was named, by an address or a command. GDBREGS_TARGET counts for
 * commands that need a target. */
bool options_live(const struct options *o);

/* Returns whether a vCPU is one of those listed with -c. */
bool options_list_vcpu(const struct options *o, unsigned vcpu);

/* Returns whether the command works on --tdesc or --arch without a target. */
bool options_offline(const struct options *o);

#endif
