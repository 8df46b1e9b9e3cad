/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents that include others: limits on depth, number and size, and the names of includes. */
#include "documents.h"

#include "util/alloc.h"
#include "suite.h"

#include <stdio.h>

/* Makes a chain: target.xml includes 1.xml, which includes 2.xml and so on up to `last`, each
 * `copies` times. The last one is `body`. */
#define CHAIN_MOST 400

struct chain {
	char names[CHAIN_MOST][16];
	char texts[CHAIN_MOST][160];
	struct gdbregs_document documents[CHAIN_MOST];
	size_t count;
};

static const struct chain *chain(size_t last, int copies, const char *body)
{
	static struct chain c;

	ck_assert_uint_lt(last, CHAIN_MOST);
	c.count = last + 1;
	for (size_t i = 0; i <= last; i++) {
		char *text = c.texts[i];

		snprintf(c.names[i], sizeof(c.names[i]), i ? "%zu.xml" : "target.xml", i);
		text += sprintf(text, i ? "<feature name='%zu'>" : "<target>", i);
		for (int copy = 0; i < last && copy < copies; copy++)
			text += sprintf(text, "<xi:include href='%zu.xml'/>", i + 1);
		if (i == last)
			text += sprintf(text, "%s", body);
		sprintf(text, i ? "</feature>" : "</target>");
		c.documents[i] = document(c.names[i], c.texts[i]);
	}
	return &c;
}

#define LIMIT(option) offsetof(struct gdbregs_options, option)

/* The documents are good with this limit, and exceed a limit that is one less. */
static void check_limit(const struct gdbregs_document *documents, size_t count, size_t limit,
			size_t value, const char *message)
{
	struct gdbregs_options o;
	size_t less = value - 1;

	gdbregs_options_init(&o);
	memcpy((char *)&o + limit, &value, sizeof(value));
	gdbregs__description_free(parse_good(documents, count, &o));
	memcpy((char *)&o + limit, &less, sizeof(less));
	parse_bad(documents, count, &o, GDBREGS_ERR_LIMIT, message);
}

TEST(depth)
{
	const struct chain *c = chain(31, 1, "<reg name='a' bitsize='8'/>");
	struct gdbregs_description *d = parse_good(c->documents, c->count, NULL);

	ck_assert_uint_eq(d->register_count, 1);
	ck_assert_str_eq(d->registers[0].feature, "31");
	gdbregs__description_free(d);
	c = chain(32, 1, "");
	parse_bad(c->documents, c->count, NULL, GDBREGS_ERR_LIMIT,
		  "31.xml:1:20: includes nest deeper than 31 (max_include_depth)");
}

TEST(depth_option)
{
	struct gdbregs_options o;
	const struct chain *c = chain(3, 1, "");

	gdbregs_options_init(&o);
	check_limit(c->documents, c->count, LIMIT(max_include_depth), 3,
		    "2.xml:1:19: includes nest deeper than 2 (max_include_depth)");
	/* A very high option has no effect, because the stack is limited. */
	o.max_include_depth = SIZE_MAX;
	o.max_element_depth = SIZE_MAX;
	c = chain(256, 1, "");
	gdbregs__description_free(parse_good(c->documents, c->count, &o));
	c = chain(257, 1, "");
	parse_bad(c->documents, c->count, &o, GDBREGS_ERR_LIMIT, NULL);
}

/* Each document includes two, on 30 levels: a thousand million documents. */
TEST(fan_out)
{
	const struct chain *c = chain(30, 2, "");

	parse_bad(c->documents, c->count, NULL, GDBREGS_ERR_LIMIT, NULL);
	c = chain(9, 2, "<reg name='a' bitsize='8'/>"); /* 2 + 4 + ... + 512 = 1022 */
	struct gdbregs_description *d = parse_good(c->documents, c->count, NULL);
	ck_assert_uint_eq(d->register_count, 512);
	gdbregs__description_free(d);
	c = chain(10, 2, "");
	parse_bad(c->documents, c->count, NULL, GDBREGS_ERR_LIMIT, NULL);
}

