/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The documents of a description, generated or read from a directory, and the registers in them.
 * Registers are found by searching for tags, not by an XML parser, so that a test can serve a
 * damaged document. */
#include "fake.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64

static struct fake_document *add_document(struct fake_cluster *c, const char *name)
{
	c->documents = fake_alloc(c->documents, c->document_count + 1, sizeof(*c->documents));
	struct fake_document *d = &c->documents[c->document_count++];
	memset(d, 0, sizeof(*d));
	d->name = fake_copy(name);
	return d;
}

static void generate_reg(struct fake_buffer *xml, const struct fake_cluster *c,
			 const struct fake_config *cfg, unsigned index)
{
	uint32_t number = index * cfg->regnum_step;
	const struct fake_pair *bits = fake_set_find(&cfg->bits, number);
	fake_printf(xml, "  <reg name=\"r%u\" bitsize=\"%u\"", index,
		    bits ? (unsigned)bits->value : c->reg_bytes * 8);
	if (cfg->regnum_step != 1)
		fake_printf(xml, " regnum=\"%u\"", number);
	fake_puts(xml, "/>\n");
}

static void generate_feature(struct fake_cluster *c, const struct fake_config *cfg, unsigned annex,
			     unsigned first, unsigned end)
{
	char name[32] = "core";
	char file[40];
	if (annex)
		snprintf(name, sizeof(name), "f%u", annex);
	snprintf(file, sizeof(file), "%s.xml", name);
	struct fake_buffer *xml = &add_document(c, file)->text;
	fake_puts(xml, "<?xml version=\"1.0\"?>\n<!DOCTYPE feature SYSTEM \"gdb-target.dtd\">\n");
	if (!annex && cfg->feature)
		fake_printf(xml, "<feature name=\"%s\">\n", cfg->feature);
	else
		fake_printf(xml, "<feature name=\"org.example.fake.%s\">\n", name);
	for (unsigned i = first; i < end; i++)
		generate_reg(xml, c, cfg, i);
	fake_puts(xml, "</feature>\n");
}

void fake_tdesc_generate(struct fake_cluster *c, const struct fake_config *cfg)
{
	unsigned annexes = cfg->annexes ? cfg->annexes : 1;
	/* As in QEMU, the prefix xi is not declared. */
	add_document(c, "target.xml");
	struct fake_buffer top = {0};
	fake_puts(&top,
		  "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target>");
	if (c->arch && *c->arch)
		fake_printf(&top, "<architecture>%s</architecture>", c->arch);
	for (unsigned i = 0; i < annexes; i++) {
		uint64_t first = (uint64_t)c->registers * i / annexes;
		uint64_t end = (uint64_t)c->registers * (i + 1) / annexes;
		generate_feature(c, cfg, i, first, end);
		fake_printf(&top, "<xi:include href=\"%s\"/>", c->documents[i + 1].name);
	}
	fake_puts(&top, "</target>");
	c->documents[0].text = top;
}

static void load_file(struct fake_document *d, const char *directory)
{
	char path[4096], block[65536];
	snprintf(path, sizeof(path), "%s/%s", directory, d->name);
	FILE *f = fopen(path, "rb");
	if (!f)
		fake_die("cannot read %s", path);
	for (size_t n; (n = fread(block, 1, sizeof(block), f));)
		fake_put(&d->text, block, n);
	fclose(f);
}

void fake_tdesc_load(struct fake_cluster *c, const char *directory)
{
	DIR *dir = opendir(directory);
	if (!dir)
		fake_die("cannot read %s", directory);
	for (struct dirent *e; (e = readdir(dir));)
		if (e->d_name[0] != '.')
			load_file(add_document(c, e->d_name), directory);
	closedir(dir);
}

const struct fake_document *fake_tdesc_find(const struct fake_cluster *c, const char *name,
					    size_t length)
{
	for (size_t i = 0; i < c->document_count; i++) {
		const struct fake_document *d = &c->documents[i];
		if (strlen(d->name) == length && !memcmp(d->name, name, length))
			return d;
	}
	return NULL;
}

