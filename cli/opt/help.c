/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/help.h"

#include "opt/command.h"
#include "base/output.h"

#include <string.h>

static const char examples[] =
	"Reads the registers of a guest through its gdbstub, e.g. QEMU's:\n"
	"\n"
	"  qemu-system-x86_64 -s ...          a guest; its stub listens at localhost:1234\n"
	"  gdbregs-cli dump                   all its registers\n"
	"  gdbregs-cli read rip rsp 'xmm*'    some of them\n"
	"  gdbregs-cli list --group vector    which there are\n"
	"  gdbregs-cli dump -t vm1:1234 -t vm2:1234 --json -o snapshot.json\n"
	"  gdbregs-cli dump -- qemu-system-x86_64 -S -gdb stdio -display none\n"
	"\n"
	"The guest is stopped while it is read. Afterwards it is left as it was, if the\n"
	"stub can report that; otherwise it is left running.\n";

static const char statuses[] =
	"\nExit status: 0 done, 1 the answer is no (diff, expect, trace), 2 usage,\n"
	"3 no connection or no reply in time, 4 the stub broke the protocol, or its\n"
	"description is bad or missing, 5 no such register or vCPU, or one unavailable\n"
	"(--strict) or that does not take its value (write), 6 output not written or file\n"
	"not read, 128+N ended by signal N.\n"
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

static void put_option(FILE *out, const struct option_info *info)
{
	enum { COLUMN = 27 };
	int width = put_option_name(out, info);
	if (width >= COLUMN) {
		fputc('\n', out);
		width = 0;
	}
	for (const char *line = info->help; line; width = 0) {
		const char *end = strchr(line, '\n');
		int length = end ? (int)(end - line) : (int)strlen(line);
		fprintf(out, "%*s%.*s\n", COLUMN - width, "", length, line);
		line = end ? end + 1 : NULL;
	}
}

static void put_options(FILE *out, unsigned mask)
{
	size_t count;
	const struct option_info *table = options_table(&count);
	fputs("\nOptions, before or after the command:\n", out);
	for (size_t i = 0; i < count; i++) {
		if (table[i].group & mask)
			put_option(out, &table[i]);
	}
}

static void put_overview(FILE *out)
{
	fputs("Usage: gdbregs-cli [OPTIONS] COMMAND [ARGUMENTS] [-- STUB-COMMAND...]\n\n", out);
	fputs(examples, out);
	put_commands(out);
	put_options(out, ~0u);
	fputs(statuses, out);
}

static void put_examples(FILE *out, const char *line)
{
	fputs("\nExamples:\n", out);
	while (*line != '\0') {
		size_t length = strcspn(line, "\n");
		fprintf(out, "  %.*s\n", (int)length, line);
		line += length + 1;
	}
}

static void put_command(FILE *out, const struct command *command)
{
	fprintf(out, "Usage: gdbregs-cli %s [OPTIONS]%s%s [-- STUB-COMMAND...]\n\n", command->name,
		command->arguments ? " " : "", command->arguments ? command->arguments : "");
	fputs(command->help, out);
	put_examples(out, command->examples);
	put_options(out, command->options | GROUP_ALWAYS);
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