TEST(include_count)
{
	const struct chain *c = chain(2, 2, ""); /* 2 + 4 */

	check_limit(c->documents, c->count, LIMIT(max_includes), 6,
		    "1.xml:1:45: more than 5 includes (max_includes)");
}

TEST(bytes)
{
	struct gdbregs_document documents[] = {
		document("target.xml",
			 "<target><x:include href='a'/><x:include href='a'/></target>"),
		document("a", "<feature/>"),
	};
	struct gdbregs_options o;
	size_t raw = documents[0].size + documents[1].size;

	check_limit(documents, 2, LIMIT(max_description_bytes), raw + documents[1].size,
		    "target.xml:1:30: more than 78 bytes (max_description_bytes)");
	gdbregs_options_init(&o);
	o.max_description_bytes = raw - 1;
	parse_bad(documents, 2, &o, GDBREGS_ERR_LIMIT,
		  "a: more than 68 bytes (max_description_bytes)");
	/* A document that is not included counts, too, because it was received and is kept. */
	documents[0] = document("target.xml", "<target/>");
	documents[1] = document("unused", "this is not XML, and nobody asked for it to be");
	check_limit(documents, 2, LIMIT(max_description_bytes),
		    documents[0].size + documents[1].size,
		    "unused: more than 54 bytes (max_description_bytes)");
}

TEST(element_depth)
{
	struct gdbregs_buffer text = {0};
	struct gdbregs_options o;

	for (int i = 0; i < 100000; i++)
		ck_assert_int_eq(gdbregs__buffer_append_text(&text, "<a>"), 0);
	const struct gdbregs_document deep = {"target.xml", text.data, text.size};
	parse_bad(&deep, 1, NULL, GDBREGS_ERR_LIMIT,
		  "target.xml:1:193: elements nest deeper than 64 (max_element_depth)");
	gdbregs_options_init(&o);
	o.max_element_depth = 1;
	bad_text("<xi:include href='target.xml'/>", GDBREGS_ERR_DESCRIPTION, NULL);
	const struct gdbregs_document one = document("target.xml", "<target>\n<a/></target>");
	parse_bad(&one, 1, &o, GDBREGS_ERR_LIMIT,
		  "target.xml:2:1: elements nest deeper than 1 (max_element_depth)");
	gdbregs_buffer_fini(&text);
}

/* The depth of elements continues in included documents. The include itself is not a level. */
TEST(element_depth_over_documents)
{
	const struct chain *c = chain(3, 1, "<a><b/></a>"); /* target 1 2 3 a b */

	check_limit(c->documents, c->count, LIMIT(max_element_depth), 6,
		    "3.xml:1:22: elements nest deeper than 5 (max_element_depth)");
}

/* The content of an include element is ignored, but its depth counts. */
TEST(include_content)
{
	struct gdbregs_document documents[] = {
		document("target.xml", "<target><xi:include href='a'><xi:include href='none'/>"
				       "<feature><reg/></feature>text</xi:include></target>"),
		document("a", "<feature name='f'><reg name='r' bitsize='8'/></feature>"),
	};
	struct gdbregs_description *d = parse_good(documents, 2, NULL);
	struct gdbregs_options o;

	ck_assert_uint_eq(d->register_count, 1);
	gdbregs__description_free(d);
	gdbregs_options_init(&o);
	o.max_element_depth = 3;
	parse_bad(documents, 2, &o, GDBREGS_ERR_LIMIT, NULL);
}

