/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The XML parser: events, attributes, encodings, positions of errors, lack of memory. */
#include "tdesc/xml.h"

#include "util/alloc.h"
#include "documents.h"
#include "../guarded.h"
#include "suite.h"

/* Events as a line: <name a=b>text</name>. A handler can be made to fail. */
struct log {
	struct gdbregs_buffer text;
	int fail_at_start; /* start() fails at the nth call */
	int fail_code;
	bool says;
};

static int on_start(void *arg, const struct gdbregs__xml *at, const char *name,
		    const char *const *attributes)
{
	struct log *log = arg;

	if (log->fail_at_start && --log->fail_at_start == 0)
		return log->says ? gdbregs__xml_fail(at, log->fail_code, "<%s> is not liked", name)
				 : log->fail_code;
	ck_assert_int_eq(gdbregs__buffer_printf(&log->text, "<%s", name), 0);
	for (; *attributes; attributes += 2)
		ck_assert_int_eq(gdbregs__buffer_printf(&log->text, " %s=[%s]", attributes[0],
							attributes[1]),
				 0);
	return gdbregs__buffer_append_text(&log->text, ">");
}

static int on_end(void *arg, const struct gdbregs__xml *at, const char *name)
{
	(void)at;
	return gdbregs__buffer_printf(&((struct log *)arg)->text, "</%s>", name);
}

static int on_text(void *arg, const struct gdbregs__xml *at, const char *text, size_t size)
{
	(void)at;
	return gdbregs__buffer_append(&((struct log *)arg)->text, text, size);
}

static const struct gdbregs__xml_handlers handlers = {on_start, on_end, on_text};

static int run(struct log *log, const char *name, const void *data, size_t size,
	       struct gdbregs_error *err)
{
	const struct gdbregs_document d = {name, guarded(data, size), size};

	return gdbregs__xml_parse(&d, &handlers, log, err);
}

static void expect_bytes(const char *text, size_t size, const char *events)
{
	struct log log = {0};
	struct gdbregs_error err = {0};

	ck_assert_msg(run(&log, "d", text, size, &err) == 0, "%s: %s", text, err.text);
	ck_assert_int_eq(gdbregs__buffer_terminate(&log.text), 0);
	ck_assert_str_eq((char *)log.text.data, events);
	gdbregs_buffer_fini(&log.text);
}

static void expect(const char *text, const char *events)
{
	expect_bytes(text, strlen(text), events);
}

static void refuse_bytes(const void *data, size_t size, const char *says)
{
	struct log log = {0};
	struct gdbregs_error err = {0};

	ck_assert_int_eq(run(&log, "d", data, size, &err), GDBREGS_ERR_DESCRIPTION);
	ck_assert_int_eq(err.code, GDBREGS_ERR_DESCRIPTION);
	if (says)
		ck_assert_str_eq(err.text, says);
	gdbregs_buffer_fini(&log.text);
}

static void refuse(const char *text, const char *says)
{
	refuse_bytes(text, strlen(text), says);
}

TEST(nuls_behind)
{
	expect_bytes("<a/>\0", 5, "<a></a>");
	expect_bytes("<a/>\n\0\0\0", 8, "<a></a>");
	expect_bytes("<a/>\0<b", 7, "<a></a>");
	refuse_bytes("<a>\0</a>", 8, NULL);
	refuse_bytes("\0", 1, NULL);
}

TEST(events)
{
	expect("<a/>", "<a></a>");
	expect("<a b='1' c=\"2\"/>", "<a b=[1] c=[2]></a>");
	expect("<p:a xmlns:p='u'><xi:include href='x'/></p:a>",
	       "<p:a xmlns:p=[u]><xi:include href=[x]></xi:include></p:a>");
	expect("<!-- <a/> --><a>1<!-- <b/> -->2<?pi <c/>?>3</a><!-- -->", "<a>123</a>");
	expect("<a><![CDATA[<b>&amp;]]></a>", "<a><b>&amp;</a>");
	expect("<a b='&lt;&#x41;&#66;&quot;&amp;'>&gt;&apos;&#67;</a>", "<a b=[<AB\"&]>>'C</a>");
	expect("<a b='1\n2\t3'/>", "<a b=[1 2 3]></a>");
	expect("<a>\r\n</a>", "<a>\n</a>");
}

