/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/options.h"

#include "opt/command.h"
#include "base/message.h"
#include "opt/option-values.h"
#include "base/exit-status.h"
#include "base/suggest.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 40, FIRST_LONG = 256 };

// clang-format off
static const struct option_info table[] = {
	{'t', "target", required_argument, "ADDR", GROUP_CONNECTION, set_target,
	 "where the stub listens: HOST:PORT, :PORT, [V6]:PORT\n"
	 "or unix:PATH; default localhost:1234; repeatable for\n"
	 "vcpus, dump and diff"},
	{FIRST_LONG, "wait", optional_argument, "SECONDS", GROUP_CONNECTION, set_wait,
	 "wait until the stub accepts and answers; default 30"},
	{FIRST_LONG + 1, "timeout", required_argument, "SECONDS", GROUP_CONNECTION, set_timeout,
	 "wait so long for each reply; default 5"},
	{FIRST_LONG + 2, "on-exit", required_argument, "HOW", GROUP_CONNECTION, set_on_exit,
	 "leave the guest as it was (restore, the default),\n"
	 "running (resume) or halted (halt)"},
	{FIRST_LONG + 3, "arch", required_argument, "NAME", GROUP_CONNECTION, set_arch,
	 "shipped description, where the stub serves none"},
	{FIRST_LONG + 4, "tdesc", required_argument, "FILE", GROUP_CONNECTION, set_tdesc,
	 "description to use instead of the stub's"},
	{FIRST_LONG + 5, "endian", required_argument, "ORDER", GROUP_CONNECTION, set_endian,
	 "show numbers as little or big endian, whatever is\n"
	 "known of the target"},
	{FIRST_LONG + 6, "log-packets", no_argument, NULL, GROUP_CONNECTION, set_log_packets,
	 "show every packet on stderr"},
	{'n', "count", required_argument, "N", GROUP_COUNT, set_count,
	 "end after N steps (trace), hits (trace --break) or\n"
	 "samples (watch)"},
	{FIRST_LONG + 12, "until", required_argument, "ADDR", GROUP_TRACE, set_until,
	 "end when the program counter is at ADDR"},
	{FIRST_LONG + 13, "break", required_argument, "ADDR", GROUP_TRACE, set_break,
	 "let the guest run, and record each time a vCPU comes\n"
	 "to ADDR; repeatable"},
	{FIRST_LONG + 14, "all", no_argument, NULL, GROUP_TRACE, set_all,
	 "record all selected registers at every step, not\n"
	 "only what changed"},
	{FIRST_LONG + 15, "irq", no_argument, NULL, GROUP_TRACE, set_irq,
	 "let interrupts and timers through during steps"},
	{'i', "interval", required_argument, "SECONDS", GROUP_INTERVAL, set_interval,
	 "time between samples; default 1"},
	{'c', "vcpu", required_argument, "N[,N...]|all", GROUP_VCPU, set_vcpu,
	 "which vCPUs, numbered from 0"},
	{FIRST_LONG + 7, "feature", required_argument, "GLOB", GROUP_SELECT, set_feature,
	 "only registers of features that fit; repeatable"},
	{FIRST_LONG + 8, "group", required_argument, "NAME", GROUP_GROUP, set_group,
	 "only registers of this group: general, float,\n"
	 "vector, ...; repeatable"},
	{FIRST_LONG + 9, "exclude", required_argument, "GLOB", GROUP_SELECT, set_exclude,
	 "no registers that fit [FEATURE:]NAME; repeatable"},
	{FIRST_LONG + 10, "strict", no_argument, NULL, GROUP_STRICT, set_strict,
	 "exit 5 where a selected register is unavailable"},
	{FIRST_LONG + 11, "raw", required_argument, "DIR", GROUP_RAW, set_raw,
	 "save every document as the stub served it in DIR,\n"
	 "instead of printing the resolved one"},
	{'f', "format", required_argument, "FORMAT", GROUP_FORMAT, set_format,
	 "text (default), json, jsonl or csv; trace also vcd"},
	{'j', "json", no_argument, NULL, GROUP_FORMAT, set_json,
	 "the same as -f json"},
	{'o', "output", required_argument, "FILE", GROUP_OUTPUT, set_output,
	 "write to FILE, whole or not at all"},
	{'q', "quiet", no_argument, NULL, GROUP_ALWAYS, set_quiet,
	 "no notes, no progress, only errors"},
	{'v', "verbose", no_argument, NULL, GROUP_ALWAYS, set_verbose,
	 "say more on stderr"},
	{'h', "help", no_argument, NULL, GROUP_ALWAYS, set_help,
	 "show this help; after COMMAND, that command's"},
	{'V', "version", no_argument, NULL, GROUP_ALWAYS, set_version,
	 "show the version"},
};
// clang-format on

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

