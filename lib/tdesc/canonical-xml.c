/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/canonical-xml.h"

#include "tdesc/xml.h"

#include "util/buffer.h"

#include <string.h>

/* Deeper elements have the same indentation. Otherwise a document of short, deeply
 * nested elements would grow many times over. */
#define DEEPEST_INDENT 4

static void put_bytes(struct gdbregs__canonical *r, const char *bytes, size_t size)
{
	if (gdbregs__buffer_append(&r->xml, bytes, size) < 0)
		r->nomem = true;
}

static void put(struct gdbregs__canonical *r, const char *text)
{
	put_bytes(r, text, strlen(text));
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

static void put_escaped(struct gdbregs__canonical *r, const char *text, size_t size,
			bool in_attribute)
{
	size_t done = 0;

	for (size_t i = 0; i < size; i++) {
		const char *escape = escape_of(text[i], in_attribute);

		if (!escape)
			continue;
		put_bytes(r, text + done, i - done);
		put(r, escape);
		done = i + 1;
	}
	put_bytes(r, text + done, size - done);
}

/* Begin a line with its indentation. */
static void put_line(struct gdbregs__canonical *r)
{
	static const char indents[] = "        ";
	size_t level = r->depth < DEEPEST_INDENT ? r->depth : DEEPEST_INDENT;

	put(r, "\n");
	put_bytes(r, indents, 2 * level);
}

static void put_attribute(struct gdbregs__canonical *r, const char *name, const char *value)
{
	put(r, " ");
	put(r, name);
	put(r, "=\"");
	put_escaped(r, value, strlen(value), true);
	put(r, "\"");
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
static void put_text_line(struct gdbregs__canonical *r)
{
	const char *text;
	size_t size = take_text(r, &text);

	if (size == 0)
		return;
	put_line(r);
	put_escaped(r, text, size, false);
}

static void close_tag(struct gdbregs__canonical *r)
{
	if (r->tag_open)
		put(r, ">");
	r->tag_open = false;
}

void gdbregs__canonical_start(struct gdbregs__canonical *r, const char *name,
			      const char *const *attributes)
{
	if (r->xml.size == 0)
		put(r, "<?xml version=\"1.0\"?>");
	close_tag(r);
	put_text_line(r);
	put_line(r);
	put(r, "<");
	put(r, name);
	for (; *attributes; attributes += 2)
		put_attribute(r, attributes[0], attributes[1]);
	r->depth++;
	r->tag_open = true;
}

static void put_end_tag(struct gdbregs__canonical *r, const char *name)
{
	put(r, "</");
	put(r, name);
	put(r, ">");
}

/* Put an element without children on one line. */
static void end_childless(struct gdbregs__canonical *r, const char *name)
{
	const char *text;
	size_t size = take_text(r, &text);

	if (size == 0) {
		r->tag_open = false;
		put(r, "/>");
		return;
	}
	close_tag(r);
	put_escaped(r, text, size, false);
	put_end_tag(r, name);
}

void gdbregs__canonical_end(struct gdbregs__canonical *r, const char *name)
{
	if (r->tag_open) {
		r->depth--;
		end_childless(r, name);
		return;
	}
	put_text_line(r);
	r->depth--;
	put_line(r);
	put_end_tag(r, name);
}

void gdbregs__canonical_text(struct gdbregs__canonical *r, const char *text, size_t size)
{
	if (gdbregs__buffer_append(&r->text, text, size) < 0)
		r->nomem = true;
}

int gdbregs__canonical_finish(struct gdbregs__canonical *r)
{
	put(r, "\n");
	return r->nomem ? GDBREGS_ERR_NOMEM : 0;
}

void gdbregs__canonical_fini(struct gdbregs__canonical *r)
{
	gdbregs_buffer_fini(&r->xml);
	gdbregs_buffer_fini(&r->text);
}
