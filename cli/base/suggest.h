/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "Did you mean": which of some words is nearest to a mistyped one. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

struct suggestion {
	const char *typed;
	const char *best; /* NULL while nothing is near enough */
	size_t distance;
};

void suggest_begin(struct suggestion *s, const char *typed);
/* `word` must stay until `best` has been used. */
void suggest_offer(struct suggestion *s, const char *word);

#endif
