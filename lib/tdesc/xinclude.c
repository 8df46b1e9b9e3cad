/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/xinclude.h"

#include "util/error.h"

#include <string.h>

/* Each nested document takes another level of expat's calls on the C stack. No option
 * can raise this limit. */
#define DEPTH_CEILING 256

/* A document that is being read, and the document that includes it. */
struct gdbregs__xinclude_open {
	const struct gdbregs_document *document;
	const struct gdbregs__xinclude_open *includer;
};

static int document_read(struct gdbregs__xinclude *w, const struct gdbregs_document *document);

/* Returns true for `xi:include`. QEMU does not declare the prefix, so a parser that resolves
 * namespaces rejects it; GDB's built-in DTD declares it. Therefore compare the name as written. */
static bool is_include(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon && strcmp(colon + 1, "include") == 0;
}

/* Check a document's name. It is sent in a qXfer packet, where these characters end
 * it. */
static int href_check(const struct gdbregs__xinclude *w, const struct gdbregs__xml *at,
		      const char *href)
{
	if (!href)
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION, "xi:include without href");
	if (!*href || strpbrk(href, ":,"))
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION,
					 "xi:include: \"%.60s\" is not a valid document name",
					 href);
	if (strlen(href) > w->limits->name_bytes)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "xi:include: the document name is longer than %zu "
					 "bytes (max_name_bytes)",
					 w->limits->name_bytes);
	return 0;
}

static const struct gdbregs_document *document_find(const struct gdbregs__xinclude *w,
						    const char *name)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->documents[i].name, name) == 0)
			return &w->documents[i];
	return NULL;
}

static bool is_open(const struct gdbregs__xinclude *w, const struct gdbregs_document *document)
{
	for (const struct gdbregs__xinclude_open *o = w->innermost; o; o = o->includer)
		if (o->document == document)
			return true;
	return false;
}

static int count_include(struct gdbregs__xinclude *w, const struct gdbregs__xml *at)
{
	if (w->includes >= w->limits->includes)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "more than %zu includes (max_includes)",
					 w->limits->includes);
	w->includes++;
	return 0;
}

static int enter_include(struct gdbregs__xinclude *w, const struct gdbregs__xml *at, size_t size)
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
	return 0;
}

/* Expand an include. A document that is included twice is expanded twice, and its
 * registers appear twice. */
static int expand(struct gdbregs__xinclude *w, const struct gdbregs__xml *at, const char *href)
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

static int include_start(struct gdbregs__xinclude *w, const struct gdbregs__xml *at,
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

static int check_depth(const struct gdbregs__xinclude *w, const struct gdbregs__xml *at)
{
	size_t depth = w->depth + w->inside_include + 1;

	if (depth > w->limits->element_depth)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "elements nest deeper than %zu (max_element_depth)",
					 w->limits->element_depth);
	return 0;
}

static int on_start(void *arg, const struct gdbregs__xml *at, const char *name,
		    const char *const *attributes)
{
	struct gdbregs__xinclude *w = arg;
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
	struct gdbregs__xinclude *w = arg;

	if (w->inside_include) {
		w->inside_include--;
		return 0;
	}
	w->depth--;
	return w->sink ? w->sink->end(w->sink_arg, at, name) : 0;
}

static int on_text(void *arg, const struct gdbregs__xml *at, const char *text, size_t size)
{
	struct gdbregs__xinclude *w = arg;

	if (w->inside_include || !w->sink)
		return 0;
	return w->sink->text(w->sink_arg, at, text, size);
}

static int document_read(struct gdbregs__xinclude *w, const struct gdbregs_document *document)
{
	static const struct gdbregs__xml_handlers handlers = {on_start, on_end, on_text};
	const struct gdbregs__xinclude_open here = {document, w->innermost};

	w->innermost = &here;
	int result = gdbregs__xml_parse(document, &handlers, w, w->err);
	w->innermost = here.includer;
	return result;
}

int gdbregs__xinclude_run(struct gdbregs__xinclude *w)
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
