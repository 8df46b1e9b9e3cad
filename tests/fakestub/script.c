/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Script files: lines with an option, or with a rule
 *
 *	GLOB [@N|@N+|@*] -> reply TEXT | raw TEXT | console TEXT | ack | silent | close
 *
 * for packets that match: another payload instead of the usual reply, raw bytes,
 * console output before the usual reply, only an ack, no reply from here on, or the
 * end of the connection. \xHH and \\ are escapes. Without @ a rule always applies.
 * With it, N counts matching packets over all connections. The first rule that
 * applies is used. */
#include "fake.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static const char *const actions[] = {
	[ACTION_REPLY] = "reply",   [ACTION_RAW] = "raw",     [ACTION_ACK] = "ack",
	[ACTION_SILENT] = "silent", [ACTION_CLOSE] = "close", [ACTION_CONSOLE] = "console",
};

static void trim(char *text)
{
	size_t n = strlen(text);
	while (n && strchr(" \t\r\n", text[n - 1]))
		text[--n] = 0;
}

static enum fake_action read_action(const char *word, size_t length)
{
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (strlen(actions[i]) == length && !strncmp(actions[i], word, length))
			return (enum fake_action)i;
	fake_die("no such action: %.*s", (int)length, word);
}

static void read_rule(struct fake_config *cfg, char *line)
{
	char *arrow = strstr(line, " -> ");
	if (!arrow)
		fake_die("not a rule: %s", line);
	*arrow = 0;
	struct fake_rule rule = {.when = {.at = 1, .onward = true}};
	char *at = strstr(line, " @");
	if (at) {
		*at = 0;
		fake_when_parse(&rule.when, at + 1);
	}
	trim(line);
	rule.packets = fake_copy(line);
	const char *word = arrow + 4;
	size_t length = strcspn(word, " ");
	rule.action = read_action(word, length);
	fake_unescape(&rule.text, word[length] ? word + length + 1 : "");
	cfg->rules = fake_alloc(cfg->rules, cfg->rule_count + 1, sizeof(rule));
	cfg->rules[cfg->rule_count++] = rule;
}

static void read_option(struct fake_config *cfg, char *line)
{
	size_t length = strcspn(line, " =");
	const char *value = line[length] ? line + length + 1 : NULL;
	line[length] = 0;
	/* Options refer to their text, which must stay. */
	size_t n = cfg->script_text_count;
	cfg->script_texts = fake_alloc(cfg->script_texts, n + 1, sizeof(char *));
	cfg->script_texts[n] = value ? fake_copy(value) : NULL;
	cfg->script_text_count++;
	fake_options_set(cfg, line, cfg->script_texts[n]);
}

void fake_script_load(struct fake_config *cfg, const char *path)
{
	char line[16384];
	FILE *f = fopen(path, "r");
	if (!f)
		fake_die("cannot read %s", path);
	while (fgets(line, sizeof(line), f)) {
		trim(line);
		if (!*line || *line == '#')
			continue;
		if (!strncmp(line, "--", 2))
			read_option(cfg, line);
		else
			read_rule(cfg, line);
	}
	fclose(f);
}

const struct fake_rule *fake_script_match(struct fake_config *cfg, const char *packet)
{
	const struct fake_rule *found = NULL;
	for (size_t i = 0; i < cfg->rule_count; i++) {
		struct fake_rule *rule = &cfg->rules[i];
		if (fnmatch(rule->packets, packet, 0))
			continue;
		if (fake_when_hits(&rule->when, ++rule->seen) && !found)
			found = rule;
	}
	return found;
}
