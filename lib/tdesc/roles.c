/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/roles.h"

#include "tdesc/roles-table.h"

#include <string.h>

/* Longer than any word in the tables. */
#define WORD_BYTES 48

/* The texts of LLDB's attribute generic=, and the names by which a role is found. */
static const struct {
	const char *name;
	enum gdbregs_role role;
	bool generic;
} role_names[] = {
	{"pc", GDBREGS_ROLE_PC, true},
	{"sp", GDBREGS_ROLE_SP, true},
	{"fp", GDBREGS_ROLE_FP, true},
	{"flags", GDBREGS_ROLE_FLAGS, true},
	{"ps", GDBREGS_ROLE_FLAGS, false},
	{"ra", GDBREGS_ROLE_RETURN_ADDRESS, true},
	{"lr", GDBREGS_ROLE_RETURN_ADDRESS, true},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum gdbregs_role gdbregs__roles_generic(const char *text)
{
	for (size_t i = 0; text && i < COUNT(role_names); i++)
		if (role_names[i].generic && strcmp(role_names[i].name, text) == 0)
			return role_names[i].role;
	return GDBREGS_ROLE_NONE;
}

/* Copy the next word of *words. Returns false at the end. */
static bool word_next(const char **words, char word[WORD_BYTES])
{
	size_t length = *words ? strcspn(*words, " ") : 0;

	if (length == 0 || length >= WORD_BYTES)
		return false;
	memcpy(word, *words, length);
	word[length] = '\0';
	*words += length;
	*words += **words == ' ';
	return true;
}

static bool pattern_matches(const char *pattern, const char *text)
{
	size_t length = strlen(pattern);

	if (length && pattern[length - 1] == '*')
		return strncmp(pattern, text, length - 1) == 0;
	return strcmp(pattern, text) == 0;
}

bool gdbregs__roles_match(const char *patterns, const char *text)
{
	char pattern[WORD_BYTES];

	while (word_next(&patterns, pattern))
		if (pattern_matches(pattern, text))
			return true;
	return false;
}

static bool has_feature(const struct gdbregs_description *d, const char *patterns)
{
	for (size_t i = 0; i < d->feature_count; i++)
		if (d->features[i].name && gdbregs__roles_match(patterns, d->features[i].name))
			return true;
	return false;
}

static const struct gdbregs__family *any_family(void)
{
	return &gdbregs__families[gdbregs__family_count - 1];
}

/* QEMU's m68k and rx have no <architecture>. */
static const struct gdbregs__family *family_of(const struct gdbregs_description *d)
{
	for (const struct gdbregs__family *f = gdbregs__families; f < any_family(); f++)
		if (d->architecture ? gdbregs__roles_match(f->architectures, d->architecture)
				    : has_feature(d, f->features))
			return f;
	return any_family();
}

const char *gdbregs__roles_types(const struct gdbregs_description *d)
{
	return family_of(d)->types;
}

/* Find a register by name. If several have that name, return the one among the core
 * registers: QEMU's ppc has two registers lr. */
static const struct gdbregs_register *core_register(const struct gdbregs_description *d,
						    const struct gdbregs__family *family,
						    const char *name)
{
	const struct gdbregs_register *found = NULL;
	int result = gdbregs__description_find(d, NULL, name, &found);
	const char *features = family->features;
	char feature[WORD_BYTES];

	while (result == GDBREGS_ERR_AMBIGUOUS && word_next(&features, feature))
		if (gdbregs__description_find(d, feature, name, &found) == 0)
			break;
	return found;
}

static const struct gdbregs_register *by_table(const struct gdbregs_description *d,
					       const struct gdbregs__family *family,
					       enum gdbregs_role role)
{
	const struct gdbregs_register *found = NULL;
	const char *names = family->roles[role];
	char name[WORD_BYTES];

	while (!found && word_next(&names, name))
		found = core_register(d, family, name);
	return found;
}

static const struct gdbregs_register *by_generic(const struct gdbregs_description *d,
						 enum gdbregs_role role)
{
	for (size_t i = 0; d->has_other_names && i < d->register_count; i++)
		if (d->registers[i].generic == role)
			return &d->registers[i];
	return NULL;
}

void gdbregs__roles_fill(struct gdbregs_description *d)
{
	const struct gdbregs__family *family = family_of(d);

	for (enum gdbregs_role role = GDBREGS_ROLE_PC; role <= GDBREGS_ROLE_RETURN_ADDRESS;
	     role++) {
		d->roles[role] = by_generic(d, role);
		if (!d->roles[role])
			d->roles[role] = by_table(d, family, role);
		if (!d->roles[role])
			d->roles[role] = by_table(d, any_family(), role);
	}
}

const struct gdbregs_register *gdbregs__roles_get(const struct gdbregs_description *d,
						  enum gdbregs_role role)
{
	if (role <= GDBREGS_ROLE_NONE || role > GDBREGS_ROLE_RETURN_ADDRESS)
		return NULL;
	return d->roles[role];
}

/* -------------------------------------------------------------- names --- */

/* The result of a search. A name may lead to the same register in several ways; if it
 * leads to two registers, it is ambiguous. */
struct search {
	const struct gdbregs_register *found;
	bool ambiguous;
};

static void note(struct search *search, const struct gdbregs_register *reg)
{
	if (search->found && search->found != reg)
		search->ambiguous = true;
	search->found = reg;
}

static void search_altnames(const struct gdbregs_description *d, const char *feature,
			    const char *name, struct search *search)
{
	for (size_t i = 0; d->has_other_names && i < d->register_count; i++) {
		const struct gdbregs_register *reg = &d->registers[i];

		if (reg->altname && strcmp(reg->altname, name) == 0 &&
		    gdbregs__description_in_feature(reg, feature))
			note(search, reg);
	}
}

static void search_roles(const struct gdbregs_description *d, const char *feature, const char *name,
			 struct search *search)
{
	for (size_t i = 0; i < COUNT(role_names); i++) {
		const struct gdbregs_register *reg = d->roles[role_names[i].role];

		if (strcmp(role_names[i].name, name) == 0 && reg &&
		    gdbregs__description_in_feature(reg, feature))
			note(search, reg);
	}
}

/* Returns true for a name that the other names of its row do not find. */
static bool is_one_way(const char *word)
{
	return word[0] == '<';
}

static bool row_has(const char *row, const char *name)
{
	char word[WORD_BYTES];

	while (word_next(&row, word))
		if (strcmp(word + is_one_way(word), name) == 0)
			return true;
	return false;
}

/* Search for the other names of a row that has this name. */
static void search_row(const struct gdbregs_description *d, const char *feature, const char *row,
		       const char *name, struct search *search)
{
	const struct gdbregs_register *reg;
	char word[WORD_BYTES];

	if (!row_has(row, name))
		return;
	while (word_next(&row, word)) {
		int result = is_one_way(word) ? GDBREGS_ERR_NO_REGISTER
					      : gdbregs__description_find(d, feature, word, &reg);

		if (result == 0)
			note(search, reg);
		else if (result == GDBREGS_ERR_AMBIGUOUS)
			search->ambiguous = true;
	}
}

static void search_synonyms(const struct gdbregs_description *d, const char *feature,
			    const char *name, struct search *search)
{
	const char *const *row = family_of(d)->synonyms;

	for (; row && *row; row++)
		search_row(d, feature, *row, name, search);
}

int gdbregs__roles_find(const struct gdbregs_description *d, const char *feature, const char *name,
			const struct gdbregs_register **out)
{
	static void (*const ways[])(const struct gdbregs_description *d, const char *feature,
				    const char *name, struct search *search) = {
		search_altnames,
		search_roles,
		search_synonyms,
	};
	int result = gdbregs__description_find(d, feature, name, out);

	for (size_t i = 0; i < COUNT(ways) && result == GDBREGS_ERR_NO_REGISTER; i++) {
		struct search search = {0};

		ways[i](d, feature, name, &search);
		if (search.ambiguous)
			return GDBREGS_ERR_AMBIGUOUS;
		if (search.found) {
			*out = search.found;
			return 0;
		}
	}
	return result;
}
