/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/suggest.h"

#include <ctype.h>
#include <string.h>

/* The costs of mistakes. Swapped letters are more likely than wrong ones. */
enum { SWAP = 1, OTHER = 2 };
enum { LONGEST = 64 };

/* A third of a word may be wrong, or a single letter of a short one. */
void suggest_begin(struct suggestion *s, const char *typed)
{
	size_t length = strlen(typed);
	*s = (struct suggestion){.typed = typed,
				 .distance = OTHER * (length / 3 + (length < 3)) + 1};
	if (length > LONGEST)
		s->distance = 0;
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t d = a < b ? a : b;
	return d < c ? d : c;
}

static int differ(char a, char b)
{
	return tolower((unsigned char)a) != tolower((unsigned char)b);
}

/* Insertions, deletions, substitutions, and swaps of neighbours (`daigt`). */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][LONGEST + 1];
	size_t width = strlen(b);
	for (size_t j = 0; j <= width; j++)
		rows[0][j] = OTHER * j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		row[0] = OTHER * i;
		for (size_t j = 1; j <= width; j++) {
			size_t cost = differ(a[i - 1], b[j - 1]) ? OTHER : 0;
			row[j] = least(above[j] + OTHER, row[j - 1] + OTHER, above[j - 1] + cost);
			if (i > 1 && j > 1 && !differ(a[i - 1], b[j - 2]) &&
			    !differ(a[i - 2], b[j - 1]) && before[j - 2] + SWAP < row[j])
				row[j] = before[j - 2] + SWAP;
		}
	}
	return rows[strlen(a) % 3][width];
}

void suggest_offer(struct suggestion *s, const char *word)
{
	if (s->distance == 0 || word[0] == '\0' || strlen(word) > LONGEST)
		return;
	size_t d = distance(s->typed, word);
	if (d >= s->distance)
		return;
	s->distance = d;
	s->best = word;
}
