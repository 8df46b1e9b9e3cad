/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/xinclude.h"

#include "util/error.h"

#include <string.h>

/* A document in a document is a call of expat's in a call of expat's: whatever
 * the option says, the C stack bears no more than this. */
#define DEPTH_CEILING 256

/* A document that is being read, and the one that includes it. */
struct gdbregs__walk_open {
	const struct gdbregs_document *document;
	const struct gdbregs__walk_open *includer;
};

static int document_read(struct gdbregs__walk *w, const struct gdbregs_document *document);

/* QEMU writes `xi:include` without declaring the prefix, which GDB's built-in
 * DTD makes good and a parser that knows namespaces refuses: the name decides. */
static bool is_include(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon && strcmp(colon + 1, "include") == 0;
}

/* The name goes into a qXfer packet, where these end it. */
static int href_check(const struct gdbregs__walk *w, const struct gdbregs__xml *at,
		      const char *href)
{
	if (!href)
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION, "xi:include without href");
	if (!*href || strpbrk(href, ":,"))
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION,
					 "xi:include of \"%.60s\", which is no document's name",
					 href);
	if (strlen(href) > w->limits->name_bytes)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "xi:include of a name of more than %zu bytes "
					 "(max_name_bytes)",
					 w->limits->name_bytes);
	return 0;
}

static const struct gdbregs_document *document_find(const struct gdbregs__walk *w, const char *name)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->documents[i].name, name) == 0)
			return &w->documents[i];
	return NULL;
}

static bool is_open(const struct gdbregs__walk *w, const struct gdbregs_document *document)
{
	for (const struct gdbregs__walk_open *o = w->innermost; o; o = o->includer)
		if (o->document == document)
			return true;
	return false;
}

static int count_include(struct gdbregs__walk *w, const struct gdbregs__xml *at)
{
	if (w->includes >= w->limits->includes)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "more than %zu includes (max_includes)",
					 w->limits->includes);
	w->includes++;
	return 0;
}

static int enter_include(struct gdbregs__walk *w, const struct gdbregs__xml *at, size_t size)
{
	size_t deepest =
		w->limits->include_depth < DEPTH_CEILING ? w->limits->include_depth : DEPTH_CEILING;

	if (w->include_depth >= deepest)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "includes nest deeper than %zu (max_include_depth)",
					 deepest);
	if (size > w->limits->description_bytes - w->bytes)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "more than %zu bytes (max_description_bytes)",
					 w->limits->description_bytes);
	w->bytes += size;
	w->include_depth++;
	if (w->include_depth > w->deepest_include)
		w->deepest_include = w->include_depth;
	return 0;
}

/* The same document twice is included twice: its registers are there twice. */
static int expand(struct gdbregs__walk *w, const struct gdbregs__xml *at, const char *href)
{
	const struct gdbregs_document *document = document_find(w, href);

	if (!document)
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION,
					 "included document \"%.60s\" is missing", href);
	if (is_open(w, document))
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION, "\"%.60s\" includes itself",
					 href);

	int result = enter_include(w, at, document->size);
	if (result < 0)
		return result;
	result = document_read(w, document);
	w->include_depth--;
	return result;
}

static int include_start(struct gdbregs__walk *w, const struct gdbregs__xml *at,
			 const char *const *attributes)
{
	const char *href = gdbregs__xml_attribute(attributes, "href");
	int result = href_check(w, at, href);

	if (result == 0)
		result = count_include(w, at);
	if (result < 0)
		return result;
	if (w->found)
		result = w->found(w->found_arg, href);
	else
		result = expand(w, at, href);
	w->inside_include = 1;
	return result;
}

static int check_depth(struct gdbregs__walk *w, const struct gdbregs__xml *at)
{
	size_t depth = w->depth + w->inside_include + 1;

	if (depth > w->limits->element_depth)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "elements nest deeper than %zu (max_element_depth)",
					 w->limits->element_depth);
	if (depth > w->deepest_element)
		w->deepest_element = depth;
	return 0;
}

static int on_start(void *arg, const struct gdbregs__xml *at, const char *name,
		    const char *const *attributes)
{
	struct gdbregs__walk *w = arg;
	int result = check_depth(w, at);

	if (result < 0)
		return result;
	if (w->inside_include) {
		w->inside_include++;
		return 0;
	}
	if (is_include(name))
		return include_start(w, at, attributes);
	w->depth++;
	return w->sink ? w->sink->start(w->sink_arg, at, name, attributes) : 0;
}

static int on_end(void *arg, const struct gdbregs__xml *at, const char *name)
{
	struct gdbregs__walk *w = arg;

	if (w->inside_include) {
		w->inside_include--;
		return 0;
	}
	w->depth--;
	return w->sink ? w->sink->end(w->sink_arg, at, name) : 0;
}

static int on_text(void *arg, const struct gdbregs__xml *at, const char *text, size_t size)
{
	struct gdbregs__walk *w = arg;

	if (w->inside_include || !w->sink)
		return 0;
	return w->sink->text(w->sink_arg, at, text, size);
}

static int document_read(struct gdbregs__walk *w, const struct gdbregs_document *document)
{
	static const struct gdbregs__xml_handlers handlers = {on_start, on_end, on_text};
	const struct gdbregs__walk_open here = {document, w->innermost};

	w->innermost = &here;
	int result = gdbregs__xml_parse(document, &handlers, w, w->err);
	w->innermost = here.includer;
	return result;
}

int gdbregs__walk_run(struct gdbregs__walk *w)
{
	size_t left = w->limits->description_bytes;

	for (size_t i = 0; i < w->count; i++) {
		if (w->documents[i].size > left)
			return gdbregs__fail(w->err, GDBREGS_ERR_LIMIT,
					     "%.60s: more than %zu bytes (max_description_bytes)",
					     w->documents[i].name, w->limits->description_bytes);
		left -= w->documents[i].size;
	}
	w->bytes = w->documents[0].size;
	return document_read(w, &w->documents[0]);
}