TEST(doctype)
{
	expect("<!DOCTYPE a SYSTEM \"gdb-target.dtd\"><a/>", "<a></a>");
	expect("<!DOCTYPE b PUBLIC 'x' 'gdb-target.dtd'><a/>", "<a></a>");
	expect("<!DOCTYPE a><a/>", "<a></a>");
	/* As in GDB, entities that a DTD could have declared are dropped. */
	expect("<!DOCTYPE a SYSTEM 'gdb-target.dtd'><a b='1&x;2'>3&y;4</a>", "<a b=[12]>34</a>");
	expect("<!DOCTYPE a []><a/>", "<a></a>");
	expect("<!DOCTYPE a SYSTEM \"gdb-target.dtd\" [ <!-- % <!ENTITY --> \n]><a>1</a>",
	       "<a>1</a>");
	refuse("<!DOCTYPE a [ <!ENTITY x 'y'>]><a/>",
	       "d:1:15: a DTD inside the document is refused");
	refuse("<!DOCTYPE a [%x;]><a/>", "d:1:14: a DTD inside the document is refused");
	refuse("<!DOCTYPE a [<!ELEMENT a ANY>]><a/>", NULL);
	refuse("<!DOCTYPE a [<!NOTATION a SYSTEM 'x'>]><a/>", NULL);
	refuse("<!DOCTYPE a [<?a b?>]><a/>", NULL);
	refuse("<!DOCTYPE a [<a/>", NULL);
	refuse("<!DOCTYPE a [<!ATTLIST a b CDATA '1'>]><a/>", NULL);
	refuse("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", NULL);
	refuse("<!DOCTYPE a [<!ENTITY % x SYSTEM 'y'>%x;]><a/>", NULL);
	refuse("<!DOCTYPE a SYSTEM 'gdb-target.dtd' [<!ENTITY x SYSTEM 'y'>]><a>&x;</a>", NULL);
	refuse("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", NULL);
	refuse("<!DOCTYPE a PUBLIC 'gdb-target.dtd' 'other.dtd'><a/>", NULL);
	refuse("<a>&x;</a>", "d:1:4: undefined entity");
}

