/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/options.h"

#include "opt/command.h"
#include "base/message.h"
#include "opt/option-values.h"
#include "base/suggest.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_OPTIONS = 60, FIRST_KEY = 256 };

#define AT(member) offsetof(struct options, member)

static const struct option_choice on_exit_choices[] = {
	{"restore", GDBREGS_ON_CLOSE_RESTORE, 0},
	{"resume", GDBREGS_ON_CLOSE_RESUME, 0},
	{"halt", GDBREGS_ON_CLOSE_HALT, 0},
	{NULL, 0, 0},
};
static const struct option_choice endian_choices[] = {
	{"little", GDBREGS_BYTE_ORDER_LITTLE, 0},
	{"big", GDBREGS_BYTE_ORDER_BIG, 0},
	{NULL, 0, 0},
};
static const struct option_choice format_choices[] = {
	{"text", FORMAT_TEXT, 0}, {"json", FORMAT_JSON, 0},	    {"jsonl", FORMAT_JSONL, 0},
	{"csv", FORMAT_CSV, 0},	  {"vcd", FORMAT_VCD, GROUP_TRACE}, {NULL, 0, 0},
};
static const struct option_choice json_choices[] = {{"json", FORMAT_JSON, 0}, {NULL, 0, 0}};
static const struct option_choice as_choices[] = {
	{"dec", DIGITS_DEC, 0}, {"hex", DIGITS_HEX, 0}, {"oct", DIGITS_OCT, 0},
	{"bin", DIGITS_BIN, 0}, {"raw", DIGITS_RAW, 0}, {"float", DIGITS_FLOAT, 0},
	{NULL, 0, 0},
};

