/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/packet-policy.h"
#include "base/number.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct rule {
	const char *text;
	bool whole; /* the whole payload; else its beginning */
	const char *reason;
};

#define ENDS	"it ends the target"
#define RESETS	"it resets or restarts the target"
#define PARTS	"it detaches from the target, and releasing the target afterwards can crash QEMU"
#define RUNS	"it resumes the target, and everything sent after it is lost"
#define HIDES	"what it does is hidden by a backslash, a variable or a command in its place"
#define CHANGES "it changes the protocol for this client or for later ones"

// clang-format off
static const struct rule rules[] = {
	{"k", false, ENDS},
	{"vKill", false, ENDS},
	{"qKillSpawnedProcess", false, ENDS},
	{"R", false, RESETS},
	{"r", false, RESETS},
	{"!", false, "it keeps the stub running for further clients, which can restart the target"},
	{"vRun", false, RESETS},
	{"vAttach", false, PARTS},
	{"D", false, PARTS},
	{"c", false, RUNS},
	{"C", false, RUNS},
	{"s", false, RUNS},
	{"S", false, RUNS},
	{"F", false, RUNS},
	{"i", false, RUNS},
	{"I", false, RUNS},
	{"bc", true, RUNS},
	{"bs", true, RUNS},
	{"vCont;", false, RUNS},
	{"vCont", true, "QEMU never answers it"},
	{"vCtrlC", false, CHANGES},
	{"vStopped", false, CHANGES},
	{"QNonStop", false, CHANGES},
	{"QStartNoAckMode", false, CHANGES},
	{"QThreadSuffixSupported", false, CHANGES},
	{"Qqemu.", false, CHANGES},
};

/* Monitor commands (qRcmd) of QEMU, gdbserver, valgrind, OpenOCD, pyOCD and
 * Black Magic Probe. */
static const struct rule monitor_rules[] = {
	{"q", true, ENDS},
	{"quit", true, ENDS},
	{"exit", true, ENDS},
	{"kill", true, ENDS},
	{"v.kill", true, ENDS},
	{"shutdown", true, ENDS},
	{"poweroff", true, ENDS},
	{"system_powerdown", true, ENDS},
	{"gdbserver", true, "it ends the stub, and leaves the guest halted"},
	{"system_reset", true, RESETS},
	{"reset", true, RESETS},
	{"restart", true, RESETS},
	{"run", true, RESETS},
	{"c", true, RUNS},
	{"cont", true, RUNS},
	{"continue", true, RUNS},
	{"go", true, RUNS},
	{"resume", true, RUNS},
	{"start", true, RUNS},
	{"step", true, RUNS},
	{"system_wakeup", true, RUNS},
	{"exit_preconfig", true, RUNS},
	{"x_exit_preconfig", true, RUNS},
	{"loadvm", true, "it replaces the guest's state"},
	{"migrate", true, "it moves the guest elsewhere"},
	{"migrate_incoming", true, "it replaces the guest's state"},
};
// clang-format on

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *find(const struct rule *table, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(table[i].text);
		if (strncmp(text, table[i].text, length) == 0 &&
		    (!table[i].whole || text[length] == '\0'))
			return table[i].reason;
	}
	return NULL;
}

/* QEMU converts a register number to int and indexes tables with it. Above 0x7fffffff it crashes
 * (7.2 and 10.0; x86_64, aarch64, riscv64, avr). */
static const char *register_reason(const char *payload)
{
	if (payload[0] != 'p' && payload[0] != 'P')
		return NULL;
	const char *digits = payload + 1 + strspn(payload + 1, "0");
	size_t length = 0;
	while (number_digit(digits[length]) < 16)
		length++;
	bool high = length > 8 || (length == 8 && number_digit(digits[0]) > 7);
	return high ? "QEMU crashes on a register number this large" : NULL;
}

/* Commands of valgrind and pyOCD can be abbreviated, those of QEMU cannot. Two letters or more of
 * a harmful command count as that command. */
static const char *word_reason(const char *word, size_t size)
{
	for (size_t i = 0; i < COUNT(monitor_rules); i++) {
		size_t length = strlen(monitor_rules[i].text);
		bool fits = size == length || (size >= 2 && size < length);
		if (fits && strncasecmp(word, monitor_rules[i].text, size) == 0)
			return monitor_rules[i].reason;
	}
	return NULL;
}

#define SPACES	  " \t\n\v\f\r"
#define BEGINNERS ";\n[{\"" /* a Tcl command begins after each of these (OpenOCD) */
#define ENDERS	  SPACES BEGINNERS "/]}" /* QEMU ends a command's name at a slash */

/* Returns whether a word is a Tcl command that runs some of its words, or gives a command another
 * name. */
static bool runs_words(const char *word, size_t size)
{
	static const char *const words[] = {
		"after", "alias",     "apply",	"catch",    "dict", "eval", "for",     "foreach",
		"if",	 "interp",    "lmap",	"local",    "loop", "proc", "range",   "rename",
		"subst", "namespace", "switch", "tailcall", "time", "try",  "uplevel", "while"};
	for (size_t i = 0; i < COUNT(words); i++) {
		if (strlen(words[i]) == size && strncasecmp(word, words[i], size) == 0)
			return true;
	}
	return false;
}

/* Returns whether the text has characters of which Tcl makes a word. That word may be the name of
 * any command. */
static bool is_hidden(const char *text)
{
	return strchr(text, '\\') || strstr(text, "{*}");
}

/* Returns the next word. *name says whether it is the name of a command. *reason is set if that
 * name is hidden. */
static const char *skip_to_word(const char *text, bool *name, const char **reason)
{
	for (;; text++) {
		text += strspn(text, SPACES ";/]}");
		if (*name && (*text == '$' || *text == '['))
			*reason = HIDES;
		if (*text == '\0' || *reason || !strchr(BEGINNERS, *text))
			return text;
		*name = *name || *text != '"';
	}
}

const char *packet_policy_denies_command(const char *text)
{
	const char *reason = is_hidden(text) ? HIDES : NULL;
	bool all = false, name = true;
	while (*text != '\0' && !reason) {
		text = skip_to_word(text, &name, &reason);
		size_t size = strcspn(text, ENDERS);
		if (!reason && size > 0)
			reason = word_reason(text, size);
		all = all || runs_words(text, size);
		text += size;
		text += all ? 0 : strcspn(text, BEGINNERS);
		name = all || *text == ';' || *text == '\n';
	}
	return reason;
}

/* Returns a hexadecimal digit as QEMU reads it: any other character counts as 0. */
static unsigned digit(char c)
{
	return number_digit(c) % 16;
}

/* Check a command for the monitor, which the packet has as hexadecimal digits. */
static const char *monitor_reason(const char *payload)
{
	static const char prefix[] = "qRcmd,";
	if (strncmp(payload, prefix, strlen(prefix)) != 0)
		return NULL;
	const char *hex = payload + strlen(prefix);
	size_t size = strlen(hex) / 2;
	char *text = malloc(size + 1);
	if (!text)
		return "there is not enough memory to check it";
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	text[size] = '\0';
	const char *reason = packet_policy_denies_command(text);
	free(text);
	return reason;
}

const char *packet_policy_denies(const char *payload)
{
	if (payload[0] == '\0')
		return "an empty packet makes gdbserver close the connection";
	const char *reason = find(rules, COUNT(rules), payload);
	if (!reason)
		reason = register_reason(payload);
	return reason ? reason : monitor_reason(payload);
}