const struct option_info *options_table(size_t *count)
{
	*count = TABLE_COUNT;
	return table;
}

bool options_live(const struct options *o)
{
	return o->targets.count > 0 || o->spawn;
}

bool options_offline(const struct options *o)
{
	return !options_live(o) && (o->tdesc || o->arch);
}

static const struct option_info *find(int key)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (table[i].key == key)
			return &table[i];
	}
	return NULL;
}

/* getopt's two notations of the table. */
struct syntax {
	char shorts[2 * MOST_OPTIONS + 3];
	struct option longs[MOST_OPTIONS];
};

/* `-` in front: words come in their order, as values of option 1, so that
 * options may stand on either side of COMMAND. `:`: a missing argument is told
 * from an unknown option. */
static void make_syntax(struct syntax *syntax)
{
	_Static_assert(TABLE_COUNT < MOST_OPTIONS, "syntax has room for the table");
	*syntax = (struct syntax){.shorts = "-:"};
	char *end = syntax->shorts + 2;
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct option_info *info = &table[i];
		syntax->longs[i] = (struct option){info->name, info->argument, NULL, info->key};
		if (info->key >= FIRST_LONG)
			continue;
		*end++ = (char)info->key;
		if (info->argument == required_argument)
			*end++ = ':';
	}
}

static size_t count_prefixed(const char *typed)
{
	size_t count = 0;
	for (size_t i = 0; i < TABLE_COUNT; i++)
		count += strncmp(table[i].name, typed, strlen(typed)) == 0;
	return count;
}

static int unknown_long_option(const char *typed)
{
	struct suggestion near;
	if (count_prefixed(typed) > 1)
		return fail(STATUS_USAGE,
			    "option '--%s' may mean several; see 'gdbregs-cli --help'", typed);
	suggest_begin(&near, typed);
	for (size_t i = 0; i < TABLE_COUNT; i++)
		suggest_offer(&near, table[i].name);
	if (!near.best)
		return fail(STATUS_USAGE, "unknown option '--%s'; see 'gdbregs-cli --help'", typed);
	return fail(STATUS_USAGE, "unknown option '--%s'; did you mean '--%s'?", typed, near.best);
}

