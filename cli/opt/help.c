/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/help.h"

#include "opt/command.h"
#include "base/output.h"

#include <stdio.h>
#include <string.h>

static const char examples[] =
	"Reads the registers of a guest through its gdbstub, e.g. QEMU's:\n"
	"\n"
	"  qemu-system-x86_64 -s ...          a guest; its stub listens at localhost:1234\n"
	"  gdbregs-cli dump                   all its registers\n"
	"  gdbregs-cli read rip rsp 'xmm*'    some of them\n"
	"  gdbregs-cli list --group vector    its vector registers\n"
	"  gdbregs-cli dump -t vm1:1234 -t vm2:1234 --json -o snapshot.json\n"
	"  gdbregs-cli dump -- qemu-system-x86_64 -S -gdb stdio -display none\n"
	"\n"
	"The guest is stopped while it is read. Afterwards it is left as it was, if the\n"
	"stub can report that; otherwise it is left running.\n";

static const char statuses[] =
	"\nExit status: 0 success, 1 the answer is no (diff, expect, trace), 2 usage,\n"
	"3 no connection or no reply in time, 4 the stub broke the protocol, or its\n"
	"description is bad or missing, 5 no such register or vCPU, or a register that is\n"
	"unavailable (--strict) or does not take its value (write), 6 a file cannot be\n"
	"written or read, 128+N ended by signal N.\n"
	"\nMore in gdbregs-cli(1).\n";

static void put_commands(FILE *out)
{
	size_t count;
	const struct command *table = command_table(&count);
	fputs("\nCommands:\n", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "  %-8s %s\n", table[i].name, table[i].summary);
}

/* `-o, --output FILE`, `    --wait[=SECONDS]` */
static int put_option_name(FILE *out, const struct option_info *info)
{
	int width =
		info->letter != 0 ? fprintf(out, "  -%c, ", info->letter) : fprintf(out, "      ");
	width += fprintf(out, "--%s", info->name);
	if (info->argument)
		width += fprintf(out, info->optional ? "[=%s]" : " %s", info->argument);
	return width;
}

/* Of no command alone. */
static const unsigned ALL_GROUPS = ~0u;

static const char *help_of(const struct option_info *info, unsigned groups)
{
	const char *help = groups & GROUP_TRACE ? info->trace_help : info->other_help;
	return help && groups != ALL_GROUPS ? help : info->help;
}

static void put_option(FILE *out, const struct option_info *info, unsigned groups)
{
	enum { COLUMN = 27 };
	int width = put_option_name(out, info);
	if (width >= COLUMN)
		fputc('\n', out);
	fprintf(out, "%*s%s\n", width >= COLUMN ? COLUMN : COLUMN - width, "",
		help_of(info, groups));
}

/* -------------------------------------------------------------- sections --- */

/* Options of one subject. */
enum section { RUNNING, CONTENTS, SELECTION, OUTPUT, TARGET, SECTIONS };

static const char *const titles[SECTIONS] = {
	[RUNNING] = "Running, comparing",
	[CONTENTS] = "Contents",
	[SELECTION] = "Selection",
	[OUTPUT] = "Output",
	[TARGET] = "Target",
};

static enum section section_of(const struct option_info *info)
{
	if (info->group & (GROUP_CONNECTION | GROUP_WITHIN))
		return TARGET;
	if (info->group & (GROUP_COUNT | GROUP_TRACE | GROUP_EXPECT | GROUP_INTERVAL | GROUP_DIFF))
		return RUNNING;
	if (info->group & (GROUP_AS | GROUP_LABEL | GROUP_STRICT | GROUP_RAW))
		return CONTENTS;
	if (info->group & (GROUP_SELECT | GROUP_GROUP | GROUP_VCPU | GROUP_FIELDS))
		return SELECTION;
	return OUTPUT;
}

/* Returns the next option of a section that a command takes, at or after index *i, or NULL. */
static const struct option_info *next_option(size_t *i, enum section section, unsigned groups)
{
	size_t count;
	const struct option_info *table = options_table(&count);
	for (; *i < count; ++*i) {
		if ((table[*i].group & groups) && section_of(&table[*i]) == section)
			return &table[(*i)++];
	}
	return NULL;
}

