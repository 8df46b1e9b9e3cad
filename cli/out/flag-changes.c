/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/flag-changes.h"

#include <stdlib.h>
#include <string.h>

bool flags_are(const char *text)
{
	return text && text[0] == '[';
}

/* Move *at to the next word. Returns its size, or 0 at the end. */
static size_t next_word(const char **at)
{
	*at += strspn(*at, " [");
	return strcspn(*at, " ]");
}

struct word {
	const char *text;
	size_t size;
};

static int compare_words(const void *left, const void *right)
{
	const struct word *a = left, *b = right;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return memcmp(a->text, b->text, a->size);
}

/* Returns the words of a text, or NULL if memory runs out. They are sorted, because a snapshot
 * file may have very many of them. */
static struct word *sort_words(const char *text, size_t *count)
{
	size_t most = 0;
	const char *at = text;
	for (size_t size; (size = next_word(&at)) > 0; at += size)
		most++;
	struct word *words = calloc(most + 1, sizeof(*words));
	*count = 0;
	if (!words)
		return NULL;
	for (size_t size; (size = next_word(&text)) > 0; text += size)
		words[(*count)++] = (struct word){text, size};
	qsort(words, *count, sizeof(*words), compare_words);
	return words;
}

bool flags_missing(const char *a, const char *b,
		   void (*word)(void *arg, const char *text, size_t size), void *arg)
{
	size_t count;
	struct word *words = sort_words(b, &count);
	if (!words)
		return false;
	for (size_t size; (size = next_word(&a)) > 0; a += size) {
		struct word wanted = {a, size};
		if (!bsearch(&wanted, words, count, sizeof(*words), compare_words))
			word(arg, a, size);
	}
	free(words);
	return true;
}

static void add_cleared(void *arg, const char *word, size_t size)
{
	text_addf(arg, " -%.*s", (int)size, word);
}

static void add_set(void *arg, const char *word, size_t size)
{
	text_addf(arg, " +%.*s", (int)size, word);
}

void flags_add_changes(struct text *text, const char *before, const char *after)
{
	bool both = before && after;
	if (both && flags_are(before) && flags_are(after)) {
		if (!flags_missing(before, after, add_cleared, text) ||
		    !flags_missing(after, before, add_set, text))
			text->failed = true;
		return;
	}
	if ((!before || before[0] == '\0') && (!after || after[0] == '\0'))
		return;
	text_addf(text, " (%s%s%s)", before ? before : "", both ? " -> " : "", after ? after : "");
}
