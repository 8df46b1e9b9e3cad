/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/error-text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* How the label may occur in a sentence, with the text that is dropped with it. */
static const struct {
	const char *before;
	const char *after;
	bool first; /* the sentence begins with it */
} forms[] = {
	{"", ": ", true}, /* LABEL: connection reset */
	{"", " ", true}, /* LABEL has not answered */
	{"address \"", "\": ", true},
	{" to ", "", false}, /* cannot connect to LABEL: refused */
	{" behind ", "", false},
	{" ", "", false}, /* cannot start LABEL: no such file */
};

/* Returns where the label occurs in that form, with *size bytes, or NULL. */
static const char *find(const char *words, const char *label, size_t form, size_t *size)
{
	char part[512];
	int length = snprintf(part, sizeof(part), "%s%s%s", forms[form].before, label,
			      forms[form].after);
	if (label[0] == '\0' || length < 0 || (size_t)length >= sizeof(part))
		return NULL;
	*size = (size_t)length;
	if (forms[form].first)
		return strncmp(words, part, *size) == 0 ? words : NULL;
	const char *at = strstr(words, part);
	return at && strchr(" :;,", at[*size]) ? at : NULL;
}

/* The library names members of its options. Users know the options of the command line. */
static const struct {
	const char *member;
	const char *option;
} options[] = {
	{"first_reply_timeout_ms", "--wait"},
	{"reply_timeout_ms", "--timeout"},
	{"connect_timeout_ms", "--timeout"},
};

static void name_options(char *text)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		size_t member = strlen(options[i].member), option = strlen(options[i].option);
		for (char *at = text; (at = strstr(at, options[i].member)); at += option) {
			memcpy(at, options[i].option, option);
			memmove(at + option, at + member, strlen(at + member) + 1);
		}
	}
}

void error_text_write(char *out, size_t capacity, const char *words, const char *label)
{
	const char *at = NULL;
	size_t size = 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && !at; i++)
		at = find(words, label, i, &size);
	if (at)
		snprintf(out, capacity, "%.*s%s", (int)(at - words), words, at + size);
	else
		snprintf(out, capacity, "%s", words);
	name_options(out);
}