// clang-format off
static const struct option_info table[] = {
	{'t', "target", "ADDR", GROUP_CONNECTION, OPTION_TARGETS, AT(targets),
	 .help = "HOST:PORT, :PORT or unix:PATH; localhost:1234"},
	{0, "wait", "SECONDS", GROUP_CONNECTION, OPTION_OTHER, 0,
	 .help = "wait until the stub answers; default 30",
	 .optional = true, .set = set_wait},
	{0, "timeout", "SECONDS", GROUP_CONNECTION, OPTION_SECONDS, AT(timeout_ms),
	 .help = "time limit for each reply; default 5"},
	{0, "connect-deadline", "SECONDS", GROUP_CONNECTION, OPTION_SECONDS, AT(connect_deadline_ms),
	 .help = "time limit for connecting; default 120"},
	{0, "on-exit", "HOW", GROUP_CONNECTION, OPTION_CHOICE, AT(on_exit),
	 .help = "leave the guest: restore (default), resume, halt",
	 .choices = on_exit_choices},
	{0, "arch", "NAME", GROUP_CONNECTION, OPTION_WORD, AT(arch),
	 .help = "shipped description, if the stub serves none"},
	{0, "tdesc", "FILE", GROUP_CONNECTION, OPTION_WORD, AT(tdesc),
	 .help = "description to use instead of the stub's"},
	{0, "endian", "ORDER", GROUP_CONNECTION, OPTION_CHOICE, AT(endian),
	 .help = "byte order of numbers: little or big",
	 .choices = endian_choices},
	{0, "no-pipeline", NULL, GROUP_CONNECTION, OPTION_FLAG, AT(no_pipeline),
	 .help = "send one packet at a time"},
	{0, "log-packets", NULL, GROUP_CONNECTION, OPTION_FLAG, AT(log_packets),
	 .help = "show every packet on stderr"},
	{'n', "count", "N", GROUP_COUNT, OPTION_OTHER, 0,
	 .help = "end after N steps, hits (--break) or samples",
	 .set = set_count},
	{0, "until", "ADDR|COND", GROUP_TRACE, OPTION_OTHER, 0,
	 .help = "end at an address, or when eax==0,ecx>=16",
	 .set = set_until},
	{0, "break", "ADDR", GROUP_TRACE, OPTION_OTHER, 0,
	 .help = "run, and record when a vCPU is there; repeatable",
	 .set = set_break},
	{0, "if", "COND", GROUP_TRACE, OPTION_WORDS, AT(ifs),
	 .help = "record a hit of --break only if COND holds"},
	{0, "within", "SECONDS", GROUP_WITHIN, OPTION_SECONDS, AT(within_ms),
	 .help = "time limit of the command; default of expect: 10"},
	{0, "now", NULL, GROUP_EXPECT, OPTION_FLAG, AT(now),
	 .help = "check once, do not let the guest run"},
	{0, "junit", "FILE", GROUP_EXPECT | GROUP_DIFF, OPTION_WORD, AT(junit),
	 .help = "also write the results to FILE as JUnit XML"},
	{0, "all", NULL, GROUP_TRACE | GROUP_DIFF, OPTION_FLAG, AT(all),
	 .help = "also unchanged registers; diff: also one-sided ones",
	 .trace_help = "also registers that have not changed",
	 .other_help = "also registers that only one side has"},
	{0, "gtkw", "FILE", GROUP_TRACE, OPTION_WORD, AT(gtkw),
	 .help = "with -f vcd -o FILE: a save file for GTKWave"},
	{0, "irq", NULL, GROUP_TRACE, OPTION_FLAG, AT(irq),
	 .help = "let interrupts and timers through during steps"},
	{'i', "interval", "SECONDS", GROUP_INTERVAL, OPTION_SECONDS, AT(interval_ms),
	 .help = "time between samples; default 1, of expect 0.1"},
	{'c', "vcpu", "LIST|all", GROUP_VCPU, OPTION_OTHER, 0,
	 .help = "which vCPUs: 0, 0-3,6 or all; repeatable",
	 .set = set_vcpu},
	{0, "feature", "GLOB", GROUP_SELECT, OPTION_WORDS, AT(features),
	 .help = "registers of features that match; repeatable"},
	{0, "group", "NAME", GROUP_GROUP, OPTION_WORDS, AT(groups),
	 .help = "registers of a group: general, float, vector, ..."},
	{0, "exclude", "GLOB", GROUP_SELECT, OPTION_WORDS, AT(excludes),
	 .help = "no registers that match [FEATURE:]NAME; repeatable"},
	{0, "fields", NULL, GROUP_FIELDS, OPTION_FLAG, AT(fields),
	 .help = "also parts of registers: flags, members, elements"},
	{0, "as", "FORM", GROUP_AS, OPTION_CHOICE, AT(as),
	 .help = "numbers as dec, hex, oct, bin, float or raw bytes",
	 .choices = as_choices},
	{0, "label", "TEXT", GROUP_LABEL, OPTION_WORD, AT(label),
	 .help = "store TEXT in the snapshot (JSON)"},
	{0, "nonzero", NULL, GROUP_STRICT, OPTION_FLAG, AT(nonzero),
	 .help = "text: leave out registers that are 0"},
	{0, "strict", NULL, GROUP_STRICT, OPTION_FLAG, AT(strict),
	 .help = "exit 5 if a selected register is unavailable"},
	{0, "raw", "DIR", GROUP_RAW, OPTION_WORD, AT(raw_dir),
	 .help = "save every document as served, print none"},
	{'f', "format", "FORMAT", GROUP_FORMAT, OPTION_CHOICE, AT(format),
	 .help = "text, json, jsonl or csv; trace also vcd",
	 .trace_help = "text, json, jsonl, csv or vcd",
	 .other_help = "text, json, jsonl or csv",
	 .choices = format_choices},
	{'j', "json", NULL, GROUP_FORMAT, OPTION_CHOICE, AT(format),
	 .help = "the same as -f json",
	 .choices = json_choices},
	{'o', "output", "FILE", GROUP_OUTPUT, OPTION_WORD, AT(output),
	 .help = "write to FILE atomically"},
	{'q', "quiet", NULL, GROUP_ALWAYS, OPTION_FLAG, AT(quiet),
	 .help = "no notes, no progress, only errors"},
	{'v', "verbose", NULL, GROUP_ALWAYS, OPTION_FLAG, AT(verbose),
	 .help = "say how guests were left; show elements of vectors"},
	{'h', "help", NULL, GROUP_ALWAYS, OPTION_FLAG, AT(help),
	 .help = "this help, or after COMMAND the help of that command"},
	{'V', "version", NULL, GROUP_ALWAYS, OPTION_FLAG, AT(version),
	 .help = "show the version"},
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

/* Returns getopt's value for it: its letter, or else its place in the table, above all
 * letters. */
static int key_of(const struct option_info *info)
{
	return info->letter != 0 ? info->letter : FIRST_KEY + (int)(info - table);
}

static const struct option_info *find(int key)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (key_of(&table[i]) == key)
			return &table[i];
	}
	return NULL;
}

/* getopt's two notations of the table. */
struct syntax {
	char shorts[2 * MOST_OPTIONS + 3];
	struct option longs[MOST_OPTIONS];
};

/* `-` in front: words come in their order, as values of option 1, so that options may be on
 * either side of COMMAND. `:`: getopt tells a missing argument from an unknown option. */
static void make_syntax(struct syntax *syntax)
{
	_Static_assert(TABLE_COUNT < MOST_OPTIONS, "syntax has room for the table");
	*syntax = (struct syntax){.shorts = "-:"};
	char *end = syntax->shorts + 2;
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct option_info *info = &table[i];
		int argument = !info->argument	? no_argument
			       : info->optional ? optional_argument
						: required_argument;
		syntax->longs[i] = (struct option){info->name, argument, NULL, key_of(info)};
		if (info->letter == 0)
			continue;
		*end++ = info->letter;
		if (argument == required_argument)
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
		return fail(STATUS_USAGE, "option '--%s' is ambiguous; see 'gdbregs-cli --help'",
			    typed);
	suggest_begin(&near, typed);
	for (size_t i = 0; i < TABLE_COUNT; i++)
		suggest_offer(&near, table[i].name);
	if (!near.best)
		return fail(STATUS_USAGE, "unknown option '--%s'; see 'gdbregs-cli --help'", typed);
	return fail(STATUS_USAGE, "unknown option '--%s'; did you mean '--%s'?", typed, near.best);
}

