/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/flag-changes.h"

#include <string.h>

bool flags_are(const char *text)
{
	return text && text[0] == '[';
}

/* The next word at or after *at; its size, 0 at the end. */
static size_t next_word(const char **at)
{
	*at += strspn(*at, " [");
	return strcspn(*at, " ]");
}

static bool has_word(const char *text, const char *word, size_t size)
{
	for (size_t length; (length = next_word(&text)) > 0; text += length) {
		if (length == size && memcmp(text, word, size) == 0)
			return true;
	}
	return false;
}

void flags_missing(const char *a, const char *b,
		   void (*word)(void *arg, const char *text, size_t size), void *arg)
{
	for (size_t length; (length = next_word(&a)) > 0; a += length) {
		if (!has_word(b, a, length))
			word(arg, a, length);
	}
}

static void add_cleared(void *arg, const char *word, size_t size)
{
	text_adds(arg, " -");
	text_add(arg, word, size);
}

static void add_set(void *arg, const char *word, size_t size)
{
	text_adds(arg, " +");
	text_add(arg, word, size);
}

void flags_add_changes(struct text *text, const char *before, const char *after)
{
	bool both = before && after;
	if (both && flags_are(before) && flags_are(after)) {
		flags_missing(before, after, add_cleared, text);
		flags_missing(after, before, add_set, text);
		return;
	}
	if ((!before || before[0] == '\0') && (!after || after[0] == '\0'))
		return;
	text_adds(text, " (");
	text_adds(text, before ? before : "");
	text_adds(text, both ? " -> " : "");
	text_adds(text, after ? after : "");
	text_adds(text, ")");
}
