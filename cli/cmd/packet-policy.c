/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/packet-policy.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct rule {
	const char *text;
	bool whole; /* the whole payload; else its beginning */
	const char *reason;
};

#define ENDS	"it ends the target"
#define RESETS	"it resets or restarts the target"
#define PARTS	"it parts us from the target, and releasing it afterwards can crash QEMU"
#define RUNS	"it resumes the target, and anything sent after it is lost"
#define CHANGES "it changes how the stub speaks, for us or for those who come after"

// clang-format off
static const struct rule rules[] = {
	{"k", false, ENDS},
	{"vKill", false, ENDS},
	{"R", false, RESETS},
	{"r", false, RESETS},
	{"!", false, "it makes the stub stay for more clients, and lets them restart the target"},
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

/* First words of monitor commands (qRcmd), of QEMU, gdbserver and OpenOCD. */
static const struct rule monitor_rules[] = {
	{"q", true, ENDS},
	{"quit", true, ENDS},
	{"exit", true, ENDS},
	{"kill", true, ENDS},
	{"shutdown", true, ENDS},
	{"system_powerdown", true, ENDS},
	{"system_reset", true, RESETS},
	{"reset", true, RESETS},
	{"c", true, RUNS},
	{"cont", true, RUNS},
	{"resume", true, RUNS},
	{"loadvm", true, "it replaces the guest's state"},
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

/* QEMU cuts a register number to int and indexes tables with it: above
 * 0x7fffffff it dies (7.2 and 10.0, x86_64, aarch64, riscv64, avr). */
static const char *register_reason(const char *payload)
{
	if (payload[0] != 'p' && payload[0] != 'P')
		return NULL;
	const char *digits = payload + 1 + strspn(payload + 1, "0");
	size_t length = strspn(digits, "0123456789abcdefABCDEF");
	bool high = length > 8 || (length == 8 && strtoul(digits, NULL, 16) > 0x7fffffff);
	return high ? "a register number so high crashes QEMU" : NULL;
}

static int hex_pair(const char *at)
{
	char pair[3] = {at[0], at[0] != '\0' ? at[1] : '\0', '\0'};
	if (strspn(pair, "0123456789abcdefABCDEF") != 2)
		return -1;
	return (int)strtol(pair, NULL, 16);
}

/* The monitor is asked in hex: compare the first word of what is meant. */
static const char *monitor_reason(const char *payload)
{
	char word[32];
	size_t size = 0;
	if (strncmp(payload, "qRcmd,", 6) != 0)
		return NULL;
	for (const char *at = payload + 6; size + 1 < sizeof(word); at += 2) {
		int byte = hex_pair(at);
		if (byte == ' ' && size == 0)
			continue;
		if (byte <= ' ')
			break;
		word[size++] = (char)byte;
	}
	word[size] = '\0';
	return find(monitor_rules, COUNT(monitor_rules), word);
}

const char *harmful_reason(const char *payload)
{
	if (payload[0] == '\0')
		return "an empty packet makes gdbserver close the connection";
	const char *reason = find(rules, COUNT(rules), payload);
	if (!reason)
		reason = register_reason(payload);
	return reason ? reason : monitor_reason(payload);
}
