/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/parse.h"

#include "util/error.h"
#include "tdesc/canonical-xml.h"
#include "tdesc/builder.h"
#include "tdesc/xinclude.h"

#include <string.h>

int gdbregs__parse_includes(const struct gdbregs_document *document,
			    const struct gdbregs__limits *limits, gdbregs__href_found found,
			    void *arg, struct gdbregs_error *err)
{
	struct gdbregs__xinclude w = {
		.documents = document,
		.count = 1,
		.limits = limits,
		.err = err,
		.found = found,
		.found_arg = arg,
	};

	return gdbregs__xinclude_run(&w);
}

/* The receiver of the events, for both the model and the canonical XML. */
struct sink {
	struct gdbregs__tdesc *tdesc;
	struct gdbregs__canonical canonical;
};

static int on_start(void *arg, const struct gdbregs__xml *at, const char *name,
		    const char *const *attributes)
{
	struct sink *sink = arg;
	int result = gdbregs__canonical_start(&sink->canonical, name, attributes);

	return result < 0 ? result : gdbregs__tdesc_start(sink->tdesc, at, name, attributes);
}

static int on_end(void *arg, const struct gdbregs__xml *at, const char *name)
{
	struct sink *sink = arg;
	int result = gdbregs__canonical_end(&sink->canonical, name);

	(void)at;
	return result < 0 ? result : gdbregs__tdesc_end(sink->tdesc);
}

static int on_text(void *arg, const struct gdbregs__xml *at, const char *text, size_t size)
{
	struct sink *sink = arg;
	int result = gdbregs__canonical_text(&sink->canonical, text, size);

	(void)at;
	return result < 0 ? result : gdbregs__tdesc_text(sink->tdesc, text, size);
}

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

static int finish(struct gdbregs_description *d, struct sink *sink,
		  const struct gdbregs__xinclude *w)
{
	if (copy_documents(d, w->documents, w->count) < 0 ||
	    gdbregs__canonical_finish(&sink->canonical) < 0)
		return GDBREGS_ERR_NOMEM;

	const struct gdbregs_buffer *xml = &sink->canonical.xml;
	d->canonical = (struct gdbregs_document){
		.name = d->documents[0].name,
		.data = (const uint8_t *)gdbregs__arena_copy(&d->arena, xml->data, xml->size),
		.size = xml->size,
	};
	return d->canonical.data ? gdbregs__tdesc_finish(sink->tdesc) : GDBREGS_ERR_NOMEM;
}

static int parse(struct gdbregs_description *d, struct gdbregs__xinclude *w, struct sink *sink)
{
	static const struct gdbregs__xml_handlers handlers = {on_start, on_end, on_text};

	sink->tdesc = gdbregs__tdesc_new(d, w->limits);
	if (!sink->tdesc)
		return gdbregs__fail_nomem(w->err);
	w->sink = &handlers;
	w->sink_arg = sink;

	int result = gdbregs__xinclude_run(w);
	if (result == 0 && finish(d, sink, w) < 0)
		result = gdbregs__fail_nomem(w->err);
	return result;
}

int gdbregs__parse_documents(const struct gdbregs_document *documents, size_t count,
			     const struct gdbregs__limits *limits, struct gdbregs_description **out,
			     struct gdbregs_error *err)
{
	struct gdbregs__xinclude w = {
		.documents = documents, .count = count, .limits = limits, .err = err};
	struct sink sink = {0};

	if (count == 0)
		return gdbregs__fail(err, GDBREGS_ERR_INVAL, "no target description");

	struct gdbregs_description *d = gdbregs__description_new();
	if (!d)
		return gdbregs__fail_nomem(err);

	int result = parse(d, &w, &sink);
	gdbregs__tdesc_free(sink.tdesc);
	gdbregs__canonical_fini(&sink.canonical);
	if (result < 0)
		gdbregs__description_free(d);
	else
		*out = d;
	return result;
}
