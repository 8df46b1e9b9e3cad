/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/parse.h"

#include "util/error.h"
#include "tdesc/builder.h"
#include "tdesc/canonical-xml.h"

#include <string.h>

/* Each nested document takes another level of expat's calls on the C stack. No option
 * can raise this limit. */
#define DEPTH_CEILING 256

/* A document that is being read, and the document that includes it. */
struct open_document {
	const struct gdbregs_document *document;
	const struct open_document *includer;
};

/* Documents that are read as one stream of events: the events of an included document replace
 * its xi:include element. */
struct parse {
	const struct gdbregs_document *documents; /* [0] is the root document */
	size_t count;
	const struct gdbregs__limits *limits;
	struct gdbregs_error *err;
	/* Either find includes, which are not expanded ... */
	gdbregs__href_found found;
	void *found_arg;
	/* ... or make a description. */
	struct gdbregs__tdesc *tdesc;
	struct gdbregs__canonical canonical;

	size_t includes;
	size_t bytes; /* of all documents, counted each time they are read */
	const struct open_document *innermost;
	size_t include_depth;
	size_t depth; /* open elements, not counting xi:include */
	size_t inside_include; /* open elements from an xi:include on: ignored */
};

static int document_read(struct parse *p, const struct gdbregs_document *document);

/* Returns true for `xi:include`. QEMU does not declare the prefix, so a parser that resolves
 * namespaces rejects it; GDB's built-in DTD declares it. Therefore compare the name as written. */
static bool is_include(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon && strcmp(colon + 1, "include") == 0;
}

/* Check a document's name. It is sent in a qXfer packet, where these characters end
 * it. */
static int href_check(const struct parse *p, const struct gdbregs__xml *at, const char *href)
{
	if (!href)
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION, "xi:include without href");
	if (!*href || strpbrk(href, ":,"))
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION,
					 "xi:include: \"%.60s\" is not a valid document name",
					 href);
	if (strlen(href) > p->limits->name_bytes)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "xi:include: the document name is longer than %zu bytes "
					 "(max_name_bytes)",
					 p->limits->name_bytes);
	return 0;
}

static const struct gdbregs_document *document_find(const struct parse *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->documents[i].name, name) == 0)
			return &p->documents[i];
	return NULL;
}

static bool is_open(const struct parse *p, const struct gdbregs_document *document)
{
	for (const struct open_document *o = p->innermost; o; o = o->includer)
		if (o->document == document)
			return true;
	return false;
}

static int count_include(struct parse *p, const struct gdbregs__xml *at)
{
	if (p->includes >= p->limits->includes)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "more than %zu includes (max_includes)",
					 p->limits->includes);
	p->includes++;
	return 0;
}

static int enter_include(struct parse *p, const struct gdbregs__xml *at, size_t size)
{
	size_t deepest =
		p->limits->include_depth < DEPTH_CEILING ? p->limits->include_depth : DEPTH_CEILING;

	if (p->include_depth >= deepest)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "includes nest deeper than %zu (max_include_depth)",
					 deepest);
	if (size > p->limits->description_bytes - p->bytes)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "more than %zu bytes (max_description_bytes)",
					 p->limits->description_bytes);
	p->bytes += size;
	p->include_depth++;
	return 0;
}

/* Expand an include. A document that is included twice is expanded twice, and its
 * registers appear twice. */
static int expand(struct parse *p, const struct gdbregs__xml *at, const char *href)
{
	const struct gdbregs_document *document = document_find(p, href);

	if (!document)
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION,
					 "included document \"%.60s\" is missing", href);
	if (is_open(p, document))
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION, "\"%.60s\" includes itself",
					 href);

	int result = enter_include(p, at, document->size);
	if (result < 0)
		return result;
	result = document_read(p, document);
	p->include_depth--;
	return result;
}

static int include_start(struct parse *p, const struct gdbregs__xml *at,
			 const char *const *attributes)
{
	const char *href = gdbregs__xml_attribute(attributes, "href");
	int result = href_check(p, at, href);

	if (result == 0)
		result = count_include(p, at);
	if (result < 0)
		return result;
	if (p->found)
		result = p->found(p->found_arg, href);
	else
		result = expand(p, at, href);
	p->inside_include = 1;
	return result;
}

static int check_depth(const struct parse *p, const struct gdbregs__xml *at)
{
	size_t depth = p->depth + p->inside_include + 1;

	if (depth > p->limits->element_depth)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "elements nest deeper than %zu (max_element_depth)",
					 p->limits->element_depth);
	return 0;
}

