/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/diff-own.h"

#include "base/output.h"

#include <unistd.h>

static void add_attribute(struct text *xml, const char *name, const char *value)
{
	text_addf(xml, " %s=\"", name);
	text_add_xml(xml, value);
	text_adds(xml, "\"");
}

/* Add a register. Parts are left out, because their registers have their bits, and so are
 * registers without a size. */
static void add_register(struct text *xml, const struct stored_value *v)
{
	char bits[24];
	if (v->field || v->bits == 0)
		return;
	snprintf(bits, sizeof(bits), "%u", v->bits);
	text_adds(xml, "<reg");
	add_attribute(xml, "name", v->name);
	add_attribute(xml, "bitsize", bits);
	if (v->type)
		add_attribute(xml, "type", v->type);
	text_adds(xml, "/>\n");
}

static void add_registers(struct text *xml, const struct stored *s, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		const struct stored_value *v = &s->item[i];
		bool begins = i == first || !stored_same_feature(v, &s->item[i - 1]);
		if (begins && i > first)
			text_adds(xml, "</feature>\n");
		if (begins) {
			text_adds(xml, "<feature");
			add_attribute(xml, "name", v->feature ? v->feature : "");
			text_adds(xml, ">\n");
		}
		add_register(xml, v);
	}
	text_adds(xml, "</feature>\n");
}

static void make_xml(struct text *xml, const struct stored *s, size_t first, size_t end)
{
	const char *architecture = s->item[first].architecture;
	text_adds(xml, "<target>");
	if (architecture) {
		text_adds(xml, "<architecture>");
		text_add_xml(xml, architecture);
		text_adds(xml, "</architecture>");
	}
	add_registers(xml, s, first, end);
	text_adds(xml, "</target>\n");
}

const struct gdbregs_description *own_description(struct gdbregs_context *context,
						  const struct stored *s, size_t first, size_t end)
{
	const struct gdbregs_description *d = NULL;
	char path[MEMORY_PATH];
	struct text xml = {0};
	if (s->item[first].read)
		return NULL;
	make_xml(&xml, s, first, end);
	int fd = xml.failed ? -1 : output_memory_file(xml.data, xml.size, path);
	if (fd >= 0 && gdbregs_description_load(context, path, NULL, &d, NULL) < 0)
		d = NULL;
	if (fd >= 0)
		close(fd);
	text_fini(&xml);
	return d;
}