/* ------------------------------------------------------------ scanning --- */

struct scan {
	struct fake_cluster *cluster;
	uint32_t next_number;
	uint32_t features; /* features that have registers */
	bool fresh; /* the feature that began last has no register yet */
	unsigned depth;
	unsigned includes;
	size_t capacity;
};

/* Copy the attribute's text in tag..end. Returns false if there is no such attribute. */
static bool attribute(const char *tag, const char *end, const char *name, char *out, size_t room)
{
	size_t length = strlen(name);
	for (const char *at = tag; at + length + 2 < end; at++) {
		if (!strchr(" \t\r\n", at[0]) || strncmp(at + 1, name, length))
			continue;
		const char *value = at + 1 + length;
		value += strspn(value, " \t\r\n");
		if (*value++ != '=')
			continue;
		value += strspn(value, " \t\r\n");
		const char *stop = *value ? strchr(value + 1, *value) : NULL;
		if (!stop || stop >= end)
			return false;
		snprintf(out, room, "%.*s", (int)(stop - value - 1), value + 1);
		return true;
	}
	return false;
}

static void scan_reg(struct scan *s, const char *tag, const char *end)
{
	struct fake_cluster *c = s->cluster;
	char text[64];
	if (s->fresh)
		s->features++;
	s->fresh = false;
	if (attribute(tag, end, "regnum", text, sizeof(text)))
		s->next_number = strtoul(text, NULL, 0);
	if (c->reg_count == s->capacity) {
		s->capacity = s->capacity * 2 + 64;
		c->regs = fake_alloc(c->regs, s->capacity, sizeof(*c->regs));
	}
	struct fake_reg *reg = &c->regs[c->reg_count++];
	reg->number = s->next_number++;
	reg->bits = attribute(tag, end, "bitsize", text, sizeof(text)) ? strtoul(text, NULL, 0) : 0;
	reg->feature = s->features ? s->features - 1 : 0;
}

static void scan_document(struct scan *s, const char *name);

static void scan_include(struct scan *s, const char *tag, const char *end)
{
	char href[256];
	if (s->depth >= MAX_DEPTH || s->includes++ > 100000)
		return;
	if (attribute(tag, end, "href", href, sizeof(href)))
		scan_document(s, href);
}

static void scan_tag(struct scan *s, const char *tag, const char *end)
{
	if (!strncmp(tag, "<reg", 4) && strchr(" \t\r\n", tag[4]))
		scan_reg(s, tag, end);
	else if (!strncmp(tag, "<xi:include", 11))
		scan_include(s, tag, end);
	else if (!strncmp(tag, "<feature", 8))
		s->fresh = true;
}

static void scan_document(struct scan *s, const char *name)
{
	const struct fake_document *d = fake_tdesc_find(s->cluster, name, strlen(name));
	const char *at = d ? (const char *)d->text.data : NULL;
	s->depth++;
	while (at && (at = strchr(at, '<'))) {
		bool comment = !strncmp(at, "<!--", 4);
		const char *end = comment ? strstr(at, "-->") : strchr(at, '>');
		if (!end)
			break;
		if (!comment)
			scan_tag(s, at, end);
		at = end;
	}
	s->depth--;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = ((const struct fake_reg *)a)->number;
	uint32_t y = ((const struct fake_reg *)b)->number;
	return (x > y) - (x < y);
}

void fake_tdesc_scan(struct fake_cluster *c)
{
	struct scan s = {.cluster = c, .fresh = true};
	scan_document(&s, "target.xml");
	if (c->reg_count)
		qsort(c->regs, c->reg_count, sizeof(*c->regs), by_number);
}

const struct fake_reg *fake_tdesc_reg(const struct fake_cluster *c, uint64_t number)
{
	struct fake_reg key = {.number = (uint32_t)number};
	if (number > UINT32_MAX || !c->reg_count)
		return NULL;
	return bsearch(&key, c->regs, c->reg_count, sizeof(key), by_number);
}
