/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/vcd-names.h"

#include <stdlib.h>
#include <string.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void vcd_add_name(struct text *text, const char *name)
{
	if (!is_letter(name[0]))
		text_adds(text, "_");
	for (; *name != '\0'; name++)
		text_add(text, is_letter(*name) || is_digit(*name) ? name : "_", 1);
}

void vcd_make_id(char id[VCD_ID], size_t index)
{
	enum { FIRST = '!', COUNT = '~' - '!' + 1 };
	size_t size = 0;
	do {
		id[size++] = (char)(FIRST + index % COUNT);
		index /= COUNT;
	} while (index > 0 && size + 1 < VCD_ID);
	id[size] = '\0';
}

/* A wire to be named: scope and name in one string, so that they sort together. */
struct entry {
	char *key;
	size_t index;
};

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = strcmp(a->key, b->key);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static char *make_key(const struct gdbregs_register *reg)
{
	const char *feature = gdbregs_register_feature(reg);
	struct text key = {0};
	vcd_add_name(&key, feature ? feature : "");
	text_adds(&key, " ");
	vcd_add_name(&key, gdbregs_register_name(reg));
	if (key.failed)
		text_fini(&key);
	return key.data;
}

static bool make_entries(struct entry *entries, const struct sampler *sampler)
{
	bool ok = true;
	for (size_t i = 0; i < sampler->count && ok; i++) {
		entries[i] = (struct entry){.key = make_key(sampler->now[i].reg), .index = i};
		ok = entries[i].key;
	}
	return ok;
}

static bool is_taken(const struct entry *sorted, size_t count, const char *key)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(sorted[middle].key, key);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* `lr`, `lr_2`, ...: a number that gives no name that is there already. Returns
 * the number used. */
static size_t add_copy(struct text *text, const struct entry *sorted, size_t count,
		       const struct entry *e, size_t last)
{
	struct text key = {0};
	char suffix[32];
	do {
		snprintf(suffix, sizeof(suffix), "_%zu", ++last);
		text_clear(&key);
		text_adds(&key, e->key);
		text_adds(&key, suffix);
	} while (!key.failed && is_taken(sorted, count, key.data));
	text->failed |= key.failed;
	if (!key.failed)
		text_adds(text, strchr(key.data, ' ') + 1);
	text_fini(&key);
	return last;
}

static void add_names(struct text *text, const struct entry *sorted, size_t count, size_t *starts)
{
	size_t last = 1;
	for (size_t i = 0; i < count; i++) {
		const struct entry *e = &sorted[i];
		starts[e->index] = text->size;
		if (i == 0 || strcmp(sorted[i - 1].key, e->key) != 0) {
			last = 1;
			text_adds(text, strchr(e->key, ' ') + 1);
		} else {
			last = add_copy(text, sorted, count, e, last);
		}
		text_add(text, "", 1);
	}
}

size_t *vcd_make_names(const struct sampler *sampler, struct text *text)
{
	struct entry *entries = calloc(sampler->count + 1, sizeof(*entries));
	size_t *starts = calloc(sampler->count + 1, sizeof(*starts));
	bool ok = entries && starts && make_entries(entries, sampler);
	if (ok) {
		qsort(entries, sampler->count, sizeof(*entries), compare);
		add_names(text, entries, sampler->count, starts);
	}
	for (size_t i = 0; i < sampler->count && entries; i++)
		free(entries[i].key);
	free(entries);
	if (ok && !text->failed)
		return starts;
	free(starts);
	return NULL;
}
