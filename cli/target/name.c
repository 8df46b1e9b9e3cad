/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/name.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

const char *name_colon(const char *pattern)
{
	const char *colon = NULL;
	int depth = 0;
	for (const char *at = pattern; *at != '\0'; at++) {
		if (*at == '[')
			depth++;
		else if (*at == ']' && depth > 0)
			depth--;
		else if (*at == ':' && depth == 0)
			colon = at;
	}
	return colon;
}

bool name_glob(const char *pattern, const char *text)
{
	return fnmatch(pattern, text, FNM_CASEFOLD) == 0;
}

bool name_fits(const char *pattern, const char *feature, const char *name)
{
	char wanted[256];
	const char *colon = name_colon(pattern);
	if (!colon)
		return name_glob(pattern, name);
	size_t length = (size_t)(colon - pattern);
	if (length >= sizeof(wanted))
		return false;
	memcpy(wanted, pattern, length);
	wanted[length] = '\0';
	return name_glob(colon + 1, name) && name_glob(wanted, feature ? feature : "");
}

bool name_fits_register(const char *pattern, const struct gdbregs_register *reg)
{
	return name_fits(pattern, gdbregs_register_feature(reg), gdbregs_register_name(reg));
}

/* Returns the only register that the pattern matches without regard to case, or NULL. */
static const struct gdbregs_register *find_folded(const struct gdbregs_description *d,
						  const char *pattern)
{
	const struct gdbregs_register *found = NULL;
	struct gdbregs_reg_descriptor *all = NULL;
	size_t count = 0, fitting = 0;
	if (strpbrk(pattern, "*?[") || gdbregs_description_registers(d, &all, &count) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (!name_fits_register(pattern, all[i].handle))
			continue;
		found = all[i].handle;
		fitting++;
	}
	gdbregs_free(all);
	return fitting == 1 ? found : NULL;
}

/* The names of roles are those of gdbregs_find_register(). */
static const struct {
	const char *name, *meaning;
	enum gdbregs_role role;
} roles[] = {
	{"pc", "program counter", GDBREGS_ROLE_PC},
	{"sp", "stack pointer", GDBREGS_ROLE_SP},
	{"fp", "frame pointer", GDBREGS_ROLE_FP},
	{"flags", "flags register", GDBREGS_ROLE_FLAGS},
	{"ps", "flags register", GDBREGS_ROLE_FLAGS},
	{"ra", "return address register", GDBREGS_ROLE_RETURN_ADDRESS},
	{"lr", "return address register", GDBREGS_ROLE_RETURN_ADDRESS},
};

bool name_lacks_role(const struct gdbregs_description *d, const char *pattern, char *message,
		     size_t capacity)
{
	const struct gdbregs_register *reg;
	size_t size = strcspn(pattern, ".[");
	if (!d)
		return false;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (strlen(roles[i].name) != size || strncmp(roles[i].name, pattern, size) != 0 ||
		    gdbregs_description_find_role(d, roles[i].role, &reg) == 0)
			continue;
		const char *architecture = gdbregs_description_architecture(d);
		snprintf(message, capacity, "%.60s has no %s",
			 architecture && *architecture ? architecture : "the target",
			 roles[i].meaning);
		return true;
	}
	return false;
}

const struct gdbregs_register *name_find(const struct gdbregs_description *d, const char *pattern)
{
	char feature[256];
	const struct gdbregs_register *reg = NULL;
	const char *colon = name_colon(pattern);
	int size = colon ? (int)(colon - pattern) : 0;
	snprintf(feature, sizeof(feature), "%.*s", size, pattern);
	if (d && gdbregs_description_find_register(d, colon ? feature : NULL,
						   colon ? colon + 1 : pattern, &reg) == 0)
		return reg;
	return d ? find_folded(d, pattern) : NULL;
}
