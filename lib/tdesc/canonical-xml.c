/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/canonical-xml.h"

#include "tdesc/xml.h"

#include "util/buffer.h"

#include <string.h>

/* Deeper elements have the same indentation. Otherwise a document of short, deeply
 * nested elements would grow many times over. */
#define DEEPEST_INDENT 4

static int put(struct gdbregs__canonical *r, const char *text)
{
	return gdbregs__buffer_append_text(&r->xml, text);
}

static const char *escape_of(char c, bool in_attribute)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;";
	case '"':
		return in_attribute ? "&quot;" : NULL;
	case '\n':
		return in_attribute ? "&#10;" : NULL;
	case '\t':
		return in_attribute ? "&#9;" : NULL;
	default:
		return NULL;
	}
}

static int put_escaped(struct gdbregs__canonical *r, const char *text, size_t size,
		       bool in_attribute)
{
	size_t done = 0;
	int result = 0;

	for (size_t i = 0; i < size && result == 0; i++) {
		const char *escape = escape_of(text[i], in_attribute);

		if (!escape)
			continue;
		result = gdbregs__buffer_append(&r->xml, text + done, i - done);
		if (result == 0)
			result = put(r, escape);
		done = i + 1;
	}
	return result == 0 ? gdbregs__buffer_append(&r->xml, text + done, size - done) : result;
}

static int put_line(struct gdbregs__canonical *r, size_t depth)
{
	static const char indents[] = "        ";
	size_t level = depth < DEEPEST_INDENT ? depth : DEEPEST_INDENT;

	if (gdbregs__buffer_append(&r->xml, "\n", 1) < 0)
		return GDBREGS_ERR_NOMEM;
	return gdbregs__buffer_append(&r->xml, indents, 2 * level);
}

static int put_attribute(struct gdbregs__canonical *r, const char *name, const char *value)
{
	if (put(r, " ") < 0 || put(r, name) < 0 || put(r, "=\"") < 0 ||
	    put_escaped(r, value, strlen(value), true) < 0)
		return GDBREGS_ERR_NOMEM;
	return put(r, "\"");
}

/* Take the text since the last tag, without leading and trailing blanks. */
static size_t take_text(struct gdbregs__canonical *r, const char **text)
{
	size_t size;

	*text = gdbregs__xml_trim(&r->text, &size);
	r->text.size = 0;
	return size;
}

/* Put text between elements on its own line. */
static int put_text_line(struct gdbregs__canonical *r)
{
	const char *text;
	size_t size = take_text(r, &text);

	if (size == 0)
		return 0;
	return put_line(r, r->depth) < 0 ? GDBREGS_ERR_NOMEM : put_escaped(r, text, size, false);
}

static int close_tag(struct gdbregs__canonical *r)
{
	if (!r->tag_open)
		return 0;
	r->tag_open = false;
	return put(r, ">");
}

int gdbregs__canonical_start(struct gdbregs__canonical *r, const char *name,
			     const char *const *attributes)
{
	if (r->xml.size == 0 && put(r, "<?xml version=\"1.0\"?>") < 0)
		return GDBREGS_ERR_NOMEM;
	if (close_tag(r) < 0 || put_text_line(r) < 0 || put_line(r, r->depth) < 0 ||
	    put(r, "<") < 0 || put(r, name) < 0)
		return GDBREGS_ERR_NOMEM;
	for (; *attributes; attributes += 2)
		if (put_attribute(r, attributes[0], attributes[1]) < 0)
			return GDBREGS_ERR_NOMEM;
	r->depth++;
	r->tag_open = true;
	return 0;
}

static int put_end_tag(struct gdbregs__canonical *r, const char *name)
{
	return put(r, "</") < 0 || put(r, name) < 0 ? GDBREGS_ERR_NOMEM : put(r, ">");
}

/* Put an element without children on one line. */
static int end_childless(struct gdbregs__canonical *r, const char *name)
{
	const char *text;
	size_t size = take_text(r, &text);

	if (size == 0) {
		r->tag_open = false;
		return put(r, "/>");
	}
	if (close_tag(r) < 0 || put_escaped(r, text, size, false) < 0)
		return GDBREGS_ERR_NOMEM;
	return put_end_tag(r, name);
}

int gdbregs__canonical_end(struct gdbregs__canonical *r, const char *name)
{
	if (r->tag_open) {
		r->depth--;
		return end_childless(r, name);
	}
	if (put_text_line(r) < 0)
		return GDBREGS_ERR_NOMEM;
	r->depth--;
	return put_line(r, r->depth) < 0 ? GDBREGS_ERR_NOMEM : put_end_tag(r, name);
}

int gdbregs__canonical_text(struct gdbregs__canonical *r, const char *text, size_t size)
{
	return gdbregs__buffer_append(&r->text, text, size);
}

int gdbregs__canonical_finish(struct gdbregs__canonical *r)
{
	return put(r, "\n");
}

void gdbregs__canonical_fini(struct gdbregs__canonical *r)
{
	gdbregs_buffer_fini(&r->xml);
	gdbregs_buffer_fini(&r->text);
}
