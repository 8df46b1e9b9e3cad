/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/message.h"
#include "cmd/snapshot-file.h"
#include "opt/command.h"
#include "target/part.h"
#include "target/shipped.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The words before the one to complete. */
struct line {
	const struct command *command; /* NULL: none was named yet */
	const struct option_info *wants; /* the option whose argument comes next; or NULL */
	const char *tdesc, *arch;
	const char *snapshot; /* the first operand of diff; or NULL */
	size_t operands; /* words after the command that are not options */
	bool spawns; /* `--` was seen: what follows is a command line */
};

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Print `text` after `before` if it continues what was typed. */
static void offer(const char *typed, const char *before, const char *text, const char *after)
{
	if (starts_with(text, typed))
		printf("%s%s%s\n", before, text, after);
}

/* ------------------------------------------------------- the words before it --- */

/* Find an option by its letter, or if that is 0 by its name. */
static const struct option_info *find_option(char letter, const char *name, size_t length)
{
	size_t count;
	const struct option_info *table = options_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (letter ? table[i].letter == letter
			   : strlen(table[i].name) == length &&
				     strncmp(table[i].name, name, length) == 0)
			return &table[i];
	}
	return NULL;
}

static void note_value(struct line *line, const struct option_info *info, const char *value)
{
	if (strcmp(info->name, "tdesc") == 0)
		line->tdesc = value;
	else if (strcmp(info->name, "arch") == 0)
		line->arch = value;
}

static void note_option(struct line *line, const char *word)
{
	bool is_long = word[1] == '-';
	const char *equals = is_long ? strchr(word, '=') : NULL;
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct option_info *info =
		find_option(is_long ? 0 : word[length - 1], word + 2, length - 2);
	if (!info || !info->argument)
		return;
	if (equals)
		note_value(line, info, equals + 1);
	else if (!info->optional)
		line->wants = info;
}

static void note_word(struct line *line, const char *word)
{
	if (line->spawns)
		return;
	if (line->wants) {
		note_value(line, line->wants, word);
		line->wants = NULL;
	} else if (strcmp(word, "--") == 0) {
		line->spawns = true;
	} else if (word[0] == '-' && word[1]) {
		note_option(line, word);
	} else if (!line->command) {
		line->command = command_find(word);
	} else if (line->operands++ == 0) {
		line->snapshot = word;
	}
}

/* ------------------------------------------------------- names of registers --- */

struct part_offer {
	const char *typed, *before, *name, *after;
};

static bool offer_part(void *arg, const struct part_step *step)
{
	const struct part_offer *offered = arg;
	char word[512];
	snprintf(word, sizeof(word), "%s%s%s", offered->name, step->path[0] == '[' ? "" : ".",
		 step->path);
	offer(offered->typed, offered->before, word, offered->after);
	return true;
}

/* Offer the parts of a register whose name was typed with the dot or bracket after it. */
static void offer_parts(const struct gdbregs_register *reg, const char *typed, const char *before,
			const char *after)
{
	struct part_offer offered = {typed, before, gdbregs_register_name(reg), after};
	struct gdbregs_field field;
	size_t size = strlen(offered.name);
	if (!starts_with(typed, offered.name) || (typed[size] != '.' && typed[size] != '[') ||
	    gdbregs_register_field(reg, &field) < 0)
		return;
	/* If memory runs out, some parts are not offered. */
	(void)part_walk(&field, "", true, offer_part, &offered);
}

static void offer_registers(const struct gdbregs_description *d, const char *typed,
			    const char *before, const char *after)
{
	struct gdbregs_reg_descriptor *registers;
	size_t count;
	if (gdbregs_description_registers(d, &registers, &count) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		offer(typed, before, registers[i].name, after);
	for (size_t i = 0; i < count; i++)
		offer_parts(registers[i].handle, typed, before, after);
	gdbregs_free(registers);
}

/* Offer the names of the values that a register or part can have. */
static void offer_enum(const struct gdbregs_description *d, const char *name, const char *typed,
		       const char *before)
{
	struct gdbregs_field field;
	const char *path;
	if (part_find(d, name, &field, &path) != 0)
		return;
	for (size_t i = 0; i < gdbregs_field_enum_count(&field); i++)
		offer(typed, before, gdbregs_field_enum_item(&field, i, NULL), "");
}

/* Complete `REGISTER=VALUE`, of write or a condition: offer registers, or values if the operator
 * was typed. */
static void offer_assignment(const struct gdbregs_description *d, const char *typed,
			     const char *before)
{
	char name[256], beginning[512];
	size_t size = strcspn(typed, "=!<>&"), signs = strspn(typed + size, "=!<>&");
	if (signs == 0) {
		offer_registers(d, typed, before, "=");
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)size, typed);
	snprintf(beginning, sizeof(beginning), "%s%.*s", before, (int)(size + signs), typed);
	offer_enum(d, name, typed + size + signs, beginning);
}

/* Complete the last of several conditions that are joined by commas. */
static void offer_condition(const struct gdbregs_description *d, const char *typed,
			    const char *before)
{
	char beginning[512];
	const char *comma = strrchr(typed, ',');
	size_t size = comma ? (size_t)(comma + 1 - typed) : 0;
	snprintf(beginning, sizeof(beginning), "%s%.*s", before, (int)size, typed);
	offer_assignment(d, typed + size, beginning);
}

