/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plays the conversations in tests/session/cases. */
#include "transcript.h"

#include <check.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void transcript_fail(const struct transcript *t, const char *format, ...)
{
	char text[3000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ck_abort_msg("%s:%u%s: %s", t->path, t->line, t->bytewise ? " (byte by byte)" : "", text);
}

void transcript_result(struct transcript *t, const char *format, ...)
{
	size_t used = strlen(t->results);
	va_list args;

	va_start(args, format);
	int size = vsnprintf(t->results + used, sizeof(t->results) - used, format, args);
	va_end(args);
	ck_assert_uint_lt(used + (size_t)size + 1, sizeof(t->results));
	strcat(t->results, "\n");
}

void transcript_settle(struct transcript *t)
{
	t->unsettled = false;
	drive_run(&t->d);
	if (t->stub.violation[0])
		transcript_fail(t, "%s", t->stub.violation);
}

/* Fail unless the text has mentioned everything that has happened. */
static void check_all_read(struct transcript *t)
{
	if (t->d.s && t->unsettled)
		transcript_settle(t);
	if (t->stub.log[0])
		transcript_fail(t, "it sent before: %s", t->stub.log);
	if (t->results[0])
		transcript_fail(t, "there was before: %s", t->results);
}

/* ------------------------------------------------------------------ before it begins --- */

static const struct {
	const char *name;
	size_t at; /* of a bool in struct script_stub */
} feature_names[] = {
	{"p", offsetof(struct script_stub, has_p)},
	{"P", offsetof(struct script_stub, has_write_p)},
	{"G", offsetof(struct script_stub, has_write_g)},
	{"vCont", offsetof(struct script_stub, has_vcont)},
	{"multiprocess", offsetof(struct script_stub, multiprocess)},
	{"names", offsetof(struct script_stub, names)},
	{"read-only", offsetof(struct script_stub, read_only)},
};

static void set_feature(struct transcript *t, const char *word)
{
	for (size_t i = 0; i < sizeof(feature_names) / sizeof(*feature_names); i++)
		if (strcmp(word + 1, feature_names[i].name) == 0) {
			*(bool *)((char *)&t->stub + feature_names[i].at) = *word == '+';
			return;
		}
	transcript_fail(t, "a stub has no feature %s", word);
}

static void end_stub(struct transcript *t)
{
	if (!t->begun)
		return;
	check_all_read(t);
	gdbregs__session_free(t->d.s);
	script_end(&t->stub);
	transcript_forget_calls(t);
	t->d.s = NULL;
}

static void begin_stub(struct transcript *t, char *rest)
{
	const char *name = strtok(rest, " ");
	unsigned kind = 0;

	end_stub(t);
	while (kind < SCRIPT_KINDS && strcmp(script_kind_names[kind], name) != 0)
		kind++;
	if (kind == SCRIPT_KINDS)
		transcript_fail(t, "no stub is called %s", name);
	t->process = *script_core;
	script_begin(&t->stub, (enum script_kind)kind, &t->process, 1);
	script_core_values(&t->stub);
	t->stub.controls = t->stub.log_bytes = true;
	t->stub.rules = t->rules;
	t->begun = true;
	t->rule_count = 0;
	t->rules[0] = (struct script_rule){0};
	while ((name = strtok(NULL, " ")))
		set_feature(t, name);
	gdbregs_options_init(&t->options);
	t->options.access = GDBREGS_RW_REGS;
	t->options.reply_timeout_ms = 1000;
}

static const struct {
	const char *name;
	size_t at, size; /* in struct gdbregs_options; all members are numbers */
	const char *choices[4]; /* words for the values 0, 1, ... */
} option_names[] = {
#define OPTION(name)                                                                               \
#name, offsetof(struct gdbregs_options, name), sizeof(((struct gdbregs_options *)0)->name)
	{OPTION(access), {"no", "r", "rw"}},
	{OPTION(on_close), {"restore", "resume", "halt"}},
	{OPTION(byte_order), {"unknown", "little", "big"}},
	{OPTION(step_irq), {"no", "yes"}},
	{OPTION(reply_timeout_ms), {0}},
	{OPTION(max_packet_bytes), {0}},
	{OPTION(max_description_bytes), {0}},
	{OPTION(max_register_bits), {0}},
	{OPTION(max_includes), {0}},
	{OPTION(max_vcpus), {0}},
	{OPTION(max_name_bytes), {0}},
	{OPTION(max_session_registers), {0}},
	{OPTION(max_value_bytes), {0}},
#undef OPTION
};

static uint64_t option_value(struct transcript *t, const char *const *choices, const char *value)
{
	if (!choices[0])
		return strtoull(value, NULL, 10);
	for (uint64_t i = 0; i < 4 && choices[i]; i++)
		if (strcmp(choices[i], value) == 0)
			return i;
	transcript_fail(t, "the option cannot be %s", value);
}

static void set_option(struct transcript *t, char *rest)
{
	char *value = strchr(rest, ' ');

	if (t->d.s)
		transcript_fail(t, "the session has begun");
	if (!value)
		transcript_fail(t, "%s needs a value", rest);
	*value++ = '\0';
	for (size_t i = 0; i < sizeof(option_names) / sizeof(*option_names); i++) {
		if (strcmp(rest, option_names[i].name) != 0)
			continue;
		uint64_t number = option_value(t, option_names[i].choices, value);
		char *member = (char *)&t->options + option_names[i].at;

		if (option_names[i].size == 1)
			*(uint8_t *)member = (uint8_t)number;
		else if (option_names[i].size == 4)
			*(uint32_t *)member = (uint32_t)number;
		else
			*(uint64_t *)member = number;
		return;
	}
	transcript_fail(t, "no option is called %s", rest);
}

int transcript_connect(struct transcript *t)
{
	if (t->d.s)
		transcript_fail(t, "the session has begun");
	drive_begin(&t->d, &t->stub, NULL, &t->options);
	t->d.piece = t->bytewise ? 1 : SIZE_MAX;
	return drive_connect(&t->d);
}

/* Connect before the first line that needs a session. */
static void connect(struct transcript *t)
{
	if (t->d.s)
		return;
	if (transcript_connect(t) < 0)
		transcript_fail(t, "%s", gdbregs_session_error(t->d.s));
	t->stub.log[0] = '\0';
}

/* ----------------------------------------------------------------------- kinds of lines --- */

static void on_stub(struct transcript *t, char *rest)
{
	begin_stub(t, rest);
}

static void on_option(struct transcript *t, char *rest)
{
	set_option(t, rest);
}

/* The rule refers to the text, which stays in memory. */
static void add_answer(struct transcript *t, unsigned nth, char *request)
{
	char *reply = strchr(request, ' ');

	if (reply)
		*reply++ = '\0';
	ck_assert_uint_lt(t->rule_count + 1, SCRIPT_RULES);
	if (reply && strcmp(reply, "(silent)") == 0)
		strcpy(reply, SCRIPT_SILENT);
	if (reply && strcmp(reply, "(lost)") == 0)
		strcpy(reply, SCRIPT_LOST);
	if (reply && strcmp(reply, "(never)") == 0)
		strcpy(reply, SCRIPT_NEVER);
	t->stub.seen[t->rule_count] = 0;
	t->rules[t->rule_count++] = (struct script_rule){request, nth, reply ? reply : ""};
	t->rules[t->rule_count] = (struct script_rule){0};
}

static void on_answer(struct transcript *t, char *rest)
{
	if (strcmp(rest, "usual") != 0) {
		add_answer(t, 0, rest);
		return;
	}
	t->rule_count = 0;
	t->rules[0] = (struct script_rule){0};
}

static void on_answer_nth(struct transcript *t, char *rest)
{
	char *request;
	unsigned nth = (unsigned)strtoul(rest, &request, 10);

	if (!nth || *request != ' ')
		transcript_fail(t, "it needs a number and a request");
	add_answer(t, nth, request + 1);
}

static void on_monitor(struct transcript *t, char *rest)
{
	t->stub.status = rest;
}

static const struct {
	const char *name;
	const struct script_process *processes;
	void (*set_values)(struct script_stub *stub); /* NULL: script_value() has the values */
} machines[] = {
	{"core", script_core, script_core_values},
	{"power", script_power, script_power_values},
	{"small", script_small, NULL},
	{"wide", script_wide, NULL},
};

static void on_machine(struct transcript *t, char *rest)
{
	const char *name = strtok(rest, " "), *threads = strtok(NULL, " ");
	size_t i = 0;

	while (i < sizeof(machines) / sizeof(*machines) && strcmp(machines[i].name, name) != 0)
		i++;
	if (i == sizeof(machines) / sizeof(*machines))
		transcript_fail(t, "no machine is called %s", name);
	t->process = *machines[i].processes;
	if (threads)
		t->process.threads = (unsigned)strtoul(threads, NULL, 10);
	t->stub.value_count = 0;
	if (machines[i].set_values)
		machines[i].set_values(&t->stub);
}

static void on_set(struct transcript *t, char *rest)
{
	char *digits = strchr(rest, ' ');
	unsigned vcpu;

	connect(t);
	*digits++ = '\0';
	uint32_t regnum = transcript_register(t, rest, &vcpu)->regnum;
	script_set(&t->stub, vcpu + 1, regnum, *digits == '-' ? "" : digits);
}

static void on_request(struct transcript *t, char *rest)
{
	if (strcmp(rest, "connect") != 0)
		connect(t);
	t->unsettled = true;
	transcript_request(t, rest);
}

/* Several lines may describe what was sent together. */
static void on_sent(struct transcript *t, char *rest)
{
	size_t size = strlen(rest);

	transcript_settle(t);
	if (strncmp(t->stub.log, rest, size) != 0 || !strchr(" +", t->stub.log[size]))
		transcript_fail(t, "it sent: %s", t->stub.log[0] ? t->stub.log : "nothing");
	size += t->stub.log[size] == ' ';
	memmove(t->stub.log, t->stub.log + size, strlen(t->stub.log + size) + 1);
}

static void on_packet(struct transcript *t, char *rest)
{
	connect(t);
	script_send(&t->stub, rest);
	transcript_settle(t);
}

static void on_raw(struct transcript *t, char *rest)
{
	connect(t);
	script_send_bytes(&t->stub, rest);
	transcript_settle(t);
}

static void on_eof(struct transcript *t, char *rest)
{
	(void)rest;
	t->stub.closed = true;
	transcript_settle(t);
}

static void on_time(struct transcript *t, char *rest)
{
	uint64_t until = t->d.now_ms + strtoull(rest, NULL, 10);

	while (inside_deadline(t->d.s) <= until) {
		t->d.now_ms = inside_deadline(t->d.s);
		drive_tick(&t->d);
		transcript_settle(t);
	}
	t->d.now_ms = until;
	drive_tick(&t->d);
	transcript_settle(t);
}

/* Returns true if a line of the results matches. An error may have a part of its message, or none.
 * */
static bool is_result(const char *expected, char *got)
{
	char *colon = strstr(got, ": ");
	const char *part = strstr(expected, ": ");

	if (!colon || !part) {
		size_t size = colon ? (size_t)(colon - got) : strlen(got);

		return strlen(expected) == size && memcmp(expected, got, size) == 0;
	}
	return part - expected == colon - got &&
	       memcmp(expected, got, (size_t)(colon - got)) == 0 && strstr(colon, part + 2);
}

/* `=` and `!` are compared with the rest of their lines. */
static void on_result(struct transcript *t, char *line)
{
	transcript_settle(t);
	char *end = strchr(t->results, '\n');
	if (!end)
		transcript_fail(t, "there was no result");
	*end = '\0';
	if (!is_result(line, t->results))
		transcript_fail(t, "there was: %s", t->results);
	memmove(t->results, end + 1, strlen(end + 1) + 1);
}

static const struct {
	const char *word;
	void (*play)(struct transcript *t, char *rest);
	bool claims; /* describes what has happened, instead of making something happen */
	bool whole; /* play() gets the whole line */
} kinds[] = {
	{"stub", on_stub, false, false},       {"option", on_option, false, false},
	{"answer", on_answer, false, false},   {"answer-nth", on_answer_nth, false, false},
	{"monitor", on_monitor, false, false}, {"set", on_set, false, false},
	{">", on_request, true, false},	       {"->", on_sent, true, false},
	{"<-", on_packet, false, false},       {"<-raw", on_raw, false, false},
	{"<-eof", on_eof, false, false},       {"time", on_time, false, false},
	{"=", on_result, true, true},	       {"!", on_result, true, true},
	{"machine", on_machine, false, false},
};

static void play_line(struct transcript *t, char *line)
{
	size_t size = strcspn(line, " ");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strlen(kinds[i].word) != size || memcmp(kinds[i].word, line, size) != 0)
			continue;
		if (!t->begun && kinds[i].play != on_stub)
			transcript_fail(t, "a transcript begins with a stub");
		if (!kinds[i].claims || (*line == '>' && !t->unsettled))
			check_all_read(t);
		kinds[i].play(t, kinds[i].whole ? line : line + size + (line[size] == ' '));
		return;
	}
	transcript_fail(t, "no kind of line: %s", line);
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct script_bytes text = {0};
	char piece[4096];
	size_t size;

	ck_assert_msg(file != NULL, "cannot read %s", path);
	while ((size = fread(piece, 1, sizeof(piece), file)) > 0)
		script_put(&text, piece, size);
	fclose(file);
	ck_assert_msg(text.size, "%s is empty", path);
	return (char *)text.data;
}

static void cut_line(char *line)
{
	size_t size = strlen(line);

	if (*line == '#')
		size = 0;
	while (size && line[size - 1] == ' ')
		size--;
	line[size] = '\0';
}

void transcript_play(const char *path, bool bytewise)
{
	struct transcript *t = calloc(1, sizeof(*t));
	char *text = read_file(path), *line = text, *end;

	t->path = path;
	t->bytewise = bytewise;
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		t->line++;
		cut_line(line);
		if (*line)
			play_line(t, line);
	}
	end_stub(t);
	free(text);
	free(t);
}