static int unknown_option(const char *word)
{
	char typed[64];
	if (strncmp(word, "--", 2) != 0)
		return fail(STATUS_USAGE, "unknown option '%s'; see 'gdbregs-cli --help'", word);
	snprintf(typed, sizeof(typed), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	return unknown_long_option(typed);
}

/* getopt's `?`: with optopt 0, a long option that is unknown or a prefix of
 * several; with a known key, one that was given an argument it does not take. */
static int bad_option(char **argv)
{
	const struct option_info *info = find(optopt);
	if (optopt == 0)
		return unknown_option(argv[optind - 1]);
	if (info)
		return fail(STATUS_USAGE, "--%s takes no argument: '%s'", info->name,
			    argv[optind - 1]);
	return fail(STATUS_USAGE, "unknown option '-%c'; see 'gdbregs-cli --help'", optopt);
}

static int missing_argument(void)
{
	const struct option_info *info = find(optopt);
	return fail(STATUS_USAGE, "--%s needs a value: %s", info->name, info->argument_name);
}

static int take_word(struct options *o, char *word)
{
	if (o->command)
		return words_add(&o->arguments, word);
	o->command = command_find(word);
	return o->command ? 0 : command_unknown(word);
}

/* `--wait 5`: getopt takes a value that may be left out only behind `=`. */
static int check_wait(const char *before, const char *word)
{
	if (strcmp(before, "--wait") != 0 || strspn(word, "0123456789.") < strlen(word))
		return 0;
	return fail(STATUS_USAGE, "--wait takes its seconds behind '=': --wait=%s", word);
}

/* `used`: which entries of the table stand on the command line. */
static int take(struct options *o, int key, char **argv, bool *used)
{
	if (key == 1) {
		int status = check_wait(argv[optind - 2], optarg);
		return status != 0 ? status : take_word(o, optarg);
	}
	if (key == '?')
		return bad_option(argv);
	if (key == ':')
		return missing_argument();
	const struct option_info *info = find(key);
	used[info - table] = true;
	return info->set(o, optarg);
}

static int check_applies(const struct options *o, const bool *used)
{
	for (size_t i = 0; i < TABLE_COUNT && o->command; i++) {
		const struct option_info *info = &table[i];
		bool applies = (o->command->options | GROUP_ALWAYS) & info->group;
		if (used[i] && !applies)
			return fail(STATUS_USAGE,
				    "--%s does not apply to '%s'; see 'gdbregs-cli %s --help'",
				    info->name, o->command->name, o->command->name);
	}
	return 0;
}

static int check(const struct options *o)
{
	if (o->help || o->version)
		return 0;
	if (!o->command)
		return fail(STATUS_USAGE, "no command given; see 'gdbregs-cli --help'");
	if (o->spawn && o->targets.count > 0)
		return fail(STATUS_USAGE, "give either --target or a command after '--', not both");
	if (o->tdesc && o->arch)
		return fail(STATUS_USAGE, "give either --arch or --tdesc, not both");
	if (o->targets.count > 1 && !o->command->many_targets)
		return fail(STATUS_USAGE, "'%s' takes one --target, %zu were given",
			    o->command->name, o->targets.count);
	if (o->format == FORMAT_VCD && !(o->command->options & GROUP_TRACE))
		return fail(STATUS_USAGE, "--format: '%s' does not write vcd, 'trace' does",
			    o->command->name);
	if (o->arguments.count > 0 && !o->command->arguments)
		return fail(STATUS_USAGE, "'%s' takes no arguments: '%s'", o->command->name,
			    o->arguments.item[0]);
	return 0;
}

/* What follows `--`. getopt steps over it and says nothing; a value of the last
 * option (`-o --`) may look the same. */
static int take_spawn(struct options *o, int argc, char **argv, const char *last_value)
{
	bool dashes =
		optind > 1 && strcmp(argv[optind - 1], "--") == 0 && argv[optind - 1] != last_value;
	if (!dashes)
		return 0;
	if (optind == argc)
		return fail(STATUS_USAGE,
			    "nothing after '--': give the command that starts the stub");
	o->spawn = argv + optind;
	return 0;
}

static void find_patterns(struct options *o)
{
	size_t skip = o->command->operands ? o->command->operands(o) : 0;
	if (skip >= o->arguments.count)
		return;
	o->patterns.item = o->arguments.item + skip;
	o->patterns.count = o->arguments.count - skip;
}

static int parse(struct options *o, int argc, char **argv)
{
	struct syntax syntax;
	bool used[TABLE_COUNT] = {false};
	const char *last_value = NULL;
	int key, status;
	make_syntax(&syntax);
	opterr = 0;
	while ((key = getopt_long(argc, argv, syntax.shorts, syntax.longs, NULL)) != -1) {
		last_value = optarg;
		status = take(o, key, argv, used);
		if (status != 0)
			return status;
	}
	status = take_spawn(o, argc, argv, last_value);
	if (status == 0)
		status = check_applies(o, used);
	if (status == 0 && o->command)
		find_patterns(o);
	return status != 0 ? status : check(o);
}

int options_parse(struct options *o, int argc, char **argv)
{
	*o = (struct options){
		.timeout_ms = 5000, .interval_ms = 1000, .on_exit = GDBREGS_ON_CLOSE_RESTORE};
	int status = parse(o, argc, argv);
	message_set(o->quiet, o->verbose);
	return status;
}

void options_fini(struct options *o)
{
	free(o->arguments.item);
	free(o->targets.item);
	free(o->features.item);
	free(o->groups.item);
	free(o->excludes.item);
	free(o->vcpus);
	free(o->breaks);
	*o = (struct options){.command = NULL};
}