TEST(names)
{
	bad_text("<target><xi:include href=''/></target>", GDBREGS_ERR_DESCRIPTION,
		 "target.xml:1:9: xi:include: \"\" is not a valid document name");
	bad_text("<target><xi:include href='a:0,1'/></target>", GDBREGS_ERR_DESCRIPTION, NULL);
	bad_text("<target><xi:include href='a,b'/></target>", GDBREGS_ERR_DESCRIPTION, NULL);
	bad_text("<target><xi:include/></target>", GDBREGS_ERR_DESCRIPTION, NULL);
	bad_text("<target><xi:include href='&#27;[31m'/></target>", GDBREGS_ERR_DESCRIPTION, NULL);
	/* This is not an include. */
	gdbregs__description_free(good_text("<target><include href='a'/></target>"));
	gdbregs__description_free(good_text("<target><xi:includes href='a'/></target>"));
	gdbregs__description_free(good_text("<target xi:include='a'/>"));
}

/* ------------------------------------------------------------- scanning --- */

struct hrefs {
	char text[200];
	int stop_after;
};

static int on_href(void *arg, const char *href)
{
	struct hrefs *hrefs = arg;

	strcat(hrefs->text, href);
	strcat(hrefs->text, " ");
	return hrefs->stop_after && --hrefs->stop_after == 0 ? GDBREGS_ERR_CANCELED : 0;
}

static int scan(const char *text, struct hrefs *hrefs, const struct gdbregs_options *o,
		struct gdbregs_error *err)
{
	const struct gdbregs__limits limits = gdbregs__limits_from(o);
	const struct gdbregs_document d = document("some.xml", text);

	return gdbregs__parse_includes(&d, &limits, on_href, hrefs, err);
}

TEST(scan_finds)
{
	struct hrefs hrefs = {0};

	ck_assert_int_eq(scan("<target><xi:include href='a'/><!-- <xi:include href='b'/> -->"
			      "<x><y:include href=\"c\"><xi:include href='d'/></y:include></x>"
			      "<xi:include href='a'/><xi:include href='some.xml'/></target>",
			      &hrefs, NULL, NULL),
			 0);
	ck_assert_str_eq(hrefs.text, "a c a some.xml ");
	hrefs = (struct hrefs){0};
	ck_assert_int_eq(scan("<xi:include href='root'/>", &hrefs, NULL, NULL), 0);
	ck_assert_str_eq(hrefs.text, "root ");
	hrefs = (struct hrefs){.stop_after = 1};
	ck_assert_int_eq(
		scan("<a><xi:include href='a'/><xi:include href='b'/></a>", &hrefs, NULL, NULL),
		GDBREGS_ERR_CANCELED);
	ck_assert_str_eq(hrefs.text, "a ");
}

TEST(scan_refuses)
{
	struct hrefs hrefs = {0};
	struct gdbregs_error err = {0};
	struct gdbregs_options o;

	ck_assert_int_eq(scan("<a>\n<b></a>", &hrefs, NULL, &err), GDBREGS_ERR_DESCRIPTION);
	ck_assert_str_eq(err.text, "some.xml:2:6: mismatched tag");
	ck_assert_int_eq(scan("<a><xi:include/></a>", &hrefs, NULL, &err), GDBREGS_ERR_DESCRIPTION);
	ck_assert_str_eq(err.text, "some.xml:1:4: xi:include without href");
	gdbregs_options_init(&o);
	o.max_includes = 1;
	ck_assert_int_eq(
		scan("<a><xi:include href='a'/><xi:include href='b'/></a>", &hrefs, &o, &err),
		GDBREGS_ERR_LIMIT);
	ck_assert_str_eq(err.text, "some.xml:1:26: more than 1 includes (max_includes)");
	ck_assert_str_eq(hrefs.text, "a ");
	o.max_description_bytes = 3;
	ck_assert_int_eq(scan("<a/>", &hrefs, &o, &err), GDBREGS_ERR_LIMIT);
	gdbregs_options_init(&o);
	o.max_element_depth = 2;
	ck_assert_int_eq(scan("<a><b><c/></b></a>", &hrefs, &o, &err), GDBREGS_ERR_LIMIT);
}