static bool is_executable(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Returns whether the word is a program, the command of a stub whose `--` was forgotten. */
static bool is_program(const char *word)
{
	char path[4096];
	const char *at = getenv("PATH");
	if (strchr(word, '/'))
		return is_executable(word);
	while (at && *at != '\0') {
		int size = (int)strcspn(at, ":");
		int length = snprintf(path, sizeof(path), "%.*s/%s", size, at, word);
		if (length < (int)sizeof(path) && is_executable(path))
			return true;
		at += size + (at[size] == ':');
	}
	return false;
}

/* Returns the first argument that is a program, or NULL. */
static const char *find_program(const struct options *o)
{
	for (size_t i = 0; i < o->arguments.count; i++) {
		if (is_program(o->arguments.item[i]))
			return o->arguments.item[i];
	}
	return NULL;
}

static int unknown_option(const struct options *o, const char *word)
{
	char typed[64];
	const char *program = find_program(o);
	if (program)
		return fail(STATUS_USAGE,
			    "unknown option '%s'; put '--' in front of the command that starts the "
			    "stub: gdbregs-cli %s -- %s ...",
			    word, o->command->name, program);
	if (strncmp(word, "--", 2) != 0)
		return fail(STATUS_USAGE, "unknown option '%s'; see 'gdbregs-cli --help'", word);
	snprintf(typed, sizeof(typed), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	return unknown_long_option(typed);
}

/* getopt's `?`: with optopt 0, a long option that is unknown or a prefix of
 * several; with a known key, one that was given an argument it does not take. */
static int bad_option(const struct options *o, char **argv)
{
	char typed[3] = {'-', (char)optopt, '\0'};
	const struct option_info *info = find(optopt);
	if (optopt == 0)
		return unknown_option(o, argv[optind - 1]);
	if (info)
		return fail(STATUS_USAGE, "--%s takes no argument: '%s'", info->name,
			    argv[optind - 1]);
	return unknown_option(o, typed);
}

static int missing_argument(void)
{
	const struct option_info *info = find(optopt);
	return fail(STATUS_USAGE, "--%s needs a value: %s", info->name, info->argument);
}

static int take_word(struct options *o, char *word)
{
	if (o->command)
		return string_list_add(&o->arguments, word);
	o->command = command_find(word);
	if (!o->command && !command_near(word) && is_program(word))
		return fail(STATUS_USAGE,
			    "no command given: '%s' is a program; put '--' in front of the command "
			    "that starts the stub: gdbregs-cli dump -- %s ...",
			    word, word);
	return o->command ? 0 : command_unknown(word);
}

/* `--wait 5`: getopt accepts an optional value only after `=`. */
static int check_wait(const char *before, const char *word)
{
	if (strcmp(before, "--wait") != 0 || strspn(word, "0123456789.") < strlen(word))
		return 0;
	return fail(STATUS_USAGE, "--wait takes its value after '=': --wait=%s", word);
}

/* `used`: which entries of the table stand on the command line. */
static int take(struct options *o, int key, char **argv, bool *used)
{
	if (key == 1) {
		int status = check_wait(argv[optind - 2], optarg);
		return status != 0 ? status : take_word(o, optarg);
	}
	if (key == '?')
		return bad_option(o, argv);
	if (key == ':')
		return missing_argument();
	const struct option_info *info = find(key);
	used[info - table] = true;
	return option_set(info, o, optarg);
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
	if (o->as != DIGITS_USUAL && (o->format == FORMAT_CSV || o->format == FORMAT_VCD))
		return fail(STATUS_USAGE,
			    "--as is for text and JSON; csv and vcd have one notation");
	return 0;
}

/* Take the words after `--`. getopt skips it without a note, and the value of the final
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
	if (o->command && o->within_ms == 0)
		o->within_ms = o->command->within_ms;
	return status != 0 ? status : check(o);
}

int options_parse(struct options *o, int argc, char **argv)
{
	*o = (struct options){.timeout_ms = 5000,
			      .connect_deadline_ms = 120000,
			      .on_exit = GDBREGS_ON_CLOSE_RESTORE};
	int status = parse(o, argc, argv);
	if (o->vcpus_all)
		o->vcpu_count = 0;
	message_set(o->quiet, o->verbose);
	return status;
}

const char *options_junit(int argc, char **argv)
{
	static const char name[] = "--junit";
	const char *found = NULL;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		size_t size = strcspn(argv[i], "=");
		/* getopt takes beginnings of names. --j is also one of --json. */
		if (size < sizeof("--ju") - 1 || strncmp(argv[i], name, size) != 0)
			continue;
		found = argv[i][size] == '=' ? argv[i] + size + 1 : i + 1 < argc ? argv[++i] : NULL;
	}
	return found && found[0] != '\0' ? found : NULL;
}

void options_fini(struct options *o)
{
	free(o->arguments.item);
	free(o->targets.item);
	free(o->features.item);
	free(o->groups.item);
	free(o->excludes.item);
	free(o->ifs.item);
	free(o->vcpus);
	free(o->breaks);
	*o = (struct options){.command = NULL};
}