static void offer_features(const struct gdbregs_description *d, const char *typed,
			   const char *before)
{
	struct gdbregs_feature *features;
	size_t count;
	if (gdbregs_description_features(d, &features, &count) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		if (features[i].name)
			offer(typed, before, features[i].name, "");
	}
	gdbregs_free(features);
}

/* Returns the description that the line names, by --tdesc or --arch. Returns NULL if there is
 * none; the caller drops the context. */
static const struct gdbregs_description *load(const struct line *line,
					      struct gdbregs_context **context)
{
	const struct gdbregs_description *d = NULL;
	char path[PATH_MAX];
	const char *file = line->tdesc;
	*context = NULL;
	if (!file && line->arch && shipped_find(line->arch, path))
		file = path;
	if (file && gdbregs_context_new(context) == 0 &&
	    gdbregs_description_load(*context, file, NULL, &d, NULL) < 0)
		d = NULL;
	return d;
}

static void offer_stored(const char *path, const char *typed)
{
	struct stored stored = {.name = NULL};
	if (snapshot_file_read(&stored, path) == 0) {
		for (size_t i = 0; i < stored.count; i++)
			offer(typed, "", stored.item[i].name, "");
	}
	stored_fini(&stored);
}

/* ------------------------------------------------------------------ candidates --- */

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names;
}

static void offer_shipped(const char *typed, const char *before)
{
	struct shipped_names names;
	shipped_list(&names);
	for (size_t i = 0; i < names.count; i++)
		offer(typed, before, names.item[i], "");
	shipped_list_fini(&names);
}

static void offer_from_description(const struct line *line, const struct option_info *info,
				   const char *typed, const char *before)
{
	struct gdbregs_context *context;
	const struct gdbregs_description *d = load(line, &context);
	if (d && strcmp(info->name, "feature") == 0)
		offer_features(d, typed, before);
	else if (d && strcmp(info->name, "exclude") == 0)
		offer_registers(d, typed, before, "");
	else if (d)
		offer_condition(d, typed, before);
	gdbregs_context_unref(context);
}

/* Offer arguments of an option. `before` is the beginning of the same word. */
static void offer_value(const struct line *line, const struct option_info *info, const char *typed,
			const char *before)
{
	static const char *const files[] = {"tdesc", "output", "raw", "junit", "gtkw", NULL};
	static const char *const groups[] = {"general", "float", "vector", "system", NULL};
	static const char *const registers[] = {"feature", "exclude", "until", "if", NULL};
	for (const struct option_choice *choice = info->choices; choice && choice->word; choice++) {
		if (option_offers(choice, line->command))
			offer(typed, before, choice->word, "");
	}
	if (strcmp(info->name, "arch") == 0)
		offer_shipped(typed, before);
	for (const char *const *group = groups; strcmp(info->name, "group") == 0 && *group; group++)
		offer(typed, before, *group, "");
	if (is_one_of(info->name, registers))
		offer_from_description(line, info, typed, before);
	if (is_one_of(info->name, files))
		puts(":files");
}

static void offer_options(const struct line *line, const char *typed)
{
	size_t count;
	const struct option_info *table = options_table(&count);
	for (size_t i = 0; i < count; i++) {
		char option[80];
		if (line->command && !(table[i].group & (line->command->options | GROUP_ALWAYS)))
			continue;
		snprintf(option, sizeof(option), "--%s", table[i].name);
		offer(typed, "", option, "");
	}
}

static void offer_commands(const char *typed)
{
	size_t count;
	const struct command *table = command_table(&count);
	for (size_t i = 0; i < count; i++)
		offer(typed, "", table[i].name, "");
}

static void offer_operands(const struct line *line, const char *typed)
{
	bool is_diff = strcmp(line->command->name, "diff") == 0;
	const char *name = line->command->name;
	struct gdbregs_context *context;
	const struct gdbregs_description *d;
	if (is_diff && line->operands < 2)
		puts(":files");
	if (is_diff && line->snapshot && access(line->snapshot, R_OK) == 0)
		offer_stored(line->snapshot, typed);
	d = load(line, &context);
	if (d && strcmp(name, "write") == 0)
		offer_assignment(d, typed, "");
	else if (d && strcmp(name, "expect") == 0)
		offer_condition(d, typed, "");
	else if (d)
		offer_registers(d, typed, "", "");
	gdbregs_context_unref(context);
}

static void offer_word(const struct line *line, const char *typed)
{
	const char *equals = starts_with(typed, "--") ? strchr(typed, '=') : NULL;
	if (line->spawns) {
		puts(":commands");
	} else if (line->wants) {
		offer_value(line, line->wants, typed, "");
	} else if (equals) {
		const struct option_info *info =
			find_option(0, typed + 2, (size_t)(equals - typed - 2));
		char before[80];
		snprintf(before, sizeof(before), "%.*s", (int)(equals + 1 - typed), typed);
		if (info && info->argument)
			offer_value(line, info, equals + 1, before);
	} else if (typed[0] == '-') {
		offer_options(line, typed);
	} else if (!line->command) {
		offer_commands(typed);
	} else {
		offer_operands(line, typed);
	}
}

int command_complete(int argc, char **argv)
{
	struct line line = {.command = NULL};
	int null = open("/dev/null", O_WRONLY);
	/* A description or a snapshot that cannot be read has no names to offer. The user
	 * gets the message when the command runs. */
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	for (int i = 0; i + 1 < argc; i++)
		note_word(&line, argv[i]);
	offer_word(&line, argc > 0 ? argv[argc - 1] : "");
	return fflush(stdout) == 0 ? 0 : STATUS_FILE;
}