TEST(encodings)
{
	static const char utf16[] = "\xff\xfe<\0a\0/\0>\0";
	struct log log = {0};

	expect("\xef\xbb\xbf<a/>", "<a></a>");
	expect("<a>\xc3\xa9</a>", "<a>\xc3\xa9</a>");
	expect("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "<a>\xc3\xa9</a>");
	expect("<?xml version='1.0' encoding='us-ascii'?><a/>", "<a></a>");
	ck_assert_int_eq(run(&log, "d", utf16, sizeof(utf16) - 1, NULL), 0);
	ck_assert_int_eq(gdbregs__buffer_terminate(&log.text), 0);
	ck_assert_str_eq((char *)log.text.data, "<a></a>");
	gdbregs_buffer_fini(&log.text);
	refuse("<?xml version='1.0' encoding='EBCDIC'?><a/>", "d:1:31: unknown encoding");
	refuse("<a>\xff</a>", "d:1:4: not well-formed (invalid token)");
	refuse("<a>\xc3</a>", NULL);
	refuse("<a>\xed\xa0\x80</a>", NULL); /* a surrogate */
	refuse("<a>\xc0\x80</a>", NULL); /* a NUL that is encoded in two bytes */
	refuse_bytes("<a>\0</a>", 8, NULL);
	refuse("<a>&#0;</a>", NULL);
}

TEST(positions)
{
	refuse("", "d:1:1: no element found");
	refuse("<a>", "d:1:4: no element found");
	refuse("\n\n <a>\n</b>", "d:4:3: mismatched tag");
	refuse("<a b='1' b='2'/>", "d:1:10: duplicate attribute");
	refuse("<a/><b/>", "d:1:5: junk after document element");
	refuse(" <?xml version='1.0'?><a/>", NULL);
	refuse("text", NULL);
	refuse("<a", NULL);
}

TEST(handler_errors)
{
	const char text[] = "<a>\n  <b/><c/>\n</a>";
	struct gdbregs_error err = {0};
	struct log log = {.fail_at_start = 2, .fail_code = GDBREGS_ERR_LIMIT, .says = true};

	ck_assert_int_eq(run(&log, "some.xml", text, strlen(text), &err), GDBREGS_ERR_LIMIT);
	ck_assert_str_eq(err.text, "some.xml:2:3: <b> is not liked");
	ck_assert_int_eq(err.code, GDBREGS_ERR_LIMIT);
	/* No event follows, not even the end of the same element. */
	ck_assert_mem_eq(log.text.data, "<a>\n  ", log.text.size);
	gdbregs_buffer_fini(&log.text);

	log = (struct log){.fail_at_start = 1, .fail_code = GDBREGS_ERR_NOMEM};
	ck_assert_int_eq(run(&log, "d", text, strlen(text), &err), GDBREGS_ERR_NOMEM);
	ck_assert_int_eq(err.code, GDBREGS_ERR_NOMEM);
	ck_assert_int_eq(run(&log, "d", "<a", 2, NULL), GDBREGS_ERR_DESCRIPTION);
}

/* The stub chooses the name of a document. */
TEST(names)
{
	struct log log = {0};
	struct gdbregs_error err = {0};
	char name[400];

	ck_assert_int_eq(run(&log, "a\x1b[31m\n.xml", "<", 1, &err), GDBREGS_ERR_DESCRIPTION);
	ck_assert_msg(strncmp(err.text, "a\\x1b[31m\\x0a.xml:1:", 20) == 0, "%s", err.text);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(run(&log, name, "", 0, &err), GDBREGS_ERR_DESCRIPTION);
	ck_assert_ptr_nonnull(strstr(err.text, "...:1:1: no element found"));
}

TEST(attributes)
{
	static const char *const list[] = {"a", "1", "b", "", NULL};

	ck_assert_str_eq(gdbregs__xml_attribute(list, "a"), "1");
	ck_assert_str_eq(gdbregs__xml_attribute(list, "b"), "");
	ck_assert_ptr_null(gdbregs__xml_attribute(list, "1"));
	ck_assert_ptr_null(gdbregs__xml_attribute(list + 4, "a"));
}

TEST(truncated)
{
	static const char text[] =
		"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'gdb-target.dtd'><!-- c --><a b='&lt;'>"
		"<![CDATA[x]]>\xc3\xa9<c/></a>";

	for (size_t size = 0; size < sizeof(text) - 1; size++)
		refuse_bytes(text, size, NULL);
	expect(text, "<a b=[<]>x\xc3\xa9<c></c></a>");
}

TEST(out_of_memory)
{
	static const char text[] =
		"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'gdb-target.dtd'><a b='&lt;' c='d'>x</a>";
	int result = GDBREGS_ERR_NOMEM;

	for (unsigned long nth = 1; result == GDBREGS_ERR_NOMEM; nth++) {
		struct gdbregs_error err = {0};
		struct log log = {0};

		ck_assert_uint_lt(nth, 1000);
		ck_assert_int_eq(gdbregs__buffer_reserve(&log.text, 200), 0);
		gdbregs__alloc_fail(nth, 1);
		result = run(&log, "d", text, sizeof(text) - 1, &err);
		gdbregs__alloc_fail(0, 0);
		ck_assert_int_eq(err.code, result);
		gdbregs_buffer_fini(&log.text);
	}
	ck_assert_int_eq(result, 0);
}
