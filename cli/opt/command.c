/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"

#include "base/message.h"
#include "base/suggest.h"

#include <string.h>

#define SELECTION	"[[FEATURE:]NAME...]"
#define GROUP_SELECTION (GROUP_SELECT | GROUP_GROUP)

/* No argument selects registers. */
static size_t all_operands(const struct options *o)
{
	return o->arguments.count;
}

// clang-format off
static const struct command table[] = {
	{.name = "vcpus",
	 .summary = "show the vCPUs: thread, name and state, architecture",
	 .help = "Shows the vCPUs of all targets: number, thread, name and state as the stub\n"
		 "reports them, architecture, number of registers.\n",
	 .example = "gdbregs-cli vcpus",
	 .run = command_vcpus,
	 .options = GROUP_CONNECTION | GROUP_WITHIN | GROUP_FORMAT | GROUP_OUTPUT,
	 .many_targets = true,
	 .all_vcpus = true},
	{.name = "where",
	 .summary = "show where each vCPU is: state, pc, sp, fp, flags",
	 .help = "Shows a line for each vCPU of all targets: its state, program counter, stack\n"
		 "pointer, frame pointer, and flags. The first command to try on a guest that\n"
		 "hangs.\n",
	 .example = "gdbregs-cli where",
	 .run = command_where,
	 .options = GROUP_CONNECTION | GROUP_WITHIN | GROUP_VCPU | GROUP_FORMAT | GROUP_OUTPUT,
	 .many_targets = true,
	 .all_vcpus = true},
	{.name = "list",
	 .arguments = SELECTION,
	 .summary = "list the registers without reading them",
	 .help = "Shows name, feature, size, type and group of the registers of all vCPUs,\n"
		 "without reading them. With --tdesc or --arch and no target, no stub is needed.\n",
	 .example = "gdbregs-cli list --fields eflags",
	 .run = command_list,
	 .options = GROUP_FIELDS | GROUP_CONNECTION | GROUP_WITHIN | GROUP_SELECTION | GROUP_VCPU | GROUP_FORMAT | GROUP_OUTPUT,
	 .all_vcpus = true},
	{.name = "read",
	 .arguments = SELECTION,
	 .summary = "read registers of vCPU 0, or those given with -c",
	 .help = "Reads the selected registers of vCPU 0, or of the vCPUs given with -c; all\n"
		 "registers if none is named. A NAME is a glob (upper and lower case do not\n"
		 "matter) or a part: eflags.ZF, 'xmm0.v4_float[1]'.\n",
	 .example = "gdbregs-cli read pc eflags.ZF 'cr*' --exclude cr8",
	 .run = command_read,
	 .options = GROUP_AS | GROUP_CONNECTION | GROUP_WITHIN | GROUP_SELECTION | GROUP_VCPU | GROUP_FORMAT | GROUP_OUTPUT |
		    GROUP_STRICT},
	{.name = "dump",
	 .arguments = SELECTION,
	 .summary = "take a snapshot: all registers of all vCPUs of all targets",
	 .help = "Reads all registers of all vCPUs, or those selected, of all targets at the same\n"
		 "time. Each guest is released as soon as its own registers are read.\n",
	 .example = "gdbregs-cli dump -j -o before.json",
	 .run = command_dump,
	 .options = GROUP_AS | GROUP_CONNECTION | GROUP_WITHIN | GROUP_SELECTION | GROUP_VCPU | GROUP_FORMAT | GROUP_OUTPUT |
		    GROUP_STRICT | GROUP_LABEL,
	 .many_targets = true,
	 .all_vcpus = true},
	{.name = "diff",
	 .arguments = "A [B] " SELECTION,
	 .summary = "compare two snapshots, or one with a target: what changed",
	 .help = "Lists the registers that differ. Snapshots are files that dump wrote with -f\n"
		 "json or jsonl; '-' is standard input. With a target, A is compared with its\n"
		 "present values. Exits with status 1 if anything differs.\n",
	 .example = "gdbregs-cli diff before.json -t localhost:1234",
	 .operands = command_diff_operands,
	 .run = command_diff,
	 .options = GROUP_CONNECTION | GROUP_WITHIN | GROUP_SELECT | GROUP_VCPU | GROUP_FORMAT | GROUP_OUTPUT |
		    GROUP_DIFF,
	 .many_targets = true,
	 .all_vcpus = true},
	{.name = "write",
	 .arguments = "[FEATURE:]NAME=VALUE...",
	 .summary = "write registers of vCPU 0, or those given with -c",
	 .help = "Writes each register or part and reads it back. A VALUE is a number (decimal,\n"
		 "0x, 0b, 0o or a leading 0 for octal, negative if it fits, 1.5 for floats), the\n"
		 "name of an enum value, or hex: and the bytes in target order. Nothing is\n"
		 "written unless all names and values are valid. The first register that does not\n"
		 "take its value ends the command.\n",
	 .example = "gdbregs-cli write rax=0x1234 eflags.ZF=1",
	 .operands = all_operands,
	 .run = command_write,
	 .options = GROUP_CONNECTION | GROUP_WITHIN | GROUP_VCPU | GROUP_FORMAT | GROUP_OUTPUT},
	{.name = "trace",
	 .arguments = SELECTION,
	 .summary = "step or run the guest and record what registers change",
	 .help = "Steps vCPU 0, or the vCPUs of -c in turn, and records the registers that\n"
		 "change. With --break, the guest runs, and is recorded when a vCPU reaches an\n"
		 "address. The output is complete after -n steps or hits, at --until, and after\n"
		 "SIGINT.\n",
	 .example = "gdbregs-cli trace -n 100 rip",
	 .run = command_trace,
	 .options = GROUP_FIELDS | GROUP_AS | GROUP_CONNECTION | GROUP_SELECTION | GROUP_VCPU | GROUP_FORMAT | GROUP_OUTPUT |
		    GROUP_COUNT | GROUP_TRACE | GROUP_WITHIN,
	 .runs_guest = true,
	 .selects_fields = true,
	 .streams = true},
	{.name = "watch",
	 .arguments = SELECTION,
	 .summary = "sample registers of the running guest, show what changes",
	 .help = "Lets the guest run, and stops it every -i seconds to read the selected\n"
		 "registers. On a terminal, the values are shown in place, and q ends it. In a\n"
		 "pipe, each line is a register that has changed.\n",
	 .example = "gdbregs-cli watch -n 5 pc sp flags",
	 .run = command_watch,
	 .options = GROUP_AS | GROUP_CONNECTION | GROUP_SELECTION | GROUP_VCPU | GROUP_FORMAT | GROUP_OUTPUT |
		    GROUP_COUNT | GROUP_INTERVAL,
	 .streams = true},
	{.name = "expect",
	 .arguments = "COND...",
	 .summary = "wait until conditions on registers hold: exit 0, or 1 if they do not",
	 .help = "Lets the guest run, stops it every 0.1 seconds (-i), and exits with status 0 as\n"
		 "soon as all conditions hold at one stop, or with 1 when --within is over. A\n"
		 "COND is REGISTER OP VALUE with == != < <= > >= & (any bit in common), for vCPU\n"
		 "0 or each vCPU of -c. A condition that holds only between two samples is not\n"
		 "seen: use trace --until.\n",
	 .example = "gdbregs-cli expect eflags.IF=1 --within 30",
	 .operands = all_operands,
	 .run = command_expect,
	 .options = GROUP_CONNECTION | GROUP_VCPU | GROUP_FORMAT | GROUP_OUTPUT | GROUP_INTERVAL |
		    GROUP_WITHIN | GROUP_EXPECT,
	 .runs_guest = true,
	 .within_ms = 10000},
	{.name = "xml",
	 .summary = "show the target description as one XML document",
	 .help = "Prints the target description of vCPU 0, or of the vCPU given with -c, as one\n"
		 "document with its includes resolved. --raw saves the documents as served.\n",
	 .example = "gdbregs-cli xml -o target.xml",
	 .run = command_xml,
	 .options = GROUP_CONNECTION | GROUP_WITHIN | GROUP_VCPU | GROUP_OUTPUT | GROUP_RAW},
	{.name = "monitor",
	 .arguments = "TEXT...",
	 .summary = "send a command to the stub's own monitor, show its output",
	 .help = "Joins its arguments with blanks, sends them as a command to the monitor of the\n"
		 "stub (of QEMU, gdbserver or OpenOCD) and prints the output. Commands that end,\n"
		 "reset or resume the target are refused.\n",
	 .example = "gdbregs-cli monitor info status",
	 .operands = all_operands,
	 .run = command_monitor,
	 .options = GROUP_CONNECTION | GROUP_WITHIN | GROUP_OUTPUT},
	{.name = "packet",
	 .arguments = "PAYLOAD...",
	 .summary = "send raw packets of the GDB remote protocol, show the replies",
	 .help = "Sends each payload as a packet and prints its reply on a line of its own.\n"
		 "Packets that end, reset, resume or detach the target are refused.\n",
	 .example = "gdbregs-cli packet qC 'm0,10'",
	 .operands = all_operands,
	 .run = command_packet,
	 .options = GROUP_CONNECTION | GROUP_WITHIN | GROUP_FORMAT | GROUP_OUTPUT},
};
// clang-format on

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

const struct command *command_table(size_t *count)
{
	*count = TABLE_COUNT;
	return table;
}

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	}
	return NULL;
}

const char *command_near(const char *name)
{
	struct suggestion near;
	suggest_begin(&near, name);
	for (size_t i = 0; i < TABLE_COUNT; i++)
		suggest_offer(&near, table[i].name);
	return near.best;
}

int command_unknown(const char *name)
{
	const char *near = command_near(name);
	if (!near)
		return fail(STATUS_USAGE, "unknown command '%s'; see 'gdbregs-cli --help'", name);
	return fail(STATUS_USAGE, "unknown command '%s'; did you mean '%s'?", name, near);
}
