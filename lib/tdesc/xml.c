/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/xml.h"

#include "util/alloc.h"
#include "util/error.h"

#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Expat 2.9 has new names for these, and warns about the old ones. */
#if XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 9)
#define CURRENT_LINE   XML_GetCurrentLineNumber64
#define CURRENT_COLUMN XML_GetCurrentColumnNumber64
#else
#define CURRENT_LINE   XML_GetCurrentLineNumber
#define CURRENT_COLUMN XML_GetCurrentColumnNumber
#endif

/* XML_Parse() takes an int as the size. */
#define CHUNK_LARGEST_BYTES (1u << 30)

struct gdbregs__xml {
	XML_Parser parser;
	const struct gdbregs_document *document;
	const struct gdbregs__xml_handlers *handlers;
	void *arg;
	struct gdbregs_error *err;
	int result; /* negative once a handler has failed */
	bool in_subset; /* inside the brackets of a DOCTYPE */
};

static int fail_at(const struct gdbregs__xml *x, int code, const char *text)
{
	char name[80];

	/* Shorten the stub's name of the document, so that the message stays
	 * readable. */
	gdbregs__printable(name, sizeof(name), x->document->name, strlen(x->document->name));
	return gdbregs__fail(x->err, code, "%s:%lu:%lu: %s", name,
			     (unsigned long)CURRENT_LINE(x->parser),
			     (unsigned long)CURRENT_COLUMN(x->parser) + 1, text);
}

int gdbregs__xml_fail(const struct gdbregs__xml *at, int code, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return fail_at(at, code, text);
}

const char *gdbregs__xml_attribute(const char *const *attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}

/* Record the first failure. Expat may call handlers once or twice after it is
 * stopped. */
static void note(struct gdbregs__xml *x, int result)
{
	if (result < 0) {
		x->result = result;
		XML_StopParser(x->parser, XML_FALSE);
	}
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct gdbregs__xml *x = arg;

	if (x->result == 0)
		note(x, x->handlers->start(x->arg, x, name, (const char *const *)attributes));
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
	struct gdbregs__xml *x = arg;

	if (x->result == 0)
		note(x, x->handlers->end(x->arg, x, name));
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int size)
{
	struct gdbregs__xml *x = arg;

	if (x->result == 0)
		note(x, x->handlers->text(x->arg, x, text, (size_t)size));
}

/* Called before an internal subset is read. QEMU's, OpenOCD's and J-Link's documents
 * refer to gdb-target.dtd. It only has default values, which this library has too.
 * GDB knows no other DTD either. */
static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
			       const XML_Char *public_id, int has_internal_subset)
{
	struct gdbregs__xml *x = arg;

	(void)name;
	(void)public_id;
	x->in_subset = has_internal_subset;
	if (x->result == 0 && system_id && strcmp(system_id, "gdb-target.dtd") != 0)
		note(x, fail_at(x, GDBREGS_ERR_DESCRIPTION,
				"a DTD other than gdb-target.dtd is refused"));
}

static void XMLCALL on_doctype_end(void *arg)
{
	struct gdbregs__xml *x = arg;

	x->in_subset = false;
}

/* Without this handler, comments would reach on_rest(). */
static void XMLCALL on_comment(void *arg, const XML_Char *text)
{
	(void)arg;
	(void)text;
}

static bool is_blank(char byte)
{
	return memchr(" \t\r\n", byte, 4);
}

static bool are_blank(const XML_Char *text, int size)
{
	for (int i = 0; i < size; i++)
		if (!is_blank(text[i]))
			return false;
	return true;
}

char *gdbregs__xml_trim(const struct gdbregs_buffer *text, size_t *size)
{
	char *first = (char *)text->data;

	/* C does not define NULL + 0. */
	if (!first) {
		*size = 0;
		return NULL;
	}
	char *end = first + text->size;
	while (first < end && is_blank(*first))
		first++;
	while (end > first && is_blank(end[-1]))
		end--;
	*size = (size_t)(end - first);
	return first;
}

/* Called for everything without its own handler, before Expat processes it. An empty
 * internal subset is accepted, as in GDB, because it declares nothing. */
static void XMLCALL on_rest(void *arg, const XML_Char *text, int size)
{
	struct gdbregs__xml *x = arg;

	if (x->in_subset && x->result == 0 && !are_blank(text, size))
		note(x,
		     fail_at(x, GDBREGS_ERR_DESCRIPTION, "a DTD inside the document is refused"));
}

static XML_Parser parser_new(struct gdbregs__xml *x)
{
	static const XML_Memory_Handling_Suite memory = {gdbregs__malloc, gdbregs__realloc,
							 gdbregs__free};
	XML_Parser parser = XML_ParserCreate_MM(NULL, &memory, NULL);

	if (!parser)
		return NULL;
	XML_SetUserData(parser, x);
	XML_SetElementHandler(parser, on_start, on_end);
	if (x->handlers->text)
		XML_SetCharacterDataHandler(parser, on_text);
	XML_SetDoctypeDeclHandler(parser, on_doctype, on_doctype_end);
	XML_SetCommentHandler(parser, on_comment);
	XML_SetDefaultHandlerExpand(parser, on_rest);
	return parser;
}

static enum XML_Status feed(XML_Parser parser, const uint8_t *data, size_t size)
{
	for (; size > CHUNK_LARGEST_BYTES; size -= CHUNK_LARGEST_BYTES) {
		enum XML_Status status =
			XML_Parse(parser, (const char *)data, CHUNK_LARGEST_BYTES, XML_FALSE);

		if (status != XML_STATUS_OK)
			return status;
		data += CHUNK_LARGEST_BYTES;
	}
	return XML_Parse(parser, size ? (const char *)data : "", (int)size, XML_TRUE);
}

/* Returns the size of the text before the first NUL, as GDB reads it. Some stubs count the
 * NUL after the text, or send their whole buffer. In UTF-16, a NUL is half a
 * character. */
static size_t without_nul(const struct gdbregs_document *document)
{
	const uint8_t *data = document->data;
	size_t size = document->size;
	bool wide = size > 1 && (!data[0] || !data[1] || data[0] >= 0xfe);
	const uint8_t *nul = size && !wide ? memchr(data, '\0', size) : NULL;

	return nul ? (size_t)(nul - data) : size;
}

static int result_of(struct gdbregs__xml *x, enum XML_Status status)
{
	if (x->result == GDBREGS_ERR_NOMEM)
		return gdbregs__fail_nomem(x->err);
	if (x->result < 0 || status == XML_STATUS_OK)
		return x->result;

	enum XML_Error error = XML_GetErrorCode(x->parser);
	if (error == XML_ERROR_NO_MEMORY)
		return gdbregs__fail_nomem(x->err);
	return fail_at(x, GDBREGS_ERR_DESCRIPTION, XML_ErrorString(error));
}

int gdbregs__xml_parse(const struct gdbregs_document *document,
		       const struct gdbregs__xml_handlers *handlers, void *arg,
		       struct gdbregs_error *err)
{
	struct gdbregs__xml x = {
		.document = document, .handlers = handlers, .arg = arg, .err = err};

	x.parser = parser_new(&x);
	if (!x.parser)
		return gdbregs__fail_nomem(err);

	int result = result_of(&x, feed(x.parser, document->data, without_nul(document)));
	XML_ParserFree(x.parser);
	return result;
}