static int on_start(void *arg, const struct gdbregs__xml *at, const char *name,
		    const char *const *attributes)
{
	struct parse *p = arg;
	int result = check_depth(p, at);

	if (result < 0)
		return result;
	if (p->inside_include) {
		p->inside_include++;
		return 0;
	}
	if (is_include(name))
		return include_start(p, at, attributes);
	p->depth++;
	if (!p->tdesc)
		return 0;
	gdbregs__canonical_start(&p->canonical, name, attributes);
	return gdbregs__tdesc_start(p->tdesc, at, name, attributes);
}

static int on_end(void *arg, const struct gdbregs__xml *at, const char *name)
{
	struct parse *p = arg;

	(void)at;
	if (p->inside_include) {
		p->inside_include--;
		return 0;
	}
	p->depth--;
	if (!p->tdesc)
		return 0;
	gdbregs__canonical_end(&p->canonical, name);
	return gdbregs__tdesc_end(p->tdesc);
}

static int on_text(void *arg, const struct gdbregs__xml *at, const char *text, size_t size)
{
	struct parse *p = arg;

	(void)at;
	if (p->inside_include || !p->tdesc)
		return 0;
	gdbregs__canonical_text(&p->canonical, text, size);
	return gdbregs__tdesc_text(p->tdesc, text, size);
}

static int document_read(struct parse *p, const struct gdbregs_document *document)
{
	static const struct gdbregs__xml_handlers handlers = {on_start, on_end, on_text};
	const struct open_document here = {document, p->innermost};

	p->innermost = &here;
	int result = gdbregs__xml_parse(document, &handlers, p, p->err);
	p->innermost = here.includer;
	return result;
}

static int read_all(struct parse *p)
{
	size_t left = p->limits->description_bytes;

	for (size_t i = 0; i < p->count; i++) {
		if (p->documents[i].size > left)
			return gdbregs__fail(p->err, GDBREGS_ERR_LIMIT,
					     "%.60s: more than %zu bytes (max_description_bytes)",
					     p->documents[i].name, p->limits->description_bytes);
		left -= p->documents[i].size;
	}
	p->bytes = p->documents[0].size;
	return document_read(p, &p->documents[0]);
}

int gdbregs__parse_includes(const struct gdbregs_document *document,
			    const struct gdbregs__limits *limits, gdbregs__href_found found,
			    void *arg, struct gdbregs_error *err)
{
	struct parse p = {
		.documents = document,
		.count = 1,
		.limits = limits,
		.err = err,
		.found = found,
		.found_arg = arg,
	};

	return read_all(&p);
}

/* -------------------------------------------------------- descriptions --- */

static int copy_document(struct gdbregs_description *d, const struct gdbregs_document *from,
			 struct gdbregs_document *to)
{
	to->name = gdbregs__arena_copy(&d->arena, from->name, strlen(from->name));
	to->data = (const uint8_t *)gdbregs__arena_copy(&d->arena, from->data, from->size);
	to->size = from->size;
	return to->name && to->data ? 0 : GDBREGS_ERR_NOMEM;
}

static int copy_documents(struct gdbregs_description *d, const struct gdbregs_document *documents,
			  size_t count)
{
	d->documents = gdbregs__arena_alloc(&d->arena, count * sizeof(*documents));
	if (!d->documents)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		if (copy_document(d, &documents[i], &d->documents[i]) < 0)
			return GDBREGS_ERR_NOMEM;
	d->document_count = count;
	return 0;
}

static int finish(struct gdbregs_description *d, struct parse *p)
{
	if (copy_documents(d, p->documents, p->count) < 0 ||
	    gdbregs__canonical_finish(&p->canonical) < 0)
		return GDBREGS_ERR_NOMEM;

	const struct gdbregs_buffer *xml = &p->canonical.xml;
	d->canonical = (struct gdbregs_document){
		.name = d->documents[0].name,
		.data = (const uint8_t *)gdbregs__arena_copy(&d->arena, xml->data, xml->size),
		.size = xml->size,
	};
	return d->canonical.data ? gdbregs__tdesc_finish(p->tdesc) : GDBREGS_ERR_NOMEM;
}

int gdbregs__parse_documents(const struct gdbregs_document *documents, size_t count,
			     const struct gdbregs__limits *limits, struct gdbregs_description **out,
			     struct gdbregs_error *err)
{
	struct parse p = {.documents = documents, .count = count, .limits = limits, .err = err};
	int result = GDBREGS_ERR_NOMEM;

	struct gdbregs_description *d = gdbregs__description_new();
	if (d)
		p.tdesc = gdbregs__tdesc_new(d, limits);
	if (p.tdesc)
		result = read_all(&p);
	if (!p.tdesc || (result == 0 && finish(d, &p) < 0))
		result = gdbregs__fail_nomem(err);
	gdbregs__tdesc_free(p.tdesc);
	gdbregs__canonical_fini(&p.canonical);
	if (result < 0)
		gdbregs__description_free(d);
	else
		*out = d;
	return result;
}
