/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One XML document, as events. Hides: expat (no other file knows it), positions, NULs
 * behind the document, and what is refused: internal DTD subsets that are not empty,
 * and with them every entity but the predefined ones, and external DTDs other than
 * gdb-target.dtd. Nothing is ever fetched. Names are as written, prefix included. */
#ifndef GDBREGS_LIB_XML_H
#define GDBREGS_LIB_XML_H

#include <gdbregs.h>

struct gdbregs__xml; /* a document being read: where it stands */

/* Each returns 0, or a negative error that ends the reading; NOMEM needs no
 * text, others set it with gdbregs__xml_fail(). Strings are UTF-8, borrowed for
 * the call. */
struct gdbregs__xml_handlers {
	/* `attributes`: name, value, name, value, ..., NULL. */
	int (*start)(void *arg, const struct gdbregs__xml *at, const char *name,
		     const char *const *attributes);
	int (*end)(void *arg, const struct gdbregs__xml *at, const char *name);
	/* Text may come in any pieces; not NUL-terminated. May be NULL. */
	int (*text)(void *arg, const struct gdbregs__xml *at, const char *text, size_t size);
};

/* Read a whole document. 0; DESCRIPTION with document, line and column; NOMEM;
 * or what a handler returned. A handler may read another document meanwhile. */
int gdbregs__xml_parse(const struct gdbregs_document *document,
		       const struct gdbregs__xml_handlers *handlers, void *arg,
		       struct gdbregs_error *err);

/* Set the error to `document:line:column: text`, both counted from 1, the
 * document's name made printable. Returns code. */
int gdbregs__xml_fail(const struct gdbregs__xml *at, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* An attribute's value; NULL where it has none. */
const char *gdbregs__xml_attribute(const char *const *attributes, const char *name);

#endif
