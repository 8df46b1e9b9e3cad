/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads one XML document as events. Names are passed as written, including their
 * prefix. Nothing is ever fetched. Refused are internal DTD subsets that are not
 * empty (so there are no entities except for the predefined ones) and external DTDs
 * other than gdb-target.dtd.
 * Hides: expat, which no other file uses; positions; and NULs after the document. */
#ifndef GDBREGS_LIB_TDESC_XML_H
#define GDBREGS_LIB_TDESC_XML_H

#include <gdbregs.h>

struct gdbregs__xml; /* the position in the document that is being read */

/* Event handlers. Each returns 0, or a negative error, which ends the reading. Errors
 * except for NOMEM must be set with gdbregs__xml_fail(). Strings are UTF-8 and
 * borrowed during the call. */
struct gdbregs__xml_handlers {
	/* `attributes` are name, value, name, value, ..., NULL. */
	int (*start)(void *arg, const struct gdbregs__xml *at, const char *name,
		     const char *const *attributes);
	int (*end)(void *arg, const struct gdbregs__xml *at, const char *name);
	/* Text may arrive in any pieces, which are not NUL-terminated. May be NULL. */
	int (*text)(void *arg, const struct gdbregs__xml *at, const char *text, size_t size);
};

/* Read a whole document. Returns 0; DESCRIPTION with document, line and column;
 * NOMEM; or the result of a handler. A handler may read another document meanwhile. */
int gdbregs__xml_parse(const struct gdbregs_document *document,
		       const struct gdbregs__xml_handlers *handlers, void *arg,
		       struct gdbregs_error *err);

/* Set the error to `document:line:column: text`. Line and column count from 1. The
 * document's name is made printable. Returns `code`. */
int gdbregs__xml_fail(const struct gdbregs__xml *at, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Returns the text without leading and trailing blanks; it is not NUL-terminated. */
char *gdbregs__xml_trim(const struct gdbregs_buffer *text, size_t *size);

/* Returns the value of an attribute, or NULL if it is missing. */
const char *gdbregs__xml_attribute(const char *const *attributes, const char *name);

#endif
