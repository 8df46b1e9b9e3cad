/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents made in tests, and the descriptions or errors that result from them. */
#ifndef GDBREGS_TESTS_DOCUMENTS_H
#define GDBREGS_TESTS_DOCUMENTS_H

#include "util/buffer.h"
#include "tdesc/parse.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static inline struct gdbregs_document document(const char *name, const char *text)
{
	return (struct gdbregs_document){name, (const uint8_t *)text, strlen(text)};
}

/* Makes a target.xml with one feature `f` that contains `body`. */
static inline char *feature_of(const char *body)
{
	struct gdbregs_buffer text = {0};

	ck_assert_int_eq(gdbregs__buffer_printf(
				 &text, "<target><feature name=\"f\">%s</feature></target>", body),
			 0);
	ck_assert_int_eq(gdbregs__buffer_terminate(&text), 0);
	return (char *)text.data;
}

static inline struct gdbregs_description *parse_good(const struct gdbregs_document *documents,
						     size_t count,
						     const struct gdbregs_options *options)
{
	const struct gdbregs__limits limits = gdbregs__limits_from(options);
	struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};
	int result = gdbregs__parse_documents(documents, count, &limits, &d, &err);

	ck_assert_msg(result == 0, "%d: %s", result, err.text);
	ck_assert_ptr_nonnull(d);
	return d;
}

/* `text` is a part of the message, or NULL. */
static inline void parse_bad(const struct gdbregs_document *documents, size_t count,
			     const struct gdbregs_options *options, int code, const char *text)
{
	const struct gdbregs__limits limits = gdbregs__limits_from(options);
	struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};

	ck_assert_int_eq(gdbregs__parse_documents(documents, count, &limits, &d, &err), code);
	ck_assert_ptr_null(d);
	ck_assert_int_eq(err.code, code);
	if (text)
		ck_assert_str_eq(err.text, text);
}

static inline struct gdbregs_description *good_text(const char *text)
{
	const struct gdbregs_document one = document("target.xml", text);

	return parse_good(&one, 1, NULL);
}

static inline void bad_text(const char *text, int code, const char *says)
{
	const struct gdbregs_document one = document("target.xml", text);

	parse_bad(&one, 1, NULL, code, says);
}

#endif