static size_t count_options(enum section section, unsigned groups)
{
	size_t i = 0, count = 0;
	while (next_option(&i, section, groups))
		count++;
	return count;
}

static void put_section(FILE *out, enum section section, unsigned groups)
{
	const struct option_info *info;
	for (size_t i = 0; (info = next_option(&i, section, groups));)
		put_option(out, info, groups);
}

/* `Output:  -f -j -o -q -v`, in as many lines as it needs. Returns how many. */
static size_t put_names(FILE *out, enum section section, unsigned groups)
{
	enum { COLUMN = 12, WIDTH = 80 };
	const struct option_info *info;
	size_t lines = 0;
	int used = WIDTH;
	for (size_t i = 0; (info = next_option(&i, section, groups));) {
		char name[64];
		if (info->letter != 0)
			snprintf(name, sizeof(name), " -%c", info->letter);
		else
			snprintf(name, sizeof(name), " --%s", info->name);
		if (used + (int)strlen(name) > WIDTH) {
			if (out)
				fprintf(out, "%s%-*s", lines > 0 ? "\n" : "", COLUMN,
					lines > 0 ? "" : titles[section]);
			used = COLUMN;
			lines++;
		}
		if (out)
			fputs(name, out);
		used += (int)strlen(name);
	}
	if (out && lines > 0)
		fputc('\n', out);
	return lines;
}

/* ----------------------------------------------------------- whole texts --- */

static void put_overview(FILE *out)
{
	fputs("Usage: gdbregs-cli [OPTIONS] COMMAND [ARGUMENTS] [-- STUB-COMMAND...]\n\n", out);
	fputs(examples, out);
	put_commands(out);
	fputs("\nOptions, before or after the command:\n", out);
	for (int section = SECTIONS - 1; section >= 0; section--) {
		fprintf(out, "\n%s:\n", titles[section]);
		put_section(out, (enum section)section, ALL_GROUPS);
	}
	fputs(statuses, out);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;
	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

/* Options have a row each as long as the text fits a terminal of 24 rows with a prompt below it. The other sections
 * are a list of names: most commands have the same options there. */
static void put_command(FILE *out, const struct command *command)
{
	enum { ROWS = 23, OTHER_ROWS = 6 };
	unsigned groups = command->options | GROUP_ALWAYS;
	size_t rows = OTHER_ROWS + count_lines(command->help);
	bool whole[SECTIONS];
	fprintf(out, "Usage: gdbregs-cli %s [OPTIONS]%s%s [-- STUB-COMMAND...]\n\n", command->name,
		command->arguments ? " " : "", command->arguments ? command->arguments : "");
	fprintf(out, "%s\nExample: %s\n\n", command->help, command->example);
	for (int i = 0; i < SECTIONS; i++)
		rows += put_names(NULL, (enum section)i, groups);
	for (int i = 0; i < SECTIONS; i++) {
		size_t more = count_options((enum section)i, groups) -
			      put_names(NULL, (enum section)i, groups);
		whole[i] = rows + more <= ROWS;
		rows += whole[i] ? more : 0;
		if (whole[i])
			put_section(out, (enum section)i, groups);
	}
	for (int i = 0; i < SECTIONS; i++) {
		if (!whole[i])
			put_names(out, (enum section)i, groups);
	}
	fputs("More: gdbregs-cli --help, man gdbregs-cli\n", out);
}

int help_show(const struct command *command)
{
	struct output out;
	int status = output_open(&out, NULL);
	if (status != 0)
		return status;
	if (command)
		put_command(out.stream, command);
	else
		put_overview(out.stream);
	return output_finish(&out);
}

int help_version(void)
{
	struct output out;
	int status = output_open(&out, NULL);
	if (status != 0)
		return status;
	fprintf(out.stream, "gdbregs-cli %s\n", gdbregs_version());
	return output_finish(&out);
}
